import { titles, words } from '../cards/reading.ts';
import type { RecordingConnector } from './connector.ts';

/** A message of the bot as its reader sees it now. */
export type Card = {
  readonly id: string;
  readonly conversationId: string;
  /** What is read on it, a block a line; its times as the clock on a wall in Berlin. */
  readonly text: string;
  /** The titles of its buttons and links. */
  readonly buttons: readonly string[];
  readonly content: unknown;
  /** When it last changed, counted over everything that was shown anywhere. */
  readonly changed: number;
};

export type Conversations = {
  /** Every message of a conversation in its present state, oldest first. */
  look(conversationId: string): readonly Card[];
  /** A press was answered with a card, which takes the place of the pressed one. */
  replace(id: string, content: unknown): void;
  /** Whatever is shown from here on has changed at this number or later. */
  now(): number;
};

/** What the people see of all that the connector took: updates in place, pressed cards replaced. */
export function createConversations(connector: RecordingConnector): Conversations {
  /** `after`: how many messages the connector had taken then. */
  const replaced: { readonly after: number; readonly id: string; readonly content: unknown }[] = [];
  /** By conversation and message, as far as they were looked at: whoever looks all the time must not read all anew. */
  const shown = new Map<string, Map<string, Card>>();
  let taken = 0;
  let passed = 0;

  function catchUp(): void {
    for (;;) {
      const next = replaced[passed];
      const received = connector.accepted[taken];
      const changed = taken + passed;
      if (next && next.after <= taken) {
        passed += 1;
        const where = [...shown].find(([, cards]) => cards.has(next.id));
        if (where) put(where[0], next.id, next.content, changed);
      } else if (received) {
        taken += 1;
        if (received.activity['type'] !== 'message') continue;
        put(received.conversationId, connector.ids.get(received) ?? '', contentOf(received.activity), changed);
      } else return;
    }
  }

  /** A changed message keeps its place. */
  function put(conversationId: string, id: string, content: unknown, changed: number): void {
    const cards = shown.get(conversationId) ?? new Map<string, Card>();
    shown.set(conversationId, cards.set(id, cardOf(content, { id, conversationId, changed })));
  }

  return {
    look(conversationId) {
      catchUp();
      return [...(shown.get(conversationId)?.values() ?? [])];
    },
    replace: (id, content) => void replaced.push({ after: connector.accepted.length, id, content }),
    now: () => connector.accepted.length + replaced.length,
  };
}

/** A card as it is read, wherever it came from. */
export function cardOf(content: unknown, where: Pick<Card, 'id' | 'conversationId' | 'changed'>): Card {
  return { ...where, text: local(words(content)), buttons: titles(content), content };
}

/** The card of a message; plain text as one block. */
function contentOf(activity: Readonly<Record<string, unknown>>): unknown {
  const [attachment] = (activity['attachments'] ?? []) as { readonly contentType: string; readonly content: unknown }[];
  if (attachment?.contentType === 'application/vnd.microsoft.card.oauth') return signOnContent(attachment.content);
  return attachment?.content ?? { type: 'TextBlock', text: activity['text'] };
}

/** A card that asks Teams to sign the person in, as a client shows it that does not: its text and a button. */
function signOnContent(content: unknown): unknown {
  const { text, buttons, tokenExchangeResource } = content as {
    readonly text: string;
    readonly buttons: readonly { readonly title: string; readonly value: string }[];
    readonly tokenExchangeResource: unknown;
  };
  const actions = buttons.map(({ title, value }) => ({ type: 'Action.OpenUrl', title, url: value }));
  return { type: 'AdaptiveCard', body: [{ type: 'TextBlock', text }], actions, tokenExchangeResource };
}

/** What a client makes of the date functions in a text. */
function local(text: string): string {
  const say = (options: Intl.DateTimeFormatOptions) => (_: string, at: string) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', ...options }).format(Date.parse(at));
  return text
    .replace(/\{\{TIME\(([^)]+)\)\}\}/g, say({ hour: '2-digit', minute: '2-digit' }))
    .replace(/\{\{DATE\(([^,)]+)[^)]*\)\}\}/g, say({ dateStyle: 'short' }));
}
