import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Incoming } from '../../src/ports.ts';
import { activityShape } from '../../src/teams/activity.ts';
import { toIncoming } from '../../src/teams/incoming.ts';
import { adele, execute, message, tenantId } from './channel.ts';

const serviceUrl = 'https://smba.trafficmanager.net/emea/';
const now = Date.UTC(2026, 10, 23, 14, 5);
const teamGroup = '33333333-3333-4333-8333-333333333333';

function incoming(activity: Record<string, unknown>): Incoming | null {
  return toIncoming(activityShape.parse(activity), now);
}

function said(more: Record<string, unknown> = {}, text = 'list'): Extract<Incoming, { kind: 'message' }> {
  const arrived = incoming({ ...message(serviceUrl, text), ...more });
  if (arrived?.kind !== 'message') throw new Error('not a message');
  return arrived;
}

function clicked(activity: Record<string, unknown>): Extract<Incoming, { kind: 'action' }> {
  const arrived = incoming(activity);
  if (arrived?.kind !== 'action') throw new Error('not an action');
  return arrived;
}

const channelMessage = {
  conversation: {
    id: '19:channel@thread.tacv2;messageid=1795310650646',
    conversationType: 'channel',
    isGroup: true,
    tenantId,
  },
  channelData: {
    tenant: { id: tenantId },
    team: { id: '19:team@thread.tacv2', name: 'Ops', aadGroupId: teamGroup },
    channel: { id: '19:channel@thread.tacv2', name: 'access' },
  },
};

describe('a message', () => {
  test('carries who, where and what', () => {
    expect(incoming({ ...message(serviceUrl, 'activate Azure Admins'), id: '1795' })).toEqual({
      kind: 'message',
      eventId: 'a:adele/1795',
      actor: { tid: tenantId, oid: adele, name: 'Adele Vance', zone: 'Europe/Berlin' },
      place: {
        kind: 'personal',
        conversationId: 'a:adele',
        serviceUrl,
        tid: tenantId,
        botId: '28:bot',
        name: null,
        teamGroupId: null,
      },
      scope: 'personal',
      text: 'activate Azure Admins',
    });
  });

  test('names its sender by one spelling of the id', () => {
    const from = { id: '29:adele', aadObjectId: 'ABCDEF00-0000-4000-8000-00000000ABCD' };

    expect(said({ from }).actor.oid).toBe('abcdef00-0000-4000-8000-00000000abcd');
  });

  test('in a channel gives the channel itself, not the conversation in it', () => {
    expect(said(channelMessage).place).toMatchObject({
      kind: 'channel',
      conversationId: '19:channel@thread.tacv2',
      name: 'access',
      teamGroupId: teamGroup,
    });
  });

  test('in the General channel is named after the team', () => {
    const channelData = { ...channelMessage.channelData, channel: { id: '19:team@thread.tacv2' } };

    expect(said({ ...channelMessage, channelData }).place.name).toBe('Ops');
  });

  test('in a group chat says so', () => {
    const conversation = { id: '19:chat@thread.v2', conversationType: 'groupChat', name: 'On call', tenantId };

    expect(said({ conversation }).place).toMatchObject({ kind: 'groupChat', name: 'On call', teamGroupId: null });
  });

  test('loses the mention of the bot and keeps those of others', () => {
    const entities = [
      { type: 'mention', mentioned: { id: '28:bot' }, text: '<at>Jitney</at>' },
      { type: 'mention', mentioned: { id: '29:megan' }, text: '<at>Megan</at>' },
    ];

    expect(said({ entities }, '<at>Jitney</at> status of <at>Megan</at>').text).toBe('status of <at>Megan</at>');
  });

  test('takes the time zone from the client when the activity has none that exists', () => {
    const entities = [{ type: 'clientInfo', timezone: 'Asia/Kolkata' }];

    expect(said({ localTimezone: 'Mars/Olympus', entities }).actor.zone).toBe('Asia/Kolkata');
    expect(said({ localTimezone: undefined, entities: undefined }).actor.zone).toBeNull();
  });

  test.each([[undefined], [null], ['']])('without words (%s) is still a message', (text) => {
    expect(incoming({ ...message(serviceUrl), text })).toMatchObject({ kind: 'message', text: '' });
  });
});

describe('an edit', () => {
  const edit = { type: 'messageUpdate', channelData: { tenant: { id: tenantId }, eventType: 'editMessage' } };

  test('is told once for each edit, apart from the message itself', () => {
    const original = { ...message(serviceUrl), id: '7' };
    const first = incoming({ ...original, ...edit, timestamp: '2026-11-23T14:06:00Z' });
    const second = incoming({ ...original, ...edit, timestamp: '2026-11-23T14:07:00Z' });

    expect(first?.kind).toBe('edited');
    expect(new Set([incoming(original)?.eventId, first?.eventId, second?.eventId]).size).toBe(3);
  });

  test.each(['undeleteMessage', 'softDeleteMessage', undefined])('that is none (%s) is nothing', (eventType) => {
    const channelData = { tenant: { id: tenantId }, eventType };

    expect(incoming({ ...message(serviceUrl), type: 'messageUpdate', channelData })).toBeNull();
  });
});

describe('a click', () => {
  const data = { id: 'activation-1', mac: 'seal', justification: 'looks right' };
  const wanted = { verb: 'approve', id: 'activation-1', mac: 'seal', inputs: { justification: 'looks right' } };

  test('on Action.Execute', () => {
    expect(clicked(execute(serviceUrl, 'approve', data))).toMatchObject({ ...wanted, activityId: 'card-1' });
  });

  test('on the fallback Action.Submit reads the same', () => {
    const submit = { ...message(serviceUrl, ''), replyToId: 'card-1', value: { verb: 'approve', ...data } };

    expect(clicked(submit)).toMatchObject({ ...wanted, activityId: 'card-1' });
  });

  test('that does not say on which card', () => {
    expect(clicked({ ...execute(serviceUrl, 'approve', data), replyToId: undefined }).activityId).toBeNull();
  });

  test('gives empty words for fields of the wrong kind, so that the seal fails', () => {
    const wrong = { id: { $ne: '' }, mac: ['seal'] };

    expect(clicked(execute(serviceUrl, 'approve', wrong))).toMatchObject({ id: '', mac: '', inputs: {} });
    expect(clicked({ ...message(serviceUrl, ''), value: { verb: 7 } })).toMatchObject({ verb: '', id: '', mac: '' });
  });

  test('keeps texts and numbers as inputs, twenty at most, and cuts the long ones', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`input${index}`, `${index}`]));
    const long = { ...data, hours: 2, long: 'a'.repeat(20_000), flag: true, list: ['x'], nested: { a: 'b' } };

    expect(Object.keys(clicked(execute(serviceUrl, 'answer', many)).inputs)).toHaveLength(20);
    expect(clicked(execute(serviceUrl, 'answer', long)).inputs).toEqual({
      justification: 'looks right',
      hours: '2',
      long: 'a'.repeat(8192),
    });
  });

  test('cannot reach a prototype', () => {
    const value = JSON.parse('{"verb":"approve","__proto__":"x","constructor":"y","prototype":"z","a":"b"}') as object;

    const { inputs } = clicked({ ...message(serviceUrl, ''), value });

    expect(Object.entries(inputs)).toEqual([['a', 'b']]);
    expect(Object.getPrototypeOf(inputs)).toBe(Object.prototype);
  });

  test('with any data at all is an action with words in it and nothing else', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.string(), (anything, verb) => {
        const { inputs, id, mac } = clicked(execute(serviceUrl, verb, anything));
        const values = [...Object.values(inputs), id, mac];
        expect(values.every((value) => typeof value === 'string')).toBe(true);
        expect(values.length).toBeLessThanOrEqual(22);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the bot', () => {
  const installation = { type: 'installationUpdate', action: 'add', text: undefined };
  const roster = { type: 'conversationUpdate', text: undefined };

  test('being installed is told by two activities and counts once', () => {
    const one = incoming({ ...message(serviceUrl), ...installation });
    const other = incoming({ ...message(serviceUrl), ...roster, membersAdded: [{ id: '29:adele' }, { id: '28:bot' }] });

    expect(one).toMatchObject({ kind: 'installed', actor: { oid: adele } });
    expect(other).toEqual({ ...one });
  });

  test('can be installed without a person', () => {
    const from = { id: '28:bot' };

    expect(incoming({ ...message(serviceUrl), ...installation, from })).toMatchObject({
      kind: 'installed',
      actor: null,
    });
  });

  test.each([
    ['installationUpdate', { ...installation, action: 'remove' }],
    ['conversationUpdate', { ...roster, membersRemoved: [{ id: '28:bot' }] }],
  ])('being removed is told by %s', (_name, change) => {
    expect(incoming({ ...message(serviceUrl), ...change })).toMatchObject({ kind: 'removed' });
  });

  test('being removed and being installed are two events', () => {
    const installed = incoming({ ...message(serviceUrl), ...installation });
    const removed = incoming({ ...message(serviceUrl), ...installation, action: 'remove' });

    expect(installed?.eventId).not.toBe(removed?.eventId);
  });
});

test.each([
  ['somebody joins', { type: 'conversationUpdate', membersAdded: [{ id: '29:megan' }] }],
  ['a channel is renamed', { type: 'conversationUpdate' }],
  ['the app is upgraded', { type: 'installationUpdate', action: 'add-upgrade' }],
  ['somebody reacts', { type: 'messageReaction' }],
  ['a message is deleted', { type: 'messageDelete' }],
  ['somebody types', { type: 'typing' }],
  ['a search runs', { type: 'invoke', name: 'application/search', value: {} }],
  ['a message has no sender that Entra knows', { from: { id: '29:adele' } }],
])('nothing is asked of the bot when %s', (_name, more) => {
  expect(incoming({ ...message(serviceUrl), ...more })).toBeNull();
});
