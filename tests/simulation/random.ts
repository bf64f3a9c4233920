/** Chance that can be had again: the same seed gives the same choices. */
export type Chance = {
  /** From 0 up to, not including, 1. */
  (): number;
  below(limit: number): number;
  /** True so often out of 100. */
  percent(share: number): boolean;
  pick<T>(choices: readonly T[]): T;
  readonly id: () => string;
};

/** mulberry32: small, and good enough to shake things with. */
export function chance(seed: number): Chance {
  let state = (seed * 0x9e3779b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const hex = (digits: number): string => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  return Object.assign(next, {
    below,
    percent: (share: number) => next() * 100 < share,
    pick: <T>(choices: readonly T[]): T => choices[below(choices.length)] as T,
    id: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  });
}
