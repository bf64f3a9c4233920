import type { Kysely } from 'kysely';
import type { Person } from '../core/person.ts';
import type { Alias, Store } from '../ports/store.ts';
import { keep, unkeep } from './kept.ts';
import { prepared } from './prepared.ts';
import type { Value } from './prepared.ts';
import type { Database, Tables } from './schema.ts';

/** In place of an owner's object id, which is never empty. */
const everybody = '';

export function aliasReads({ db }: Database): Pick<Store, 'aliases'> {
  return {
    aliases: async (person) => (await usableBy(db, person)).rows.map(({ body }) => unkeep(body)),
  };
}

const usableBy = prepared((on, value: Value<Person>) =>
  on
    .selectFrom('alias')
    .select('body')
    .where('tid', '=', value('tid'))
    .where((eb) => eb.or([eb('owner', '=', value('oid')), eb('owner', '=', everybody)]))
    .orderBy('name_key')
    .orderBy('owner', 'desc'),
);

export async function setAlias(db: Kysely<Tables>, alias: Alias): Promise<void> {
  const body = keep(alias);
  await db
    .insertInto('alias')
    .values({ ...keyOf(alias), body })
    .onConflict((conflict) => conflict.columns(['tid', 'owner', 'name_key']).doUpdateSet({ body }))
    .execute();
}

export async function dropAlias(db: Kysely<Tables>, alias: AliasKey): Promise<void> {
  const { tid, owner, name_key: key } = keyOf(alias);
  const drop = db.deleteFrom('alias').where('tid', '=', tid).where('owner', '=', owner);
  await drop.where('name_key', '=', key).execute();
}

type AliasKey = Pick<Alias, 'tid' | 'owner' | 'key'>;

function keyOf({ tid, owner, key }: AliasKey): Pick<Tables['alias'], 'tid' | 'owner' | 'name_key'> {
  return { tid, owner: owner ?? everybody, name_key: key };
}
