import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { notice } from '../../src/core/message.ts';
import type { Place } from '../../src/core/place.ts';
import { keep } from '../../src/store/kept.ts';
import { startLeakServer } from '../support/leak.ts';
import type { LeakServer } from '../support/leak.ts';
import { eventually } from '../support/processes.ts';
import type { TeamsPerson } from '../support/teams-client.ts';
import { outside } from './outside.ts';
import { pause, request, startSignedWorld } from './world.ts';
import type { Waiting, World } from './world.ts';

/**
 * Somebody who can write to the database points the stored addresses of chats elsewhere. Each of these spellings would
 * reach the leak server, and the bot's token with it: the sandbox allows this machine in its three plain spellings only.
 */

let world: World;
let leak: LeakServer;
let adele: TeamsPerson;
let megan: TeamsPerson;

beforeAll(async () => {
  world = await startSignedWorld();
  [adele, megan] = await world.arrived('Adele Vance', 'Megan Bowen');
}, 60_000);
afterAll(() => world.stop());
beforeEach(async () => (leak = await startLeakServer()));
afterEach(() => leak.close());

function inDatabase<T>(work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(world.bot.folder, 'jitney.db'), { timeout: 5000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

let notices = 0;

/** A message that waits in the outbox for a place at this address; resolves when the bot is done with it. */
async function leaveNotice(serviceUrl: string): Promise<void> {
  notices += 1;
  const key = `left-${notices}`;
  const to: Place = {
    kind: 'personal',
    conversationId: `a:${key}`,
    serviceUrl,
    tid: world.sandbox.tenantId,
    botId: '28:jitney',
    name: null,
    teamGroupId: null,
  };
  const body = keep({ kind: 'notice', key, to, oid: null, message: notice('○', 'Who holds what.') });
  inDatabase((database) =>
    database
      .prepare('insert into job (id, due, again, fence, tries, lane, doubt, body) values (?, 0, 0, 0, 0, ?, 0, ?)')
      .run(`notice:${key}`, key, body),
  );
  await eventually(
    () => inDatabase((database) => !database.prepare('select 1 from job where lane = ?').get(key)),
    () => world.bot.printed,
  );
}

const refusals = (): number => world.bot.printed.split('chat.address.refused').length - 1;

test('an address that may be written to is sent the message and the bot’s token', async () => {
  await leaveNotice(`http://localhost:${leak.port}`);

  expect(leak.authorizations[0]).toMatch(/^Bearer ey/);
});

test.each([
  'http://127.1:PORT',
  'http://2130706433:PORT',
  'http://0x7f.0.0.1:PORT',
  'http://[::ffff:127.0.0.1]:PORT',
  'http://LOCALHOST:PORT',
  'http://localhost.:PORT',
  'http://127.0.0.1@127.0.0.1:PORT',
  'http://user:word@localhost:PORT',
  'http://localhost:PORT\\@smba.trafficmanager.net',
  'http:\\\\localhost:PORT',
  'http:/localhost:PORT',
  'http://local%68ost:PORT',
  'http://ｌocalhost:PORT',
  'http://local\thost:PORT',
  ' http://localhost:PORT',
  'http://localhost:PORT?smba.trafficmanager.net',
  'http://localhost:PORT#smba.trafficmanager.net',
  'http://localhost:PORT/smba.trafficmanager.net/../',
])('a message that waits for %s is sent to nobody', async (spelled) => {
  const before = refusals();

  await leaveNotice(spelled.replace('PORT', String(leak.port)));

  expect(leak.connections).toBe(0);
  await eventually(
    () => refusals() === before + 1,
    () => `refused ${refusals() - before} times`,
  );
});

describe('every stored address at once', () => {
  let waiting: Waiting;

  function poison(): void {
    const [good, bad] = [world.teams.connector.serviceUrl, `http://127.1:${leak.port}`];
    inDatabase((database) => {
      for (const { table, column } of database
        .prepare(
          `select m.name as "table", c.name as "column" from sqlite_master m, pragma_table_info(m.name) c
           where m.type = 'table' and m.name <> 'ledger' and lower(c.type) = 'text'`,
        )
        .all())
        database
          .prepare(`update "${String(table)}" set "${String(column)}" = replace("${String(column)}", ?, ?)`)
          .run(good, bad);
    });
  }

  function isActive(): boolean {
    const row = inDatabase((database) => database.prepare('select body from activation').get());
    return String(row?.['body']).includes('"phase":"active"');
  }

  beforeAll(async () => {
    const here = { in: world.teams.channel };
    await (await adele.say('announce here', here)).reply(/all groups are announced here/, here);
    waiting = await request(adele, megan, 'Azure Admins');
    await adele.waitForCard(/Waiting for approval/);
    // A card is seen before the bot has written down where it stands, and what it writes then is not poisoned.
    await world.nothingIsDue();
  });

  test('changes no card, asks no roster, and tells nobody anything', async () => {
    const [before, taken] = [refusals(), world.teams.connector.requests.length];
    poison();

    await (await outside(world.sandbox, 'Megan Bowen')).decide('Approve', 'in the portal');
    await eventually(
      () => isActive() && (refusals() >= before + 2 || leak.connections > 0),
      () => `refused ${refusals() - before} times:\n${world.bot.printed}`,
    );
    await pause(1000);

    expect(leak.connections).toBe(0);
    expect(world.teams.connector.requests.slice(taken)).toEqual([]);
  });

  test('and the next thing somebody says puts their own right', async () => {
    const said = await adele.say('status');

    expect((await said.reply(/Azure Admins/)).text).toContain('Azure Admins');
    expect(waiting.said.status).toBe(200);
  });
});
