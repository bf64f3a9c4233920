import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { notice } from '../../src/core/message.ts';
import type { Place } from '../../src/core/place.ts';
import { createOutbox } from '../../src/deliver/deliver.ts';
import type { Outbox } from '../../src/deliver/deliver.ts';
import type { Work } from '../../src/deliver/jobs.ts';
import type { Job } from '../../src/ports/job.ts';
import type { Ports } from '../../src/ports/ports.ts';
import type { Change } from '../../src/ports/store.ts';
import { settle } from '../../src/watch/settle.ts';
import { unreachable } from '../../src/watch/unreachable.ts';
import { activation, actor, adele, megan, open, tid } from '../store/fixtures.ts';
import type { OpenStore } from '../store/fixtures.ts';
import { somebody, startConnector } from '../support/connector.ts';
import type { Fault, RecordingConnector } from '../support/connector.ts';
import { startBot } from '../teams/bot-under-test.ts';
import type { BotUnderTest } from '../teams/bot-under-test.ts';

/** The outbox on a real database in front of a connector that fails as told; time is moved by hand. */

let folder: string;
let bot: BotUnderTest;
let connector: RecordingConnector;
let store: OpenStore;
let outbox: Outbox;
let ports: Ports;
const senders: Outbox[] = [];
let now = 0;
let made = 0;
const logged: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jitney-outbox-'));
  bot = await startBot();
});
afterAll(async () => {
  await bot.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  now = 1_000_000;
  logged.length = 0;
  connector = await startConnector();
  store = await open(`sqlite:${join(folder, `${++made}.db`)}`);
  const note = (event: string): void => void logged.push(event);
  const known = {
    chat: bot.bot.chat,
    store,
    clock: { now: () => now, wall: () => now },
    log: { info: note, warn: note, error: note },
    settings: { tid, defaultTimeZone: 'UTC' },
  };
  // Sending needs nothing of PIM, the directory or the sign-in.
  ports = known as unknown as Ports;
  outbox = sender('one');
});
afterEach(async () => {
  // What hangs is broken off, so that every sender comes to its end while there still is a database.
  await connector.close();
  await Promise.all(senders.splice(0).map(stop));
  await store.close();
});

async function stop(sending: Outbox): Promise<void> {
  await sending.drain();
  await sending.flush();
}

function sender(worker: string, given: Ports = ports): Outbox {
  const none = (): Promise<never> => Promise.reject(new Error('no such work here'));
  const others = { resume: none, end: none, renew: none, keepTrying: none, linkLater: none };
  const work: Work = { ...others, unreachable: (job, at) => unreachable(ports, job, at) };
  const created = createOutbox(given, work, worker);
  senders.push(created);
  return created;
}

function chatOf(name: string): Place {
  const { serviceUrl } = connector;
  return {
    kind: 'personal',
    conversationId: `a:${name}`,
    serviceUrl,
    tid,
    botId: '28:bot',
    name: null,
    teamGroupId: null,
  };
}

function roomOf(name: string): Place {
  return { ...chatOf(name), kind: 'channel', conversationId: `19:${name}@thread.tacv2`, name };
}

function line(to: string, text: string): Change {
  const job: Job = { kind: 'notice', key: text, to: chatOf(to), oid: to, message: notice('○', text) };
  return { kind: 'job', job, due: now };
}

function card(id: string, reader: Extract<Job, { kind: 'card' }>['reader']): Change {
  return { kind: 'job', job: { kind: 'card', activationId: id, reader }, due: now };
}

/** Lets time pass in steps, and the outbox look at each. */
async function pass(ms: number, step = 250): Promise<void> {
  for (const end = now + ms; now < end; now += step) await outbox.flush();
}

function said(): readonly string[] {
  return connector.accepted.map(({ activity }) => JSON.stringify(activity));
}

function answer(status: number, code = 'ServiceError', headers: Record<string, string> = {}): Fault {
  return { kind: 'answer', status, code, headers };
}

/** A request of Megan's that waits for two people with chats, with its cards to be sent. */
async function waiting(): Promise<void> {
  await store.remember(chatOf('first'), actor({ tid, oid: 'first' }), now);
  await store.remember(chatOf('second'), actor({ tid, oid: 'second' }), now);
  const approvers = ['first', 'second'].map((oid) => ({ oid, name: oid, reached: true }));
  await store.commit([
    { kind: 'newActivation', activation: activation('a', { phase: 'waiting', place: chatOf('megan'), approvers }) },
    card('a', { kind: 'approver', oid: 'first' }),
    card('a', { kind: 'approver', oid: 'second' }),
  ]);
}

describe('a message', () => {
  test('that was throttled comes after the time that was asked for, before the later ones, once', async () => {
    connector.fail(answer(429, 'Throttled', { 'Retry-After': '20' }));
    await store.commit([line('megan', 'first')]);
    await outbox.flush();
    now += 1;
    await store.commit([line('megan', 'second')]);
    await pass(19_000);
    expect(said()).toEqual([]);

    await pass(3_000);

    expect(said()).toEqual([expect.stringContaining('first'), expect.stringContaining('second')]);
  });

  test('that arrived is not sent again when that cannot be written down at once', async () => {
    let failures = 1;
    const leaseJobs: OpenStore['leaseJobs'] = (...asked) => {
      const isFinishing = (asked[4] ?? []).length > 0;
      return isFinishing && failures-- > 0 ? Promise.reject(new Error('the disk is full')) : store.leaseJobs(...asked);
    };
    outbox = sender('one', { ...ports, store: { ...store, leaseJobs } });
    await store.commit([line('megan', 'hello')]);

    await outbox.flush();

    expect(failures).toBe(-1);
    expect(said()).toHaveLength(1);
    expect(await store.nextJobDue()).toBeNull();
  });

  test.each([[412], [408], [502], [504]])('that met %i arrives in the end', async (status) => {
    connector.fail(answer(status));
    await store.commit([line('megan', 'hello')]);
    await pass(10_000);

    expect(said()).toEqual([expect.stringContaining('hello')]);
    // Only what may have arrived before is marked.
    expect(said()[0]?.includes('Sent once more')).toBe(status !== 412);
  });

  test('whose answer was lost after it arrived comes once more and says so; a card with a known id is only updated', async () => {
    await store.commit([{ kind: 'newActivation', activation: activation('a', { place: chatOf('megan') }) }]);
    connector.fail({ kind: 'resetAfterAccept' });
    await store.commit([card('a', { kind: 'requester' })]);
    await pass(5_000);
    expect(connector.accepted.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(said().map((text) => text.includes('Sent once more'))).toEqual([false, true]);
    expect(logged).toContain('delivery.maybeTwice');

    connector.fail({ kind: 'resetAfterAccept' });
    await store.commit([card('a', { kind: 'requester' })]);
    await pass(5_000);
    expect(connector.accepted.map(({ method }) => method)).toEqual(['POST', 'POST', 'PUT', 'PUT']);
  });

  test('of a replica that was killed while it sent is sent by the next within ten seconds, marked', async () => {
    await store.commit([line('megan', 'hello')]);
    await store.leaseJobs(now, 'the killed one', 9, 10_000);
    await pass(9_500);
    expect(said()).toEqual([]);

    await pass(1_000);

    expect(said()).toEqual([expect.stringContaining('Sent once more')]);
  });

  test('for somebody whose chat is slow holds up nobody else', async () => {
    connector.fail({ kind: 'hang' });
    await store.commit([line('slow', 'to the slow one')]);
    void outbox.flush();
    await connector.until(1);
    now += 1;
    await store.commit([line('megan', 'hello')]);
    void outbox.flush();
    await connector.until(2);

    expect(said()[1]).toContain('hello');
  });

  test('that is on its way when PIM’s time is moved alone is not sent again', async () => {
    const at = now;
    outbox = sender('one', { ...ports, clock: { now: () => now, wall: () => at } });
    connector.fail({ kind: 'hang' });
    await store.commit([line('slow', 'to the slow one')]);
    void outbox.flush();
    await connector.until(1);

    now += 3_600_000;
    await store.commit([line('megan', 'hello')]);
    void outbox.flush();
    await connector.until(2);

    expect(said()).toEqual([expect.stringContaining('to the slow one'), expect.stringContaining('hello')]);
  });

  test('to a card that was deleted is sent as a new one', async () => {
    await store.commit([{ kind: 'newActivation', activation: activation('a', { place: chatOf('megan') }) }]);
    await store.saveCard('a', { kind: 'requester' }, { place: chatOf('megan'), activityId: 'deleted' });
    connector.fail(answer(404, 'ActivityNotFoundInConversation'));
    await store.commit([card('a', { kind: 'requester' })]);
    await pass(500);

    expect(connector.accepted.map(({ method }) => method)).toEqual(['POST']);
    expect((await store.card('a', { kind: 'requester' }))?.activityId).toBe('activity-1');
  });

  test('that does not get out for minutes raises an alarm, once, and is still sent hours later', async () => {
    connector.fail(...Array.from({ length: 15 }, () => answer(401, 'Unauthorized')));
    await store.commit([line('megan', 'hello')]);
    await pass(600_000, 10_000);
    expect(logged.filter((event) => event === 'delivery.late')).toHaveLength(1);
    expect(said()).toEqual([]);

    await pass(2 * 3_600_000, 60_000);

    expect(said()).toEqual([expect.stringContaining('hello')]);
  });

  test('that nobody even begins to send raises an alarm, once in five minutes', async () => {
    await store.commit([line('megan', 'hello')]);
    for (let minute = 0; minute < 9; minute += 1) {
      now += 60_000;
      await outbox.watchDelay();
    }
    expect(logged).toEqual(['outbox.behind']);
  });
});

describe('a reader who cannot be reached', () => {
  test.each([
    [403, 'BotNotInConversationRoster'],
    [403, 'ConversationBlockedByUser'],
    [403, 'BotDisabledByAdmin'],
    [404, 'ConversationNotFound'],
  ])('%i %s: no second try, the requester’s card says so, and the other approver has it', async (status, code) => {
    await waiting();
    connector.fail(answer(status, code));
    await pass(5_000);

    expect(connector.requests.filter(({ conversationId }) => conversationId === 'a:first')).toHaveLength(1);
    expect(connector.accepted.map(({ conversationId }) => conversationId)).toEqual(['a:second', 'a:megan']);
    expect((await store.activation('a'))?.approvers.map(({ reached }) => reached)).toEqual([false, true]);
    expect(logged).toContain('reader.unreachable');
    expect(logged).not.toContain('approvers.unreachable');
  });

  test('approvers whose cards the chat refuses, shortened too, count as not reached, and can still be written to', async () => {
    await waiting();
    connector.fail(...Array.from({ length: 4 }, () => answer(400, 'BadArgument')));
    await pass(5_000);

    expect((await store.activation('a'))?.approvers.map(({ reached }) => reached)).toEqual([false, false]);
    expect((await store.knownPerson({ tid, oid: 'first' }))?.place).toEqual(chatOf('first'));
    expect(logged).toEqual(expect.arrayContaining(['delivery.givenUp', 'approvers.unreachable']));
  });

  test('an approver who has the card is reached, also when a change of it is refused', async () => {
    await waiting();
    await pass(5_000);
    await store.commit([card('a', { kind: 'approver', oid: 'first' })]);
    connector.fail(answer(400, 'BadArgument'), answer(400, 'BadArgument'));
    await pass(5_000);

    expect((await store.activation('a'))?.approvers.map(({ reached }) => reached)).toEqual([true, true]);
    expect(logged).toContain('delivery.givenUp');
  });

  test('nor any other approver: the requester is told in words, and the log has an alarm', async () => {
    await waiting();
    connector.fail(answer(403, 'BotBlocked'), answer(403, 'BotBlocked'));
    await pass(5_000);

    expect(new Set(connector.accepted.map(({ conversationId }) => conversationId))).toEqual(new Set(['a:megan']));
    expect(said().filter((text) => text.includes('problem'))).toHaveLength(1);
    expect(logged).toContain('approvers.unreachable');
  });

  test('nor any other approver: the rooms that hear of the group hear that it waits, unless outsiders read there', async () => {
    const route = { targets: null, showJustification: false, by: adele, at: now };
    const [near, open] = [roomOf('ops'), roomOf('open')];
    connector.seat(open.conversationId, [{ ...somebody, userRole: 'guest' }]);
    await store.commit([
      { kind: 'route', route: { ...route, place: near } },
      { kind: 'route', route: { ...route, place: open } },
    ]);
    await waiting();
    connector.fail(answer(403, 'BotBlocked'), answer(403, 'BotBlocked'));
    await pass(5_000);

    const rooms = connector.accepted.map(({ conversationId }) => conversationId).filter((id) => id !== 'a:megan');
    expect(rooms).toEqual([near.conversationId]);
    expect(logged).toContain('approvers.unreachable');
  });

  test('a room: its route ends, whoever set it is told, and an announcement that nobody hears is an alarm', async () => {
    await store.remember(chatOf('adele'), actor(adele), now);
    const route = { place: roomOf('ops'), targets: null, showJustification: false, by: adele, at: now };
    await store.commit([
      { kind: 'route', route },
      { kind: 'newActivation', activation: activation('a', { phase: 'active', place: chatOf('megan') }) },
      card('a', { kind: 'channel', conversationId: route.place.conversationId }),
    ]);
    connector.fail(answer(404, 'ConversationNotFound'));
    await pass(5_000);

    expect(await store.routes()).toEqual([]);
    expect(connector.accepted.map(({ conversationId }) => conversationId)).toEqual(['a:adele']);
    expect(said()[0]).toContain('I cannot post in ops any more');
    expect(logged).toContain('announcement.nowhere');
    expect((await store.ledger(0, 9)).map(({ entry }) => entry)).toEqual([
      expect.stringContaining('announcements.unreachable'),
    ]);
  });

  test('is found again when they write', async () => {
    await waiting();
    connector.fail(answer(403, 'BotBlocked'));
    await pass(1_000);
    expect((await store.knownPerson({ tid, oid: 'first' }))?.place).toBeNull();

    await store.remember(chatOf('first'), actor({ tid, oid: 'first' }), now + 1);

    expect((await store.knownPerson({ tid, oid: 'first' }))?.place).toEqual(chatOf('first'));
    expect(megan.tid).toBe(tid);
  });
});

test('the limits of Teams are kept for a burst of cards to one person and to many', async () => {
  const changes = Array.from({ length: 120 }, (_, n) => line(n < 20 ? 'megan' : `person ${n}`, `message ${n}`));
  await store.commit(changes);
  const counts: number[] = [];
  while (connector.accepted.length < changes.length) {
    const before = connector.accepted.length;
    await outbox.flush();
    counts.push(connector.accepted.length - before);
    now += 1_000;
  }
  expect(Math.max(...counts)).toBeLessThanOrEqual(30);
  expect(new Set(said()).size).toBe(120);
  expect(counts.length).toBeLessThanOrEqual(12);
});

describe.each([90_000, 3_600_000])('a clock that is set back by %i ms', (back) => {
  test('holds up neither what waited already nor the next message to the same person', async () => {
    const texts = Array.from({ length: 12 }, (_, index) => `line ${index + 10}`);
    await store.commit(texts.map((text) => line('megan', text)));
    await outbox.flush();
    expect(said().length).toBeLessThan(texts.length);

    now -= back;
    await store.commit([line('megan', 'the next')]);
    await pass(5_000);

    expect(said()).toEqual([...texts, 'the next'].map((text) => expect.stringContaining(text)));
  });

  test('holds a throttled message up no longer than the connector asked for', async () => {
    connector.fail(answer(429, 'Throttled', { 'Retry-After': '20' }));
    await store.commit([line('megan', 'hello')]);
    await outbox.flush();

    now -= back;
    await pass(19_000);
    expect(said()).toEqual([]);
    await pass(3_000);

    expect(said()).toEqual([expect.stringContaining('hello')]);
  });

  test('tries again what failed after the same while', async () => {
    connector.fail(answer(503));
    await store.commit([line('megan', 'hello')]);
    await outbox.flush();

    now -= back;
    await pass(5_000);

    expect(said()).toEqual([expect.stringContaining('hello')]);
  });

  test('while no program runs holds up nothing that waited', async () => {
    const waiting = activation('running', { phase: 'active', readAt: now + 30_000 });
    await store.commit([{ kind: 'newActivation', activation: waiting }, line('megan', 'hello')]);

    now -= back;
    outbox = sender('after the start');
    await pass(1_000);

    expect(said()).toEqual([expect.stringContaining('hello')]);
    expect((await store.dueActivations(now, 9)).map(({ id }) => id)).toEqual(['running']);
    expect(logged).toContain('clock.setBack');
  });

  test('keeps what a killed replica held no longer than its lease', async () => {
    await store.commit([line('megan', 'hello')]);
    await outbox.flush();
    await store.commit([line('adele', 'for you')]);
    await store.leaseJobs(now, 'killed', 9, 10_000);

    now -= back;
    await pass(11_000);

    expect(said()).toEqual(['hello', 'for you'].map((text) => expect.stringContaining(text)));
  });
});

test('an activation that ends while its announcement is on its way is told to have ended there', async () => {
  const place = roomOf('ops');
  const running = activation('a', { phase: 'active', requestId: 'r', seenActive: true, place: chatOf('megan') });
  await store.commit([
    { kind: 'route', route: { place, targets: null, showJustification: false, by: adele, at: now } },
    { kind: 'newActivation', activation: running },
    card('a', { kind: 'channel', conversationId: place.conversationId }),
  ]);
  const saveCard: OpenStore['saveCard'] = async (...saved) => {
    // The room has it, and nobody has written down where.
    const ended = { requestId: 'r', approvalId: null, status: 'Revoked', createdAt: null, startsAt: 1, endsAt: 2 };
    if (saved[1].kind === 'channel') await settle(ports, 'a', { ...ended, instance: null });
    return store.saveCard(...saved);
  };
  outbox = sender('one', { ...ports, store: { ...store, saveCard } });
  await pass(5_000);

  const there = connector.accepted.filter(({ conversationId }) => conversationId === place.conversationId);
  expect(there.map(({ method }) => method)).toEqual(['POST', 'PUT']);
});

test('two senders share the work, and each message goes out once', async () => {
  await store.commit(Array.from({ length: 40 }, (_, n) => line(`person ${n % 25}`, `message ${n}`)));
  const second = sender('two');
  for (const end = now + 5_000; now < end; now += 500) await Promise.all([outbox.flush(), second.flush()]);
  expect(connector.accepted).toHaveLength(40);
  expect(new Set(said()).size).toBe(40);
});
