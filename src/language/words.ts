/**
 * Every word of the language, in one table: another language is another table.
 * All words are lower case; those of several words are written with single spaces.
 */

import type { Access } from './command.ts';

/** What a sentence may begin with. Several spellings of one verb stand beside each other; the first is the canonical one. */
export const verbs = {
  activate: ['activate', 'elevate', 'request'],
  deactivate: ['deactivate', 'drop'],
  extend: ['extend'],
  cancel: ['cancel'],
  list: ['list', 'groups'],
  status: ['status'],
  pending: ['pending'],
  active: ['active'],
  approve: ['approve'],
  deny: ['deny'],
  approvals: ['approvals'],
  repeat: ['repeat', 'again'],
  announce: ['announce'],
  stopAnnounce: ['stop announcing'],
  who: ['who has'],
  policy: ['policy'],
  audit: ['audit'],
  aliases: ['aliases'],
  alias: ['alias'],
  removeAlias: ['remove alias'],
  help: ['help'],
  signin: ['sign in', 'sign-in', 'signin'],
  signout: ['sign out', 'sign-out', 'signout'],
} as const;

export type Verb = keyof typeof verbs;

/** What a clause may begin with. `by` belongs to `extend` alone and is no clause elsewhere. */
export const clauses = {
  role: ['as'],
  length: ['for'],
  until: ['until'],
  start: ['at', 'starting', 'from'],
  startIn: ['in'],
  dryRun: ['dry run', 'dry-run', '--dry-run', '—dry-run', '–dry-run'],
  reason: ['because', 'because:', 'reason', 'reason:', '--', '—', '–'],
  ticket: ['ticket', 'ticket:'],
} as const;

export type ClauseWord = keyof typeof clauses;

export const by = 'by';
/** The start word that may have another behind it. */
export const starting = 'starting';
export const here = 'here';
export const separators: readonly string[] = ['and', '&', '+'];
export const articles: readonly string[] = ['a', 'an', 'the'];
export const roles: ReadonlyMap<string, Access> = new Map([
  ['owner', 'owner'],
  ['member', 'member'],
]);

/** Words that, in front of a name, take the wish back. */
export const negations: readonly string[] = ["don't", 'dont', 'do not', 'never', 'not'];

/** Words that may stand between two orders. */
export const connectors: readonly string[] = ['and', 'then', 'also', 'plus', '&', '+'];

/**
 * Verbs that make a second order of words that would otherwise be a name, when a joining word stands before them. The others (`help`, `list`, `active` …)
 * begin real group names too often: they count only when nothing follows, or after a name that is known.
 */
export const unmistakable: readonly Verb[] = [
  'activate',
  'deactivate',
  'extend',
  'cancel',
  'approve',
  'deny',
  'stopAnnounce',
  'who',
  'removeAlias',
];
export const standalone: readonly Verb[] = [
  'list',
  'status',
  'approvals',
  'repeat',
  'aliases',
  'help',
  'signin',
  'signout',
];
/** Verbs that no name contains: two orders on two lines meet without a joining word. */
export const neverInNames: readonly string[] = ['activate', 'deactivate', 'elevate'];

/** Seconds of each unit, by every name it has. */
export const units: ReadonlyMap<string, number> = new Map([
  ...named(1, 's', 'sec', 'secs', 'second', 'seconds'),
  ...named(60, 'm', 'min', 'mins', 'minute', 'minutes'),
  ...named(3600, 'h', 'hr', 'hrs', 'hour', 'hours'),
  ...named(86_400, 'd', 'day', 'days'),
  ...named(604_800, 'w', 'wk', 'wks', 'week', 'weeks'),
]);

export const numbers: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['an', 1],
  ['one', 1],
  ['two', 2],
  ['three', 3],
  ['four', 4],
  ['five', 5],
  ['six', 6],
  ['seven', 7],
  ['eight', 8],
  ['nine', 9],
  ['ten', 10],
  ['eleven', 11],
  ['twelve', 12],
  ['fifteen', 15],
  ['twenty', 20],
  ['thirty', 30],
  ['forty-five', 45],
  ['forty', 40],
  ['fifty', 50],
  ['sixty', 60],
  ['ninety', 90],
]);

export const half = 'half';
export const quarter = 'quarter';
export const of = 'of';
export const and = 'and';

export const noon = 'noon';
export const midnight = 'midnight';
export const today = 'today';
export const tomorrow = 'tomorrow';
/** Before a clock time after a day (`tomorrow at 9am`), or before a weekday after a clock time (`17:00 on Friday`). */
export const atWord = 'at';
export const onWord = 'on';
export const forenoon: readonly string[] = ['am', 'a.m.', 'a.m'];
export const afternoon: readonly string[] = ['pm', 'p.m.', 'p.m'];

/** ISO numbers: Monday is 1. */
export const weekdays: ReadonlyMap<string, number> = new Map([
  ...named(1, 'mon', 'monday'),
  ...named(2, 'tue', 'tues', 'tuesday'),
  ...named(3, 'wed', 'weds', 'wednesday'),
  ...named(4, 'thu', 'thur', 'thurs', 'thursday'),
  ...named(5, 'fri', 'friday'),
  ...named(6, 'sat', 'saturday'),
  ...named(7, 'sun', 'sunday'),
]);

function named(value: number, ...names: readonly string[]): (readonly [string, number])[] {
  return names.map((name) => [name, value]);
}
