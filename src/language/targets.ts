/** TARGETS: one or more names, known, quoted or as typed, separated by commas, "and", "&" or "+". */

import type { Choice, Problem } from './command.ts';
import { escapeMarkup, foldQuotes, foldSpaces } from './clean.ts';
import { readLength } from './duration.ts';
import { longestAt } from './known-names.ts';
import { isPlain, matchName, nameKey } from './names.ts';
import type { NameMatch } from './names.ts';
import { quote, readQuoted, startsQuote } from './quotes.ts';
import { clauseAt, endWithout, phraseAt, skipCommas, skipSpaces, verbAt, wordAt } from './scan.ts';
import type { Word } from './scan.ts';
import { fault, isProblem } from './sentence.ts';
import type { Sentence } from './sentence.ts';
import * as words from './words.ts';

export type Targets = { readonly groups: readonly string[]; readonly end: number };
/** Where a name stands in the sentence. */
type Span = { readonly at: number; readonly end: number };
type Target = { readonly name: string; readonly end: number };

export function readTargets(sentence: Sentence, at: number): Targets | Problem {
  const { text, end } = sentence;
  const groups = new Map<string, string>();
  let stop = skipCommas(text, at, end);
  for (;;) {
    const target = readTarget(sentence, stop, groups.size === 0);
    if (isProblem(target)) return target;
    const key = nameKey(target.name);
    if (!groups.has(key)) groups.set(key, target.name);
    const next = readSeparator(sentence, target.end);
    if (isProblem(next)) return next;
    if (next === undefined) return { groups: [...groups.values()], end: target.end };
    stop = next.at;
  }
}

/** Where the next target begins; nothing when the list is over. A comma may also end the list, in front of a clause. */
function readSeparator(sentence: Sentence, at: number): { readonly at: number } | Problem | undefined {
  const { text, end } = sentence;
  const afterCommas = skipCommas(text, at, end);
  const commas = text.slice(at, afterCommas).includes(',');
  const sign = separatorAt(text, afterCommas, end);
  if (sign === undefined && !commas) return undefined;
  const next = skipSpaces(text, sign ?? afterCommas, end);
  if (isNameStart(sentence, next)) return { at: next };
  if (sign === undefined) return undefined;
  return fault(sentence, 'syntax', `A name is missing after "${text.slice(afterCommas, sign)}".`, {
    words: text.slice(afterCommas, sign),
  });
}

/** A separating word, or a sign that may touch the names around it: only called where a name has just ended. */
function separatorAt(text: string, at: number, end: number): number | undefined {
  if (at >= end) return undefined;
  if (text[at] === '&' || text[at] === '+') return at + 1;
  return phraseAt(text, at, end, words.and);
}

function isNameStart(sentence: Sentence, at: number): boolean {
  const { text, end, known } = sentence;
  if (known && longestAt(known, text, at) !== undefined) return true;
  const word = wordAt(text, at, end);
  return (
    word !== undefined &&
    word.text !== ',' &&
    word.text !== ';' &&
    !words.separators.includes(word.lower) &&
    !endsName(sentence, word)
  );
}

function readTarget(sentence: Sentence, at: number, first: boolean): Target | Problem {
  const { text, end, known } = sentence;
  const stop = known && longestAt(known, text, at);
  if (stop !== undefined) return afterName(sentence, at, stop, text.slice(at, stop));
  if (at < end && startsQuote(text, at)) {
    const quoted = readQuoted(text, at, text.length);
    if (!quoted) {
      return fault(sentence, 'syntax', 'A quote was opened and never closed.', { words: text.slice(at) });
    }
    if (foldSpaces(quoted.name) === '') return missing(sentence);
    return afterName(sentence, at, quoted.end, quoted.name);
  }
  return readTyped(sentence, at, first);
}

function missing(sentence: Sentence): Problem {
  return fault(sentence, 'missing_group', 'Which group? No name was given.');
}

/** After a known or quoted name only a separator, a clause or the end may stand. */
function afterName(sentence: Sentence, at: number, stop: number, typed: string): Target | Problem {
  const { text, end } = sentence;
  const name = resolve(sentence, typed, { at, end: stop });
  if (isProblem(name)) return name;
  const next = wordAt(text, stop, end);
  const fits =
    !next || next.text === ',' || separatorAt(text, next.start, end) !== undefined || endsName(sentence, next);
  if (fits) return { name, end: stop };
  const restEnd = typedEnd(sentence, next.start);
  const rest = text.slice(next.start, restEnd);
  if (startsOrder(sentence, next)) return twoOrders(sentence, next.start);
  return longerName(sentence, { at, end: restEnd }, name) ?? leftover(sentence, rest);
}

/** `Azure Admin` where `Azure` and `Azure Admins` are known: the longer one was meant, not `Azure` and a stray word. */
function longerName(sentence: Sentence, span: Span, matched: string): Problem | undefined {
  if (!sentence.known) return undefined;
  const typed = sentence.text.slice(span.at, span.end);
  const match = matchName(typed, sentence.known.names);
  const hits = match.kind === 'several' ? match.names : match.kind === 'near' ? [match.name] : [];
  return hits.some((hit) => hit !== matched) ? notExact(sentence, typed, match, span) : undefined;
}

export function leftover(sentence: Sentence, rest: string): Problem {
  return fault(sentence, 'syntax', `I do not know what to do with "${rest}".`, { words: rest });
}

export function twoOrders(sentence: Sentence, at: number): Problem {
  const { text, end } = sentence;
  const first = withoutConnector(text.slice(0, at));
  const second = text.slice(orderAt(sentence, wordAt(text, at, end)) ?? at, end);
  return fault(sentence, 'unsupported', `One order a message, please. Send "${first}", then "${second}".`, {
    words: text.slice(at, end),
    example: first,
    choices: [first, second].map((order) => ({ label: order, sentence: escapeMarkup(order) })),
  });
}

function withoutConnector(text: string): string {
  const trimmed = text.slice(0, endWithout(text, ' ,;.!&+'));
  const last = trimmed.lastIndexOf(' ');
  return words.connectors.includes(trimmed.slice(last + 1).toLowerCase())
    ? withoutConnector(trimmed.slice(0, last))
    : trimmed;
}

/** Whether another order begins here, behind any of the words that join two. Asked only where nothing else fits. */
export function startsOrder(sentence: Sentence, word: Word): boolean {
  return orderAt(sentence, word) !== undefined;
}

function orderAt({ text, end }: Sentence, word: Word | undefined): number | undefined {
  let next = word;
  while (next && (/^[.!;,]+$/.test(next.text) || words.connectors.includes(next.lower)))
    next = wordAt(text, next.end, end);
  return next && verbAt(text, next.start, end) && next.start;
}

/** A name that is neither known nor quoted: its words up to a separator, a clause or the end. */
function readTyped(sentence: Sentence, at: number, first: boolean): Target | Problem {
  const { text, end } = sentence;
  const word = wordAt(text, at, end);
  if (!word || word.text === ',' || word.text === ';' || endsName(sentence, word)) return missing(sentence);
  if (words.separators.includes(word.lower)) {
    return fault(sentence, 'syntax', `A name is missing before "${word.text}".`, { words: word.text });
  }
  const stop = typedEnd(sentence, at);
  const typed = text.slice(at, stop);
  const order = secondOrder(sentence, at, stop, first);
  if (order !== undefined) return twoOrders(sentence, order);
  if (words.negations.some((negation) => phraseAt(text, at, stop, negation) !== undefined)) {
    return fault(sentence, 'unknown_command', 'I only act on plain wishes, never on what is not wished for.', {
      words: typed,
    });
  }
  const stray = strayQuote(text, at, stop);
  if (stray !== undefined) {
    return fault(sentence, 'syntax', 'A quote stands alone: put the whole name in quotes.', { words: stray });
  }
  const name = resolve(sentence, typed, { at, end: stop });
  if (isProblem(name)) return name;
  const next = wordAt(text, stop, end);
  if (next?.text !== ';') return { name, end: stop };
  return startsOrder(sentence, next)
    ? twoOrders(sentence, next.start)
    : leftover(sentence, text.slice(next.start, end));
}

function typedEnd(sentence: Sentence, at: number): number {
  const { text, end } = sentence;
  let stop = at;
  for (let word = wordAt(text, at, end); word; word = wordAt(text, word.end, end)) {
    const isEnd =
      word.text === ',' || word.text === ';' || words.separators.includes(word.lower) || endsName(sentence, word);
    if (isEnd && word.start > at) break;
    stop = word.end;
  }
  return stop;
}

/** Whether a clause begins with this word: a keyword, or a length without its "for". */
function endsName(sentence: Sentence, word: Word): boolean {
  const { text, end, intent } = sentence;
  if (clauseAt(text, word.start, end)) return true;
  if (intent === 'extend' && word.lower === words.by) return true;
  return bareLengthAt(sentence, word);
}

/** `activate SQL Prod 2h`: a well-formed length in figures with nothing but other clauses behind it, and no other length. */
export function bareLengthAt(sentence: Sentence, word: Word): boolean {
  const { text, end } = sentence;
  if (!/^(?:\d|p\d|pt\d)/.test(word.lower)) return false;
  const length = readLength(text, word.start, end);
  if (length.kind !== 'length') return false;
  const next = wordAt(text, skipCommas(text, length.end, end), end);
  const clause = next && clauseAt(text, next.start, end);
  return !next || (clause !== undefined && clause.kind !== 'length' && clause.kind !== 'until');
}

/**
 * Where a second order begins inside a name as typed. Few verbs count, because group names begin with the others, too;
 * in the middle of a name only those that no name contains, unless a joining word stands before.
 */
function secondOrder(sentence: Sentence, at: number, stop: number, first: boolean): number | undefined {
  const { text } = sentence;
  let joined = !first;
  for (let word = wordAt(text, at, stop); word; word = wordAt(text, word.end, stop)) {
    const verb = (word.start > at || !first) && verbAt(text, word.start, stop);
    if (verb) {
      const strong =
        words.unmistakable.includes(verb.kind) || (words.standalone.includes(verb.kind) && verb.end === stop);
      if ((joined && strong) || words.neverInNames.includes(word.lower)) return word.start;
    }
    joined = words.connectors.includes(word.lower) || /[.!;]$/.test(word.text);
  }
  return undefined;
}

function strayQuote(text: string, at: number, stop: number): string | undefined {
  for (let word = wordAt(text, at, stop); word; word = wordAt(text, word.end, stop)) {
    if (/["“”„‟«»]/.test(word.text) || /^['‘‚‹]/.test(word.text)) return word.text;
  }
  return undefined;
}

function resolve(sentence: Sentence, typed: string, span: Span): string | Problem {
  if (!sentence.known) return foldQuotes(foldSpaces(typed));
  const [only, ...others] = sentence.known.byKey.get(nameKey(typed)) ?? [];
  if (only !== undefined && others.length === 0) return only;
  return notExact(sentence, typed, matchName(typed, sentence.known.names), span);
}

function notExact(sentence: Sentence, typed: string, match: NameMatch, span: Span): Problem {
  if (match.kind === 'several') {
    return fault(sentence, 'group_ambiguous', `"${typed}" could be more than one group.`, {
      words: typed,
      suggestions: match.names,
      choices: choicesOf(sentence, match.names, span),
    });
  }
  if (match.kind === 'near') {
    return fault(sentence, 'group_not_found', `There is no "${typed}". Did you mean "${match.name}"?`, {
      words: typed,
      suggestions: [match.name],
      choices: choicesOf(sentence, [match.name], span),
    });
  }
  return fault(
    sentence,
    'group_not_found',
    `I know no group "${typed}" that you could mean. "list" shows those you may activate.`,
    { words: typed, example: 'list' },
  );
}

/** The whole sentence with each name in place of what was typed; a name that words alone cannot tell from another is left out. */
function choicesOf({ text, known }: Sentence, names: readonly string[], { at, end }: Span): readonly Choice[] {
  return names.flatMap((name) =>
    known?.byKey.get(nameKey(name))?.length === 1 && isPlain(name)
      ? { label: name, sentence: escapeMarkup(text.slice(0, at) + quote(name) + text.slice(end)) }
      : [],
  );
}
