import type { Target } from '../core/target.ts';

export type GroupTarget = Extract<Target, { kind: 'group' }>;

/** PIM for Groups is what this folder speaks; another kind of target here is a mistake of the caller. */
export function groupTarget(target: Target): GroupTarget {
  if (target.kind !== 'group') throw new Error(`PIM for Groups has no ${target.kind}.`);
  return target;
}
