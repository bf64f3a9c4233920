import type { Incoming } from '../../src/ports/incoming.ts';
import { activityShape } from '../../src/teams/activity.ts';
import { toIncoming } from '../../src/teams/incoming.ts';
import { nodes } from '../cards/reading.ts';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import type { Card } from '../support/conversations.ts';
import { time } from './time.ts';
import type { Process } from './wire.ts';
import type { Host, World } from './world.ts';

type Activity = Readonly<Record<string, unknown>>;

/** One thing that somebody did in Teams, and what became of it. */
export type Deed = {
  readonly oid: string;
  readonly activity: Activity;
  readonly at: number;
  readonly what: string;
  /** How many messages the chats had taken when it was last delivered. */
  since: number;
  /** The programs that it was delivered to, and whether they came to the end of it. */
  readonly takers: { readonly process: Process; isOver: boolean }[];
  /** Its press was answered with a card, or the bot has said so itself. */
  answered: boolean;
};

export type Person = { readonly oid: string; readonly name: string; readonly upn: string };

export type People = {
  readonly all: readonly Person[];
  readonly deeds: readonly Deed[];
  say(person: Person, text: string): void;
  sayInChannel(person: Person, text: string): void;
  open(person: Person): void;
  press(person: Person, card: Card, title: string): void;
  /** The same activity once more; `anew` gives it a new id, as Teams' second layer does. */
  again(deed: Deed, anew: boolean): void;
  /** The same activity to a program that has not seen it, while the one that has may still be at it. */
  elsewhere(deed: Deed): void;
  follow(person: Person, card: Card): void;
  cards(person: Person): readonly Card[];
};

export const channel = '19:operations@thread.tacv2';

export function createPeople(world: World): People {
  const { chance, wire, cloud, connector, conversations } = world;
  const { people, tenantId, groups } = cloud.world();
  const deeds: Deed[] = [];
  const team = groups.find(({ name }) => name === 'Cloud Operations')!;
  let sequence = 0;

  function activity({ oid, name }: Person, type: string, more: Activity, inChannel = false): Activity {
    sequence += 1;
    const id = `${time.now()}-${sequence}`;
    const chat = { id: `a:${oid}`, conversationType: 'personal', tenantId };
    const room = { id: `${channel};messageid=${id}`, conversationType: 'channel', isGroup: true, tenantId };
    return {
      type,
      id,
      timestamp: new Date().toISOString(),
      localTimezone: 'Europe/Berlin',
      channelId: 'msteams',
      serviceUrl: connector.serviceUrl,
      from: { id: `29:${oid}`, name, aadObjectId: oid },
      recipient: { id: '28:jitney', name: 'Jitney' },
      conversation: inChannel ? room : chat,
      channelData: {
        tenant: { id: tenantId },
        ...(inChannel ? { team: { id: '19:team', aadGroupId: team.id, name: team.name } } : {}),
      },
      ...more,
    };
  }

  function post(person: Person, sent: Activity, what: string): void {
    const deed: Deed = {
      oid: person.oid,
      activity: sent,
      at: time.now(),
      what,
      since: 0,
      takers: [],
      answered: false,
    };
    deeds.push(deed);
    world.told(`${person.name} ${what}`);
    deliver(deed, 3);
  }

  /** To any replica that runs; when none does, or it dies on it, Teams tries again a little later. */
  function deliver(deed: Deed, tries: number, isElsewhere = false): void {
    const retry = (): void => {
      if (tries > 1) setTimeout(() => deliver(deed, tries - 1), 15_000);
    };
    const running = world.hosts.filter(({ program }) => program?.process.alive === true);
    const fresh = running.filter(({ program }) => !deed.takers.some(({ process }) => process === program?.process));
    const up = isElsewhere && fresh.length > 0 ? fresh : running;
    const [host] = up.length === 0 ? [] : [chance.pick(up)];
    if (!host) return retry();
    if (deed.takers.length === 0) deed.since = conversations.now();
    const { process } = host.program!;
    const taker = { process, isOver: false };
    deed.takers.push(taker);
    void wire.as(process, () => handle(host, deed)).then(() => (taker.isOver = true));
    setTimeout(() => {
      if (!process.alive && !deed.answered) {
        world.count('F25');
        retry();
      }
    }, 16_000);
  }

  async function handle(host: Host, deed: Deed): Promise<void> {
    const incoming = toIncoming(activityShape.parse(deed.activity), time.now()) as Incoming;
    const message = await host.program!.replica.app.handle(incoming);
    if (message === null) return;
    deed.answered = true;
    const { card } = host.program!.replica.render(message, { oid: deed.oid, zone: 'Europe/Berlin' }, `a:${deed.oid}`);
    const pressed = deed.activity['replyToId'];
    if (typeof pressed === 'string') conversations.replace(pressed, card);
  }

  function inputs(card: Card): Record<string, string> {
    const wanted = nodes(card.content).filter(({ type }) => type.startsWith('Input.'));
    return Object.fromEntries(
      wanted.map((input) => {
        const choices = (input['choices'] ?? []) as readonly { readonly value: string }[];
        const value = choices.length > 0 ? chance.pick(choices).value : `because ${chance.below(1000)} INC00123`;
        return [String(input['id']), value] as const;
      }),
    );
  }

  return {
    all: people.map(({ id, name, upn }) => ({ oid: id, name, upn })),
    deeds,
    say: (person, text) => post(person, activity(person, 'message', { text }), `says “${text}”`),
    sayInChannel: (person, text) =>
      post(person, activity(person, 'message', { text }, true), `says in the channel “${text}”`),
    open: (person) => post(person, activity(person, 'installationUpdate', { action: 'add' }), 'opens the chat'),
    press: (person, card, title) => {
      const button = nodes(card.content).find((node) => node.type === 'Action.Execute' && node['title'] === title);
      if (!button) return;
      const action = { verb: button['verb'], data: { ...(button['data'] as Activity), ...inputs(card) } };
      const press = { name: 'adaptiveCard/action', replyToId: card.id, value: { action } };
      post(person, activity(person, 'invoke', press), `presses ${title} on “${card.text.split('\n')[0] ?? ''}”`);
    },
    again: (deed, anew) => {
      if (!anew) {
        world.told(`Teams sends again: ${deed.what}`);
        return deliver(deed, 1);
      }
      sequence += 1;
      const person = people.find(({ id }) => id === deed.oid)!;
      const fresh = { ...deed.activity, id: `${time.now()}-${sequence}` };
      post({ oid: person.id, name: person.name, upn: person.upn }, fresh, `(sent again with a new id) ${deed.what}`);
    },
    elsewhere: (deed) => {
      world.told(`Teams sends elsewhere too: ${deed.what}`);
      deliver(deed, 1, true);
    },
    follow: (person, card) => {
      const link = nodes(card.content).find(({ type }) => type === 'Action.OpenUrl');
      const up = world.hosts.filter(({ program }) => program?.process.alive === true);
      const url = URL.parse(String(link?.['url']));
      if (url?.pathname !== '/auth/start' || up.length === 0) return;
      const { replica, process } = chance.pick(up).program!;
      world.told(`${person.name} signs in`);
      void (async () => {
        const start = await wire.as(process, () => replica.visit(url));
        if (start.headers['Location'] === undefined) return;
        const back = await signInInBrowser(start.headers['Location'], person.upn);
        await wire.as(process, () => replica.visit(back));
      })().catch((error: unknown) => world.told(`the sign-in failed: ${String(error)}`));
    },
    cards: ({ oid }) => conversations.look(`a:${oid}`),
  };
}
