/** Quoted names: "…" '…' ‘…’ “…” „…“ «…» and their mirror images. The quote doubled inside stands for itself. */

const partners: ReadonlyMap<string, string> = new Map([
  ['"', '"”“'],
  ['“', '”"“'],
  ['„', '“”"'],
  ['‟', '”"'],
  ['”', '”"'],
  ['«', '»'],
  ['»', '«'],
  ["'", "'’‘"],
  ['‘', "’'‘"],
  ['‚', "‘’'"],
  ['’', "’'"],
  ['‹', '›'],
  ['›', '‹'],
]);

export function startsQuote(text: string, at: number): boolean {
  return partners.has(text[at] ?? '');
}

export type Quoted = { readonly name: string; readonly end: number };

/** The quoted text that begins at `at`; nothing if the quote is never closed. The opener's own partner wins over the ones autocorrection leaves. */
export function readQuoted(text: string, at: number, end: number): Quoted | undefined {
  for (const closer of partners.get(text[at] ?? '') ?? '') {
    const found = closedBy(text, at, end, closer);
    if (found) return found;
  }
  return undefined;
}

function closedBy(text: string, at: number, end: number, closer: string): Quoted | undefined {
  for (let stop = text.indexOf(closer, at + 1); stop >= 0 && stop < end; stop = text.indexOf(closer, stop + 1)) {
    if (text[stop + 1] === closer && closer === text[at]) stop += 1;
    else if (mayClose(text, stop + 1)) return { name: unescape(text.slice(at + 1, stop), closer), end: stop + 1 };
  }
  return undefined;
}

/** A quote closes a name only where a name may end: the apostrophe in 'Bob's group' does not. */
function mayClose(text: string, at: number): boolean {
  const char = text[at];
  return char === undefined || ' ,;&+=.!?'.includes(char);
}

function unescape(inner: string, closer: string): string {
  return inner.replaceAll(closer + closer, closer);
}

/** A name in quotes that reads back as the same name. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
