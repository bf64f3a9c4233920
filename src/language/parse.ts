/** A sentence typed to the bot, as a command or as the one problem that keeps it from being one. Pure, linear, never throws. */

import { clean } from './clean.ts';
import type { Intent, Parsed, Problem } from './command.ts';
import { knownNames } from './known-names.ts';
import { clauseAt, countCharacters, endWithout, verbAt, wordAt } from './scan.ts';
import type { Verb } from './words.ts';
import { fault, isProblem } from './sentence.ts';
import type { Sentence } from './sentence.ts';
import { readers } from './verbs.ts';
import type { Reading } from './verbs.ts';

export type Context = {
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
  /** IANA name of the person's zone. */
  readonly timeZone: string;
  readonly locale?: string;
  readonly scope?: 'personal' | 'groupChat' | 'channel';
  readonly botName?: string;
  /** What the person can mean, one entry a target (a name given twice is ambiguous). Given: only exact names pass, spelled as here. */
  readonly names?: readonly string[];
  /** Short or full ids of requests that exist. Given: any other id is `not_found`. */
  readonly openIds?: readonly string[];
};

export const textLimit = 2000;

const intents: Readonly<Record<Verb, Intent>> = {
  activate: 'activate',
  deactivate: 'deactivate',
  extend: 'extend',
  cancel: 'cancel',
  list: 'list',
  status: 'status',
  pending: 'status',
  active: 'status',
  approve: 'approve',
  deny: 'deny',
  approvals: 'approvals',
  repeat: 'repeat',
  announce: 'announce',
  stopAnnounce: 'stopAnnounce',
  who: 'who',
  policy: 'policy',
  audit: 'audit',
  alias: 'alias',
  aliases: 'aliases',
  removeAlias: 'removeAlias',
  help: 'help',
  signin: 'signin',
  signout: 'signout',
};

/** Verbs that only show something: there a question mark is no reason to hesitate. */
const showing: ReadonlySet<Intent> = new Set<Intent>([
  'list',
  'status',
  'approvals',
  'who',
  'policy',
  'audit',
  'aliases',
  'help',
]);

export function parse(text: string, context: Context): Parsed {
  const { text: spoken, quoted } = clean(text, context.botName);
  const end = endWithout(spoken, finalPunctuation);
  if (end === 0 && !quoted && !spoken.includes('?')) return bare('empty', 'There was nothing to read.', '');
  if (countCharacters(spoken) > textLimit)
    return bare('too_long', `A message has at most ${textLimit} characters.`, spoken.slice(0, 60));
  const verb = verbAt(spoken, 0, end);
  if (!verb) return unknown(spoken, end);
  const sentence: Sentence = {
    text: spoken,
    end,
    intent: intents[verb.kind],
    moment: { now: Math.floor(context.now), timeZone: context.timeZone },
    known: context.names && knownNames(context.names, spoken),
    openIds: context.openIds,
  };
  const reading = readers[verb.kind](sentence, verb.end);
  return isQuestion(sentence, verb.end, reading) ? question(sentence) : outcome(reading);
}

const finalPunctuation = ' .!?…';

function outcome(reading: Reading | Problem): Parsed {
  return isProblem(reading) ? reading : reading.command;
}

/** A final question mark outside a reason: `activate X?` asks, it does not order. */
function isQuestion(sentence: Sentence, at: number, reading: Reading | Problem): boolean {
  const { text, end, intent } = sentence;
  if (showing.has(intent) || !text.slice(end).includes('?')) return false;
  if (!isProblem(reading)) return reading.end < text.length;
  for (let word = wordAt(text, at, end); word; word = wordAt(text, word.end, end)) {
    if (clauseAt(text, word.start, end)?.kind === 'reason') return false;
  }
  return true;
}

function question(sentence: Sentence): Problem {
  return fault(sentence, 'unknown_command', 'That reads like a question, so I did nothing. Say it as a wish.', {
    words: sentence.text,
  });
}

function unknown(text: string, end: number): Problem {
  const word = wordAt(text, 0, end);
  return bare('unknown_command', 'I did not understand that; every sentence begins with a command.', word?.text ?? '');
}

function bare(code: Problem['code'], message: string, words: string): Problem {
  return { kind: 'problem', code, words, example: 'help', message };
}
