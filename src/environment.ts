import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Env } from './config.ts';

/** env/.env below the real environment; with SANDBOX=1 the committed sandbox values below both. */
export function readEnvironment(real: Env): Env {
  const own = { ...readEnvFile('env/.env'), ...real };
  return own['SANDBOX'] === '1' ? { ...readEnvFile('env/.env.sandbox'), ...withoutEmpty(own) } : own;
}

function readEnvFile(path: string): Env {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

function withoutEmpty(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}
