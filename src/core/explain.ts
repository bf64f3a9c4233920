import type { Message } from './message.ts';
import { portalMyGroups, problem } from './message.ts';
import type { PimProblem } from './pim-problem.ts';

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
export function refusalFacts(refusal: PimProblem): { readonly kind: string; readonly pimCode: string | null } {
  return { kind: refusal.kind, pimCode: refusal.kind === 'other' ? refusal.code : null };
}

/**
 * PIM's refusal as a card: what happened, why (the rule and who owns it), what next.
 * `doing` completes "PIM did not …", for example "activate Azure Admins"; `reference` finds the line in the log, for the
 * refusals that somebody has to look up there.
 */
export function explain(refusal: PimProblem, doing: string, reference: string | null = null): Message {
  const what = `PIM did not ${doing}.`;
  const link = { url: portalMyGroups, title: 'Open PIM' };
  switch (refusal.kind) {
    case 'signIn':
      return problem(what, { why: 'You are not signed in here.', next: 'Say “sign in”.' });
    case 'readOnly':
      return problem(what, {
        why: 'Whoever runs this bot has switched it to read-only: it shows and answers, and changes nothing.',
        next: 'PIM itself works as ever: do it there. “list”, “status”, “who has” and “policy” still answer here.',
        link,
      });
    case 'stepUp':
      if (refusal.claims === null) return checkInVain(what);
      return problem(what, {
        why: 'Its policy wants one more check of who you are (step-up).',
        next: 'Verify, or do it in PIM itself.',
        link,
      });
    case 'exists':
      return problem(what, { why: 'It is active already.', next: 'Say “status” to see until when.' });
    case 'pending':
      return problem(what, { why: 'A request for it is waiting already.', next: 'Say “status” to see it.' });
    case 'missing':
      return problem(what, { why: 'PIM has no such activation now.', next: 'Say “status” to see what is active.' });
    case 'tooShort':
      return problem(what, {
        why: 'PIM keeps an activation for at least 5 minutes, and lets nobody end it earlier.',
        next: 'Try again when 5 minutes have passed.',
      });
    case 'policy':
      return problem(what, {
        why: because(
          'The group’s PIM policy refused it',
          refusal.rules.map((rule) => rules.get(rule) ?? rule).join('; '),
        ),
        next: 'The group’s owner sets this policy.',
        link,
      });
    case 'notEligible':
      return problem(what, {
        why: 'PIM says you are not eligible for it.',
        next: 'Say “list” to see what you may activate; the group’s owner can add you.',
      });
    case 'forbidden':
      return problem(what, {
        why: because('PIM refused the right to do it', refusal.message),
        next: 'A Privileged Role Administrator of your tenant can tell which right is missing.',
        link,
      });
    case 'consent':
      return problem(what, {
        why: because('This bot lacks a permission in your tenant', refusal.message),
        next: 'Nothing you can mend: an administrator who may grant consent in Entra has to.',
        link,
      });
    case 'licence':
      return problem(what, {
        why: 'PIM says that the tenant lacks the licence for it: Entra ID P2 or ID Governance.',
        next: 'Tell whoever manages your tenant’s licences.',
        link,
      });
    case 'locked':
      return problem(what, { why: 'PIM is changing it at this very moment.', next: 'Try again in a minute.' });
    case 'schedule':
      return problem(what, {
        why: 'PIM does not accept its start or its end, which it judges by its own clock.',
        next: 'Say it again with another time, or with “for 1h” and no start.',
      });
    case 'unknownTarget':
      return problem(what, {
        why: 'PIM does not manage this group, or does not know it yet.',
        next: 'Try again in a minute if it is new; the group’s owner can bring it under PIM.',
        link,
      });
    case 'malformed':
      return problem(what, {
        why: because('PIM calls the request invalid', refusal.message),
        next: 'Say “status”: it may have changed meanwhile. If not, do it in PIM itself and tell whoever runs this bot.',
        link,
        reference,
      });
    case 'notFound':
      return problem(what, {
        why: 'PIM does not know it: it is over, or so new that PIM has not heard of it.',
        next: 'Say “status” to see what is open, and try again in a minute if it is new.',
      });
    case 'conflict':
      return problem(what, { why: 'Somebody else decided first.', next: 'Nothing is left to do.' });
    case 'unavailable':
      return problem(what, {
        why: 'PIM is not answering now. Nothing was changed.',
        next: 'Try again in a minute, or use PIM itself.',
        link,
      });
    case 'unclear':
      return problem('PIM’s answer was lost.', {
        why: 'It may or may not have happened; I am reading it back from PIM.',
        next: 'Say “status” in a moment.',
        link,
      });
    case 'other':
      return problem(what, {
        why: `${refusal.message || 'PIM gave no reason.'} (${[refusal.code, `HTTP ${refusal.status}`].filter(Boolean).join(', ')})`,
        next: 'I do not know this answer of PIM: whoever runs this bot finds it in the log.',
        link,
        reference,
      });
  }
}

/** The person passed the check and PIM wants it all the same: a second time would end the same way. */
function checkInVain(what: string): Message {
  return problem(what, {
    why: 'Its policy wants one more check of who you are, and PIM did not accept the sign-in that was made for it.',
    next: 'Do it in PIM itself; if that fails too, whoever looks after Conditional Access can see why.',
    link: { url: portalMyGroups, title: 'Open PIM' },
  });
}

/** PIM does not always say why. */
function because(what: string, why: string): string {
  return why === '' ? `${what}.` : `${what}: ${why.replace(/\.$/, '')}.`;
}
