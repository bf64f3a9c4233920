import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Compilable, CompiledQuery, Kysely, QueryResult, RawBuilder } from 'kysely';
import type { Tables } from './schema.ts';

/** Stands in a query for what each run of it is given by that name. */
export type Value<Given> = <Name extends keyof Given>(name: Name) => RawBuilder<Given[Name]>;
type Prepared<Given, Row> = (on: Kysely<Tables>, given: Given) => Promise<QueryResult<Row>>;
/**
 * PostgreSQL plans it once for each connection, not each time. Only for an insert that finds a row that is there by its key:
 * such a plan is right however large the tables become, where one of a search, made while they were small, would go on
 * reading all of them. It returns nothing, so that it also outlives a later release's new columns.
 */
export type Planned = 'planned once';

class Blank {
  readonly of: (given: unknown) => unknown;
  constructor(of: (given: unknown) => unknown) {
    this.of = of;
  }
}

/** A query of every turn, built once for each database: building its text takes longer than SQLite takes to run it. */
export function prepared<Given, Row>(
  build: (on: Kysely<Tables>, value: Value<Given>) => Compilable<Row>,
  planned?: Planned,
): Prepared<Given, Row> {
  return compiledOnce((on) => build(on, (name) => sql`${new Blank((given) => (given as Given)[name])}`), planned);
}

/** The same over several rows at once: one text for each number of them. */
export function preparedForAll<Given, Row>(
  build: (on: Kysely<Tables>, rows: readonly Value<Given>[]) => Compilable<Row>,
  planned?: Planned,
): Prepared<readonly Given[], Row> {
  type Rows = readonly Given[];
  const known = new Map<number, Prepared<Rows, Row>>();
  return (on, rows) => {
    const { length } = rows;
    const query = known.get(length) ?? compiledOnce<Rows, Row>((db) => build(db, blanks(length)), planned);
    known.set(length, query);
    return query(on, rows);
  };

  function blanks(length: number): readonly Value<Given>[] {
    return Array.from({ length }, (_none, at): Value<Given> => {
      return (name) => sql`${new Blank((given) => (given as Rows)[at]?.[name])}`;
    });
  }
}

/** Of the texts that are planned once. The same in each process, since a pooler may share a connection between them. */
const names = new Map<string, string>();

/** By what PostgreSQL keeps the plan of this text; undefined when it is to plan it each time. */
export function nameOf(text: string): string | undefined {
  return names.get(text);
}

function compiledOnce<Given, Row>(
  build: (on: Kysely<Tables>) => Compilable<Row>,
  planned: Planned | undefined,
): Prepared<Given, Row> {
  const known = new WeakMap<object, CompiledQuery<Row>>();

  function compile(on: Kysely<Tables>): CompiledQuery<Row> {
    const query = build(on).compile();
    if (planned !== undefined)
      names.set(query.sql, `jitney_${createHash('sha256').update(query.sql).digest('hex').slice(0, 32)}`);
    return query;
  }

  return (on, given) => {
    // A transaction has the adapter of its database.
    const { adapter } = on.getExecutor();
    const query = known.get(adapter) ?? compile(on);
    known.set(adapter, query);
    const filled = query.parameters.map((one) => (one instanceof Blank ? one.of(given) : one));
    return on.executeQuery({ ...query, parameters: filled });
  };
}
