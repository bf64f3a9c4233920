/** Which permissions a call needs; any one of a list is enough. Tables: the permission sections of the named pages. */
import { refuse, refuseWrapped } from '../pim/refusal.ts';
import type { Refusal } from '../pim/refusal.ts';
import type { CallerToken } from './call.ts';

export type Permissions = {
  /** Null where the kind of token is not supported at all. */
  delegated: readonly string[] | null;
  application: readonly string[] | null;
  /** PIM answers in its own wrapped form, the directory in Graph's plain one. */
  answeredBy: 'pim' | 'directory';
};

const ACCESS = {
  read: ['PrivilegedAccess.Read.AzureADGroup', 'PrivilegedAccess.ReadWrite.AzureADGroup'],
  write: ['PrivilegedAccess.ReadWrite.AzureADGroup'],
};

const both = (scopes: readonly string[], answeredBy: Permissions['answeredBy']): Permissions => ({
  delegated: scopes,
  application: scopes,
  answeredBy,
});

const assignmentWrite = ['PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup', ...ACCESS.write];
const assignmentRead = [
  'PrivilegedAssignmentSchedule.Read.AzureADGroup',
  'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup',
  ...ACCESS.read,
];
const eligibilityWrite = ['PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup', ...ACCESS.write];
const eligibilityRead = [
  'PrivilegedEligibilitySchedule.Read.AzureADGroup',
  'PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup',
  ...ACCESS.read,
];
const groupRead = ['GroupMember.Read.All', 'Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All'];
const userRead = ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'];
const ownRead = ['User.Read', 'User.ReadWrite', ...userRead];

/** PIM for Groups: privilegedaccessgroup-list-*, privilegedaccessgroup-post-*, approval-get, approvalstage-update. */
export const PERMISSIONS = {
  assignmentRead: both(assignmentRead, 'pim'),
  assignmentWrite: both(assignmentWrite, 'pim'),
  eligibilityRead: both(eligibilityRead, 'pim'),
  /** The stored page of eligibilityScheduleRequests asks for the write permission even for reading. */
  eligibilityRequests: both(eligibilityWrite, 'pim'),
  approvalRead: { delegated: assignmentRead, application: null, answeredBy: 'pim' },
  approvalWrite: { delegated: assignmentWrite, application: null, answeredBy: 'pim' },
  groupPolicyRead: both(
    ['RoleManagementPolicy.Read.AzureADGroup', 'RoleManagementPolicy.ReadWrite.AzureADGroup'],
    'pim',
  ),
  groupPolicyWrite: both(['RoleManagementPolicy.ReadWrite.AzureADGroup'], 'pim'),
  rolePolicyRead: both(
    [
      'RoleManagementPolicy.Read.Directory',
      'RoleManagementPolicy.ReadWrite.Directory',
      'RoleManagement.Read.Directory',
      'RoleManagement.Read.All',
      'RoleManagement.ReadWrite.Directory',
    ],
    'pim',
  ),
  rolePolicyWrite: both(['RoleManagementPolicy.ReadWrite.Directory', 'RoleManagement.ReadWrite.Directory'], 'pim'),
  audits: both(['AuditLog.Read.All'], 'directory'),
  users: both(userRead, 'directory'),
  groups: both(groupRead, 'directory'),
  memberships: both(['GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All', 'User.Read.All'], 'directory'),
  me: { delegated: ownRead, application: null, answeredBy: 'directory' },
  ownMemberships: { delegated: [...ownRead, ...groupRead], application: null, answeredBy: 'directory' },
  directoryObjects: both(['Directory.Read.All', ...groupRead, ...userRead], 'directory'),
} as const satisfies Record<string, Permissions>;

/** That a token of the wrong kind is told of missing scopes too is assumed. */
export function checkPermissions(token: CallerToken, needed: Permissions): Refusal | null {
  const scopes = needed[token.kind];
  if (scopes?.some((scope) => token.scopes.includes(scope)) === true) return null;
  if (needed.answeredBy === 'directory') {
    return refuse(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
  }
  const wanted = (scopes ?? needed.delegated ?? []).join(',');
  const message = `Authorization failed due to missing permission scope ${wanted}.`;
  return refuseWrapped(403, 'PermissionScopeNotGranted', message);
}
