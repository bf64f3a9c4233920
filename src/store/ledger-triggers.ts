import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database, Tables } from './schema.ts';

/**
 * The ledger only grows, one record after the other: the database itself refuses to change, delete, replace or skip one.
 * An owner of the database can still drop the triggers; that shows in the chain of hashes.
 */
export async function protectLedger(kind: Database['kind'], db: Kysely<Tables>): Promise<void> {
  for (const statement of kind === 'sqlite' ? sqliteTriggers : postgresTriggers) {
    await sql.raw(statement).execute(db);
  }
}

// The insert trigger also stops "insert or replace", which deletes without asking the delete trigger.
const sqliteTriggers = [
  `create trigger ledger_no_update before update on ledger begin select raise(abort, 'the ledger is append-only'); end`,
  `create trigger ledger_no_delete before delete on ledger begin select raise(abort, 'the ledger is append-only'); end`,
  `create trigger ledger_no_gap before insert on ledger
     when new.seq <> coalesce((select max(seq) from ledger), 0) + 1
     begin select raise(abort, 'the ledger has no gap'); end`,
];

// "enable always" keeps them at work in a session that plays a replica.
const postgresTriggers = [
  `create function ledger_refuse() returns trigger language plpgsql as
     $$ begin raise exception 'the ledger is append-only'; end $$`,
  `create function ledger_refuse_gap() returns trigger language plpgsql as
     $$ begin
       if new.seq <> coalesce((select max(seq) from ledger), 0) + 1 then raise exception 'the ledger has no gap'; end if;
       return new;
     end $$`,
  `create trigger ledger_no_change before update or delete on ledger for each row execute function ledger_refuse()`,
  `create trigger ledger_no_truncate before truncate on ledger for each statement execute function ledger_refuse()`,
  `create trigger ledger_no_gap before insert on ledger for each row execute function ledger_refuse_gap()`,
  `alter table ledger enable always trigger ledger_no_change`,
  `alter table ledger enable always trigger ledger_no_truncate`,
  `alter table ledger enable always trigger ledger_no_gap`,
];
