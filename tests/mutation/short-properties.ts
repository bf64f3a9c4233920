import fc from 'fast-check';

// A mutant is dead with the first counterexample, so none is made small, and none is looked for long.
// eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor cannot be set for all properties at once
fc.configureGlobal({ seed: 1, endOnFailure: true, interruptAfterTimeLimit: 120 });
