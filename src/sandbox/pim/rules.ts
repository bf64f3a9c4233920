/** What a policy says to an order: the rules it breaks, in the names the service uses. */
import type { AccessId, Policy, World } from '../world.ts';
import { instant } from '../world.ts';
import { checkContext } from './checks.ts';
import { durationMilliseconds } from './duration.ts';
import { endOf } from './lifecycle.ts';
import type { Order } from './order.ts';
import { enabledRules, groupPolicy, maximumDuration, termsOf } from './policies.ts';
import type { Refusal } from './refusal.ts';
import { policyRefusal, REFUSALS } from './refusal.ts';

const MINIMUM = 5 * 60_000;

/** What the caller's token proves about the sign-in. */
export type SignInFacts = {
  acrs: readonly string[];
  amr: readonly string[];
  clientCapabilities: readonly string[];
  /** The token's own id. */
  uti?: string | undefined;
};

/**
 * Start and end an order asks for, or the refusal of an impossible one. A start in the past means now, as in the documentation's
 * examples; a missing type of expiration is refused for people (assumed) and means no end for administrators.
 */
export function checkSchedule(order: Order, now: number): Refusal | null {
  const info = order.scheduleInfo;
  if (info === null) return null;
  const { type, endDateTime, duration } = info.expiration;
  const start = Math.max(now, Date.parse(info.startDateTime ?? instant(now)));
  if (type === 'afterDuration') {
    if (duration === null || durationMilliseconds(duration, start) === null) return REFUSALS.invalidSchedule;
  }
  if (type === 'afterDateTime' && (endDateTime === null || Date.parse(endDateTime) <= start)) {
    return REFUSALS.invalidSchedule;
  }
  if (type === 'notSpecified' && order.action === 'selfActivate') return REFUSALS.invalidSchedule;
  const end = endOf(order, start);
  if (end !== null && Date.parse(end) - start < MINIMUM) return REFUSALS.tooShort;
  return null;
}

/** Rules for people who activate. The authentication context replaces MFA and is asked for last (the order is assumed). */
export function checkActivationRules(world: World, order: Order, facts: SignInFacts, now: number): Refusal | null {
  const policy = groupPolicy(world, order.groupId, order.accessId);
  const terms = termsOf(policy);
  const broken = [
    ...(breaksMaximum(order, policy, 'Expiration_EndUser_Assignment', now) ? ['ExpirationRule'] : []),
    ...(terms.justification && blank(order.justification) ? ['JustificationRule'] : []),
    // Whether the system is required beside the number is not documented: the number alone is enough here.
    ...(terms.ticket && blank(order.ticketInfo.ticketNumber) ? ['TicketingRule'] : []),
    ...(terms.mfa && terms.authenticationContext === null && !facts.amr.includes('mfa') ? ['MfaRule'] : []),
  ];
  if (broken.length > 0) return policyRefusal(broken);
  const context = terms.authenticationContext;
  return context === null ? null : checkContext(world, context, facts, order.isValidationOnly);
}

/** Rules for administrators who assign. Graph: identity-governance-pim-rules-overview. */
export function checkAdminRules(world: World, order: Order, facts: SignInFacts | null, now: number): Refusal | null {
  const level = order.surface === 'assignment' ? 'Assignment' : 'Eligibility';
  const policy = groupPolicy(world, order.groupId, order.accessId);
  const enabled = enabledRules(policy, `Enablement_Admin_${level}`);
  const broken = [
    ...(breaksMaximum(order, policy, `Expiration_Admin_${level}`, now) ? ['ExpirationRule'] : []),
    ...(enabled.includes('Justification') && blank(order.justification) ? ['JustificationRule'] : []),
    ...(enabled.includes('Ticketing') && blank(order.ticketInfo.ticketNumber) ? ['TicketingRule'] : []),
    ...(enabled.includes('MultiFactorAuthentication') && facts !== null && !facts.amr.includes('mfa')
      ? ['MfaRule']
      : []),
  ];
  return broken.length > 0 ? policyRefusal(broken) : null;
}

function breaksMaximum(order: Order, policy: Policy, ruleId: string, now: number): boolean {
  const limit = maximumDuration(policy, ruleId);
  if (limit === null || order.scheduleInfo === null) return false;
  const start = Math.max(now, Date.parse(order.scheduleInfo.startDateTime ?? instant(now)));
  const end = endOf(order, start);
  const longest = durationMilliseconds(limit, start);
  return end === null || (longest !== null && Date.parse(end) - start > longest);
}

function blank(text: string | null): boolean {
  return text === null || text.trim() === '';
}

export function approvalRequired(world: World, groupId: string, accessId: AccessId): boolean {
  return termsOf(groupPolicy(world, groupId, accessId)).approvalRequired;
}
