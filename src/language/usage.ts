/** The one table of commands: `help`, README and every error's example come from here. */

import type { Intent } from './command.ts';

export type Usage = {
  readonly verb: Intent;
  /** How it may be written. */
  readonly forms: readonly string[];
  /** Sentences that work. */
  readonly examples: readonly [string, ...string[]];
  /** What it does, for a person. */
  readonly says: string;
};

export const usage: readonly Usage[] = [
  {
    verb: 'activate',
    forms: [
      'activate NAME [as owner] [for LENGTH | until TIME] [at TIME] [dry run] [because …] [ticket SYSTEM NUMBER]',
      'elevate …',
      'request …',
    ],
    examples: [
      'activate Azure Admins for 2h because fixing prod',
      'activate Azure Admins until 17:30 because fixing prod ticket ServiceNow INC0012345',
      'activate Azure Admins for 1h at tomorrow 08:00 dry run',
    ],
    says: 'Asks PIM to activate your eligibility for one or more groups.',
  },
  {
    verb: 'deactivate',
    forms: ['deactivate NAME', 'drop NAME'],
    examples: ['deactivate Azure Admins'],
    says: 'Ends your activation before its time.',
  },
  {
    verb: 'extend',
    forms: ['extend NAME [by LENGTH] [because …] [ticket SYSTEM NUMBER]'],
    examples: ['extend Azure Admins by 1h because the fix takes longer'],
    says: 'Keeps an activation longer.',
  },
  {
    verb: 'cancel',
    forms: ['cancel NAME', 'cancel ID'],
    examples: ['cancel 1a2b3c4d', 'cancel Azure Admins'],
    says: 'Takes back your request while it waits.',
  },
  {
    verb: 'list',
    forms: ['list [WORDS]', 'groups [WORDS]'],
    examples: ['list', 'list sql'],
    says: 'Shows what you may activate, what the policy asks for, and what is active.',
  },
  {
    verb: 'status',
    forms: ['status', 'pending', 'active'],
    examples: ['status'],
    says: 'Shows your running and waiting activations with the time that remains.',
  },
  {
    verb: 'approve',
    forms: ['approve ID [because …]'],
    examples: ['approve 1a2b3c4d because agreed with the owner'],
    says: 'Approves a request that waits for you.',
  },
  {
    verb: 'deny',
    forms: ['deny ID [because …]'],
    examples: ['deny 1a2b3c4d because outside the change window'],
    says: 'Denies a request that waits for you.',
  },
  {
    verb: 'approvals',
    forms: ['approvals'],
    examples: ['approvals'],
    says: 'Shows the requests that wait for you, as cards.',
  },
  {
    verb: 'repeat',
    forms: ['again [for LENGTH] [because …] [ticket SYSTEM NUMBER]', 'repeat …'],
    examples: ['again for 1h'],
    says: 'Asks for your last activation once more.',
  },
  {
    verb: 'announce',
    forms: ['announce here [for NAME]'],
    examples: ['announce here for Azure Admins', 'announce here'],
    says: 'Posts activations in this channel; for its owners.',
  },
  {
    verb: 'stopAnnounce',
    forms: ['stop announcing [for NAME]'],
    examples: ['stop announcing for Azure Admins', 'stop announcing'],
    says: 'Ends the announcements in this channel.',
  },
  {
    verb: 'who',
    forms: ['who has NAME'],
    examples: ['who has Azure Admins'],
    says: 'Shows who holds a group now, until when, and who approved it.',
  },
  {
    verb: 'policy',
    forms: ['policy NAME'],
    examples: ['policy Azure Admins'],
    says: 'Explains what activating a group asks for.',
  },
  {
    verb: 'audit',
    forms: ['audit [NAME]'],
    examples: ['audit Azure Admins', 'audit'],
    says: 'Shows an auditor the last activations of a group or a person.',
  },
  {
    verb: 'alias',
    forms: ['alias NAME = NAME, NAME'],
    examples: ['alias exchange = Exchange L3, Search & Purge'],
    says: 'Gives one or more groups a short name of your own.',
  },
  {
    verb: 'aliases',
    forms: ['aliases'],
    examples: ['aliases'],
    says: 'Shows your short names.',
  },
  {
    verb: 'removeAlias',
    forms: ['remove alias NAME'],
    examples: ['remove alias exchange'],
    says: 'Removes a short name.',
  },
  {
    verb: 'help',
    forms: ['help [COMMAND]'],
    examples: ['help activate', 'help'],
    says: 'Shows the commands, or one of them in detail.',
  },
  {
    verb: 'signin',
    forms: ['sign in'],
    examples: ['sign in'],
    says: 'Lets the bot ask PIM in your name.',
  },
  {
    verb: 'signout',
    forms: ['sign out'],
    examples: ['sign out'],
    says: 'Makes the bot forget your sign-in.',
  },
];

/** A sentence of this verb that works. */
export function exampleOf(verb: Intent): string {
  return usage.find((entry) => entry.verb === verb)?.examples[0] ?? 'help';
}
