import { z } from 'zod';
import type { Moment } from '../core/moment.ts';
import type { Access } from '../core/target.ts';

// Only the fields that are used. Graph mixes the spelling of its enumerations, so they are read without regard to case;
// a row that does not read is left out by `rowsOf`, so that one odd object does not hide all others.

const text = z.string().nullish();

/** A time as Graph writes it (up to seven digits of seconds). Null for none and for year 1, Graph's "never". */
const moment = z
  .string()
  .nullish()
  .transform((value): Moment | null => {
    const at = value ? Date.parse(value) : Number.NaN;
    return Number.isNaN(at) || at <= 0 ? null : at;
  });

const access = z
  .string()
  .transform((value) => value.toLowerCase())
  .pipe(z.enum(['member', 'owner'])) satisfies z.ZodType<Access>;

const named = z.object({ id: text, displayName: text, description: text }).nullish();

export const eligibilityRow = z.object({
  groupId: z.string(),
  accessId: access,
  endDateTime: moment,
  group: named,
});

export const instanceRow = z.object({
  groupId: z.string(),
  principalId: z.string(),
  accessId: access,
  assignmentType: text,
  startDateTime: moment,
  endDateTime: moment,
});
export type Instance = z.infer<typeof instanceRow>;

export const requestRow = z.object({
  id: z.string(),
  status: text,
  action: text,
  accessId: access,
  principalId: z.string(),
  groupId: z.string(),
  approvalId: text,
  customData: text,
  justification: text,
  createdDateTime: moment,
  completedDateTime: moment,
  scheduleInfo: z
    .object({
      startDateTime: moment,
      expiration: z.object({ type: text, duration: text, endDateTime: moment }).nullish(),
    })
    .nullish(),
});
export type Request = z.infer<typeof requestRow>;

const stageRow = z.object({
  id: z.string(),
  status: text,
  reviewResult: text,
  assignedToMe: z.boolean().nullish(),
  justification: text,
  reviewedBy: z.object({ id: text, displayName: text, userPrincipalName: text }).nullish(),
});

export type StageRow = z.infer<typeof stageRow>;

export const approvalBody = z.object({ id: text, stages: z.array(stageRow).nullish() });

const approver = z.looseObject({ '@odata.type': text, userId: text, groupId: text, id: text });

export const policyRule = z.object({
  id: z.string(),
  maximumDuration: text,
  enabledRules: z.array(z.string()).nullish(),
  isEnabled: z.boolean().nullish(),
  claimValue: text,
  setting: z
    .object({
      isApprovalRequired: z.boolean().nullish(),
      approvalStages: z
        .array(
          z.object({
            isApproverJustificationRequired: z.boolean().nullish(),
            primaryApprovers: z.array(approver).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});
export type PolicyRule = z.infer<typeof policyRule>;
export type ApproverSet = z.infer<typeof approver>;

export const policyAssignmentRow = z.object({
  scopeId: text,
  roleDefinitionId: text,
  policy: z.object({ rules: z.array(z.unknown()).nullish() }),
});

export const userRow = z.object({
  '@odata.type': text,
  id: z.string(),
  displayName: text,
  userPrincipalName: text,
  accountEnabled: z.boolean().nullish(),
  userType: text,
});
export type User = z.infer<typeof userRow>;

export const groupRow = z.object({ id: z.string(), displayName: text, description: text });

/** The rows that read; the others are left out. */
export function rowsOf<T>(shape: z.ZodType<T>, rows: readonly unknown[]): readonly T[] {
  return rows.flatMap((row) => {
    const read = shape.safeParse(row);
    return read.success ? [read.data] : [];
  });
}
