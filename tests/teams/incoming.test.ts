import { describe, expect, test } from '@jest/globals';
import fc from '../support/fast-check.ts';
import type { Incoming } from '../../src/ports/incoming.ts';
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

test('what nothing here reads is dropped before the SDK sees it, at every depth', () => {
  const extra = { deliveryMode: 'expectReplies', callerId: 'urn:evil', isAdmin: true };
  const given = message(serviceUrl, 'list');
  const deep = (field: string): object => ({ ...(given[field] as object), ...extra });
  const read = activityShape.parse({
    ...given,
    ...extra,
    from: deep('from'),
    recipient: deep('recipient'),
    conversation: deep('conversation'),
    channelData: deep('channelData'),
    entities: [{ type: 'mention', text: 'Jitney', mentioned: { id: '28:b', ...extra }, ...extra }],
  });
  expect(read.entities).toHaveLength(1);
  for (const field of Object.keys(extra)) expect(JSON.stringify(read)).not.toContain(field);
});

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
  const data = { verb: 'approve', id: 'activation-1', seal: 'a.b.c.d', justification: 'looks right' };
  const wanted = { verb: 'approve', id: 'activation-1', seal: 'a.b.c.d', inputs: { justification: 'looks right' } };
  const nothing = { verb: '', id: '', seal: '', inputs: {} };

  test('on Action.Execute', () => {
    expect(clicked(execute(serviceUrl, 'approve', data))).toMatchObject({ ...wanted, activityId: 'card-1' });
  });

  test('on the fallback Action.Submit reads the same', () => {
    const submit = { ...message(serviceUrl, ''), replyToId: 'card-1', value: data };

    expect(clicked(submit)).toMatchObject({ ...wanted, activityId: 'card-1' });
  });

  test('that does not say on which card', () => {
    expect(clicked({ ...execute(serviceUrl, 'approve', data), replyToId: undefined }).activityId).toBeNull();
  });

  test('takes texts and numbers as inputs', () => {
    const filled = { ...data, duration: 60, ticket: 'INC1', target: 'group:1:member' };

    expect(clicked(execute(serviceUrl, 'approve', filled)).inputs).toEqual({
      justification: 'looks right',
      duration: '60',
      ticket: 'INC1',
      target: 'group:1:member',
    });
  });

  const parsed = (json: string) => JSON.parse(json) as object;
  test.each([
    ['without a verb', { ...data, verb: undefined }],
    ['without an id', { ...data, id: undefined }],
    ['without a seal', { ...data, seal: undefined }],
    ['with another verb than it says outside', { ...data, verb: 'deny' }],
    ['with a field of the wrong kind', { ...data, id: { $ne: '' } }],
    ['with a list for a seal', { ...data, seal: ['a.b.c.d'] }],
    ['with an input of the wrong kind', { ...data, justification: { a: 'b' } }],
    ['with an input that is true', { ...data, duration: true }],
    ['with no input at all in it', { ...data, duration: null }],
    ['with an endless id', { ...data, id: 'a'.repeat(513) }],
    ['with an endless reason', { ...data, justification: 'a'.repeat(8193) }],
    ['with an approver of its own', { ...data, approverId: 'somebody' }],
    ['that calls itself an administrator’s', { ...data, isAdmin: true }],
    ['with a prototype', parsed('{"verb":"approve","id":"1","seal":"s","__proto__":{"isAdmin":true}}')],
    ['with a prototype that is text', parsed('{"verb":"approve","id":"1","seal":"s","__proto__":"x"}')],
    ['with a constructor', { ...data, constructor: { prototype: {} } }],
    ['with a name of every object', { ...data, toString: 'x' }],
    ['with an empty name', { ...data, '': '' }],
    ['that is a list', [data]],
    ['that is a text', 'approve'],
    ['that is nothing', null],
  ])('%s is no click of ours, whole and not in part', (_what, value) => {
    expect(clicked(execute(serviceUrl, 'approve', value as Record<string, unknown>))).toMatchObject(nothing);
    // Only Action.Execute says its verb twice, and only an object is a press at all.
    if (typeof value !== 'object' || value === null || ('verb' in value && value.verb === 'deny')) return;
    expect(clicked({ ...message(serviceUrl, ''), value })).toMatchObject(nothing);
  });

  test('with any data at all is an action with words in it and nothing else', () => {
    const names = fc.constantFrom('verb', 'id', 'seal', 'ticket', 'duration', 'other', '__proto__');
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(names, fc.string()), fc.anything()), fc.string(), (anything, verb) => {
        const { inputs, id, seal } = clicked(execute(serviceUrl, verb, anything));
        const values = [...Object.values(inputs), id, seal];
        expect(values.every((value) => typeof value === 'string')).toBe(true);
        expect(values.length).toBeLessThanOrEqual(6);
        expect(Object.getPrototypeOf(inputs)).toBe(Object.prototype);
      }),
      { numRuns: 300 },
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
