import fc from 'fast-check';

// A mutant is dead with the first counterexample, so none is made small, and none is looked for long.
fc.configureGlobal({ endOnFailure: true, plugins: [fc.interruptAfterTimeLimit(40)] });
