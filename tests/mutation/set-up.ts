// The tests are written for Jest; here Mocha runs them, in one process.
import { registerHooks } from 'node:module';

const jestGlobals = new URL('jest-globals.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: jestGlobals, shortCircuit: true } : next(specifier, context),
});
