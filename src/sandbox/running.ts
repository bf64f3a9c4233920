import { appendFileSync } from 'node:fs';
import type { Calls } from './calls.ts';
import { createCalls } from './calls.ts';
import type { MovableClock } from './clock.ts';
import { createClock } from './clock.ts';
import type { Controlled } from './control.ts';
import { answerControl } from './control.ts';
import { createWorld } from './create-world.ts';
import { createEntra } from './entra.ts';
import type { TokenMint } from './entra-tokens.ts';
import { singleSignOnToken } from './entra-tokens.ts';
import type { Faults } from './faults.ts';
import { createFaults } from './faults.ts';
import type { GraphSide } from './graph-side.ts';
import { answerGraph } from './graph/answer.ts';
import type { StoredKeys } from './keys.ts';
import { openStoredKeys } from './keys.ts';
import type { Saver, StoredState } from './persist.ts';
import { advance } from './pim/lifecycle.ts';
import type { Routes } from './server.ts';
import type { Settings } from './settings.ts';
import type { Tenant } from './tenant.ts';
import type { World } from './world.ts';

/** Everything that changes while the sandbox runs, in one place. */
export type Running = {
  world: World;
  /** Object id of a person to milliseconds since the epoch. */
  revokedBefore: Record<string, number>;
  tokenSeconds: number;
  ports: { https: number; plain: number };
  readonly clock: MovableClock;
  readonly faults: Faults;
  readonly calls: Calls;
};

const TOKEN_SECONDS = 3600;

/** As the last run left it, else as the tenant file says. */
export function createRunning(start: { readonly tenant: Tenant; readonly stored: StoredState | undefined }): Running {
  const clock = createClock(start.stored?.clockOffsetMs);
  return {
    world: start.stored?.world ?? createWorld(start.tenant, clock.now()),
    revokedBefore: { ...start.stored?.revokedBefore },
    tokenSeconds: TOKEN_SECONDS,
    ports: { https: 0, plain: 0 },
    clock,
    faults: createFaults(),
    calls: createCalls(),
  };
}

export function snapshot({ clock, ports, revokedBefore, world }: Running, tenantHash: string): StoredState {
  return { version: 1, tenant: tenantHash, clockOffsetMs: clock.offsetMs(), ports, revokedBefore, world };
}

export function httpsOrigin({ ports }: Running): string {
  return `https://localhost:${ports.https}`;
}

export function plainOrigin({ ports }: Running): string {
  return `http://127.0.0.1:${ports.plain}`;
}

/** Lets everything happen that is due by the sandbox's clock. */
export function passTime(running: Running): void {
  advance(running.world, running.clock.now());
}

export function createRoutes(
  running: Running,
  settings: Settings,
  tenant: Tenant,
  keys: StoredKeys,
  saver: Saver,
): Routes {
  const mint: TokenMint = {
    keys: openStoredKeys(keys),
    directory: () => running.world,
    authority: () => httpsOrigin(running),
    lifetimeSeconds: () => running.tokenSeconds,
    issued: noteIn(settings.issuedFile),
  };
  const controlled = createControlled(running, tenant, mint, saver);
  return {
    entra: createEntra({
      mint,
      loginOrigin: () => plainOrigin(running),
      revokedBefore: (oid) => running.revokedBefore[oid] ?? 0,
    }),
    graph: createGraphSide(running, settings, mint, saver),
    control: async (request) => await answerControl(controlled, request),
  };
}

function noteIn(file: string | undefined): (secret: string) => void {
  return file === undefined ? () => undefined : (secret) => appendFileSync(file, `${secret}\n`, { mode: 0o600 });
}

function createGraphSide(running: Running, settings: Settings, mint: TokenMint, saver: Saver): GraphSide {
  const { clock, faults, calls } = running;
  return {
    mint,
    faults,
    calls,
    nowText: () => new Date(clock.now()).toISOString(),
    answer: (call) => {
      passTime(running);
      // What time alone changes is not saved here: it happens again after a start.
      if (call.method !== 'GET') saver.touch();
      const options = { origin: httpsOrigin(running), pendingMs: settings.pendingMs };
      return answerGraph(running.world, call, clock.now(), options);
    },
  };
}

function createControlled(running: Running, tenant: Tenant, mint: TokenMint, saver: Saver): Controlled {
  const { clock, faults, calls } = running;
  return {
    clock,
    faults,
    calls,
    world: () => running.world,
    tokenSeconds: () => running.tokenSeconds,
    setTokenSeconds: (seconds) => {
      running.tokenSeconds = seconds;
    },
    settle: () => {
      passTime(running);
      saver.touch();
    },
    reset: () => {
      clock.setOffset(0);
      running.world = createWorld(tenant, clock.now());
      running.revokedBefore = {};
      running.tokenSeconds = TOKEN_SECONDS;
      faults.clear();
      calls.clear();
      saver.touch();
    },
    revoke: (oid) => {
      running.revokedBefore[oid] = Date.now();
      saver.touch();
    },
    signOn: async (person, clientId, seconds) => await singleSignOnToken(mint, person, clientId, seconds),
  };
}
