import './node-version.js';

// Half of a start is compiling; what was compiled once is kept. An old Node does not know the name, so it is asked for late.
const { enableCompileCache } = await import('node:module');
enableCompileCache('node_modules/.cache/node');
await import('../src/main.ts');
