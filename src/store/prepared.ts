import { sql } from 'kysely';
import type { Compilable, CompiledQuery, Kysely, QueryResult, RawBuilder } from 'kysely';
import type { Tables } from './schema.ts';

/** Stands in a query for what each run of it is given by that name. */
export type Value<Given> = <Name extends keyof Given>(name: Name) => RawBuilder<Given[Name]>;
type Prepared<Given, Row> = (on: Kysely<Tables>, given: Given) => Promise<QueryResult<Row>>;

class Blank {
  readonly of: (given: unknown) => unknown;
  constructor(of: (given: unknown) => unknown) {
    this.of = of;
  }
}

/** A query of every turn, built once for each database: building its text takes longer than SQLite takes to run it. */
export function prepared<Given, Row>(
  build: (on: Kysely<Tables>, value: Value<Given>) => Compilable<Row>,
): Prepared<Given, Row> {
  return compiledOnce((on) => build(on, (name) => sql`${new Blank((given) => (given as Given)[name])}`));
}

/** The same over several rows at once: one text for each number of them. */
export function preparedForAll<Given, Row>(
  build: (on: Kysely<Tables>, rows: readonly Value<Given>[]) => Compilable<Row>,
): Prepared<readonly Given[], Row> {
  type Rows = readonly Given[];
  const known = new Map<number, Prepared<Rows, Row>>();
  return (on, rows) => {
    const { length } = rows;
    const query = known.get(length) ?? compiledOnce<Rows, Row>((db) => build(db, blanks(length)));
    known.set(length, query);
    return query(on, rows);
  };

  function blanks(length: number): readonly Value<Given>[] {
    return Array.from({ length }, (_none, at): Value<Given> => {
      return (name) => sql`${new Blank((given) => (given as Rows)[at]?.[name])}`;
    });
  }
}

function compiledOnce<Given, Row>(build: (on: Kysely<Tables>) => Compilable<Row>): Prepared<Given, Row> {
  const known = new WeakMap<object, CompiledQuery<Row>>();
  return (on, given) => {
    // A transaction has the adapter of its database.
    const { adapter } = on.getExecutor();
    const query = known.get(adapter) ?? build(on).compile();
    known.set(adapter, query);
    const filled = query.parameters.map((one) => (one instanceof Blank ? one.of(given) : one));
    return on.executeQuery({ ...query, parameters: filled });
  };
}
