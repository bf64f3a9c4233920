import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { makeCertificates } from './certificates.ts';
import { generateStoredKeys, storedKeysSchema } from './keys.ts';
import type { StoredKeys } from './keys.ts';
import type { StoredState } from './persist.ts';
import { createSaver, readJson, readState, writeAtomically } from './persist.ts';
import { createRoutes, createRunning, httpsOrigin, passTime, plainOrigin, snapshot } from './running.ts';
import { close, createListeners, listen } from './server.ts';
import type { Settings } from './settings.ts';
import type { Tenant } from './tenant.ts';
import { loadTenant } from './tenant.ts';

/** What `npm run sandbox` prints when it is ready. Origins without a version or tenant; `ca` is an absolute path. */
type ReadyLine = {
  readonly graph: string;
  readonly authority: string;
  readonly control: string;
  readonly ca: string;
  readonly tenantId: string;
};

export type Opened =
  { readonly kind: 'ready'; readonly line: ReadyLine; readonly notice?: string; close(): Promise<void> } | Problem;

/** `exitCode` 78: the configuration is wrong; 1: the surroundings are (a taken port). */
type Problem = { readonly kind: 'problem'; readonly message: string; readonly exitCode: 78 | 1 };

type Start = {
  readonly kind: 'read';
  readonly tenant: Tenant;
  readonly tenantHash: string;
  readonly stored: StoredState | undefined;
  readonly storedKeys: StoredKeys | undefined;
  readonly notice: string | undefined;
};

const TICK_MS = 1000;

/** Starts a whole tenant: reads the tenant file and what the last run left, binds both ports, writes the CA file. */
export async function openSandbox(settings: Settings): Promise<Opened> {
  const start = readStart(settings);
  if (start.kind === 'problem') return start;
  const [certificates, keys] = await Promise.all([
    makeCertificates(Date.now()),
    start.storedKeys ?? generateStoredKeys(),
  ]);
  if (!start.storedKeys) writeAtomically(settings.keysFile, JSON.stringify(keys));

  const running = createRunning(start);
  const saver = createSaver(settings.stateFile, () => snapshot(running, start.tenantHash));
  const listeners = createListeners(certificates, createRoutes(running, settings, start.tenant, keys, saver));
  try {
    running.ports = {
      https: await bind(listeners.https, settings.httpsPort, start.stored?.ports.https),
      plain: await bind(listeners.plain, settings.plainPort, start.stored?.ports.plain),
    };
  } catch (error) {
    await Promise.all([close(listeners.https), close(listeners.plain)]);
    return bindProblem(error);
  }
  writeAtomically(settings.caFile, certificates.ca, 0o644);
  saver.flush();
  const ticking = setInterval(() => passTime(running), TICK_MS);
  const { tenantId } = running.world;
  const [https, plain] = [httpsOrigin(running), plainOrigin(running)];
  return {
    kind: 'ready',
    line: { graph: https, authority: https, control: plain, ca: settings.caFile, tenantId },
    ...(start.notice === undefined ? {} : { notice: start.notice }),
    close: async () => {
      clearInterval(ticking);
      await Promise.all([close(listeners.https), close(listeners.plain)]);
      saver.flush();
    },
  };
}

/** Everything read from disk, before anything is started or written. */
function readStart(settings: Settings): Start | Problem {
  try {
    const text = readFileSync(settings.tenantFile, 'utf8');
    const tenant = loadTenant(text, settings.tenantFile);
    const tenantHash = createHash('sha256').update(text).digest('base64url');
    const found = settings.fresh ? undefined : readState(settings.stateFile);
    // Going on with people and groups that the file no longer names would hide every edit of it.
    const stored = found?.tenant === tenantHash ? found : undefined;
    const notice = found && !stored ? 'the tenant file has changed: starting anew from it' : undefined;
    const storedKeys = readJson(settings.keysFile, storedKeysSchema);
    return { kind: 'read', tenant, tenantHash, stored, storedKeys, notice };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'problem', message, exitCode: 78 };
  }
}

/** The wanted port, else the one of the last run (so that clients find it again) if it is free, else any. */
async function bind(server: Server, wanted: number | undefined, last: number | undefined): Promise<number> {
  if (wanted !== undefined || last === undefined) return await listen(server, wanted ?? 0);
  try {
    return await listen(server, last);
  } catch {
    return await listen(server, 0);
  }
}

function bindProblem(error: unknown): Problem {
  if (error instanceof Error && 'code' in error && 'port' in error && error.code === 'EADDRINUSE') {
    const message = `port ${String(error.port)} is taken: stop what uses it, or set SANDBOX_PORT and SANDBOX_LOGIN_PORT`;
    return { kind: 'problem', message, exitCode: 1 };
  }
  return { kind: 'problem', message: error instanceof Error ? error.message : String(error), exitCode: 1 };
}
