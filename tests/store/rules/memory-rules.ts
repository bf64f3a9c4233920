import { describe, expect, test } from '@jest/globals';
import type { CardReader } from '../../../src/ports/job.ts';
import type { Parked } from '../../../src/ports/parked.ts';
import type { Change, Route } from '../../../src/ports/store.ts';
import { activation, actor, adele, channel, chat, megan, parkedSentence, stranger, tid } from '../fixtures.ts';
import type { Stores } from '../fixtures.ts';

/** What is remembered between turns: events, cards, parked wishes, people, routes. */
export function memoryRules(stores: Stores): void {
  eventRules(stores);
  cardRules(stores);
  parkedRules(stores);
  peopleRules(stores);
  routeRules(stores);
  begunRules(stores);
  sweepRules(stores);
}

function eventRules({ store: fresh, replica }: Stores): void {
  describe('events', () => {
    test('refuses an event that was delivered before, however many deliveries come at once', async () => {
      const [store, other] = [await fresh(), await replica()];

      const claims = await Promise.all(
        Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? store : other).claim('e1', megan, chat(), 5)),
      );

      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await store.claim('e1', adele, channel(), 6)).toBe(false);
      expect(await store.claim('e2', megan, chat(), 6)).toBe(true);
    });

    test('finds each event that nobody answered once, and none that was answered', async () => {
      const store = await fresh();
      for (const [n, id] of ['answered', 'silent', 'nobody', 'young'].entries()) {
        await store.claim(id, id === 'nobody' ? null : megan, chat(), 10 + n);
      }
      await store.commit([{ kind: 'answered', eventId: 'answered' }]);

      expect(await store.unanswered(13)).toEqual([
        { eventId: 'silent', place: chat(), oid: megan.oid },
        { eventId: 'nobody', place: chat(), oid: null },
      ]);
      const once = { kind: 'answered', once: true } as const;
      expect(await store.commit([{ ...once, eventId: 'silent' }])).toBe(true);
      expect(await store.commit([{ ...once, eventId: 'silent' }])).toBe(false);
      expect(await store.commit([{ kind: 'answered', eventId: 'silent' }])).toBe(true);
      expect((await store.unanswered(13)).map(({ eventId }) => eventId)).toEqual(['nobody']);
      expect(await store.claim('silent', megan, chat(), 20)).toBe(false);
    });
  });
}

function begunRules({ store: fresh }: Stores): void {
  test('knows what an event began: the wishes it made, and the one whose newest step it claimed', async () => {
    const store = await fresh();
    const step = { kind: 'decide', by: { oid: adele.oid, name: 'Adele' }, at: 5 } as const;
    await store.commit([{ kind: 'newActivation', activation: activation('a'), eventId: 'e1' }]);
    await store.commit([{ kind: 'activation', activation: activation('a', { version: 2, step }), eventId: 'e2' }]);
    await store.commit([{ kind: 'activation', activation: activation('a', { version: 3 }) }]);

    expect(await store.begunBy('e1')).toEqual({ made: [activation('a', { version: 3 })], stepped: [] });
    expect(await store.begunBy('e2')).toEqual({ made: [], stepped: [activation('a', { version: 3 })] });
    expect(await store.begunBy('e3')).toEqual({ made: [], stepped: [] });
  });
}

function sweepRules({ store: fresh }: Stores): void {
  describe('what is old', () => {
    const day = 86_400_000;
    const now = 1_000 * day;

    test('goes, a few rows at a time, and what is young or open stays', async () => {
      const store = await fresh();
      const old = { askedAt: now - 91 * day, version: 1 };
      await store.claim('old event', megan, chat(), now - 8 * day);
      await store.claim('young event', megan, chat(), now - 6 * day);
      await store.claim('open event', megan, chat(), now - 8 * day);
      await store.commit([
        { kind: 'answered', eventId: 'old event' },
        { kind: 'answered', eventId: 'young event' },
        { kind: 'newActivation', activation: activation('over', { ...old, phase: 'ended' }) },
        { kind: 'newActivation', activation: activation('open', { ...old, phase: 'active' }) },
        { kind: 'newActivation', activation: activation('young', { askedAt: now - 89 * day, phase: 'ended' }) },
        { kind: 'park', parked: parkedSentence('old wish', { expiresAt: now - 2 * day }) },
        { kind: 'park', parked: parkedSentence('young wish', { expiresAt: now }) },
      ]);
      for (const id of ['over', 'open']) {
        await store.saveCard(id, { kind: 'requester' }, { place: chat(), activityId: 'x' });
        await store.saveParkedCard(`${id === 'over' ? 'old' : 'young'} wish`, { place: chat(), activityId: 'x' });
      }

      while ((await store.sweep(now, 1)) > 0);

      expect(await store.claim('old event', megan, chat(), now)).toBe(true);
      expect(await store.claim('young event', megan, chat(), now)).toBe(false);
      expect(await store.claim('open event', megan, chat(), now)).toBe(false);
      expect(await Promise.all(['over', 'open', 'young'].map((id) => store.activation(id)))).toEqual([
        null,
        expect.objectContaining({ id: 'open' }),
        expect.objectContaining({ id: 'young' }),
      ]);
      expect(await store.card('over', { kind: 'requester' })).toBeNull();
      expect(await store.card('open', { kind: 'requester' })).not.toBeNull();
      expect([await store.parked('old wish'), await store.parkedCard('old wish')]).toEqual([null, null]);
      expect([await store.parked('young wish'), await store.parkedCard('young wish')]).not.toContain(null);
    });

    test('is left as it is when nothing is', async () => {
      expect(await (await fresh()).sweep(now, 100)).toBe(0);
    });
  });
}

function cardRules({ store: fresh }: Stores): void {
  describe('cards', () => {
    test('knows which message shows an activation to each reader, and follows it to a new message', async () => {
      const store = await fresh();
      const readers: readonly CardReader[] = [
        { kind: 'approver', oid: adele.oid },
        { kind: 'channel', conversationId: '19:a:b@thread.tacv2' },
        { kind: 'requester' },
      ];
      for (const [n, reader] of readers.entries()) {
        await store.saveCard('a', reader, { place: chat(`a:${n}`), activityId: `m${n}` });
      }
      await store.saveCard('a', { kind: 'requester' }, { place: chat('a:moved'), activityId: null });

      expect(await store.cardReaders('a')).toEqual(readers);
      expect(await store.card('a', readers[1]!)).toEqual({ place: chat('a:1'), activityId: 'm1' });
      expect(await store.card('a', { kind: 'requester' })).toEqual({ place: chat('a:moved'), activityId: null });
      expect(await store.card('b', { kind: 'requester' })).toBeNull();
      expect(await store.cardReaders('b')).toEqual([]);
    });

    test('knows a room whose card is on its way before it is known where it stands, until nothing is on its way', async () => {
      const store = await fresh();
      const reader: CardReader = { kind: 'channel', conversationId: '19:a@thread.tacv2' };
      const other: CardReader = { kind: 'channel', conversationId: '19:b@thread.tacv2' };
      const room = { ...chat('19:a@thread.tacv2'), kind: 'channel' } as const;
      const routes = [room, { ...room, conversationId: '19:b@thread.tacv2' }].map((place): Change => ({
        kind: 'route',
        route: { place, targets: null, showJustification: false, by: adele, at: 1 },
      }));
      const sending = (activationId: string, to: CardReader): Change => ({
        kind: 'job',
        job: { kind: 'card', activationId, reader: to },
        due: 10,
      });
      await store.commit([...routes, sending('a', reader), sending('b', other)]);

      expect(await store.cardReaders('a')).toEqual([reader]);
      const jobs = await store.leaseJobs(10, 'one', 9, 1_000);
      expect(await store.cardReaders('a')).toEqual([reader]);
      await store.saveCard('a', reader, { place: room, activityId: 'm1' });
      expect(await store.cardReaders('a')).toEqual([reader]);
      await store.finishJobs(jobs);

      expect(await store.cardReaders('a')).toEqual([reader]);
      expect(await store.cardReaders('b')).toEqual([]);
    });

    test('knows the sign-in card of a parked wish', async () => {
      const store = await fresh();
      expect(await store.parkedCard('p')).toBeNull();
      await store.saveParkedCard('p', { place: chat(), activityId: 'm1' });
      await store.saveParkedCard('p', { place: chat(), activityId: 'm2' });

      expect(await store.parkedCard('p')).toEqual({ place: chat(), activityId: 'm2' });
    });
  });
}

const noAsk = { minutes: null, until: null, startAt: null, justification: null, ticket: null };

function parkedRules({ store: fresh, replica }: Stores): void {
  describe('parked wishes', () => {
    test('tells what waits for a sign-in of this person, the oldest first, and nothing that waits for an answer', async () => {
      const store = await fresh();
      const question = { kind: 'extension', activationId: 'a', ask: noAsk } as const;
      const check = { claims: '{}', targetName: 'Azure Admins' };
      const parked = [
        parkedSentence('late', { expiresAt: 300 }),
        parkedSentence('early', { expiresAt: 200 }),
        parkedSentence('check', { expiresAt: 250, body: question, check }),
        parkedSentence('question', { expiresAt: 250, body: question }),
        parkedSentence('over', { expiresAt: 100 }),
        parkedSentence('others', { expiresAt: 250, person: adele }),
        parkedSentence('taken', { expiresAt: 250 }),
      ];
      for (const one of parked) await store.commit([{ kind: 'park', parked: one }]);
      await store.takeParked('taken', megan, 150);

      expect((await store.parkedFor(megan, 150)).map(({ id }) => id)).toEqual(['early', 'check', 'late']);
      expect((await store.parkedFor(megan, 150))[1]?.check).toEqual(check);
    });

    test('hands a wish to its own person, once, and before it expires', async () => {
      const [store, other] = [await fresh(), await replica()];
      const wish = parkedSentence('p');
      await store.commit([{ kind: 'park', parked: wish }]);

      expect(await store.takeParked('p', adele, 2_000)).toBeNull();
      expect(await store.takeParked('p', stranger, 2_000)).toBeNull();
      expect(await store.takeParked('p', megan, 10_000)).toBeNull();
      expect(await store.takeParked('unknown', megan, 2_000)).toBeNull();
      const takes = [store, other, store, other].map((each) => each.takeParked('p', megan, 9_999));
      expect((await Promise.all(takes)).filter((taken) => taken !== null)).toEqual([wish]);
    });

    test('is taken with what follows from it, or not at all', async () => {
      const store = await fresh();
      const parked = parkedSentence('p');
      await store.commit([{ kind: 'park', parked }]);
      const takeAnd = (id: string) => [
        { kind: 'takeParked', parked, at: 2_000 } as const,
        { kind: 'newActivation', activation: activation(id) } as const,
      ];

      expect(await store.commit(takeAnd('first'))).toBe(true);
      expect(await store.commit(takeAnd('second'))).toBe(false);
      expect(await store.takeParked('p', megan, 2_000)).toBeNull();
      expect(await store.activation('second')).toBeNull();
    });

    test('can still say what a wish was after it was taken', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'park', parked: parkedSentence('p') }]);
      await store.takeParked('p', megan, 2_000);

      expect(await store.parked('p')).toEqual(parkedSentence('p'));
      expect(await store.parked('unknown')).toBeNull();
    });

    test('reports each sign-in that nobody finished once, and no question', async () => {
      const store = await fresh();
      const action: Parked['body'] = { kind: 'action', verb: 'approve', id: 'a', reason: 'ok' };
      const stepUp: Parked['body'] = { kind: 'stepUp', activationId: 'a', targetName: 'Azure Admins' };
      const choice: Parked['body'] = {
        kind: 'choice',
        verb: 'activate',
        options: [],
        ask: { minutes: null, until: null, startAt: null, justification: null, ticket: null },
      };
      const wishes = [
        parkedSentence('taken'),
        parkedSentence('sentence'),
        parkedSentence('action', { body: action }),
        parkedSentence('stepUp', { body: stepUp }),
        parkedSentence('choice', { body: choice }),
        parkedSentence('young', { expiresAt: 10_001 }),
      ];
      await store.commit(wishes.map((parked) => ({ kind: 'park', parked })));
      await store.takeParked('taken', megan, 2_000);

      expect((await store.takeExpiredParked(10_000)).map(({ id }) => id).sort()).toEqual([
        'action',
        'sentence',
        'stepUp',
      ]);
      expect(await store.takeExpiredParked(10_000)).toEqual([]);
    });

    test('refuses to park a second wish under the same id', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'park', parked: parkedSentence('p') }]);

      expect(await store.commit([{ kind: 'park', parked: parkedSentence('p', { person: adele }) }])).toBe(false);
      expect((await store.parked('p'))?.person).toEqual(megan);
    });
  });
}

function peopleRules({ store: fresh }: Stores): void {
  describe('people', () => {
    test('remembers the newest name, zone and personal chat; a room is not where a person is written to', async () => {
      const store = await fresh();
      await store.remember(channel(), actor(megan, { name: 'Megan \u0000 Bowen' }), 10);
      expect(await store.knownPerson(megan)).toEqual({
        person: megan,
        name: 'Megan \u0000 Bowen',
        zone: 'Europe/Berlin',
        place: null,
      });

      await store.remember(chat('a:1'), actor(megan, { zone: null }), 20);
      await store.remember(chat('a:2'), actor(megan, { name: null, zone: 'America/Lima' }), 30);
      await store.remember(chat('a:late'), actor(megan, { name: 'Old Name' }), 25);
      expect(await store.knownPerson(megan)).toMatchObject({ name: 'Megan Bowen', zone: 'America/Lima' });
      await store.remember(channel(), actor(megan, { name: 'Megan B' }), 40);

      expect(await store.knownPerson(megan)).toEqual({
        person: megan,
        name: 'Megan B',
        zone: 'Europe/Berlin',
        place: chat('a:2'),
      });
      expect(await store.knownPerson(stranger)).toBeNull();
    });

    test('takes the first personal chat even when it arrives after a newer message in a room', async () => {
      const store = await fresh();
      await store.remember(channel(), actor(megan), 20);
      await store.remember(chat(), actor(megan), 10);

      expect((await store.knownPerson(megan))?.place).toEqual(chat());
    });

    test('knows when somebody was last seen, to the minute, though nothing about them was new', async () => {
      const store = await fresh();
      await store.remember(chat('a:2'), actor(megan), 10);
      await store.remember(chat('a:2'), actor(megan), 60_011);
      await store.remember(chat('a:late'), actor(megan, { name: 'Old Name' }), 60_010);

      expect(await store.knownPerson(megan)).toMatchObject({ name: 'Megan Bowen', place: chat('a:2') });
    });

    test('forgets a chat that is gone, and learns it again', async () => {
      const store = await fresh();
      await store.remember(chat(), actor(megan), 10);
      await store.forgetPlace(chat().conversationId);
      expect(await store.knownPerson(megan)).toMatchObject({ name: 'Megan Bowen', place: null });

      await store.remember(chat(), actor(megan), 11);
      expect((await store.knownPerson(megan))?.place).toEqual(chat());
    });

    test('finds several people of one tenant', async () => {
      const store = await fresh();
      await store.remember(chat('a:1'), actor(megan), 10);
      await store.remember(chat('a:2'), actor(adele), 10);
      await store.remember(chat('a:3'), actor(stranger), 10);

      const found = await store.knownPeople(tid, [megan.oid, adele.oid, 'nobody']);

      expect(found.map(({ person }) => person.oid).sort()).toEqual([megan.oid, adele.oid].sort());
      expect(found.every(({ person }) => person.tid === tid)).toBe(true);
      expect(await store.knownPeople(tid, [])).toEqual([]);
    });
  });
}

function routeRules({ store: fresh }: Stores): void {
  describe('routes', () => {
    const route: Route = {
      place: channel(),
      targets: [{ groupId: 'g', name: 'Azure Admins' }],
      showJustification: false,
      by: megan,
      at: 10,
    };

    test('keeps one route a room, the last one set, until it is dropped', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'route', route }]);
      await store.commit([{ kind: 'route', route: { ...route, targets: null, at: 20 } }]);
      await store.commit([{ kind: 'route', route: { ...route, place: channel('19:other') } }]);

      expect(await store.routes()).toHaveLength(2);
      expect(await store.route(channel().conversationId)).toEqual({ ...route, targets: null, at: 20 });
      await store.commit([{ kind: 'noRoute', conversationId: channel().conversationId }]);
      expect(await store.route(channel().conversationId)).toBeNull();
      expect(await store.routes()).toHaveLength(1);
    });

    test('follows a room to its new service address and keeps the names that an event does not repeat', async () => {
      const store = await fresh();
      await store.commit([{ kind: 'route', route }]);
      const seen = { ...channel(), serviceUrl: 'https://smba.example/amer/', name: null, teamGroupId: null };

      await store.remember({ ...seen, serviceUrl: 'https://smba.example/older/' }, null, 9);
      await store.remember(seen, actor(megan), 30);

      const place = { ...channel(), serviceUrl: 'https://smba.example/amer/' };
      expect(await store.route(channel().conversationId)).toEqual({ ...route, place });
    });
  });
}
