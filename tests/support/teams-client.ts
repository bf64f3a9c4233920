import { nodes } from '../cards/reading.ts';
import type { StartedBot } from './bot.ts';
import { startConnector } from './connector.ts';
import type { RecordingConnector } from './connector.ts';
import { createConversations } from './conversations.ts';
import type { Card } from './conversations.ts';
import type { SandboxState, StartedSandbox } from './sandbox.ts';

export type { Card } from './conversations.ts';

export type Match = RegExp | ((card: Card) => boolean);

/** A place that several people share. */
export type Room = { readonly id: string; readonly name: string; readonly team: Activity };
export type Where = { readonly in?: Room };
export type Activity = Readonly<Record<string, unknown>>;
type Inputs = Readonly<Record<string, string>>;

/** What somebody did, and what is new since. */
export type Done = {
  readonly activity: Activity;
  /** HTTP status of the bot's answer; 0 when the connection broke. */
  readonly status: number;
  /** The card that took the place of the pressed one; null when it stayed. */
  readonly card: Card | null;
  /** The newest new or changed message that matches; waits for it. */
  reply(match: Match, where?: Where): Promise<Card>;
  /** All that is new or changed since, as it looks now. */
  replies(where?: Where): readonly Card[];
};

export type TeamsPerson = {
  readonly name: string;
  readonly oid: string;
  /** Adds the bot: from now on the person can be reached by it. */
  open(): Promise<Done>;
  /** Takes the bot out of a room. */
  remove(room: Room): Promise<Done>;
  say(text: string, where?: Where): Promise<Done>;
  /** Presses a button with exactly the data on this card; `data` replaces parts of it, as only an attacker does. */
  press(card: Card, title: string, inputs?: Inputs, data?: Inputs): Promise<Done>;
  /** Sends an activity of this person once more, as Teams does when it is not sure. */
  redeliver(done: Done): Promise<Done>;
  /** Changes the words of a message that was sent. */
  edit(done: Done, text: string): Promise<Done>;
  /** The messages in their present state, oldest first. */
  cards(where?: Where): readonly Card[];
  waitForCard(match: Match, where?: Where): Promise<Card>;
  /** Follows the card's link as a browser would; returns what the last page says. */
  signIn(card: Card): Promise<string>;
  /** Opens the chat and signs in. */
  arrive(): Promise<void>;
};

export type Teams = {
  readonly connector: RecordingConnector;
  /** The channel of the tenant's team. */
  readonly channel: Room;
  person(name: string): TeamsPerson;
  close(): Promise<void>;
};

const patienceMs = 15_000;

/** Plays Teams for several people: posts their activities to the bot and shows what comes back. */
export async function startTeams(bot: StartedBot, sandbox: StartedSandbox): Promise<Teams> {
  const connector = await startConnector();
  const conversations = createConversations(connector);
  const { people, team, tenantId } = (await sandbox.state()) as SandboxState & {
    readonly team: Activity & { readonly channel: { readonly id: string; readonly name: string } };
  };
  let sequence = 0;

  async function wait(conversationId: string, match: Match, since: number): Promise<Card> {
    const until = performance.now() + patienceMs;
    for (;;) {
      const there = conversations.look(conversationId).filter(({ changed }) => changed >= since);
      const found = there.findLast((card) => (match instanceof RegExp ? match.test(card.text) : match(card)));
      if (found) return found;
      if (performance.now() > until) throw new Error(`nothing matches ${String(match)}; there is:\n${tell(there)}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  function tell(cards: readonly Card[]): string {
    const seen = cards.map(({ text, buttons }) => `${text}\n[${buttons.join('] [')}]`);
    return `${seen.join('\n---\n')}\nand the bot printed:\n${bot.printed}`;
  }

  function person(name: string): TeamsPerson {
    const oid = people.find((one) => one.name === name)?.id;
    if (oid === undefined) throw new Error(`nobody in the tenant is called ${name}`);
    const chat = `a:${oid}`;
    const placeOf = (where: Where = {}): string => where.in?.id ?? chat;

    function activity(type: string, more: Activity, room?: Room): Activity {
      sequence += 1;
      const id = `${Date.now()}-${sequence}`;
      return {
        type,
        id,
        timestamp: new Date().toISOString(),
        localTimezone: 'Europe/Berlin',
        channelId: 'msteams',
        serviceUrl: connector.serviceUrl,
        from: { id: `29:${oid}`, name, aadObjectId: oid },
        recipient: { id: '28:jitney', name: 'Jitney' },
        conversation: room
          ? { id: `${room.id};messageid=${id}`, conversationType: 'channel', isGroup: true, tenantId }
          : { id: chat, conversationType: 'personal', tenantId },
        channelData: {
          tenant: { id: tenantId },
          ...(room ? { team: room.team, channel: { id: room.id, name: room.name } } : {}),
        },
        ...more,
      };
    }

    async function post(sent: Activity): Promise<Done> {
      const since = conversations.now();
      const answer = await fetch(`${bot.url}/api/messages`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(sent),
      }).catch(() => null);
      const content = replacement(await answer?.json().catch(() => null));
      const pressed = content === null ? null : String(sent['replyToId']);
      if (pressed !== null) conversations.replace(pressed, content);
      return {
        activity: sent,
        status: answer?.status ?? 0,
        card: conversations.look(chat).find(({ id }) => id === pressed) ?? null,
        reply: (match, where) => wait(placeOf(where), match, since),
        replies: (where) => conversations.look(placeOf(where)).filter(({ changed }) => changed >= since),
      };
    }

    const self: TeamsPerson = {
      name,
      oid,
      open: () => post(activity('installationUpdate', { action: 'add' })),
      remove: (room) => {
        const conversation = { id: room.id, conversationType: 'channel', isGroup: true, tenantId };
        return post(activity('installationUpdate', { action: 'remove', conversation }, room));
      },
      say: (text, where = {}) => {
        const mention = '<at>Jitney</at>';
        const mentioned = { type: 'mention', text: mention, mentioned: { id: '28:jitney', name: 'Jitney' } };
        const said = where.in ? { text: `${mention} ${text}`, entities: [mentioned] } : { text };
        return post(activity('message', said, where.in));
      },
      press: (card, title, inputs = {}, data = {}) => {
        const button = nodes(card.content).find((node) => node.type === 'Action.Execute' && node['title'] === title);
        if (!button) throw new Error(`no button “${title}” on:\n${tell([card])}`);
        const sent = { ...(button['data'] as Inputs), ...data, ...inputs };
        const action = { type: 'Action.Execute', title, verb: data['verb'] ?? button['verb'], data: sent };
        return post(activity('invoke', { name: 'adaptiveCard/action', replyToId: card.id, value: { action } }));
      },
      redeliver: (done) => post(done.activity),
      edit: ({ activity: { id, conversation } }, text) =>
        post({
          ...activity('messageUpdate', { text, id, conversation }),
          channelData: { tenant: { id: tenantId }, eventType: 'editMessage' },
        }),
      cards: (where) => conversations.look(placeOf(where)),
      waitForCard: (match, where) => wait(placeOf(where), match, 0),
      signIn: async (card) => {
        const link = nodes(card.content).find(({ type }) => type === 'Action.OpenUrl');
        if (!link) throw new Error(`no link on:\n${tell([card])}`);
        const page = await fetch(String(link['url']));
        return (await page.text()).replace(/<style>.*?<\/style>|<[^>]*>|\s+/gs, ' ');
      },
      arrive: async () => {
        await self.open();
        const asked = await self.say('sign in');
        const page = await self.signIn(await asked.reply((card) => card.buttons.includes('Sign in')));
        if (!page.includes('You are signed in')) throw new Error(`${name} could not sign in: ${page}`);
        await asked.reply(/Signed in/);
      },
    };
    return self;
  }

  return {
    connector,
    channel: { ...team.channel, team },
    person,
    close: () => connector.close(),
  };
}

/** The card that an answer to a press brings; null when the pressed one stays. */
function replacement(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('type' in body) || !('value' in body)) return null;
  return body.type === 'application/vnd.microsoft.card.adaptive' ? body.value : null;
}
