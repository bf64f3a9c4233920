/** `$expand` of OData, with `$select` and `$expand` nested in parentheses. */
import { badRequest } from './bad-request.ts';
import type { Row } from './filter.ts';

export type Navigation = {
  read: (row: Row) => Row | readonly Row[] | null;
  /** Navigations of what is read. */
  expand?: Navigations;
};
export type Navigations = Readonly<Record<string, Navigation>>;

type Expanded = Row | readonly Row[] | null;

/** What an `$expand` adds to a row: name and value of each navigation; `*` names them all. */
export function readExpand(text: string, navigations: Navigations): (row: Row) => Row {
  const named = text.trim() === '*' ? Object.keys(navigations) : splitTop(text, ',');
  const items = named.map((item) => readItem(item, navigations));
  return (row) => Object.fromEntries(items.map(([name, value]) => [name, value(row)]));
}

function readItem(item: string, navigations: Navigations): [string, (row: Row) => Expanded] {
  const match = /^\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(item);
  const name = Object.keys(navigations).find((one) => one.toLowerCase() === match?.[1]?.toLowerCase());
  const navigation = name === undefined ? undefined : navigations[name];
  if (name === undefined || navigation === undefined) {
    throw badRequest(`Could not find a property named '${item.trim()}' to expand.`);
  }
  const shape = readNested(match?.[2] ?? '', navigation);
  return [name, (row) => each(navigation.read(row), shape)];
}

function readNested(text: string, navigation: Navigation): (row: Row) => Row {
  let select: ((row: Row) => Row) | null = null;
  let expand: ((row: Row) => Row) | null = null;
  for (const option of splitTop(text, ';').filter((one) => one.trim() !== '')) {
    const match = /^\s*\$?(select|expand)\s*=(.*)$/is.exec(option);
    if (match === null) throw badRequest(`The nested option '${option.trim()}' is not supported.`);
    if (match[1]?.toLowerCase() === 'select') select = pick(match[2] ?? '');
    else expand = readExpand(match[2] ?? '', navigation.expand ?? {});
  }
  return (row) => ({ ...(select?.(row) ?? row), ...expand?.(row) });
}

function pick(text: string): (row: Row) => Row {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  return (row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name]) => name === '@odata.type' || names.includes(name.toLowerCase())),
    );
}

function each(value: Expanded, shape: (row: Row) => Row): Expanded {
  if (value === null) return null;
  return isList(value) ? value.map(shape) : shape(value);
}

function isList(value: Row | readonly Row[]): value is readonly Row[] {
  return Array.isArray(value);
}

/** Splits at a mark outside of parentheses. */
function splitTop(text: string, mark: string): string[] {
  const items = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === mark && depth === 0) items.push('');
    else items.push((items.pop() ?? '') + character);
  }
  if (depth !== 0) throw badRequest(`Syntax error in '${text}'.`);
  return items;
}
