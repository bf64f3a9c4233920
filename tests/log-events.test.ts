import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import ts from 'typescript';
import { refusalFacts } from '../src/core/explain.ts';
import { logEvents } from '../src/log-events.ts';
import { walk } from './support/arrows.ts';

/** The log says what stands on one list, and the program says nothing else to it. */

type Line = { readonly where: string; readonly event: string | null; readonly facts: readonly string[] };

/** What is spread into the facts of a line, with the fields it brings. */
const spreads: Readonly<Record<string, readonly string[]>> = {
  refusalFacts: Object.keys(refusalFacts({ kind: 'unclear' })),
  anchor: ['seq', 'hash', 'at', 'mac'],
};
/** Handed over as a whole. */
const wholes: Readonly<Record<string, readonly string[]>> = { restored: ['knowsUntil', 'open', 'dropped'] };

function linesOf(path: string, text: string): readonly Line[] {
  const found: Line[] = [];
  walk(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true), (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const { expression, name } = node.expression;
    if (!['info', 'warn', 'error'].includes(name.text) || !/(^|\.)log$/.test(expression.getText())) return;
    const [event, facts] = node.arguments;
    const where = `${path}: ${node.getText().slice(0, 80)}`;
    found.push({
      where,
      event: event && ts.isStringLiteral(event) ? event.text : null,
      facts: facts === undefined ? [] : fieldsOf(facts),
    });
  });
  return found;
}

function fieldsOf(facts: ts.Expression): readonly string[] {
  if (!ts.isObjectLiteralExpression(facts)) return wholes[facts.getText()] ?? [`? ${facts.getText()}`];
  return facts.properties.flatMap((property) => {
    if (!ts.isSpreadAssignment(property)) return [property.name.getText()];
    const { expression } = property;
    const name = ts.isCallExpression(expression) ? expression.expression.getText() : expression.getText();
    return spreads[name] ?? [`? ...${name}`];
  });
}

const root = fileURLToPath(new URL('../', import.meta.url));
const lines = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('sandbox/'))
  .flatMap((name) => linesOf(`src/${name}`, readFileSync(join(root, 'src', name), 'utf8')));

test('every line of the program is on the list, with each of its facts', () => {
  expect(lines.length).toBeGreaterThan(50);
  const unlisted = lines.flatMap(({ where, event, facts }) => {
    const allowed = event === null ? undefined : logEvents[event];
    if (!allowed) return [`${where}: no such event`];
    return facts.filter((fact) => !allowed.includes(fact)).map((fact) => `${where}: ${fact}`);
  });
  expect(unlisted).toEqual([]);
});

test('nothing stands on the list that no line uses', () => {
  const used = new Set(lines.flatMap(({ event, facts }) => facts.map((fact) => `${event ?? ''}: ${fact}`)));
  const listed = Object.entries(logEvents).flatMap(([event, facts]) => facts.map((fact) => `${event}: ${fact}`));
  expect(listed.filter((fact) => !used.has(fact))).toEqual([]);
});

test.each([
  ['an event that is not listed', "log.warn('made.up', {});", 'made.up', []],
  ['an event that is put together', 'ports.log.error(`x.${y}`);', null, []],
  ['a fact by its short form', "log.info('started', { host, text });", 'started', ['host', 'text']],
  ['facts that nobody can see', "log.info('started', { ...body });", 'started', ['? ...body']],
  ['facts handed over as they are', "log.info('started', body);", 'started', ['? body']],
] satisfies [string, string, string | null, string[]][])(
  'the look at the program sees %s',
  (_what, text, event, facts) => {
    expect(linesOf('x.ts', text)).toEqual([expect.objectContaining({ event, facts })]);
  },
);
