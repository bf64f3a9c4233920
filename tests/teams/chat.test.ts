import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { notice } from '../../src/core/message.ts';
import type { Place } from '../../src/core/place.ts';
import type { Chat, Delivery, Reader } from '../../src/ports/chat.ts';
import { saysSentAgain, startConnector } from '../support/connector.ts';
import type { Fault, Received, RecordingConnector } from '../support/connector.ts';
import { startBot } from './bot-under-test.ts';
import type { BotUnderTest } from './bot-under-test.ts';
import { adele, tenantId } from './channel.ts';

const reader: Reader = { oid: adele, zone: 'Europe/Berlin' };
const said = notice('✓', 'Azure Admins is active');

let subject: BotUnderTest;
let chat: Chat;
let connector: RecordingConnector;

beforeAll(async () => {
  subject = await startBot();
  ({ chat } = subject.bot);
});

afterAll(async () => subject.close());

beforeEach(async () => {
  connector = await startConnector();
});

afterEach(async () => connector.close());

function place(serviceUrl = connector.serviceUrl): Place {
  return {
    kind: 'channel',
    conversationId: '19:channel@thread.tacv2',
    serviceUrl,
    tid: tenantId,
    botId: '28:bot',
    name: 'access',
    teamGroupId: null,
  };
}

const send = (): Promise<Delivery> => chat.send(place(), said, reader);
const update = (): Promise<Delivery> => chat.update(place(), 'card-1', said, reader);
const answer = (status: number, code?: string, headers?: Record<string, string>): Fault => ({
  kind: 'answer',
  status,
  ...(code === undefined ? {} : { code }),
  ...(headers === undefined ? {} : { headers }),
});

test('sends a card with its summary and tells its id', async () => {
  expect(await send()).toEqual({ kind: 'delivered', activityId: 'activity-1' });
  expect(connector.accepted[0]).toMatchObject({
    method: 'POST',
    path: '/v3/conversations/19%3Achannel%40thread.tacv2/activities',
    activity: { type: 'message', from: { id: '28:bot' }, summary: `Azure Admins is active for ${adele}` },
  });
});

test('updates a card in place', async () => {
  expect(await update()).toEqual({ kind: 'delivered', activityId: 'card-1' });
  expect(connector.accepted[0]).toMatchObject({
    method: 'PUT',
    path: '/v3/conversations/19%3Achannel%40thread.tacv2/activities/card-1',
    activity: { id: 'card-1', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }] },
  });
});

describe('what the connector answers', () => {
  test.each<[string, Fault, Delivery]>([
    ['blocked', answer(403, 'MessageWritesBlocked'), { kind: 'gone', why: '403 MessageWritesBlocked' }],
    ['not there', answer(404, 'ConversationNotFound'), { kind: 'gone', why: '404 ConversationNotFound' }],
    [
      'not registered',
      answer(401, 'BotNotRegistered'),
      { kind: 'retry', afterMs: 60_000, why: '401 BotNotRegistered' },
    ],
    ['busy', answer(429, 'Throttled', { 'Retry-After': '7' }), { kind: 'busy', afterMs: 7000, why: '429 Throttled' }],
    ['throttled without a time', answer(429), { kind: 'busy', afterMs: 2000, why: '429 ServiceError' }],
    ['conflicting', answer(412), { kind: 'busy', afterMs: 2000, why: '412 ServiceError' }],
    ['too late', answer(408), { kind: 'unclear', why: '408 ServiceError' }],
    ['broken', answer(500), { kind: 'unclear', why: '500 ServiceError' }],
    ['behind a broken gateway', answer(502), { kind: 'unclear', why: '502 ServiceError' }],
    ['busy', answer(503, 'Busy', { 'Retry-After': '1' }), { kind: 'unclear', why: '503 Busy' }],
    ['behind a slow gateway', answer(504), { kind: 'unclear', why: '504 ServiceError' }],
    ['accepted, but the answer is lost', { kind: 'resetAfterAccept' }, { kind: 'unclear', why: 'ECONNRESET' }],
  ])('%s: one request, and the caller knows what it means', async (_name, fault, delivery) => {
    connector.fail(fault);

    expect(await send()).toEqual(delivery);
    expect(connector.requests).toHaveLength(1);
  });

  test.each<[string, Fault, string]>([
    ['500', answer(500), '500 ServiceError'],
    ['504', answer(504), '504 ServiceError'],
    ['a lost answer', { kind: 'resetAfterAccept' }, 'ECONNRESET'],
  ])('an update that met %s may be repeated, it says the same twice', async (_name, fault, why) => {
    connector.fail(fault);

    expect(await update()).toEqual({ kind: 'retry', afterMs: 2000, why });
  });

  test.each([
    ['in the past', 'Mon, 23 Nov 2020 14:05:00 GMT', 2000, 2000],
    ['in three years', '99999999', 600_000, 600_000],
    ['below zero', '-5', 2000, 2000],
    ['at noon', 'noon', 2000, 2000],
  ])('Retry-After %s', async (_name, header, least, most) => {
    connector.fail(answer(429, 'Throttled', { 'Retry-After': header }));

    const delivery = await send();

    if (delivery.kind !== 'busy') throw new Error(delivery.kind);
    expect(delivery.afterMs).toBeGreaterThanOrEqual(least);
    expect(delivery.afterMs).toBeLessThanOrEqual(most);
  });

  test('Retry-After as a date', async () => {
    const asked = Date.now();
    const at = Math.floor(asked / 1_000) * 1_000 + 90_000;
    connector.fail(answer(429, 'Throttled', { 'Retry-After': new Date(at).toUTCString() }));

    const delivery = await send();

    if (delivery.kind !== 'busy') throw new Error(delivery.kind);
    expect(delivery.afterMs).toBeGreaterThanOrEqual(at - Date.now());
    expect(delivery.afterMs).toBeLessThanOrEqual(at - asked);
  });

  test('a card that is too long is said in one line instead', async () => {
    connector.fail(answer(413, 'MessageSizeTooBig'));

    expect(await send()).toEqual({ kind: 'delivered', activityId: 'activity-1' });
    expect(connector.accepted[0]?.activity).toMatchObject({
      text: `Azure Admins is active for ${adele}`,
      textFormat: 'plain',
    });
    expect(connector.accepted[0]?.activity).not.toHaveProperty('attachments');
  });

  test('a message that is taken neither as a card nor as a line is refused', async () => {
    connector.fail(answer(400, 'BadArgument'), answer(400, 'BadArgument'));

    expect(await send()).toEqual({ kind: 'refused', why: '400 BadArgument' });
  });

  test('a message that may be there already says so on its card, so that it is one message, which can be updated', async () => {
    expect(await chat.send(place(), said, reader, true)).toEqual({ kind: 'delivered', activityId: 'activity-1' });

    const [{ activity }] = connector.accepted as [Received];
    expect(activity).not.toHaveProperty('text');
    expect(activity['attachments']).toMatchObject([
      {
        content: {
          body: expect.arrayContaining([
            expect.objectContaining({ text: 'Sent once more, as I do not know whether it arrived before.' }),
          ]),
        },
      },
    ]);
  });

  test('a message that may be there already says so also where its card is not taken', async () => {
    connector.fail(answer(413, 'MessageSizeTooBig'));
    await chat.send(place(), said, reader, true);

    expect(connector.accepted.map(saysSentAgain)).toEqual([true]);
  });

  test('the text of an error is not passed on', async () => {
    connector.fail(answer(403, 'a code with spaces and <b>markup</b>'));

    expect(await send()).toEqual({ kind: 'gone', why: '403' });
    expect(JSON.stringify(subject.logged)).not.toContain('as told');
  });
});

describe('where nothing may go', () => {
  test('a connector that is not running was certainly not reached', async () => {
    const { serviceUrl } = connector;
    await connector.close();

    expect(await chat.send(place(serviceUrl), said, reader)).toEqual({
      kind: 'retry',
      afterMs: 2000,
      why: 'ECONNREFUSED',
    });
    connector = await startConnector();
  });

  test.each(['https://evil.example/', 'http://127.0.0.1@evil.example/', 'https://smba.trafficmanager.net/', ''])(
    'a stored address that is not allowed (%s) gets no request',
    async (serviceUrl) => {
      expect(await chat.send(place(serviceUrl), said, reader)).toEqual({ kind: 'gone', why: 'serviceUrl not allowed' });
      expect(await chat.update(place(serviceUrl), 'card-1', said, reader)).toMatchObject({ kind: 'gone' });
    },
  );

  test('a redirect is not followed', async () => {
    let leaked = 0;
    const elsewhere = createServer((_request, response) => {
      leaked += 1;
      response.end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    connector.fail(answer(307, 'Moved', { Location: `http://127.0.0.1:${port}/` }));

    const delivery = await send();
    await new Promise((resolve) => elsewhere.close(resolve));

    expect(delivery).toMatchObject({ kind: 'retry', why: '307 Moved' });
    expect(leaked).toBe(0);
  });

  test('a conversation id cannot leave its path', async () => {
    await chat.send({ ...place(), conversationId: '../../v3/teams/x?y#z' }, said, reader);

    expect(connector.accepted[0]?.conversationId).toBe('../../v3/teams/x?y#z');
  });
});
