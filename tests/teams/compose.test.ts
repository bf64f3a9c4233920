import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { notice, problem } from '../../src/core/message.ts';
import type { ListRow, Message } from '../../src/core/message.ts';
import type { Composed } from '../../src/ports/incoming.ts';
import { startConnector } from '../support/connector.ts';
import type { RecordingConnector } from '../support/connector.ts';
import { startBot } from './bot-under-test.ts';
import type { BotUnderTest } from './bot-under-test.ts';
import { adele, appId, goodClaims, makeKey, message, sign, startChannel } from './channel.ts';
import type { Channel, ChannelKey } from './channel.ts';

/** The message extension as Teams calls it. */

const row: ListRow = {
  key: 'group:1:member',
  name: 'SQL Prod',
  access: 'member',
  state: 'available',
  endsAt: null,
  maximumMinutes: 240,
  approval: false,
  ticket: true,
  stepUp: false,
};
const found: Message = { kind: 'list', rows: [row, row], more: 0, total: 2, query: 'sql', next: null };
const blank: Message = { kind: 'form', id: '1', targets: [], more: 0, minutes: 60 };

let key: ChannelKey;
let channel: Channel;
let connector: RecordingConnector;
let subject: BotUnderTest;
let compose: (composed: Composed) => Promise<Message>;

beforeAll(async () => {
  key = await makeKey('channel-1');
  [channel, connector] = await Promise.all([startChannel(key), startConnector()]);
  const gate = { appId, openIdMetadataUrl: channel.metadataUrl };
  subject = await startBot(
    {
      ...gate,
      render: (said, reader) => ({
        card: { said: said.kind, for: reader.oid },
        summary: said.kind === 'offer' ? said.row.name : said.kind === 'problem' ? said.what : said.kind,
        aside: `in ${reader.zone}`,
      }),
    },
    undefined,
    (composed) => compose(composed),
  );
});

beforeEach(() => {
  compose = () => Promise.resolve(notice('○', 'Composed'));
});

afterAll(async () => {
  await Promise.all([subject.close(), channel.close(), connector.close()]);
});

async function invoke(name: string, value: unknown, more: Record<string, unknown> = {}): Promise<Response> {
  const { serviceUrl } = connector;
  const authorization = `Bearer ${await sign(key, goodClaims(serviceUrl))}`;
  const activity = { ...message(serviceUrl), type: 'invoke', name: `composeExtension/${name}`, text: undefined, value };
  return subject.post({ ...activity, ...more }, { Authorization: authorization });
}

function query(words: unknown, queryOptions: unknown = { skip: 0, count: 25 }): unknown {
  return { commandId: 'groups', parameters: [{ name: 'query', value: words }], queryOptions };
}

describe('a search', () => {
  test('gives a result a group: a line for the person, a card for whoever reads the chat', async () => {
    compose = () => Promise.resolve(found);

    const response = await invoke('query', query(' sql '));

    const card = { contentType: 'application/vnd.microsoft.card.adaptive', content: { said: 'offer', for: null } };
    const preview = {
      contentType: 'application/vnd.microsoft.card.thumbnail',
      content: { title: 'SQL Prod', text: 'in Europe/Berlin' },
    };
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      composeExtension: {
        type: 'result',
        attachmentLayout: 'list',
        attachments: [
          { ...card, preview },
          { ...card, preview },
        ],
      },
    });
    expect(subject.composed.at(-1)).toMatchObject({ kind: 'search', query: 'sql', actor: { oid: adele } });
    expect([subject.handled, connector.requests]).toEqual([[], []]);
  });

  test('that has just been opened asks for everything, a page as Teams wants it', async () => {
    const parameters = [{ name: 'initialRun', value: 'true' }];
    await invoke('query', { commandId: 'groups', parameters, queryOptions: { skip: 25, count: 10 } });

    expect(subject.composed.at(-1)).toMatchObject({ kind: 'search', query: '', offset: 25, count: 10 });
  });

  test('without a result says why', async () => {
    compose = () => Promise.resolve(problem('Nothing fits', { why: null, next: 'Say “list”.' }));

    expect(await (await invoke('query', query('xyz'))).json()).toEqual({
      composeExtension: { type: 'message', text: 'Nothing fits' },
    });
  });

  test.each([
    ['a word of 100,000 characters', 'x'.repeat(100_000), 'x'.repeat(200)],
    ['no word but a list', ['x'], ''],
    ['an object', { toString: 'x' }, ''],
  ])('for %s is cut down to what a search can be', async (_, words, wanted) => {
    await invoke('query', query(words));

    expect(subject.composed.at(-1)).toMatchObject({ query: wanted });
  });

  test.each([{ skip: -1, count: 1_000_000 }, { skip: 1.5, count: 'all' }, null, 'all'])(
    'whose page is %j gets the first one',
    async (options) => {
      await invoke('query', query('sql', options));

      expect(subject.composed.at(-1)).toMatchObject({ offset: 0, count: 25 });
    },
  );
});

describe('the form', () => {
  test('opens in a window over the chat', async () => {
    compose = () => Promise.resolve(blank);

    const response = await invoke('fetchTask', { commandId: 'activate', commandContext: 'compose' });

    expect(await response.json()).toMatchObject({
      task: { type: 'continue', value: { title: 'Activate', card: { content: { said: 'form', for: adele } } } },
    });
    expect(subject.composed.at(-1)).toMatchObject({ kind: 'form', actor: { oid: adele } });
  });

  test('that cannot be had says why', async () => {
    compose = () => Promise.resolve(problem('There is no group', { why: null, next: 'Say “list”.' }));

    expect(await (await invoke('fetchTask', { commandId: 'activate' })).json()).toEqual({
      task: { type: 'message', value: 'There is no group' },
    });
  });

  test('brings what was filled in, and who it was, from the verified sender alone', async () => {
    const data = { verb: 'fill', id: '1', seal: 'a.b.c.d', target: 'group:1:member', duration: '60' };

    const response = await invoke('submitAction', { commandId: 'activate', data });

    expect(await response.json()).toEqual({ task: { type: 'message', value: 'notice' } });
    expect(subject.composed.at(-1)).toMatchObject({
      kind: 'filled',
      actor: { oid: adele },
      verb: 'fill',
      id: '1',
      seal: 'a.b.c.d',
      inputs: { target: 'group:1:member', duration: '60' },
    });
  });

  const wrong = [
    { verb: { a: 1 }, id: 7, seal: null },
    { verb: 'fill', id: '1', seal: 'a.b.c.d', oid: 'somebody' },
  ];
  test.each([undefined, null, 'fill', ['fill'], ...wrong])('whose data is %j carries no seal', async (data) => {
    await invoke('submitAction', { commandId: 'activate', data });

    expect(subject.composed.at(-1)).toMatchObject({ kind: 'filled', verb: '', id: '', seal: '' });
  });
});

test('a slow PIM is waited for less long than Teams waits for us', async () => {
  compose = () => new Promise(() => undefined);

  const answers = await Promise.all([
    invoke('query', query('sql')),
    invoke('fetchTask', { commandId: 'activate' }),
    invoke('submitAction', { commandId: 'activate', data: {} }),
  ]);

  const said = (await Promise.all(answers.map((answer) => answer.text()))).join('\n');
  expect(said).toMatch(/Try again in a moment[^]*Open this again in a moment[^]*Your own chat with me tells/);
});

describe('nothing happens for', () => {
  test.each([
    ['another command', 'query', { commandId: 'secrets', parameters: [] }],
    ['no command', 'query', { parameters: [] }],
    ['parameters that are none', 'query', { commandId: 'groups', parameters: 'all' }],
    ['parameters of nothing', 'query', { commandId: 'groups', parameters: [null] }],
    ['no value', 'query', undefined],
    ['the form of another command', 'fetchTask', { commandId: 'groups' }],
    ['what another form brings', 'submitAction', { commandId: 'groups', data: {} }],
    ['a link', 'queryLink', { url: 'https://example.com' }],
    ['settings', 'querySettingUrl', {}],
    ['a picked result', 'selectItem', { verb: 'ask' }],
  ])('%s', async (_, name, value) => {
    const before = subject.composed.length;

    const response = await invoke(name, value);

    expect([response.status, await response.text()]).toEqual([501, '']);
    expect(subject.composed).toHaveLength(before);
  });

  test('a caller who is not Teams, a person of another tenant or none of Entra at all', async () => {
    const before = subject.composed.length;
    const { serviceUrl } = connector;
    const activity = { ...message(serviceUrl), type: 'invoke', name: 'composeExtension/query', value: query('sql') };
    const foreign = { channelData: { tenant: { id: '99999999-9999-4999-8999-999999999999' } } };

    const guest = { from: { id: '29:guest', name: 'Guest' } };

    const answers = [
      await subject.post(activity),
      await invoke('query', query('sql'), foreign),
      await invoke('query', query('sql'), guest),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(subject.composed).toHaveLength(before);
  });
});
