import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { render } from '../../src/cards/render.ts';
import { guard, sealer } from '../../src/cards/seal.ts';
import type { Activation } from '../../src/core/activation.ts';
import type { Message } from '../../src/core/message.ts';
import type { Place } from '../../src/core/place.ts';
import type { Reader } from '../../src/ports/chat.ts';
import type { Actor } from '../../src/ports/incoming.ts';
import type { Ports } from '../../src/ports/ports.ts';
import type { Store } from '../../src/ports/store.ts';
import { nodes } from '../cards/reading.ts';
import { activation as sample } from '../cards/samples.ts';
import { createPimModel } from './pim-model.ts';
import type { PimModel } from './pim-model.ts';

export const tid = '11111111-1111-4111-8111-111111111111';
export const cardKey = new Uint8Array(32).fill(3);
export const minute = 60_000;
export const hour = 60 * minute;

export type Sent = { readonly to: Place; readonly message: Message; readonly reader: Reader };
export type Data = Readonly<Record<string, unknown>> & {
  readonly verb: string;
  readonly id: string;
  readonly seal: string;
};

/** Everything of the program but Teams and Graph, on a real database: what presses run through. */
export type Desk = {
  readonly app: App;
  readonly ports: Ports;
  readonly model: PimModel;
  readonly sent: Sent[];
  readonly logged: string[];
  /** The present, which tests move. */
  now: number;
  /** Resolves when everything that is due was sent. */
  quiet(): Promise<void>;
  /** A request that waits for these approvers, stored as the program stores it. */
  request(approvers: readonly Actor[], changes?: Partial<Activation>): Promise<Activation>;
  /** What the button of this title carries on the card of this message for this person. */
  button(message: Message, person: Actor, title: string, chat?: string): Data;
};

let people = 0;

/** Order is looked at here and not durability, so the database lies in memory where there is such a folder. */
export function quickFolder(): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'jitney-press-'));
}

export function person(name = `Person ${people + 1}`, ofTenant = tid): Actor {
  people += 1;
  const oid = `aaaaaaaa-0000-4000-8000-${String(people).padStart(12, '0')}`;
  return { tid: ofTenant, oid, name, zone: 'Europe/Berlin' };
}

export function chatOf({ oid, tid: of }: Actor): Place {
  const serviceUrl = 'https://smba.example/';
  return {
    kind: 'personal',
    conversationId: `a:${oid}`,
    serviceUrl,
    tid: of,
    botId: '28:bot',
    name: null,
    teamGroupId: null,
  };
}

/** The same store, with the jobs that are leased and not done with in `underWay`. */
function watched(store: Store, underWay: Set<string>): Store {
  return {
    ...store,
    leaseJobs: async (...how) => {
      // What is being leased is leased in the database before it is known here.
      underWay.add('a lease');
      const leased = await store.leaseJobs(...how).finally(() => underWay.delete('a lease'));
      for (const { id } of how[4] ?? []) underWay.delete(id);
      for (const { id } of leased) underWay.add(id);
      return leased;
    },
    finishJobs: async (leased) => {
      await store.finishJobs(leased);
      for (const { id } of leased) underWay.delete(id);
    },
    postponeJob: async (leased, due) => {
      await store.postponeJob(leased, due);
      underWay.delete(leased.id);
    },
    holdJob: async (leased, until) => {
      await store.holdJob(leased, until);
      underWay.delete(leased.id);
    },
  };
}

export function createDesk(store: Store): Desk {
  const model = createPimModel(hour);
  const sent: Sent[] = [];
  const logged: string[] = [];
  const underWay = new Set<string>();
  let made = 0;
  let drawn = 0;
  const id = (): string => `${String(++made).padStart(8, '0')}-0000-4000-8000-000000000000`;
  const note = (event: string, facts?: Readonly<Record<string, unknown>>) =>
    void logged.push(JSON.stringify([event, facts]));
  const seal = sealer(cardKey, tid, () => String(++drawn).padStart(12, '0'));

  const desk = {
    model,
    sent,
    logged,
    now: Date.UTC(2026, 10, 23, 13, 5),
  };
  const ports: Ports = {
    pim: model.pim,
    directory: {
      approvers: () => Promise.resolve([]),
      isOutsider: () => Promise.resolve(false),
    } as unknown as Ports['directory'],
    chat: {
      outsiders: () => Promise.resolve('none'),
      send: (to, message, reader) => {
        sent.push({ to, message, reader });
        return Promise.resolve({ kind: 'delivered', activityId: `m${sent.length}` });
      },
      update: (to, activityId, message, reader) => {
        sent.push({ to, message, reader });
        return Promise.resolve({ kind: 'delivered', activityId });
      },
    },
    store: watched(store, underWay),
    signIn: {
      has: () => Promise.resolve(true),
      verified: () => Promise.resolve(false),
      silent: false,
      exchange: () => Promise.resolve(false),
      link: () => Promise.reject(new Error('everybody is signed in')),
      forget: () => Promise.resolve(),
    },
    clock: { now: () => desk.now, wall: () => desk.now },
    ids: { id },
    log: { info: note, warn: note, error: note },
    settings: {
      tid,
      defaultMinutes: 60,
      defaultTimeZone: 'UTC',
      adminGroupId: null,
      auditorGroupId: null,
      roomAnswers: 'neutral',
      readOnly: false,
      allowGuests: false,
    },
  };

  async function request(approvers: readonly Actor[], changes: Partial<Activation> = {}): Promise<Activation> {
    const requester = person();
    const own = id();
    const named = approvers.map(({ oid, name }) => ({ oid, name: name ?? '', reached: false }));
    const wish = {
      length: { kind: 'for', minutes: 60 },
      startAt: null,
      justification: 'fixing',
      ticket: null,
    } as const;
    const activation = sample({
      ...{ id: own, version: 1, person: { tid: requester.tid, oid: requester.oid }, personName: requester.name ?? '' },
      ...{ target: { kind: 'group', groupId: `group-${own}`, access: 'member' }, targetName: 'Azure Admins', wish },
      ...{ askedAt: desk.now, place: chatOf(requester), requestId: `r-${own}`, approvalId: `p-${own}` },
      ...{ deadline: desk.now + 24 * hour, approvers: named, readAt: desk.now },
      ...changes,
    });
    model.waits(activation, named);
    if (!(await store.commit([{ kind: 'newActivation', activation }]))) throw new Error('there is one already');
    return activation;
  }

  async function quiet(): Promise<void> {
    while (underWay.size > 0 || ((await store.nextJobDue()) ?? Infinity) <= desk.now)
      await new Promise((done) => setImmediate(done));
  }

  function button(message: Message, reader: Actor, title: string, chat = chatOf(reader).conversationId): Data {
    const { card } = render(message, { reader: { oid: reader.oid, zone: 'UTC' }, chat, now: desk.now, seal });
    const found = nodes(card).find((node) => node.type === 'Action.Execute' && node['title'] === title);
    if (!found) throw new Error(`no button ${title}`);
    return found['data'] as Data;
  }

  return Object.assign(desk, { app: createApp(ports, guard([cardKey], tid)), ports, request, button, quiet });
}
