import type { Message } from './message.ts';
import { portalMyGroups, problem } from './message.ts';
import type { PimProblem } from './pim-problem.ts';
import { refusal } from './refusal.ts';

/** What each of PIM's policy rules wants, and what to do; PIM names them in its refusal. */
const rules: ReadonlyMap<string, string> = new Map([
  ['ExpirationRule', 'the length is more than the policy allows: ask for a shorter one'],
  ['JustificationRule', 'the policy wants a reason: add “because …”'],
  ['TicketingRule', 'the policy wants a ticket: add “ticket ServiceNow INC0012345”'],
  ['MfaRule', 'the policy wants multifactor authentication: sign out here, sign in again with it, and ask once more'],
  [
    'EligibilityRule',
    'you are not eligible any more: the group’s owner or a Privileged Role Administrator can change that',
  ],
]);

/** What the log says of a refusal: its code, never its text, which may hold what people wrote. */
export function refusalFacts(answer: PimProblem): { readonly kind: string; readonly pimCode: string | null } {
  return { kind: answer.kind, pimCode: answer.kind === 'other' ? answer.code : null };
}

/**
 * PIM's refusal as a card: what happened, why (the rule and who owns it), what next.
 * `doing` completes "PIM did not …" and "PIM was asked to …", for example "activate Azure Admins"; `reference` finds the line in the log, for the
 * refusals that somebody has to look up there.
 */
export function explain(answer: PimProblem, doing: string, reference: string | null = null): Message {
  const what = `PIM did not ${doing}.`;
  const link = { url: portalMyGroups, title: 'Open PIM' };
  switch (answer.kind) {
    case 'signIn':
      return refusal(what, {
        rule: 'PIM takes orders from yourself only, and you are not signed in here.',
        owner: 'pim',
        next: 'Say “sign in”.',
      });
    case 'readOnly':
      return refusal(what, {
        rule: 'This bot is switched to read-only: it shows and answers, and changes nothing.',
        owner: 'operator',
        next: 'PIM itself works as ever: do it there. “list”, “status”, “who has” and “policy” still answer here.',
        link,
      });
    case 'stepUp':
      if (answer.claims === null) return checkInVain(what);
      return refusal(what, {
        rule: 'Its policy wants one more check of who you are (step-up).',
        owner: 'group',
        next: 'Verify, or do it in PIM itself.',
        link,
      });
    case 'exists':
      return refusal(what, {
        rule: 'One activation at a time, and it is active already.',
        owner: 'pim',
        next: 'Say “status” to see until when.',
      });
    case 'pending':
      return refusal(what, {
        rule: 'One request at a time, and one is waiting already.',
        owner: 'pim',
        next: 'Say “status” to see it.',
      });
    case 'missing':
      return refusal(what, {
        rule: 'Only what is active can end, and PIM has no such activation now.',
        owner: 'pim',
        next: 'Say “status” to see what is active.',
      });
    case 'tooShort':
      return refusal(what, {
        rule: 'An activation lasts at least 5 minutes, and nobody can end it earlier.',
        owner: 'pim',
        next: 'Try again when 5 minutes have passed.',
      });
    case 'policy':
      return refusal(what, {
        rule: because(
          'The group’s PIM policy refused it',
          answer.rules.map((rule) => rules.get(rule) ?? rule).join('; '),
        ),
        owner: 'group',
        next: 'Say it again with what the policy wants; “policy” and the group’s name shows all of it.',
        link,
      });
    case 'notEligible':
      return refusal(what, {
        rule: 'PIM says you are not eligible for it.',
        owner: 'group',
        next: 'Say “list” to see what you may activate, or ask them to add you.',
      });
    case 'forbidden':
      return refusal(what, {
        rule: because('PIM refused the right to do it', answer.message),
        owner: 'tenant',
        next: 'A Privileged Role Administrator can tell which right is missing.',
        link,
      });
    case 'consent':
      return refusal(what, {
        rule: because('This bot lacks a permission in your tenant', answer.message),
        owner: 'tenant',
        next: 'Nothing you can mend: an administrator who may grant consent in Entra has to.',
        link,
      });
    case 'licence':
      return refusal(what, {
        rule: 'PIM says that the tenant lacks the licence for it: Entra ID P2 or ID Governance.',
        owner: 'tenant',
        next: 'Tell whoever manages your tenant’s licences.',
        link,
      });
    case 'locked':
      return refusal(what, {
        rule: 'One change at a time, and PIM is making one at this very moment.',
        owner: 'pim',
        next: 'Try again in a minute.',
      });
    case 'schedule':
      return refusal(what, {
        rule: 'PIM does not accept its start or its end, which it judges by its own clock.',
        owner: 'pim',
        next: 'Say it again with another time, or with “for 1h” and no start.',
      });
    case 'unknownTarget':
      return refusal(what, {
        rule: 'PIM does not manage this group, or does not know it yet.',
        owner: 'group',
        next: 'Try again in a minute if it is new; else ask them to bring it under PIM.',
        link,
      });
    case 'malformed':
      return refusal(what, {
        rule: because('PIM calls the request invalid', answer.message),
        owner: 'pim',
        next: 'Say “status”: it may have changed meanwhile. If not, do it in PIM itself and tell whoever runs this bot.',
        link,
        reference,
      });
    case 'notFound':
      return refusal(what, {
        rule: 'PIM does not know it: it is over, or so new that PIM has not heard of it.',
        owner: 'pim',
        next: 'Say “status” to see what is open, and try again in a minute if it is new.',
      });
    case 'conflict':
      return refusal(what, {
        rule: 'The first decision counts, and somebody else decided first.',
        owner: 'pim',
        next: 'Nothing is left to do.',
      });
    case 'unavailable':
      return problem(what, {
        why: 'PIM is not answering now. Nothing was changed.',
        next: 'Try again in a minute, or use PIM itself.',
        link,
      });
    case 'late':
      return problem(what, {
        why: 'I was held up, and did not ask any more: by now it may have been done or changed otherwise.',
        next: 'Look at it, and say it again if you still want it.',
        link,
      });
    case 'unclear':
      // Told as it was: the line stays when it has long been found out.
      return problem(`PIM was asked to ${doing}, and its answer was lost.`, {
        why: 'It may have happened or not, which PIM tells when it can be read again.',
        next: 'The card tells what came of it, mostly within a minute.',
        link,
      });
    case 'other':
      return problem(what, {
        why: `${answer.message || 'PIM gave no reason.'} (${[answer.code, `HTTP ${answer.status}`].filter(Boolean).join(', ')})`,
        next: 'I do not know this answer of PIM: whoever runs this bot finds it in the log.',
        link,
        reference,
      });
  }
}

/** The person passed the check and PIM wants it all the same: a second time would end the same way. */
function checkInVain(what: string): Message {
  return refusal(what, {
    rule: 'Its policy wants one more check of who you are, and PIM did not accept the sign-in that was made for it.',
    owner: 'group',
    next: 'Do it in PIM itself; if that fails too, whoever looks after Conditional Access can see why.',
    link: { url: portalMyGroups, title: 'Open PIM' },
  });
}

/** PIM does not always say why. */
function because(what: string, why: string): string {
  return why === '' ? `${what}.` : `${what}: ${why.replace(/\.$/, '')}.`;
}
