/**
 * `$filter` of OData: eq, ne, gt, ge, lt, le, in, startswith, and, or, not, parentheses, nested paths and `any` over collections.
 * What it does not understand it refuses; nothing is ever ignored. Texts compare without regard to letter case (assumed).
 */
import type { FilterToken } from './filter-tokens.ts';
import { tokenize } from './filter-tokens.ts';

type FieldType = 'string' | 'dateTime' | 'boolean';
/** Filterable paths; `targetResources[]/id` stands for a path inside a collection. */
export type Fields = Readonly<Record<string, FieldType>>;
export type Row = Readonly<Record<string, unknown>>;

export type Filter = {
  kind: 'filter';
  matches: (row: Row) => boolean;
  /** Comparisons by `eq` that every match satisfies: path in lower case -> value. */
  equals: ReadonlyMap<string, string>;
};
export type FilterRefusal = { kind: 'refused'; message: string };

type Literal = { type: FieldType | 'null' | 'number'; value: string | number | boolean | null };
type Expression = { matches: (row: Row) => boolean; equals: ReadonlyMap<string, string> };
type Scope = { fields: Fields; variable: string | null; prefix: string };

const BAD_FILTER = 'BadFilter';

function badFilter(message: string): Error {
  return Object.assign(new Error(message), { name: BAD_FILTER });
}

export function parseFilter(text: string, fields: Fields): Filter | FilterRefusal {
  const tokens = tokenize(text);
  if (tokens === null) return { kind: 'refused', message: `Invalid filter clause: '${text}'.` };
  const reader = createReader(tokens);
  try {
    const expression = readOr(reader, { fields, variable: null, prefix: '' });
    if (!reader.done()) throw badFilter(`Syntax error in '${text}'.`);
    return { kind: 'filter', ...expression };
  } catch (error) {
    if (error instanceof Error && error.name === BAD_FILTER)
      return { kind: 'refused', message: `Invalid filter clause: ${error.message}` };
    throw error;
  }
}

type Reader = {
  done: () => boolean;
  next: () => FilterToken;
  /** Takes the mark or word when it comes next. */
  take: (text: string) => boolean;
  expect: (text: string) => void;
};

function createReader(tokens: readonly FilterToken[]): Reader {
  let position = 0;
  const take = (text: string): boolean => {
    const token = tokens[position];
    if (token === undefined || (token.kind !== 'mark' && token.kind !== 'name')) return false;
    if (token.text.toLowerCase() !== text) return false;
    position += 1;
    return true;
  };
  return {
    take,
    done: () => position >= tokens.length,
    next: () => {
      const token = tokens[position];
      if (token === undefined) throw badFilter('The expression ends too early.');
      position += 1;
      return token;
    },
    expect: (text) => {
      if (!take(text)) throw badFilter(`'${text}' expected.`);
    },
  };
}

const NONE: ReadonlyMap<string, string> = new Map();

function readOr(reader: Reader, scope: Scope): Expression {
  const left = readAnd(reader, scope);
  if (!reader.take('or')) return left;
  const right = readOr(reader, scope);
  return { matches: (row) => left.matches(row) || right.matches(row), equals: NONE };
}

function readAnd(reader: Reader, scope: Scope): Expression {
  const left = readNot(reader, scope);
  if (!reader.take('and')) return left;
  const right = readAnd(reader, scope);
  return {
    matches: (row) => left.matches(row) && right.matches(row),
    equals: new Map([...left.equals, ...right.equals]),
  };
}

function readNot(reader: Reader, scope: Scope): Expression {
  if (!reader.take('not')) return readTerm(reader, scope);
  const inner = readNot(reader, scope);
  return { matches: (row) => !inner.matches(row), equals: NONE };
}

function readTerm(reader: Reader, scope: Scope): Expression {
  if (reader.take('(')) {
    const inner = readOr(reader, scope);
    reader.expect(')');
    return inner;
  }
  const token = reader.next();
  if (token.kind !== 'name') throw badFilter('A property was expected.');
  if (token.text.toLowerCase() === 'startswith' && reader.take('(')) return readStartsWith(reader, scope);
  if (token.text.toLowerCase().endsWith('/any') && reader.take('(')) return readAny(reader, scope, token.text);
  const path = property(scope, token.text);
  if (reader.take('in')) return readIn(reader, path);
  const operator = reader.next();
  if (operator.kind !== 'name') throw badFilter('An operator was expected.');
  return comparison(path, operator.text.toLowerCase(), literal(reader.next(), path));
}

function readStartsWith(reader: Reader, scope: Scope): Expression {
  const token = reader.next();
  if (token.kind !== 'name') throw badFilter('A property was expected.');
  const path = property(scope, token.text);
  reader.expect(',');
  const start = literal(reader.next(), path);
  reader.expect(')');
  if (reader.take('eq')) reader.expect('true');
  if (path.type !== 'string' || typeof start.value !== 'string') throw badFilter('startswith wants two texts.');
  const wanted = start.value.toLowerCase();
  return {
    matches: (row) => textOf(valueAt(row, path.name)).toLowerCase().startsWith(wanted),
    equals: NONE,
  };
}

function readAny(reader: Reader, scope: Scope, text: string): Expression {
  const collection = text.slice(0, text.lastIndexOf('/'));
  const variable = reader.next();
  reader.expect(':');
  if (variable.kind !== 'name') throw badFilter('A variable was expected.');
  const inner = readOr(reader, { fields: scope.fields, variable: variable.text, prefix: `${collection}[]/` });
  reader.expect(')');
  return {
    matches: (row) => {
      const items = valueAt(row, collection);
      return Array.isArray(items) && items.some((item) => inner.matches(item as Row));
    },
    equals: NONE,
  };
}

function readIn(reader: Reader, path: Path): Expression {
  reader.expect('(');
  const literals: Literal[] = [];
  do literals.push(literal(reader.next(), path));
  while (reader.take(','));
  reader.expect(')');
  const each = literals.map((one) => comparison(path, 'eq', one));
  return { matches: (row) => each.some((one) => one.matches(row)), equals: NONE };
}

type Path = { name: string; type: FieldType };

function property(scope: Scope, text: string): Path {
  const { variable, prefix, fields } = scope;
  if (variable !== null && !text.startsWith(`${variable}/`)) throw badFilter(`Unknown variable in '${text}'.`);
  const name = variable === null ? text : text.slice(variable.length + 1);
  const known = Object.keys(fields).find((field) => field.toLowerCase() === `${prefix}${name}`.toLowerCase());
  if (known === undefined) throw badFilter(`Could not find a property named '${text}'.`);
  return { name: known.slice(prefix.length), type: fields[known] ?? 'string' };
}

function literal(token: FilterToken, path: Path): Literal {
  const found = readLiteral(token);
  if (found.type !== 'null' && found.type !== path.type) {
    throw badFilter(`'${path.name}' is of type ${path.type} and cannot be compared with a ${found.type}.`);
  }
  return found;
}

function readLiteral(token: FilterToken): Literal {
  if (token.kind === 'string') return { type: 'string', value: token.text };
  if (token.kind === 'dateTime') return { type: 'dateTime', value: token.milliseconds };
  if (token.kind === 'number') return { type: 'number', value: token.value };
  const word = token.text.toLowerCase();
  if (word === 'null') return { type: 'null', value: null };
  if (word === 'true' || word === 'false') return { type: 'boolean', value: word === 'true' };
  throw badFilter(`'${token.text}' is no value.`);
}

function comparison(path: Path, operator: string, wanted: Literal): Expression {
  const test = OPERATORS[operator];
  if (test === undefined) throw badFilter(`The operator '${operator}' is not supported.`);
  const ordered = operator !== 'eq' && operator !== 'ne';
  if (ordered && wanted.type !== 'dateTime') throw badFilter(`'${operator}' is only supported for times.`);
  const right = typeof wanted.value === 'string' ? wanted.value.toLowerCase() : wanted.value;
  const equals = operator === 'eq' && typeof right === 'string' ? new Map([[path.name.toLowerCase(), right]]) : NONE;
  return { matches: (row) => test(comparable(valueAt(row, path.name), path.type), right), equals };
}

type Comparable = string | number | boolean | null;

function comparable(value: unknown, type: FieldType): Comparable {
  if (value === null || value === undefined) return null;
  if (type === 'boolean') return value === true;
  return type === 'dateTime' ? Date.parse(textOf(value)) : textOf(value).toLowerCase();
}

const OPERATORS: Readonly<Record<string, (left: Comparable, right: Comparable) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  gt: (left, right) => left !== null && right !== null && left > right,
  ge: (left, right) => left !== null && right !== null && left >= right,
  lt: (left, right) => left !== null && right !== null && left < right,
  le: (left, right) => left !== null && right !== null && left <= right,
};

/** A value as filters and orders see it; an object has no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** The value at a path such as `initiatedBy/user/id`. */
export function valueAt(row: unknown, path: string): unknown {
  return path.split('/').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Row)[name];
  }, row);
}
