// Plain JavaScript on purpose: an old Node cannot parse the TypeScript that follows.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Jitney needs Node 22.18 or newer, this is ${process.versions.node}: run \`npm ci\` first, then use npm run.\n`,
  );
  process.exit(1);
}
