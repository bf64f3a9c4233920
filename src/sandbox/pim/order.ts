/** Reading the body of a POST to …ScheduleRequests, leniently where Graph is lenient (letter case), strictly elsewhere. */
import { z } from 'zod';

import type { AccessId, PimRequest, RequestAction, ScheduleInfo, TicketInfo } from '../world.ts';
import { instantMilliseconds } from './duration.ts';
import type { Refusal } from './refusal.ts';
import { REFUSALS } from './refusal.ts';

export type Order = {
  surface: PimRequest['surface'];
  action: RequestAction;
  accessId: AccessId;
  groupId: string;
  principalId: string;
  justification: string | null;
  ticketInfo: TicketInfo;
  customData: string | null;
  isValidationOnly: boolean;
  scheduleInfo: ScheduleInfo | null;
};

/** An enum whose letter case the service ignores (`AdminAssign` and `adminAssign` both appear in the documentation). */
function caseless<const T extends readonly string[]>(names: T): z.ZodType<T[number]> {
  return z.string().transform((text, context): T[number] => {
    const found = names.find((name) => name.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: 'unknown name' });
    return z.NEVER;
  });
}

const ASSIGNMENT_ACTIONS = [
  'adminAssign',
  'adminUpdate',
  'adminRemove',
  'selfActivate',
  'selfDeactivate',
  'adminExtend',
  'adminRenew',
] as const;

const ELIGIBILITY_ACTIONS = ['adminAssign', 'adminUpdate', 'adminRemove', 'adminExtend', 'adminRenew'] as const;

const guid = z.guid();
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const dateTime = z
  .string()
  .refine((value) => instantMilliseconds(value) !== null)
  .transform((value) => new Date(value).toISOString());

const scheduleInfo = z.strictObject({
  '@odata.type': z.string().optional(),
  startDateTime: dateTime.nullish(),
  recurrence: z.null().optional(),
  expiration: z
    .strictObject({
      '@odata.type': z.string().optional(),
      type: caseless(['notSpecified', 'noExpiration', 'afterDateTime', 'afterDuration'] as const).optional(),
      endDateTime: dateTime.nullish(),
      duration: z.string().nullish(),
    })
    .nullish(),
});

function bodySchema(surface: PimRequest['surface']) {
  return z.strictObject({
    '@odata.type': z.string().optional(),
    action: caseless(surface === 'assignment' ? ASSIGNMENT_ACTIONS : ELIGIBILITY_ACTIONS),
    accessId: caseless(['member', 'owner'] as const),
    groupId: guid,
    principalId: guid,
    justification: text,
    customData: text,
    isValidationOnly: z.boolean().nullish(),
    targetScheduleId: text,
    ticketInfo: z
      .strictObject({ '@odata.type': z.string().optional(), ticketNumber: text, ticketSystem: text })
      .nullish(),
    scheduleInfo: scheduleInfo.nullish(),
  });
}

const BODIES = { assignment: bodySchema('assignment'), eligibility: bodySchema('eligibility') };

/**
 * Graph: privilegedaccessgroup-post-assignmentschedulerequests and …-eligibilityschedulerequests.
 * That `scheduleInfo` may be missing where nothing begins (selfDeactivate, adminRemove) is what tools rely on.
 */
export function readOrder(surface: PimRequest['surface'], body: unknown): Order | Refusal {
  const parsed = BODIES[surface].safeParse(body);
  if (!parsed.success) return REFUSALS.invalid;
  const { action, accessId, groupId, principalId, justification, customData, isValidationOnly } = parsed.data;
  const { ticketInfo, scheduleInfo: schedule } = parsed.data;
  const order: Order = {
    surface,
    action,
    accessId,
    groupId: groupId.toLowerCase(),
    principalId: principalId.toLowerCase(),
    justification,
    customData,
    isValidationOnly: isValidationOnly ?? false,
    ticketInfo: {
      ticketNumber: ticketInfo?.ticketNumber ?? null,
      ticketSystem: ticketInfo?.ticketSystem ?? null,
    },
    scheduleInfo: schedule === undefined || schedule === null ? null : readSchedule(schedule),
  };
  const ends = action === 'selfDeactivate' || action === 'adminRemove';
  if (!ends && order.scheduleInfo === null) return REFUSALS.invalidSchedule;
  return order;
}

function readSchedule(schedule: z.output<typeof scheduleInfo>): ScheduleInfo {
  const { expiration, startDateTime } = schedule;
  return {
    startDateTime: startDateTime ?? null,
    recurrence: null,
    expiration: {
      type: expiration?.type ?? 'notSpecified',
      endDateTime: expiration?.endDateTime ?? null,
      duration: expiration?.duration ?? null,
    },
  };
}
