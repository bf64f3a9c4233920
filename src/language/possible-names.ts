/** What may be names in a sentence about groups that nobody here knows yet: to be looked up, never to be acted on. */

import { clean } from './clean.ts';
import { parse } from './parse.ts';
import type { Context } from './parse.ts';
import { endWithout, verbAt } from './scan.ts';

/** Each of them is a question to the directory, so a sentence made of separators must not become hundreds. */
const most = 12;

/**
 * `who has Research and Development, SQL Prod` may mean two groups or three: every run of words between separators counts,
 * all of them together first, then each alone. Quoted names as they stand.
 */
export function possibleNames(text: string, context: Context): readonly string[] {
  const read = parse(text, context);
  const plain = 'groups' in read ? (read.groups ?? []) : [];
  return [...new Set([...plain, ...runs(wordsOfNames(text, context.botName))])].slice(0, most);
}

function wordsOfNames(text: string, botName: string | undefined): string {
  const { text: spoken } = clean(text, botName);
  const end = endWithout(spoken, ' .!?…');
  const verb = verbAt(spoken, 0, end);
  if (!verb) return '';
  if (verb.kind !== 'alias') return spoken.slice(verb.end, end).trim();
  const equals = spoken.indexOf('=', verb.end);
  return equals < 0 ? '' : spoken.slice(equals + 1, end).trim();
}

function runs(words: string): readonly string[] {
  const parts: { readonly start: number; readonly end: number }[] = [];
  let start = 0;
  for (const separator of words.matchAll(/ ?[,;&+] ?| and /gi)) {
    parts.push({ start, end: separator.index });
    start = separator.index + separator[0].length;
  }
  parts.push({ start, end: words.length });
  const few = parts.slice(0, most);
  const found = few.flatMap((first, at) =>
    few.slice(at).map((last) => ({ ...first, end: last.end, alone: first === last })),
  );
  const whole = { start: 0, end: words.length, alone: false };
  return [whole, ...found.filter(({ alone }) => alone), ...found.filter(({ alone }) => !alone)]
    .map((run) => words.slice(run.start, run.end))
    .filter((run) => run !== '' && !/["“”„‟«»]/.test(run));
}
