import { createRequire } from 'node:module';

type Parsed = {
  parse(card: unknown, context: SerializationContext): void;
  validateProperties(): { readonly validationEvents: readonly { readonly message: string }[] };
};
type SerializationContext = {
  readonly eventCount: number;
  getEventAt(index: number): { readonly message: string };
};
type Library = {
  readonly AdaptiveCard: new () => Parsed;
  readonly SerializationContext: new (version: unknown) => SerializationContext;
  readonly Versions: { readonly v1_5: unknown };
};

/** The official renderer's UMD file: its ESM files do not load in Node, and its types do not fit a strict program. */
const require = createRequire(import.meta.url);
const library = require('adaptivecards/dist/adaptivecards.js') as Library;

/** What the official parser has to complain about; empty for a valid card of schema 1.5. */
export function complaints(card: unknown): string[] {
  const context = new library.SerializationContext(library.Versions.v1_5);
  const parsed = new library.AdaptiveCard();
  parsed.parse(card, context);
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index));
  return [...events, ...parsed.validateProperties().validationEvents].map((event) => event.message);
}
