import type { Config } from '../src/config.ts';
import type { Credentials } from '../src/credentials.ts';

/** look: no token shows it, so somebody has to. */
export type Finding = { readonly kind: 'well' | 'mend' | 'look'; readonly text: string };

export type SetUp = {
  readonly config: Config;
  readonly credentials: Credentials;
  readonly now: () => number;
};

export const well = (text: string): Finding => ({ kind: 'well', text });
export const mend = (text: string): Finding => ({ kind: 'mend', text });
export const look = (text: string): Finding => ({ kind: 'look', text });
