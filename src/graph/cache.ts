import type { Clock } from '../ports/ports.ts';

export type Cache<T> = {
  /** The kept value while it is young enough, else a new one; callers that come meanwhile share one loading. */
  get(key: string, load: () => Promise<T>): Promise<T>;
  /** The kept value only. */
  peek(key: string): T | undefined;
  put(key: string, value: T): void;
  drop(key: string): void;
};

/** A small time-limited memory. Ages by the wall clock; a failed loading is never kept; the oldest entries make room. */
export function cache<T>(options: { readonly ttlMs: number; readonly size: number; readonly clock: Clock }): Cache<T> {
  const kept = new Map<string, { readonly value: T; readonly until: number }>();
  const loading = new Map<string, Promise<T>>();

  function peek(key: string): T | undefined {
    const entry = kept.get(key);
    return entry !== undefined && entry.until > options.clock.wall() ? entry.value : undefined;
  }
  function put(key: string, value: T): void {
    kept.delete(key);
    kept.set(key, { value, until: options.clock.wall() + options.ttlMs });
    for (const oldest of kept.keys()) {
      if (kept.size <= options.size) break;
      kept.delete(oldest);
    }
  }
  async function get(key: string, load: () => Promise<T>): Promise<T> {
    const value = peek(key);
    if (value !== undefined) return value;
    const under = loading.get(key);
    if (under) return under;
    const started = load();
    loading.set(key, started);
    try {
      const loaded = await started;
      // A drop meanwhile means that this loading may already be stale.
      if (loading.get(key) === started) put(key, loaded);
      return loaded;
    } finally {
      if (loading.get(key) === started) loading.delete(key);
    }
  }
  function drop(key: string): void {
    kept.delete(key);
    loading.delete(key);
  }
  return { get, peek, put, drop };
}
