import { availableParallelism } from 'node:os';

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': './tests/strip-types.js' },
  // A test that hangs is found out in the end; how long one takes says only how slow the machine is.
  testTimeout: 60_000,
  globalSetup: '<rootDir>/tests/memory-disk.ts',
  // The longest files wait for programs and for PIM's clock and leave a core idle for most of their time.
  maxWorkers: availableParallelism() + 1,
};
