/** A command as the one sentence that says it: reading that sentence gives the command again. */

import type { Activate, Command, Ticket } from './command.ts';
import { escapeMarkup } from './clean.ts';
import { quote } from './quotes.ts';

export function print(command: Command): string {
  return escapeMarkup(sentenceOf(command));
}

function sentenceOf(command: Command): string {
  switch (command.kind) {
    case 'activate':
      return printActivate(command);
    case 'deactivate':
      return join('deactivate', names(command.groups), role(command));
    case 'extend':
      return join('extend', names(command.groups), role(command), length(command), why(command));
    case 'cancel':
      return join('cancel', command.id ?? names(command.groups ?? []));
    case 'list':
      return join('list', command.query);
    case 'status':
      return command.filter ?? 'status';
    case 'approve':
    case 'deny':
      return join(command.kind, command.id, why(command));
    case 'repeat':
      return join('repeat', length(command), why(command));
    case 'announce':
      return join('announce here', command.groups.length > 0 && `for ${names(command.groups)}`);
    case 'stopAnnounce':
      return join('stop announcing', command.groups.length > 0 && `for ${names(command.groups)}`);
    case 'who':
      return join('who has', names(command.groups));
    case 'policy':
      return join('policy', names(command.groups));
    case 'audit':
      return join('audit', names(command.groups));
    case 'alias':
      return `alias ${quote(command.name)} = ${names(command.groups)}`;
    case 'removeAlias':
      return `remove alias ${quote(command.name)}`;
    case 'approvals':
      return 'approvals';
    case 'aliases':
      return 'aliases';
    case 'help':
      return join('help', command.topic);
    case 'signin':
      return 'sign in';
    case 'signout':
      return 'sign out';
  }
}

function printActivate(command: Activate): string {
  const { groups, until, start, dryRun } = command;
  const span = until === undefined ? length(command) : `until ${until}`;
  return join(
    'activate',
    names(groups),
    role(command),
    span,
    start && `from ${start}`,
    dryRun && 'dry run',
    why(command),
  );
}

function join(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(' ');
}

function names(groups: readonly string[]): string {
  return groups.map(quote).join(', ');
}

function role(command: { readonly role?: string }): string | undefined {
  return command.role && `as ${command.role}`;
}

/** Whole minutes when they are whole, else seconds. */
function length({ durationMinutes }: { readonly durationMinutes?: number }): string | undefined {
  if (durationMinutes === undefined) return undefined;
  return Number.isInteger(durationMinutes) ? `for ${durationMinutes}m` : `for ${Math.round(durationMinutes * 60)}s`;
}

/** The ticket last, as in a sentence whose reason speaks of one; first where it would take the reason’s own last comma. */
function why({ justification, ticket }: { readonly justification?: string; readonly ticket?: Ticket }): string {
  const reason = justification && `because ${justification}`;
  const named = ticket && join('ticket', ticket.system, ticket.number);
  return justification?.endsWith(',') === true ? join(named, reason) : join(reason, named);
}
