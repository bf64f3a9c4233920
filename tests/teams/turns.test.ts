import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { notice, problem } from '../../src/core/message.ts';
import type { Message } from '../../src/core/message.ts';
import type { Incoming } from '../../src/ports/incoming.ts';
import type { Bot } from '../../src/teams/bot.ts';
import { startConnector } from '../support/connector.ts';
import type { Received, RecordingConnector } from '../support/connector.ts';
import { startBot } from './bot-under-test.ts';
import type { BotUnderTest } from './bot-under-test.ts';
import { adele, appId, execute, goodClaims, makeKey, message, sign, startChannel, tenantId } from './channel.ts';
import type { Channel, ChannelKey } from './channel.ts';

type Handle = (incoming: Incoming, bot: Bot) => Promise<Message | null>;

const teamGroup = '33333333-3333-4333-8333-333333333333';
const ignore: Handle = () => Promise.resolve(null);

let key: ChannelKey;
let channel: Channel;
let connector: RecordingConnector;
let serviceUrl: string;
let subject: BotUnderTest;
let handle: Handle = ignore;

beforeAll(async () => {
  key = await makeKey('channel-1');
  channel = await startChannel(key);
  subject = await startBot({ appId, openIdMetadataUrl: channel.metadataUrl }, (incoming, bot) => handle(incoming, bot));
  connector = await startConnector();
  ({ serviceUrl } = connector);
});

afterEach(async () => {
  handle = ignore;
  await connector.close();
  connector = await startConnector();
  ({ serviceUrl } = connector);
});

afterAll(async () => {
  await Promise.all([subject.close(), channel.close(), connector.close()]);
});

async function post(activity: Record<string, unknown>): Promise<Response> {
  return subject.post(activity, { Authorization: `Bearer ${await sign(key, goodClaims(serviceUrl))}` });
}

function lastHandled(): Incoming | undefined {
  return subject.handled.at(-1);
}

describe('a message', () => {
  test('is handled and answered in its own conversation', async () => {
    handle = async (incoming, bot) => {
      await bot.chat.send(incoming.place, notice('✓', 'Done'), { oid: adele, zone: 'Europe/Berlin' });
      return null;
    };

    const response = await post(message(serviceUrl, 'activate Azure Admins for 2h'));

    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(lastHandled()).toMatchObject({
      kind: 'message',
      text: 'activate Azure Admins for 2h',
      actor: { oid: adele },
    });
    expect(connector.accepted).toEqual([
      expect.objectContaining({ method: 'POST', conversationId: 'a:adele', activityId: null }),
    ]);
    expect(connector.accepted[0]?.activity).toMatchObject({
      type: 'message',
      summary: `Done for ${adele}`,
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: { lang: 'Europe/Berlin' } }],
    });
  });

  test('that takes longer than a second shows the bot typing', async () => {
    handle = async () => {
      await connector.until(1);
      return null;
    };

    await post(message(serviceUrl));

    expect(connector.accepted.map(({ activity }) => activity['type'])).toEqual(['typing']);
  });

  test('that takes longer than Teams waits is answered, told to be in work, and goes on', async () => {
    const { promise, resolve } = Promise.withResolvers<Message | null>();
    let isOver = false;
    handle = () => promise.finally(() => (isOver = true));

    const response = await post(message(serviceUrl));

    expect([response.status, isOver]).toEqual([200, false]);
    expect(connector.accepted.map(({ activity }) => activity['summary'])).toContain('Working on it. for the room');
    resolve(null);
  });

  test.each([
    ['is done', (end: PromiseWithResolvers<Message | null>) => end.resolve(null)],
    ['has failed', (end: PromiseWithResolvers<Message | null>) => end.reject(new Error('no database'))],
  ])('that was told to be in work is not told so any more when the work %s', async (_how, finish) => {
    const end = Promise.withResolvers<Message | null>();
    handle = () => end.promise;
    await post(message(serviceUrl));
    const [told] = connector.accepted.filter(({ activity }) => activity['type'] === 'message') as [Received];
    const before = connector.accepted.length;

    finish(end);
    await connector.until(before + 1);

    expect(connector.accepted.at(-1)).toMatchObject({
      method: 'PUT',
      activityId: connector.ids.get(told),
      activity: { summary: 'That took a while. for the room' },
    });
  });

  test('of a channel that does not say its group has it looked up once', async () => {
    connector.knowTeam('19:team@thread.tacv2', { id: '19:team@thread.tacv2', name: 'Ops', aadGroupId: teamGroup });
    const inChannel = {
      conversation: { id: '19:channel@thread.tacv2;messageid=7', conversationType: 'channel', tenantId },
      channelData: { tenant: { id: tenantId }, team: { id: '19:team@thread.tacv2' } },
    };

    await post({ ...message(serviceUrl), ...inChannel });
    await post({ ...message(serviceUrl), ...inChannel });

    expect(lastHandled()).toMatchObject({ place: { kind: 'channel', teamGroupId: teamGroup, name: 'Ops' } });
    expect(connector.requests.map(({ path }) => path)).toEqual(['/v3/teams/19%3Ateam%40thread.tacv2']);
  });

  test('of a channel whose group cannot be looked up is handled all the same', async () => {
    const team = { id: '19:unknown@thread.tacv2' };
    const conversation = { id: '19:channel@thread.tacv2', conversationType: 'channel', tenantId };

    await post({ ...message(serviceUrl), conversation, channelData: { tenant: { id: tenantId }, team } });

    expect(lastHandled()).toMatchObject({ kind: 'message', place: { teamGroupId: null } });
  });

  test('that was edited is told as an edit', async () => {
    const channelData = { tenant: { id: tenantId }, eventType: 'editMessage' };

    const response = await post({ ...message(serviceUrl), id: '7', type: 'messageUpdate', channelData });

    expect(response.status).toBe(200);
    expect(lastHandled()).toMatchObject({
      kind: 'edited',
      eventId: 'a:adele/7/edit/2026-11-23T14:05:00.000Z',
      actor: { oid: adele },
    });
  });

  test.each(['messageReaction', 'messageDelete', 'typing', 'event', 'endOfConversation'])(
    'of type %s is acknowledged and nothing else',
    async (type) => {
      const before = subject.handled.length;

      expect((await post({ ...message(serviceUrl), type })).status).toBe(200);
      expect(subject.handled).toHaveLength(before);
    },
  );
});

describe('a click on Action.Execute', () => {
  const data = { verb: 'approve', id: 'activation-1', seal: 'a.b.c.d', justification: 'ok' };

  test('gets the card of the answer in place of the clicked one', async () => {
    handle = () => Promise.resolve(notice('✓', 'Approved'));

    const response = await post(execute(serviceUrl, 'approve', data));

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
      value: {
        type: 'AdaptiveCard',
        version: '1.5',
        body: [{ type: 'TextBlock', text: 'Approved' }],
        lang: 'Europe/Berlin',
      },
    });
    expect(lastHandled()).toMatchObject({ verb: 'approve', id: 'activation-1', inputs: { justification: 'ok' } });
    expect(connector.requests).toEqual([]);
  });

  test('leaves the card alone when there is nothing to show', async () => {
    const response = await post(execute(serviceUrl, 'cancel', data));

    expect(await response.json()).toMatchObject({
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
    });
  });

  test('that takes longer than Teams waits is answered with a line, and its card is updated afterwards', async () => {
    const { promise, resolve } = Promise.withResolvers<Message | null>();
    handle = () => promise;

    const response = await post({ ...execute(serviceUrl, 'approve', data), replyToId: 'card-1' });

    expect(await response.json()).toMatchObject({
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: expect.stringContaining('Working on it'),
    });
    expect(connector.accepted).toEqual([]);
    resolve(notice('✓', 'Approved'));
    await connector.until(1);
    expect(connector.accepted).toEqual([
      expect.objectContaining({ method: 'PUT', conversationId: 'a:adele', activityId: 'card-1' }),
    ]);
  });

  test('with a verb that nobody knows is handled, to be refused like a broken seal', async () => {
    await post(execute(serviceUrl, 'grantEverything', { ...data, verb: 'grantEverything' }));

    expect(lastHandled()).toMatchObject({ kind: 'action', verb: 'grantEverything' });
  });

  test.each([
    ['a group chat', '19:chat@thread.v2', 'groupChat'],
    ['a chat of two people, which calls itself personal', '19:one_other@unq.gbl.spaces', 'personal'],
  ])('in %s gets a line for the presser, and the card of all stays', async (_, id, conversationType) => {
    handle = () => Promise.resolve(notice('✓', 'Ended'));

    const response = await post({
      ...execute(serviceUrl, 'end', data),
      conversation: { id, conversationType, tenantId },
    });

    expect(await response.json()).toEqual({
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: 'Ended for the room',
    });
    expect(lastHandled()).toMatchObject({ kind: 'action', place: { kind: 'groupChat', conversationId: id } });
    expect(connector.requests).toEqual([]);
  });
});

describe('a click on the fallback Action.Submit', () => {
  const value = { verb: 'deny', id: 'activation-1', seal: 'a.b.c.d', justification: 'no' };

  test('updates the clicked card', async () => {
    handle = () => Promise.resolve(notice('✕', 'Denied'));

    const response = await post({ ...message(serviceUrl, ''), value, replyToId: 'card-1' });

    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(lastHandled()).toMatchObject({ kind: 'action', verb: 'deny', inputs: { justification: 'no' } });
    expect(connector.accepted).toEqual([
      expect.objectContaining({ method: 'PUT', conversationId: 'a:adele', activityId: 'card-1' }),
    ]);
  });

  test('sends a card when the client does not say which one was clicked', async () => {
    handle = () => Promise.resolve(notice('✕', 'Denied'));

    await post({ ...message(serviceUrl, ''), value });

    expect(connector.accepted.map(({ method }) => method)).toEqual(['POST']);
  });

  test('in a room changes nothing for the others, and only a problem is said there', async () => {
    const conversation = { id: '19:chat@thread.v2', conversationType: 'groupChat', tenantId };
    const inRoom = { ...message(serviceUrl, ''), value, conversation, replyToId: 'card-1' };
    handle = () => Promise.resolve(notice('✓', 'Answered in your own chat.'));
    await post(inRoom);
    expect(connector.requests).toEqual([]);

    handle = () => Promise.resolve(problem('I have no chat with you yet.', { why: null, next: 'Open one.' }));
    await post(inRoom);
    expect(connector.accepted.map(({ method, conversationId }) => [method, conversationId])).toEqual([
      ['POST', '19:chat@thread.v2'],
    ]);
  });

  test('without a verb is handled, to be refused like a broken seal', async () => {
    await post({ ...message(serviceUrl, ''), value: { id: 'activation-1' }, replyToId: 'card-1' });

    expect(lastHandled()).toMatchObject({ kind: 'action', verb: '', id: '', seal: '' });
  });
});

test('a failure inside is answered with 500 and no word of it', async () => {
  handle = () => Promise.reject(new Error('secret inner words'));

  const [typed, clicked] = await Promise.all([post(message(serviceUrl)), post(execute(serviceUrl, 'approve', {}))]);

  expect([typed.status, clicked.status]).toEqual([500, 500]);
  expect(`${await typed.text()}${await clicked.text()}`).toBe('');
});

test('messages of two people are handled side by side', async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  handle = async (incoming) => {
    if (incoming.kind === 'message' && incoming.text === 'slow') await gate;
    return null;
  };

  const slow = post(message(serviceUrl, 'slow'));
  const quick = await post(message(serviceUrl, 'quick'));
  release();

  expect([quick.status, (await slow).status]).toEqual([200, 200]);
});
