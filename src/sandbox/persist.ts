import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { World } from './world.ts';

/** What outlives the process. Codes, pages under way, faults and the record of calls do not. */
const stateSchema = z.object({
  version: z.literal(1),
  /** Hash of the tenant file that the world was made from. */
  tenant: z.string(),
  clockOffsetMs: z.number(),
  ports: z.object({ https: z.int(), plain: z.int() }),
  /** Object id of a person to milliseconds since the epoch. */
  revokedBefore: z.record(z.string(), z.number()),
  /** Written by ourselves and read back as it is; a hand-edited world is not checked. */
  world: z.custom<World>((value) => typeof value === 'object' && value !== null && 'tenantId' in value),
});
export type StoredState = z.infer<typeof stateSchema>;

/** The stored state; undefined when there is none. Throws when the file is there and cannot be used. */
export function readState(path: string): StoredState | undefined {
  return readJson(path, stateSchema);
}

export function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = schema.safeParse(parse(text));
  if (!parsed.success) throw new Error(`${path} is no state of this sandbox`);
  return parsed.data;
}

/** Readers see the old file or the new one, never half of one. Only the owner may read it. */
export function writeAtomically(path: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, text, { mode });
  chmodSync(draft, mode);
  renameSync(draft, path);
}

export type Saver = {
  /** Something changed: saved within a second. */
  touch(): void;
  /** Saves at once what is not yet saved. */
  flush(): void;
};

export function createSaver(path: string, state: () => StoredState, delayMs = 300): Saver {
  let timer: NodeJS.Timeout | undefined;
  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    writeAtomically(path, JSON.stringify(state()));
  }
  return {
    touch: () => {
      timer ??= setTimeout(flush, delayMs);
    },
    flush,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
