/** The words of an OData filter. */
export type FilterToken =
  | { kind: 'name'; text: string }
  | { kind: 'string'; text: string }
  | { kind: 'dateTime'; milliseconds: number }
  | { kind: 'number'; value: number }
  | { kind: 'mark'; text: '(' | ')' | ',' | ':' };

const PATTERNS: readonly [RegExp, (text: string) => FilterToken | null][] = [
  [/^\s+/, () => null],
  [/^'(?:[^']|'')*'/, (text) => ({ kind: 'string', text: text.slice(1, -1).replaceAll("''", "'") })],
  [
    /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2}))?(?![\w-])/i,
    (text) => ({ kind: 'dateTime', milliseconds: Date.parse(text) }),
  ],
  [/^-?\d+(?:\.\d+)?(?![\w-])/, (text) => ({ kind: 'number', value: Number(text) })],
  [/^[A-Za-z_@][\w@.]*(?:\/[A-Za-z_][\w.]*)*/, (text) => ({ kind: 'name', text })],
  [/^[(),:]/, (text) => ({ kind: 'mark', text: text as '(' | ')' | ',' | ':' })],
];

/** The filter's words, or null when a character belongs to none. */
export function tokenize(filter: string): FilterToken[] | null {
  const tokens: FilterToken[] = [];
  let rest = filter;
  while (rest !== '') {
    const hit = PATTERNS.map(([pattern, make]) => ({ text: pattern.exec(rest)?.[0], make })).find(
      ({ text }) => text !== undefined,
    );
    if (hit?.text === undefined) return null;
    const token = hit.make(hit.text);
    if (token !== null) {
      if (token.kind === 'dateTime' && Number.isNaN(token.milliseconds)) return null;
      tokens.push(token);
    }
    rest = rest.slice(hit.text.length);
  }
  return tokens;
}
