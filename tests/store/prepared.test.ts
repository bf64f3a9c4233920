import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/store/migrations.ts';
import { prepared, preparedForAll } from '../../src/store/prepared.ts';
import type { Value } from '../../src/store/prepared.ts';
import type { Database, Tables } from '../../src/store/schema.ts';
import { openSqlite } from '../../src/store/sqlite.ts';

type Row = Pick<Tables['pace'], 'lane' | 'hour'>;

let folder: string;
let database: Database;
let built: number;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'jitney-prepared-'));
  database = openSqlite(path.join(folder, 'jitney.db'));
  await migrate(database);
  await database.db.deleteFrom('pace').execute();
  built = 0;
});
afterEach(async () => {
  await database.db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

describe('a prepared query', () => {
  test('is built once, also inside transactions, and has the values of each run', async () => {
    const add = prepared((on, value: Value<Row>) => {
      built += 1;
      return on.insertInto('pace').values({ lane: value('lane'), hour: value('hour'), sent: '[]', free_at: 0 });
    });

    await add(database.db, { lane: 'a', hour: 1 });
    await database.write((on) => add(on, { lane: 'b', hour: 2 }));

    expect(built).toBe(1);
    expect(await rows()).toEqual(['a 1', 'b 2']);
  });

  test('over several rows is built once for each number of them', async () => {
    const add = preparedForAll((on, given: readonly Value<Row>[]) => {
      built += 1;
      return on
        .insertInto('pace')
        .values(given.map((value) => ({ lane: value('lane'), hour: value('hour'), sent: '[]', free_at: 0 })));
    });

    await add(database.db, [{ lane: 'a', hour: 1 }]);
    await add(database.db, [
      { lane: 'b', hour: 2 },
      { lane: 'c', hour: 3 },
    ]);
    await add(database.db, [
      { lane: 'd', hour: 4 },
      { lane: 'e', hour: 5 },
    ]);

    expect(built).toBe(2);
    expect(await rows()).toEqual(['a 1', 'b 2', 'c 3', 'd 4', 'e 5']);
  });
});

async function rows(): Promise<readonly string[]> {
  const found = await database.db.selectFrom('pace').select(['lane', 'hour']).orderBy('lane').execute();
  return found.map(({ lane, hour }) => `${lane} ${hour}`);
}
