import { badConfigExit, loadConfig, sayProblems } from '../src/config.ts';
import { readEnvironment } from '../src/environment.ts';
import { redact } from '../src/redact.ts';

/** Runs a command on the configured database, prints what came of it, and sets the exit code. work: null for wrong arguments. */
export async function onDatabase(
  usage: string,
  work: (url: string, args: readonly string[]) => Promise<string | null>,
): Promise<void> {
  const loaded = loadConfig(readEnvironment(process.env));
  if (loaded.kind === 'problems') {
    process.stderr.write(`${sayProblems(loaded.problems)}\n`);
    process.exitCode = badConfigExit;
    return;
  }
  try {
    const said = await work(loaded.config.databaseUrl, process.argv.slice(2));
    process.exitCode = said === null ? 2 : 0;
    (said === null ? process.stderr : process.stdout).write(said === null ? usage : `${said}\n`);
  } catch (error) {
    process.stderr.write(`${redact(reasons(error).join(': '))}\n`);
    process.exitCode = 1;
  }
}

function reasons(error: unknown): readonly string[] {
  return error instanceof Error ? [error.message, ...reasons(error.cause)] : [];
}
