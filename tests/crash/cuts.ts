import { ladder } from './ladder.ts';
import type { Cut } from './lane.ts';
import type { Plot } from './plots.ts';

/** isCold: only a bot comes to it that has read nothing yet. isSecond: it was not come to before. */
export type Planned = {
  readonly plot: Plot;
  readonly cut: Cut;
  readonly isCold: boolean;
  readonly isSecond?: boolean;
};

const write = /^(POST .*(self|cancel)|PATCH|send)/;

/** Before every edge of the whole story, and after each call whose answer may be lost with the process. */
export function cutsOf(plot: Plot, cold: readonly string[], warm: readonly string[]): Planned[] {
  const times = new Map<string, number>();
  return cold.flatMap((label): Planned[] => {
    const nth = (times.get(label) ?? 0) + 1;
    times.set(label, nth);
    const isCold = warm.filter((one) => one === label).length < nth;
    const before = { plot, cut: { label, nth, side: 'before' }, isCold } as const;
    return write.test(label) ? [before, { ...before, cut: { ...before.cut, side: 'after' } }] : [before];
  });
}

/** Each write that took effect unheard once more, with a second death early and late in the recovery. */
export function againOf(cuts: readonly Planned[]): readonly Planned[] {
  return cuts
    .filter(({ cut: { label, side } }) => side === 'after' && !label.startsWith('send'))
    .flatMap((planned) => [2, 5].map((again) => ({ ...planned, cut: { ...planned.cut, again } })));
}

/** Of edges with the same name in one story one, another with each seed. */
export function oneOfEqual(cuts: readonly Planned[], seed: number): readonly Planned[] {
  const equal = Map.groupBy(cuts, ({ plot, cut: { label, side, again } }) =>
    [plot.name, label, side, again !== undefined].join(' '),
  );
  return [...equal.values()].map((group, index) => group[(seed + index) % group.length]!);
}

/** Of a further plot what the ones before it did not come by, its own steps, and every write. */
export function furtherOf(cuts: readonly Planned[], known: ReadonlySet<string>): readonly Planned[] {
  return cuts.filter(
    ({ plot, cut: { label, nth } }) =>
      plot.from !== undefined ||
      !known.has(label) ||
      write.test(label) ||
      (nth <= 2 && ladder.get(plot)?.some(({ edges }) => edges(label))),
  );
}

/** All, or so many spread evenly over the story. */
export function spread<T>(all: readonly T[], wanted: number): T[] {
  const count = Math.min(wanted, all.length);
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)]!);
}
