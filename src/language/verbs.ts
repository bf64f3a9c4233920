/** One reader a verb: what may stand behind it and what it comes to. */

import type { Access, Command, Problem } from './command.ts';
import { latestMs, insteadOf, readClauses } from './clauses.ts';
import type { Clauses, Slot } from './clauses.ts';
import { foldQuotes } from './clean.ts';
import { readId } from './ids.ts';
import { longestAt } from './known-names.ts';
import { sameLook } from './names.ts';
import { readQuoted, startsQuote } from './quotes.ts';
import { clauseAt, phraseAt, skipSpaces, verbAt, wordAt } from './scan.ts';
import { fault, isProblem, wordsUntilClause } from './sentence.ts';
import type { Sentence } from './sentence.ts';
import { leftover, readTargets, startsOrder, twoOrders } from './targets.ts';
import { utc } from './time.ts';
import type { Verb } from './words.ts';
import * as words from './words.ts';

/** A command, and where its words ended: behind the final punctuation when a reason or a name took it in. */
export type Reading = { readonly command: Command; readonly end: number };
type Reader = (sentence: Sentence, at: number) => Reading | Problem;

export const readers: Readonly<Record<Verb, Reader>> = {
  activate: readActivate,
  deactivate: readDeactivate,
  extend: readExtend,
  cancel: readCancel,
  list: readList,
  status: readStatus,
  pending: (sentence, at) => nothingMore(sentence, at, { kind: 'status', filter: 'pending' }),
  active: (sentence, at) => nothingMore(sentence, at, { kind: 'status', filter: 'active' }),
  approve: readDecision('approve'),
  deny: readDecision('deny'),
  approvals: (sentence, at) => nothingMore(sentence, at, { kind: 'approvals' }),
  repeat: readRepeat,
  announce: readAnnounce,
  stopAnnounce: readStopAnnounce,
  who: readAsk('who'),
  policy: readAsk('policy'),
  audit: readAudit,
  alias: readAlias,
  aliases: (sentence, at) => nothingMore(sentence, at, { kind: 'aliases' }),
  removeAlias: readRemoveAlias,
  help: readHelp,
  signin: (sentence, at) => nothingMore(sentence, at, { kind: 'signin' }),
  signout: (sentence, at) => nothingMore(sentence, at, { kind: 'signout' }),
};

type Named = { readonly groups: readonly string[]; readonly clauses: Clauses; readonly end: number };

/** Targets, then the clauses that the verb has. */
function readNamed(sentence: Sentence, at: number, allowed: readonly Slot[]): Named | Problem {
  const targets = readTargets(sentence, at);
  if (isProblem(targets)) return targets;
  const clauses = readClauses(sentence, targets.end, allowed);
  if (isProblem(clauses)) return clauses;
  const end = clauses.tookAll ? sentence.text.length : Math.max(targets.end, sentence.end);
  return { groups: targets.groups, clauses, end };
}

function readActivate(sentence: Sentence, at: number): Reading | Problem {
  const named = readNamed(sentence, at, ['role', 'length', 'until', 'start', 'dryRun', 'reason', 'ticket']);
  if (isProblem(named)) return named;
  const { groups, clauses, end } = named;
  const span = spanOf(sentence, clauses);
  if (isProblem(span)) return span;
  return {
    command: {
      kind: 'activate',
      groups,
      ...roleOf(clauses),
      ...span,
      ...(clauses.startMs !== undefined && { start: utc(clauses.startMs) }),
      ...(clauses.dryRun && { dryRun: true }),
      ...whyOf(clauses),
    },
    end,
  };
}

type Span = { readonly durationMinutes?: number; readonly until?: string };

/** How long: as said, or counted from the start to the end that was said, in whole minutes. */
function spanOf(sentence: Sentence, clauses: Clauses): Span | Problem {
  const from = clauses.startMs ?? sentence.moment.now;
  if (clauses.seconds !== undefined) {
    if (from + clauses.seconds * 1000 > latestMs) {
      return fault(sentence, 'duration_out_of_range', 'That is longer than any calendar.');
    }
    return { durationMinutes: clauses.seconds / 60 };
  }
  const { untilMs, untilWords } = clauses;
  if (untilMs === undefined || !untilWords) return {};
  const typed = sentence.text.slice(untilWords.start, untilWords.end);
  if (untilMs <= from) return endsTooSoon(sentence, typed, untilMs, from, untilWords);
  const minutes = Math.floor((untilMs - from) / 60_000);
  if (minutes < 1)
    return fault(sentence, 'duration_invalid', `"${typed}" is less than a minute away.`, { words: typed });
  return { durationMinutes: minutes, until: utc(untilMs) };
}

type Spoken = NonNullable<Clauses['untilWords']>;

function endsTooSoon(sentence: Sentence, typed: string, untilMs: number, from: number, spoken: Spoken): Problem {
  if (untilMs <= sentence.moment.now)
    return fault(sentence, 'time_in_past', `"${typed}" is not ahead any more.`, { words: typed });
  // "at tomorrow 08:00 until 17:00": the clock time alone means today; the start's own day is offered, not assumed.
  const days = Math.ceil((from - untilMs + 1) / 86_400_000);
  const choices = spoken.bare ? [insteadOf(sentence, spoken.start, spoken.end, untilMs + days * 86_400_000)] : [];
  return fault(sentence, 'time_invalid', `"${typed}" is not after the start.`, {
    words: typed,
    ...(choices.length > 0 && { choices }),
  });
}

function roleOf(clauses: Clauses): { readonly role?: Access } {
  return clauses.role === undefined ? {} : { role: clauses.role };
}

function whyOf(clauses: Clauses): Pick<Clauses, 'justification' | 'ticket'> {
  return {
    ...(clauses.justification !== undefined && { justification: clauses.justification }),
    ...(clauses.ticket && { ticket: clauses.ticket }),
  };
}

function readDeactivate(sentence: Sentence, at: number): Reading | Problem {
  const named = readNamed(sentence, at, ['role']);
  if (isProblem(named)) return named;
  return { command: { kind: 'deactivate', groups: named.groups, ...roleOf(named.clauses) }, end: named.end };
}

function readExtend(sentence: Sentence, at: number): Reading | Problem {
  const named = readNamed(sentence, at, ['role', 'length', 'reason', 'ticket']);
  if (isProblem(named)) return named;
  const span = spanOf(sentence, named.clauses);
  if (isProblem(span)) return span;
  const { groups, clauses, end } = named;
  return { command: { kind: 'extend', groups, ...roleOf(clauses), ...span, ...whyOf(clauses) }, end };
}

function readRepeat(sentence: Sentence, at: number): Reading | Problem {
  const clauses = readClauses(sentence, at, ['length', 'reason', 'ticket']);
  if (isProblem(clauses)) return clauses;
  const span = spanOf(sentence, clauses);
  if (isProblem(span)) return span;
  return {
    command: { kind: 'repeat', ...span, ...whyOf(clauses) },
    end: clauses.tookAll ? sentence.text.length : sentence.end,
  };
}

function readCancel(sentence: Sentence, at: number): Reading | Problem {
  const { text, end, known } = sentence;
  const word = wordAt(text, at, end);
  if (!word) return missingId(sentence);
  const isName = known && longestAt(known, text, word.start) !== undefined;
  const id = isName ? 'no id' : readId(sentence, word);
  // "2024 Admins" begins like an id and goes on like a name.
  if (id === 'no id' || (isProblem(id) && id.code === 'id_invalid' && word.end < end && !word.text.startsWith('#'))) {
    const named = readNamed(sentence, at, []);
    return isProblem(named) ? named : { command: { kind: 'cancel', groups: named.groups }, end: named.end };
  }
  if (isProblem(id)) return id;
  return nothingMore(sentence, id.end, { kind: 'cancel', id: id.id });
}

function missingId(sentence: Sentence): Problem {
  return fault(sentence, 'missing_id', 'Which request? No id was given; it stands on the card.');
}

function readDecision(kind: 'approve' | 'deny'): Reader {
  return function decide(sentence, at) {
    const word = wordAt(sentence.text, at, sentence.end);
    if (!word || clauseAt(sentence.text, word.start, sentence.end)) return missingId(sentence);
    const id = readId(sentence, word);
    if (id === 'no id') {
      return fault(
        sentence,
        'id_invalid',
        'An id is 8 hexadecimal digits or a full request id; it stands on the card.',
        {
          words: wordsUntilClause(sentence, at),
        },
      );
    }
    if (isProblem(id)) return id;
    const clauses = readClauses(sentence, id.end, ['reason']);
    if (isProblem(clauses)) return clauses;
    const end = clauses.tookAll ? sentence.text.length : sentence.end;
    return { command: { kind, id: id.id, ...whyOf(clauses) }, end };
  };
}

/** The query is free text: everything that is left. */
function readList(sentence: Sentence, at: number): Reading | Problem {
  const { text, end } = sentence;
  const word = wordAt(text, at, end);
  if (!word) return { command: { kind: 'list' }, end };
  if (words.connectors.includes(word.lower) && startsOrder(sentence, word)) return twoOrders(sentence, word.start);
  const quoted = startsQuote(text, word.start) ? readQuoted(text, word.start, text.length) : undefined;
  const query = quoted?.end === end ? quoted.name.trim() : text.slice(word.start, end);
  return { command: { kind: 'list', query: foldQuotes(query) }, end };
}

function readStatus(sentence: Sentence, at: number): Reading | Problem {
  const { text, end } = sentence;
  const verb = verbAt(text, at, end);
  if (verb?.kind !== 'pending' && verb?.kind !== 'active') return nothingMore(sentence, at, { kind: 'status' });
  return nothingMore(sentence, verb.end, { kind: 'status', filter: verb.kind });
}

function readAnnounce(sentence: Sentence, at: number): Reading | Problem {
  const { text, end } = sentence;
  const stop = phraseAt(text, skipSpaces(text, at, end), end, words.here);
  if (stop === undefined) {
    return fault(
      sentence,
      'missing_target',
      'Where? I announce in the channel this is typed in: say "announce here".',
      {
        words: text.slice(at, end).trim(),
      },
    );
  }
  return readAnnounced(sentence, stop, 'announce');
}

function readStopAnnounce(sentence: Sentence, at: number): Reading | Problem {
  const { text, end } = sentence;
  const stop = phraseAt(text, skipSpaces(text, at, end), end, words.here);
  return readAnnounced(sentence, stop ?? at, 'stopAnnounce');
}

function readAnnounced(sentence: Sentence, at: number, kind: 'announce' | 'stopAnnounce'): Reading | Problem {
  const { text, end } = sentence;
  const clause = clauseAt(text, at, end);
  if (clause?.kind !== 'length') return nothingMore(sentence, at, { kind, groups: [] });
  const named = readNamed(sentence, clause.end, []);
  return isProblem(named) ? named : { command: { kind, groups: named.groups }, end: named.end };
}

function readAsk(kind: 'who' | 'policy'): Reader {
  return function ask(sentence, at) {
    const named = readNamed(sentence, at, []);
    return isProblem(named) ? named : { command: { kind, groups: named.groups }, end: named.end };
  };
}

function readAudit(sentence: Sentence, at: number): Reading | Problem {
  if (!wordAt(sentence.text, at, sentence.end)) return { command: { kind: 'audit', groups: [] }, end: sentence.end };
  const named = readNamed(sentence, at, []);
  return isProblem(named) ? named : { command: { kind: 'audit', groups: named.groups }, end: named.end };
}

function readAlias(sentence: Sentence, at: number): Reading | Problem {
  const { text, end } = sentence;
  const start = skipSpaces(text, at, end);
  if (start >= end) return missingAlias(sentence);
  const quoted = startsQuote(text, start) ? readQuoted(text, start, end) : undefined;
  const equals = text.indexOf('=', quoted?.end ?? start);
  if (equals < 0 || equals >= end || (quoted && text.slice(quoted.end, equals).trim() !== '')) {
    return fault(sentence, 'syntax', 'An alias is a name, "=", and what it stands for.', {
      words: text.slice(start, end),
    });
  }
  const name = foldQuotes(quoted?.name ?? text.slice(start, equals)).trim();
  if (name === '') return missingAlias(sentence);
  const taken = sentence.known && carries(sentence.known.names, name);
  if (taken !== undefined) {
    return fault(sentence, 'conflict', `"${taken}" is the name of a group; an alias needs a name of its own.`, {
      words: name,
    });
  }
  const named = readNamed(sentence, equals + 1, []);
  return isProblem(named) ? named : { command: { kind: 'alias', name, groups: named.groups }, end: named.end };
}

/** The target that has this name, or one that looks just like it. */
function carries(names: readonly string[], name: string): string | undefined {
  return names.find((known) => sameLook(known, name));
}

function missingAlias(sentence: Sentence): Problem {
  return fault(sentence, 'missing_group', 'Which alias? No name was given.');
}

function readRemoveAlias(sentence: Sentence, at: number): Reading | Problem {
  const { text, end } = sentence;
  const start = skipSpaces(text, at, end);
  if (start >= end) return missingAlias(sentence);
  const quoted = startsQuote(text, start) ? readQuoted(text, start, text.length) : undefined;
  if (quoted) return nothingMore(sentence, quoted.end, { kind: 'removeAlias', name: foldQuotes(quoted.name).trim() });
  return { command: { kind: 'removeAlias', name: foldQuotes(text.slice(start, end)) }, end };
}

/** One word, or a command of two words. */
function readHelp(sentence: Sentence, at: number): Reading | Problem {
  const { text, end } = sentence;
  const word = wordAt(text, at, end);
  if (!word) return { command: { kind: 'help' }, end };
  const verb = verbAt(text, word.start, end);
  const stop = verb?.end ?? word.end;
  return nothingMore(sentence, stop, { kind: 'help', topic: text.slice(word.start, stop).toLowerCase() });
}

function nothingMore(sentence: Sentence, at: number, command: Command): Reading | Problem {
  const { text, end } = sentence;
  const next = wordAt(text, at, end);
  if (!next) return { command, end };
  if (startsOrder(sentence, next)) return twoOrders(sentence, next.start);
  return leftover(sentence, text.slice(next.start, end));
}
