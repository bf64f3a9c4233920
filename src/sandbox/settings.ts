import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How one sandbox is started. Paths are absolute. */
export type Settings = {
  readonly tenantFile: string;
  readonly stateFile: string;
  /** Private keys of tokens; beside the state, readable by the owner only. */
  readonly keysFile: string;
  readonly caFile: string;
  /** Where each token and code is noted that is given out, one a line; for tests that search for them. */
  readonly issuedFile?: string;
  /** Undefined: the port of the last run when it is free, else any. */
  readonly httpsPort: number | undefined;
  readonly plainPort: number | undefined;
  readonly pendingMs: number;
  /** Begin anew instead of going on from the stored state. */
  readonly fresh: boolean;
};

const DEFAULT_TENANT = fileURLToPath(new URL('./tenants/contoso.yaml', import.meta.url));

/** Reads the environment; what is wrong comes back as one line a problem. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings | readonly string[] {
  const problems: string[] = [];
  const whole = (name: string, least: number, most: number): number | undefined => {
    const text = env[name];
    if (text === undefined || text === '') return undefined;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    problems.push(`${name} is '${text}': set a whole number from ${least} to ${most}.`);
    return undefined;
  };
  if (env['NODE_ENV'] === 'production')
    problems.push('NODE_ENV is production: the sandbox is for trying out and for tests.');
  const stateFile = resolve(env['SANDBOX_STATE'] || 'data/sandbox.json');
  const settings: Settings = {
    tenantFile: env['SANDBOX_TENANT'] ? resolve(env['SANDBOX_TENANT']) : DEFAULT_TENANT,
    stateFile,
    keysFile: `${stateFile.replace(/\.json$/, '')}-keys.json`,
    caFile: resolve(env['SANDBOX_CA'] || 'data/sandbox-ca.pem'),
    ...(env['SANDBOX_ISSUED'] ? { issuedFile: resolve(env['SANDBOX_ISSUED']) } : {}),
    httpsPort: whole('SANDBOX_PORT', 0, 65_535),
    plainPort: whole('SANDBOX_LOGIN_PORT', 0, 65_535),
    pendingMs: whole('SANDBOX_PENDING_MS', 0, 86_400_000) ?? 1500,
    fresh: env['SANDBOX_FRESH'] === '1',
  };
  return problems.length > 0 ? problems : settings;
}
