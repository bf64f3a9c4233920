/**
 * The sandbox's tenant as plain JSON data: what the directory and PIM know at one moment.
 *
 * Every time is an ISO 8601 instant in UTC with milliseconds (so two of them compare as text), every id is the object id that
 * Graph shows. Field names of PIM objects follow Graph (`privilegedAccessGroup…` resources), so that a reader of the state sees
 * what a client would read.
 */
export type World = {
  tenantId: string;
  organization: string;
  settings: Settings;
  apps: AppRegistration[];
  people: Person[];
  groups: Group[];
  directoryRoles: DirectoryRole[];
  windows: string[];
  team: Team | null;
  eligibilities: Eligibility[];
  assignments: Assignment[];
  requests: PimRequest[];
  approvals: Approval[];
  policies: Policy[];
  audits: AuditRow[];
  /** Tokens that a context with the sign-in frequency "every time" takes no more. */
  spent?: string[];
};

type Settings = {
  /** Switches PIM's own refusal of deciding one's own request off, so that tests can prove that a client refuses too. */
  allowSelfApproval: boolean;
  /** Items on one page of a PIM or audit list; further ones come by `@odata.nextLink`. */
  pageSize: number;
  /** Authentication contexts that writes want which no policy speaks of. */
  checks?: Partial<Record<'decide' | 'deactivate' | 'cancel', string>>;
  /** Contexts whose sign-in frequency is "every time": each token is good for one write. */
  everyTime?: string[];
};

type AppRegistration = {
  name: string;
  clientId: string;
  secret: string;
  certificate?: string | undefined;
  redirectUris: string[];
  delegated: string[];
  application: string[];
};

export type Person = {
  id: string;
  name: string;
  upn: string;
  mail: string | null;
  jobTitle: string | null;
  userType: 'Member' | 'Guest';
  /** Display names of directory roles the person holds permanently, e.g. `Privileged Role Administrator`. */
  roles: string[];
};

export type Group = {
  id: string;
  name: string;
  description: string | null;
  kind: 'security' | 'microsoft365';
  mail: string | null;
  roleAssignable: boolean;
  /** Dynamic groups cannot be managed by PIM. */
  dynamic: boolean;
  /** Groups synchronised from on-premises cannot be managed by PIM. */
  synced: boolean;
  /** Whether PIM manages the group: set by the first assignment, eligibility or policy update, never unset. */
  onboarded: boolean;
  members: string[];
  owners: string[];
};

type DirectoryRole = { id: string; name: string };

type Team = { id: string; name: string; aadGroupId: string; channel: { id: string; name: string } };

export type AccessId = 'member' | 'owner';

export type Eligibility = {
  /** The schedule's id: `{groupId}_{accessId}_{guid}`. */
  id: string;
  instanceId: string;
  groupId: string;
  accessId: AccessId;
  /** A person, or a group whose active members may activate. */
  principalId: string;
  /** Null for membership that came about outside PIM. */
  startDateTime: string | null;
  endDateTime: string | null;
  createdDateTime: string | null;
  modifiedDateTime: string | null;
  /** The request that made it; null when it was there from the start. */
  createdUsing: string | null;
};

export type Assignment = Eligibility & {
  assignmentType: 'assigned' | 'activated';
  memberType: 'direct' | 'group';
  /** The eligibility schedule an activation came from. */
  activatedUsing: string | null;
};

type RequestStatus =
  | 'Canceled'
  | 'Denied'
  | 'Failed'
  | 'Granted'
  | 'PendingAdminDecision'
  | 'PendingApproval'
  | 'PendingProvisioning'
  | 'PendingScheduleCreation'
  | 'Provisioned'
  | 'Revoked'
  | 'ScheduleCreated';

export type RequestAction =
  'adminAssign' | 'adminUpdate' | 'adminRemove' | 'adminExtend' | 'adminRenew' | 'selfActivate' | 'selfDeactivate';

export type ScheduleInfo = {
  startDateTime: string | null;
  recurrence: null;
  expiration: {
    type: 'notSpecified' | 'noExpiration' | 'afterDateTime' | 'afterDuration';
    endDateTime: string | null;
    duration: string | null;
  };
};

export type TicketInfo = { ticketNumber: string | null; ticketSystem: string | null };

export type Actor = { kind: 'user' | 'application'; id: string };

export type PimRequest = {
  id: string;
  surface: 'assignment' | 'eligibility';
  status: RequestStatus;
  action: RequestAction;
  groupId: string;
  accessId: AccessId;
  principalId: string;
  createdDateTime: string;
  completedDateTime: string | null;
  approvalId: string | null;
  customData: string | null;
  createdBy: Actor;
  isValidationOnly: boolean;
  justification: string | null;
  scheduleInfo: ScheduleInfo | null;
  ticketInfo: TicketInfo;
  targetScheduleId: string | null;
  /** The eligibility schedule that a self-activation rests on. */
  eligibilityId: string | null;
  /** When a pending write becomes real, or a granted future start comes; null when time alone changes nothing. */
  dueDateTime: string | null;
};

export type Approval = {
  /** Equal to the request's id. */
  id: string;
  /** PIM has one stage, and it carries the approval's own id. */
  stageId: string;
  reviewResult: 'NotReviewed' | 'Approved' | 'Denied';
  status: 'InProgress' | 'Completed' | 'Expired';
  reviewedDateTime: string | null;
  reviewedBy: string | null;
  justification: string;
};

export type PolicyRule = { '@odata.type': string; id: string } & Record<string, unknown>;

export type Policy = {
  id: string;
  scopeId: string;
  scopeType: 'Group' | 'DirectoryRole';
  roleDefinitionId: string;
  lastModifiedDateTime: string | null;
  lastModifiedBy: string | null;
  rules: PolicyRule[];
};

export type AuditRow = {
  id: string;
  category: string;
  correlationId: string;
  result: 'success' | 'failure';
  resultReason: string | null;
  activityDisplayName: string;
  activityDateTime: string;
  loggedByService: string;
  operationType: string;
  initiatedBy: { user: AuditUser | null; app: AuditApp | null };
  targetResources: AuditTarget[];
  additionalDetails: { key: string; value: string }[];
};

type AuditUser = {
  id: string;
  displayName: string | null;
  userPrincipalName: string | null;
  ipAddress: string | null;
  userType: string | null;
  homeTenantId: string | null;
  homeTenantName: string | null;
};

type AuditApp = {
  appId: string | null;
  displayName: string | null;
  servicePrincipalId: string | null;
  servicePrincipalName: string | null;
};

export type AuditTarget = {
  id: string;
  displayName: string | null;
  type: string;
  userPrincipalName: string | null;
  groupType: string | null;
  modifiedProperties: { displayName: string; oldValue: string | null; newValue: string | null }[];
};

export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
