import { nodes } from '../cards/reading.ts';
import type { StartedBot } from './bot.ts';
import { signInInBrowser } from './browser-sign-in.ts';
import { startConnector } from './connector.ts';
import type { RecordingConnector } from './connector.ts';
import { cardOf, createConversations } from './conversations.ts';
import type { Card } from './conversations.ts';
import type { SandboxState, StartedSandbox } from './sandbox.ts';

export type { Card } from './conversations.ts';

export type Match = RegExp | ((card: Card) => boolean);

/** A place that several people share; a chat of two calls itself personal, as Teams has it. */
export type Room = {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'groupChat' | 'personal';
  /** null where no team is. */
  readonly team: Activity | null;
};
export type Where = { readonly in?: Room };
export type Activity = Readonly<Record<string, unknown>>;
type Inputs = Readonly<Record<string, string>>;

/** What somebody did, and what is new since. */
export type Done = {
  readonly activity: Activity;
  /** HTTP status of the bot's answer; 0 when the connection broke. */
  readonly status: number;
  /** The body of the bot's answer. */
  readonly answer: unknown;
  /** The card that took the place of the pressed one; null when it stayed. */
  readonly card: Card | null;
  /** What the person alone is told, in place of a card. */
  readonly line: string | null;
  /** The newest new or changed message that matches; waits for it. */
  reply(match: Match, where?: Where): Promise<Card>;
  /** All that is new or changed since, as it looks now. */
  replies(where?: Where): readonly Card[];
};

/** What a search brought. */
export type Found = {
  readonly status: number;
  /** title and text as the person picks from them; card as it goes into the chat. */
  readonly results: readonly { readonly title: string; readonly text: string; readonly card: Card }[];
  /** What is said where there are none. */
  readonly line: string | null;
};

export type TeamsPerson = {
  readonly name: string;
  readonly oid: string;
  /** Adds the bot: from now on the person can be reached by it. */
  open(): Promise<Done>;
  /** Teams tells that others came into a room. */
  join(room: Room): Promise<Done>;
  /** Takes the bot out of a room. */
  remove(room: Room): Promise<Done>;
  say(text: string, where?: Where): Promise<Done>;
  /** Presses a button with exactly the data on this card; `data` replaces parts of it, as only an attacker does. */
  press(card: Card, title: string, inputs?: Inputs, data?: Inputs, where?: Where): Promise<Done>;
  /** Types into the search of the message extension. */
  search(query: string, where?: Where, options?: Activity): Promise<Found>;
  /** Opens the form of the message extension; where there is none, what is said. */
  form(where?: Where): Promise<Card>;
  /** Presses the form's button. */
  submit(form: Card, inputs: Inputs, where?: Where, data?: Inputs): Promise<Done>;
  /** What one of this person's clients does by itself when it sees such a card: brings a token for the wish on it. */
  exchange(card: Card, token: string): Promise<Done>;
  /** What it does when a press was answered with the wish for a sign-in: presses once more, with a token. */
  pressSignedOn(pressed: Done, token: string): Promise<Done>;
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
  readonly groupChat: Room;
  /** Another channel of the same team. */
  readonly secondChannel: Room;
  /** A chat of two people that the bot is no part of. */
  readonly twoPeople: Room;
  person(name: string): TeamsPerson;
  /** Somebody whom the tenant does not know. */
  somebody(name: string, oid: string): TeamsPerson;
  close(): Promise<void>;
};

/** Shorter than a test may take, so that a red one tells what it waited for. */
const patienceMs = 25_000;

/** The channel's token for activities that name this serviceUrl. */
export type Sign = (serviceUrl: string) => Promise<string>;

/** Plays Teams for several people: posts their activities to the bot and shows what comes back. Unsigned without `sign`. */
export async function startTeams(bot: StartedBot, sandbox: StartedSandbox, sign: Sign | null = null): Promise<Teams> {
  const connector = await startConnector();
  const conversations = createConversations(connector);
  const { people, team, tenantId } = (await sandbox.state()) as SandboxState & {
    readonly team: Activity & { readonly channel: { readonly id: string; readonly name: string } };
  };
  let sequence = 0;

  async function deliver(sent: Activity): Promise<Response> {
    const signed = sign === null ? {} : { Authorization: `Bearer ${await sign(connector.serviceUrl)}` };
    return fetch(`${bot.url}/api/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...signed },
      body: JSON.stringify(sent),
    });
  }

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
    return somebody(name, oid);
  }

  function somebody(name: string, oid: string): TeamsPerson {
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
        conversation: room ? conversationIn(room, id) : { id: chat, conversationType: 'personal', tenantId },
        channelData: {
          tenant: { id: tenantId },
          ...(room?.team ? { team: room.team, channel: { id: room.id, name: room.name } } : {}),
        },
        ...more,
      };
    }

    function conversationIn({ id, kind }: Room, message: string): Activity {
      const place = { conversationType: kind, tenantId, ...(kind === 'personal' ? {} : { isGroup: true }) };
      return { ...place, id: kind === 'channel' ? `${id};messageid=${message}` : id };
    }

    async function ask(name: string, value: Activity, where: Where): Promise<{ status: number; body: ComposeBody }> {
      const sent = activity('invoke', { name: `composeExtension/${name}`, value }, where.in);
      const answer = await deliver(sent);
      return { status: answer.status, body: (await answer.json().catch(() => ({}))) as ComposeBody };
    }

    async function post(sent: Activity): Promise<Done> {
      const since = conversations.now();
      const answer = await deliver(sent).catch(() => null);
      const body: unknown = await answer?.json().catch(() => null);
      const content = replacement(body);
      const pressed = content === null ? null : String(sent['replyToId']);
      if (pressed !== null) conversations.replace(pressed, content);
      return {
        activity: sent,
        status: answer?.status ?? 0,
        answer: body,
        card: conversations.look(chat).find(({ id }) => id === pressed) ?? null,
        line: lineOf(body),
        reply: (match, where) => wait(placeOf(where), match, since),
        replies: (where) => conversations.look(placeOf(where)).filter(({ changed }) => changed >= since),
      };
    }

    const self: TeamsPerson = {
      name,
      oid,
      open: () => post(activity('installationUpdate', { action: 'add' })),
      join: (room) => {
        const conversation = { id: room.id, conversationType: 'channel', isGroup: true, tenantId };
        const membersAdded = [{ id: '29:new', aadObjectId: '99999999-0000-4000-8000-000000000001' }];
        return post(activity('conversationUpdate', { membersAdded, conversation }, room));
      },
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
      press: (card, title, inputs = {}, data = {}, where = {}) => {
        const button = nodes(card.content).find((node) => node.type === 'Action.Execute' && node['title'] === title);
        if (!button) throw new Error(`no button “${title}” on:\n${tell([card])}`);
        const sent = { ...(button['data'] as Inputs), ...data, ...inputs };
        const action = { type: 'Action.Execute', title, verb: data['verb'] ?? button['verb'], data: sent };
        const press = { name: 'adaptiveCard/action', replyToId: card.id, value: { action } };
        return post(activity('invoke', press, where.in));
      },
      search: async (query, where = {}, options = { skip: 0, count: 25 }) => {
        const parameters = [query === '' ? { name: 'initialRun', value: 'true' } : { name: 'query', value: query }];
        const value = { commandId: 'groups', parameters, queryOptions: options };
        const { status, body } = await ask('query', value, where);
        const results = (body.composeExtension?.attachments ?? []).map(({ preview, content }, index) => ({
          ...preview.content,
          card: cardOf(content, { id: `found-${index}`, conversationId: placeOf(where), changed: 0 }),
        }));
        return { status, results, line: body.composeExtension?.text ?? null };
      },
      form: async (where = {}) => {
        const { body } = await ask('fetchTask', { commandId: 'activate', commandContext: 'compose' }, where);
        const { value } = body.task ?? {};
        const content = typeof value === 'object' ? value.card.content : { type: 'TextBlock', text: value ?? '' };
        return cardOf(content, { id: 'form', conversationId: placeOf(where), changed: 0 });
      },
      submit: (form, inputs, where = {}, data = {}) => {
        const button = nodes(form.content).find((node) => node.type === 'Action.Submit');
        if (!button) throw new Error(`no form:\n${tell([form])}`);
        const filled = { ...(button['data'] as Inputs), ...data, ...inputs };
        const value = { commandId: 'activate', commandContext: 'compose', data: filled };
        return post(activity('invoke', { name: 'composeExtension/submitAction', value }, where.in));
      },
      exchange: (card, token) => {
        const { id } = (card.content as { readonly tokenExchangeResource: { readonly id: string } })
          .tokenExchangeResource;
        return post(activity('invoke', { name: 'signin/tokenExchange', value: { id, connectionName: '', token } }));
      },
      pressSignedOn: (pressed, token) => {
        const { value } = pressed.answer as {
          readonly value: { readonly tokenExchangeResource: { readonly id: string } };
        };
        const authentication = { id: value.tokenExchangeResource.id, connectionName: '', token };
        const { name: invoke, replyToId, value: before } = pressed.activity as Record<string, Activity>;
        return post(activity('invoke', { name: invoke, replyToId, value: { ...before, authentication } }));
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
        const start = await fetch(String(link['url']), { redirect: 'manual' });
        const authorize = start.headers.get('location');
        const page = authorize === null ? start : await fetch(await signInInBrowser(authorize, name));
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
    channel: { ...team.channel, kind: 'channel', team },
    secondChannel: { id: '19:second@thread.tacv2', name: 'Security', kind: 'channel', team },
    groupChat: { id: '19:lunch@thread.v2', name: 'Lunch', kind: 'groupChat', team: null },
    twoPeople: { id: '19:one_another@unq.gbl.spaces', name: '', kind: 'personal', team: null },
    person,
    somebody,
    close: () => connector.close(),
  };
}

/** What a message extension answers. */
type ComposeBody = {
  readonly composeExtension?: {
    readonly text?: string;
    readonly attachments?: readonly {
      readonly content: unknown;
      readonly preview: { readonly content: { readonly title: string; readonly text: string } };
    }[];
  };
  readonly task?: { readonly value: string | { readonly card: { readonly content: unknown } } };
};

/** The words of an answer that shows no card. */
function lineOf(body: unknown): string | null {
  const { type, value, task } = (body ?? {}) as { readonly type?: string; readonly value?: unknown } & ComposeBody;
  if (type === 'application/vnd.microsoft.activity.message') return String(value);
  return typeof task?.value === 'string' ? task.value : null;
}

/** The card that an answer to a press brings; null when the pressed one stays. */
function replacement(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('type' in body) || !('value' in body)) return null;
  return body.type === 'application/vnd.microsoft.card.adaptive' ? body.value : null;
}
