const { TestEnvironment } = require('jest-environment-node');

/** The mutant that is known to be dead: its other tests need not run. Under Stryker Jest cannot stop early by itself. */
let dead;

function mutant() {
  return process.env.__STRYKER_ACTIVE_MUTANT__;
}

exports.TestEnvironment = class extends TestEnvironment {
  handleTestEvent(event) {
    if (mutant() === undefined) return;
    if (event.name === 'test_fn_failure') dead = mutant();
    if (event.name === 'test_start' && dead === mutant()) event.test.mode = 'skip';
  }
};
exports.default = exports.TestEnvironment;
