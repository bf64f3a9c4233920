import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import type { TeamsPerson } from '../support/teams-client.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

/** Guests and strangers: they reach the bot, because Teams lets them, and get nothing from it. */

const contoso = fileURLToPath(new URL('../../src/sandbox/tenants/contoso.yaml', import.meta.url));
const stranger = 'cccccccc-0000-4000-8000-00000000dead';
const only = /I work for members of this organisation only/;

let tenant: string;
let world: World;
let adele: TeamsPerson;
let gus: TeamsPerson;

beforeAll(async () => {
  const file = parseDocument(readFileSync(contoso, 'utf8'));
  const guest = {
    id: 'cccccccc-0000-4000-8000-000000000001',
    name: 'Gus Tell',
    upn: 'gus@partner.example',
    guest: true,
  };
  file.setIn(['people', 'gus'], guest);
  file.addIn(['groups', 'azure-readers', 'eligible'], { who: 'gus' });
  tenant = file.toString();
  world = await startWorld({}, tenant);
  [adele, gus] = [world.person('Adele Vance'), world.person('Gus Tell')];
  await adele.arrive();
}, 60_000);
afterAll(() => world.stop());

describe.each(['list', 'activate Azure Readers for 1h', 'who has Azure Admins', 'help', 'sign in', 'announce here'])(
  'a guest who says “%s”',
  (text) => {
    test('is told whom this is for, hears of no group, and nothing is asked of PIM', async () => {
      await world.forget();

      const said = await gus.say(text);

      const answer = await said.reply(only);
      expect(answer.text).not.toMatch(/Azure|Adele|Megan/);
      expect(answer.buttons).toEqual([]);
      expect(said.replies()).toHaveLength(1);
      expect(await world.writes()).toEqual([]);
    });
  },
);

test('somebody whom the tenant does not know is told the same, word for word', async () => {
  const known = await (await gus.say('list')).reply(only);
  const unknown = await (await world.teams.somebody('Somebody Else', stranger).say('list')).reply(only);
  expect(unknown.text).toBe(known.text);
});

test('a guest’s press of a button that somebody passed on does nothing', async () => {
  const card = await (await adele.say('list')).reply(/You can activate/);
  await world.forget();

  const pressed = await gus.press(card, card.buttons[0] ?? '');

  await pressed.reply(only);
  expect(await world.writes()).toEqual([]);
});

test('the message extension finds nothing for a guest and opens no form', async () => {
  const found = await gus.search('Azure');
  expect(found.results).toEqual([]);
  expect(found.line).toMatch(only);
  expect((await gus.form()).text).toMatch(only);
});

test('a guest’s chat is not remembered, so that nothing is ever sent there', async () => {
  await (await gus.open()).reply(only);
  const db = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { readOnly: true });
  const known = db.prepare('select oid from person').all();
  db.close();
  expect(known.map(({ oid }) => oid)).toEqual([adele.oid]);
});

test('where guests are welcome they are served like everybody', async () => {
  const open = await startWorld({ ALLOW_GUESTS: '1' }, tenant);
  try {
    const guest = open.person('Gus Tell');
    await guest.arrive();
    await (await guest.say('activate Azure Readers for 1h')).reply(/Azure Readers\nActive until/);
  } finally {
    await open.stop();
  }
}, 60_000);
