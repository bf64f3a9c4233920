import type { Moment } from '../core/moment.ts';
import type { Reader } from '../ports/chat.ts';
import type { Sealer } from './seal.ts';
import type { TemplateName } from './template.ts';

/** Who reads the card, in which conversation (empty: in none of ours), and when it is drawn. */
export type Context = {
  readonly reader: Reader;
  readonly chat: string;
  readonly now: Moment;
  readonly seal: Sealer;
};

/** One message ready for its template. say: the card in sentences; the first alone must carry the point. */
export type View = {
  readonly template: TemplateName;
  readonly data: Readonly<Record<string, unknown>>;
  readonly say: readonly string[];
  /** One line for the person who picks the card out of several; it is not on the card. */
  readonly aside?: string;
};
