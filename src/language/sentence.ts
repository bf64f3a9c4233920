/** One sentence while it is being read, and what goes wrong with it. */

import type { Choice, ErrorCode, Intent, Problem } from './command.ts';
import type { KnownNames } from './known-names.ts';
import { clauseAt, skipCommas, wordAt } from './scan.ts';
import type { Moment } from './time.ts';
import { exampleOf } from './usage.ts';

export type Sentence = {
  /** The whole cleaned text, final punctuation included: a reason keeps it. */
  readonly text: string;
  /** Where the sentence ends without its final punctuation. */
  readonly end: number;
  readonly intent: Intent;
  readonly moment: Moment;
  /** Names that the person can mean; without them names are taken as typed. */
  readonly known: KnownNames | undefined;
  readonly openIds: readonly string[] | undefined;
};

export type Fault = {
  readonly words?: string;
  readonly example?: string;
  readonly suggestions?: readonly string[];
  readonly choices?: readonly Choice[];
};

export function fault(sentence: Sentence, code: ErrorCode, message: string, more: Fault = {}): Problem {
  return {
    kind: 'problem',
    code,
    intent: sentence.intent,
    words: '',
    example: exampleOf(sentence.intent),
    message,
    ...more,
  };
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'problem';
}

/** The words from `at` to the next clause, for showing what was not understood. */
export function wordsUntilClause(sentence: Sentence, at: number): string {
  const { text, end } = sentence;
  const from = skipCommas(text, at, end);
  let stop = from;
  for (let word = wordAt(text, from, end); word; word = wordAt(text, stop, end)) {
    if (word.start > from && clauseAt(text, word.start, end)) break;
    stop = word.end;
  }
  return text.slice(from, stop);
}
