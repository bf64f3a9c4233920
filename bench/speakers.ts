import type { Speaker } from './load.ts';

/** So many that nobody says more in a minute than a person may. */
export const speakers: readonly Speaker[] = Array.from({ length: 200 }, (_none, at) => ({
  oid: `eeeeeeee-0000-4000-8000-${String(at).padStart(12, '0')}`,
  name: `Speaker ${at}`,
}));
