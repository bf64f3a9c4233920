import { afterEach, beforeAll, afterAll, describe, expect, test } from '@jest/globals';
import type { Place } from '../../src/core/place.ts';
import { somebody, startConnector } from '../support/connector.ts';
import type { Member, RecordingConnector } from '../support/connector.ts';
import { startBot, wallClock } from './bot-under-test.ts';
import type { BotUnderTest } from './bot-under-test.ts';
import { message, tenantId } from './channel.ts';

const foreignTenant = '99999999-9999-4999-8999-999999999999';
const guest: Member = { ...somebody, userRole: 'guest' };
const stranger: Member = { ...somebody, tenantId: foreignTenant };
const bot: Member = { id: '28:another-bot', name: 'Weather' };

let connector: RecordingConnector;
let ahead = 0;
const clock = { now: wallClock.now, wall: () => Date.now() + ahead };
const running: BotUnderTest[] = [];
let rooms = 0;

beforeAll(async () => {
  connector = await startConnector();
});
afterAll(async () => connector.close());
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function start(allowGuests = false): Promise<BotUnderTest> {
  const started = await startBot({ clock, allowGuests });
  running.push(started);
  return started;
}

function room(...pages: readonly (readonly Member[])[]): Place {
  rooms += 1;
  const conversationId = `19:room-${rooms}@thread.tacv2`;
  connector.seat(conversationId, ...pages);
  const { serviceUrl } = connector;
  return {
    kind: 'channel',
    conversationId,
    serviceUrl,
    tid: tenantId,
    botId: '28:bot',
    name: 'Room',
    teamGroupId: null,
  };
}

describe('from outside is', () => {
  test.each<[string, Member]>([
    ['a guest', guest],
    ['somebody of another tenant', stranger],
    [
      'somebody whose name is a guest’s',
      { ...somebody, userPrincipalName: 'gus_partner.example#EXT#@contoso.example' },
    ],
    ['somebody without an Entra id', { id: '29:nobody', name: 'Nobody' }],
    ['somebody anonymous', { ...somebody, userRole: 'anonymous' }],
  ])('%s', async (_what, member) => {
    const { bot: subject } = await start();
    expect(await subject.chat.outsiders(room([somebody, member]))).toBe('some');
  });

  test('on any page of the roster', async () => {
    const { bot: subject } = await start();
    expect(await subject.chat.outsiders(room([somebody], [somebody], [stranger]))).toBe('some');
  });
});

describe('not from outside is', () => {
  test.each<[string, Member]>([
    ['a member of the tenant', { ...somebody, tenantId }],
    ['one whose tenant is told in capitals', { ...somebody, tenantId: tenantId.toUpperCase() }],
    ['a bot', bot],
  ])('%s', async (_what, member) => {
    const { bot: subject } = await start();
    expect(await subject.chat.outsiders(room([somebody, member]))).toBe('none');
  });

  test('a guest, where guests are welcome; a stranger still is', async () => {
    const { bot: subject } = await start(true);
    expect(await subject.chat.outsiders(room([guest]))).toBe('none');
    expect(await subject.chat.outsiders(room([stranger]))).toBe('some');
  });
});

describe('what is known of a room', () => {
  test('is unknown when the connector does not say, and asked for again', async () => {
    const { bot: subject } = await start();
    const place = room([somebody]);
    connector.fail({ kind: 'answer', status: 500 });

    expect(await subject.chat.outsiders(place)).toBe('unknown');
    expect(await subject.chat.outsiders(place)).toBe('none');
  });

  test('is not asked for at an address that may not see the bot’s token', async () => {
    const { bot: subject } = await start();
    const before = connector.requests.length;

    expect(await subject.chat.outsiders({ ...room([somebody]), serviceUrl: 'https://evil.example/' })).toBe('unknown');
    expect(connector.requests).toHaveLength(before);
  });

  test('holds for a minute', async () => {
    const { bot: subject } = await start();
    const place = room([somebody]);
    expect(await subject.chat.outsiders(place)).toBe('none');
    connector.seat(place.conversationId, [stranger]);

    expect(await subject.chat.outsiders(place)).toBe('none');
    ahead += 60_001;
    expect(await subject.chat.outsiders(place)).toBe('some');
  });

  test.each([
    ['somebody joins', { membersAdded: [{ id: '29:new' }] }],
    ['a channel is shared', { channelData: { tenant: { id: tenantId }, eventType: 'channelShared' } }],
    ['somebody joins a shared channel', { channelData: { tenant: { id: tenantId }, eventType: 'channelMemberAdded' } }],
  ])('counts no more when %s', async (_what, event) => {
    const started = await start();
    const place = room([somebody]);
    const conversation = { id: place.conversationId, conversationType: 'channel', isGroup: true, tenantId };
    expect(await started.bot.chat.outsiders(place)).toBe('none');
    connector.seat(place.conversationId, [stranger]);

    await started.post({
      ...message(connector.serviceUrl),
      type: 'conversationUpdate',
      conversation,
      text: undefined,
      ...event,
    });

    expect(started.handled.map(({ kind }) => kind)).toEqual(['joined']);
    expect(await started.bot.chat.outsiders(place)).toBe('some');
  });
});
