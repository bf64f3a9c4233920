import { enableCompileCache } from 'node:module';
import { readSettings } from './settings.ts';

/** Starts the sandbox alone: one JSON line on stdout when it is ready; problems go to stderr, one a line. */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  if (!('stateFile' in settings)) return giveUp(settings, 78);
  // Reading and compiling its modules is most of a start; from the second one on the cache saves two thirds of that.
  enableCompileCache();
  const { openSandbox } = await import('./sandbox.ts');
  const opened = await openSandbox(settings);
  if (opened.kind === 'problem') return giveUp([opened.message], opened.exitCode);
  if (opened.notice) process.stderr.write(`sandbox: ${opened.notice}\n`);

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void opened.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.stdout.write(`${JSON.stringify(opened.line)}\n`);
}

function giveUp(problems: readonly string[], exitCode: number): void {
  for (const problem of problems) process.stderr.write(`sandbox: ${problem}\n`);
  process.exitCode = exitCode;
}

await main();
