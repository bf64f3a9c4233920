/** Which paths the sandbox's Graph knows, what they need and who answers them. */
import { getAudit, listAudits } from './audits.ts';
import type { Exchange, GraphAnswer } from './call.ts';
import {
  checkMemberGroups,
  getByIds,
  getGroup,
  getMe,
  getUser,
  listGroups,
  listInside,
  listMemberships,
  listUsers,
} from './directory.ts';
import type { Permissions } from './permissions.ts';
import { PERMISSIONS } from './permissions.ts';
import { getPim, listOfCurrentUser, listPim } from './pim-lists.ts';
import type { Collection } from './pim-resources.ts';
import { cancel, getApproval, getStage, listApprovals, listStages, patchStage, postRequest } from './pim-writes.ts';
import { getPolicy, getPolicyAssignment, getRule, listPolicies, listRules, patchRule } from './policies.ts';

export type Route = {
  method: 'GET' | 'POST' | 'PATCH';
  /** Segments of the path; `{}` stands for a value, `stages` for the name of the version. */
  path: string;
  /** Null where the route itself checks, since the need depends on the object. */
  needs: Permissions | null;
  answer: (exchange: Exchange) => GraphAnswer;
};

const GROUP = '/identityGovernance/privilegedAccess/group';

/** What privilegedaccessgroup-list-*, -get and -filterbycurrentuser document for one collection. */
function reads(collection: Collection, needs: Permissions): Route[] {
  const base = `${GROUP}/${collection}`;
  return [
    {
      method: 'GET',
      path: `${base}/filterByCurrentUser(on={})`,
      needs,
      answer: (e) => listOfCurrentUser(e, collection),
    },
    { method: 'GET', path: base, needs, answer: (e) => listPim(e, collection) },
    { method: 'GET', path: `${base}/{}`, needs, answer: (e) => getPim(e, collection) },
  ];
}

const { assignmentRead, assignmentWrite, eligibilityRead, eligibilityRequests } = PERMISSIONS;

const PIM: readonly Route[] = [
  ...reads('assignmentScheduleRequests', assignmentRead),
  ...reads('assignmentSchedules', assignmentRead),
  ...reads('assignmentScheduleInstances', assignmentRead),
  ...reads('eligibilityScheduleRequests', eligibilityRequests),
  ...reads('eligibilitySchedules', eligibilityRead),
  ...reads('eligibilityScheduleInstances', eligibilityRead),
  {
    method: 'POST',
    path: `${GROUP}/assignmentScheduleRequests`,
    needs: assignmentWrite,
    answer: (e) => postRequest(e, 'assignment'),
  },
  {
    method: 'POST',
    path: `${GROUP}/assignmentScheduleRequests/{}/cancel`,
    needs: assignmentWrite,
    answer: (e) => cancel(e, 'assignment'),
  },
  {
    method: 'POST',
    path: `${GROUP}/eligibilityScheduleRequests`,
    needs: eligibilityRequests,
    answer: (e) => postRequest(e, 'eligibility'),
  },
  {
    method: 'POST',
    path: `${GROUP}/eligibilityScheduleRequests/{}/cancel`,
    needs: eligibilityRequests,
    answer: (e) => cancel(e, 'eligibility'),
  },
];

const APPROVALS = `${GROUP}/assignmentApprovals`;
const { approvalRead, approvalWrite } = PERMISSIONS;

const DECISIONS: readonly Route[] = [
  { method: 'GET', path: `${APPROVALS}/filterByCurrentUser(on={})`, needs: approvalRead, answer: listApprovals },
  { method: 'GET', path: `${APPROVALS}/{}`, needs: approvalRead, answer: getApproval },
  { method: 'GET', path: `${APPROVALS}/{}/stages`, needs: approvalRead, answer: listStages },
  { method: 'GET', path: `${APPROVALS}/{}/stages/{}`, needs: approvalRead, answer: getStage },
  { method: 'PATCH', path: `${APPROVALS}/{}/stages/{}`, needs: approvalWrite, answer: patchStage },
];

const POLICIES: readonly Route[] = [
  {
    method: 'GET',
    path: '/policies/roleManagementPolicyAssignments',
    needs: null,
    answer: (e) => listPolicies(e, 'assignments'),
  },
  { method: 'GET', path: '/policies/roleManagementPolicyAssignments/{}', needs: null, answer: getPolicyAssignment },
  { method: 'GET', path: '/policies/roleManagementPolicies', needs: null, answer: (e) => listPolicies(e, 'policies') },
  { method: 'GET', path: '/policies/roleManagementPolicies/{}', needs: null, answer: getPolicy },
  { method: 'GET', path: '/policies/roleManagementPolicies/{}/rules', needs: null, answer: listRules },
  { method: 'GET', path: '/policies/roleManagementPolicies/{}/rules/{}', needs: null, answer: getRule },
  { method: 'PATCH', path: '/policies/roleManagementPolicies/{}/rules/{}', needs: null, answer: patchRule },
];

const { users, groups, memberships, me, ownMemberships, directoryObjects, audits } = PERMISSIONS;

function inside(which: 'members' | 'transitiveMembers' | 'owners'): Route[] {
  const answer = (e: Exchange): GraphAnswer => listInside(e, which);
  return [
    { method: 'GET', path: `/groups/{}/${which}`, needs: groups, answer },
    { method: 'GET', path: `/groups/{}/${which}/{cast}`, needs: groups, answer },
  ];
}

function membershipRoutes(which: 'memberOf' | 'transitiveMemberOf'): Route[] {
  const own = (e: Exchange): GraphAnswer => listMemberships(e, 'me', which);
  const other = (e: Exchange): GraphAnswer => listMemberships(e, 'user', which);
  return [
    { method: 'GET', path: `/me/${which}`, needs: ownMemberships, answer: own },
    { method: 'GET', path: `/me/${which}/{cast}`, needs: ownMemberships, answer: own },
    { method: 'GET', path: `/users/{}/${which}`, needs: memberships, answer: other },
    { method: 'GET', path: `/users/{}/${which}/{cast}`, needs: memberships, answer: other },
  ];
}

const DIRECTORY: readonly Route[] = [
  { method: 'GET', path: '/me', needs: me, answer: getMe },
  { method: 'GET', path: '/users', needs: users, answer: listUsers },
  { method: 'GET', path: '/users/{}', needs: users, answer: getUser },
  { method: 'GET', path: '/groups', needs: groups, answer: listGroups },
  { method: 'GET', path: '/groups/{}', needs: groups, answer: getGroup },
  ...inside('members'),
  ...inside('transitiveMembers'),
  ...inside('owners'),
  ...membershipRoutes('memberOf'),
  ...membershipRoutes('transitiveMemberOf'),
  { method: 'POST', path: '/me/checkMemberGroups', needs: ownMemberships, answer: (e) => checkMemberGroups(e, 'me') },
  {
    method: 'POST',
    path: '/users/{}/checkMemberGroups',
    needs: memberships,
    answer: (e) => checkMemberGroups(e, 'user'),
  },
  { method: 'POST', path: '/directoryObjects/getByIds', needs: directoryObjects, answer: getByIds },
  { method: 'GET', path: '/auditLogs/directoryAudits', needs: audits, answer: listAudits },
  { method: 'GET', path: '/auditLogs/directoryAudits/{}', needs: audits, answer: getAudit },
];

export const ROUTES: readonly Route[] = [...PIM, ...DECISIONS, ...POLICIES, ...DIRECTORY];
