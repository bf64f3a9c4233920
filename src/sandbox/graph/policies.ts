/** Policies and their rules, for groups and directory roles. */
import { z } from 'zod';

import { auditGroup } from '../pim/audit.ts';
import { findGroup, mayAdminister, mayReadRolePolicies, mayWriteRolePolicies, sameId } from '../pim/directory.ts';
import { groupPolicy, ruleOf } from '../pim/policies.ts';
import { REFUSALS, resourceNotFound } from '../pim/refusal.ts';
import { onboard } from '../pim/requests.ts';
import type { Policy, World } from '../world.ts';
import { instant } from '../world.ts';
import type { Exchange, GraphAnswer } from './call.ts';
import { graphError, refusalAnswer } from './errors.ts';
import type { Navigation, Navigations } from './expand.ts';
import type { Filter, Row } from './filter.ts';
import { checkPermissions, PERMISSIONS } from './permissions.ts';
import { actorOf } from './pim-writes.ts';
import type { QueryOption, Resource } from './query.ts';
import { entityAnswer, listAnswer, readQuery } from './query.ts';

const OPTIONS: readonly QueryOption[] = ['$filter', '$select', '$expand', '$top', '$skiptoken'];
const PAGE = { usual: 100, most: 999 };

function policyRow(policy: Policy): Row {
  return {
    id: policy.id,
    displayName: policy.scopeType,
    description: policy.scopeType,
    isOrganizationDefault: false,
    scopeId: policy.scopeId,
    scopeType: policy.scopeType,
    lastModifiedDateTime: policy.lastModifiedDateTime,
    lastModifiedBy: { displayName: null, id: policy.lastModifiedBy },
  };
}

function assignmentRow(policy: Policy): Row {
  return {
    id: `${policy.id}_${policy.roleDefinitionId}`,
    policyId: policy.id,
    scopeId: policy.scopeId,
    scopeType: policy.scopeType,
    roleDefinitionId: policy.roleDefinitionId,
  };
}

function policyOf(world: World, row: Row): Policy | undefined {
  return world.policies.find((policy) => policy.id === (row['policyId'] ?? row['id']));
}

const policyFields = {
  id: 'string',
  displayName: 'string',
  description: 'string',
  isOrganizationDefault: 'boolean',
  scopeId: 'string',
  scopeType: 'string',
  lastModifiedDateTime: 'dateTime',
} as const;

function rulesOf(world: World): Navigations {
  const rules: Navigation = { read: (row) => policyOf(world, row)?.rules ?? [] };
  return { rules, effectiveRules: rules };
}

function expandedPolicy(world: World, row: Row): Row | null {
  const policy = policyOf(world, row);
  return policy === undefined ? null : policyRow(policy);
}

function policyResource(world: World): Resource {
  return {
    context: 'policies/roleManagementPolicies',
    fields: policyFields,
    others: ['lastModifiedBy'],
    expand: rulesOf(world),
    options: OPTIONS,
    page: PAGE,
  };
}

function assignmentResource(world: World): Resource {
  return {
    context: 'policies/roleManagementPolicyAssignments',
    fields: { id: 'string', policyId: 'string', scopeId: 'string', scopeType: 'string', roleDefinitionId: 'string' },
    others: [],
    expand: { policy: { read: (row) => expandedPolicy(world, row), expand: rulesOf(world) } },
    options: OPTIONS,
    page: PAGE,
  };
}

const POLICY_LISTS = { policies: policyResource, assignments: assignmentResource } as const;
const POLICY_ROWS = { policies: policyRow, assignments: assignmentRow } as const;

/**
 * Graph: policyroot-list-rolemanagementpolicies, policyroot-list-rolemanagementpolicyassignments: `$filter` on scopeId and
 * scopeType is required. `Directory` names the scope of directory roles too.
 */
export function listPolicies(exchange: Exchange, which: keyof typeof POLICY_LISTS): GraphAnswer {
  const { world, now } = exchange;
  const resource = POLICY_LISTS[which](world);
  const query = readQuery(exchange, resource);
  if (!('kind' in query)) return query;
  const scope = readScope(query.filter);
  if (scope === null) {
    return graphError(400, 'BadRequest', 'A $filter on scopeId and scopeType is required.', now);
  }
  const refused = checkScope(exchange, scope.scopeType, 'read');
  if (refused !== null) return refused;
  if (scope.scopeType === 'Group') {
    const group = findGroup(world, scope.scopeId);
    if (group === undefined) return refusalAnswer(resourceNotFound(scope.scopeId), now);
    groupPolicy(world, group.id, 'member');
    groupPolicy(world, group.id, 'owner');
  }
  const policies = world.policies.filter((policy) => policy.scopeType === scope.scopeType);
  const row = POLICY_ROWS[which];
  const rows = policies.map((policy) => ({ ...row(policy), scopeType: scope.named }));
  const answer = listAnswer(exchange, resource, query, rows);
  return scope.named === scope.scopeType ? answer : renamed(answer, scope.scopeType);
}

/** Rows match the scope's name as the caller wrote it and show the true one. */
function renamed(answer: GraphAnswer, scopeType: string): GraphAnswer {
  const body = answer.body as { value: Row[] };
  const value = body.value.map((row) => ('scopeType' in row ? { ...row, scopeType } : row));
  return { ...answer, body: { ...body, value } };
}

type Scope = { scopeId: string; scopeType: Policy['scopeType']; named: string };

function readScope(filter: Filter | null): Scope | null {
  const scopeId = filter?.equals.get('scopeid');
  const named = filter?.equals.get('scopetype');
  if (scopeId === undefined || named === undefined) return null;
  if (named === 'group') return { scopeId, scopeType: 'Group', named: 'Group' };
  if (named === 'directoryrole') return { scopeId, scopeType: 'DirectoryRole', named: 'DirectoryRole' };
  return named === 'directory' ? { scopeId, scopeType: 'DirectoryRole', named: 'Directory' } : null;
}

const NEEDED = {
  read: { Group: PERMISSIONS.groupPolicyRead, DirectoryRole: PERMISSIONS.rolePolicyRead },
  write: { Group: PERMISSIONS.groupPolicyWrite, DirectoryRole: PERMISSIONS.rolePolicyWrite },
} as const;

/** Permissions by scope; a delegated read of role policies also wants a directory role. */
function checkScope(exchange: Exchange, scopeType: Policy['scopeType'], access: 'read' | 'write'): GraphAnswer | null {
  const { world, now, call } = exchange;
  const missing = checkPermissions(call.token, NEEDED[access][scopeType]);
  if (missing !== null) return refusalAnswer(missing, now);
  if (call.token.kind === 'application' || scopeType === 'Group') return null;
  const may = access === 'read' ? mayReadRolePolicies : mayWriteRolePolicies;
  return may(world, call.token.oid) ? null : refusalAnswer(REFUSALS.insufficient, now);
}

function findPolicy(exchange: Exchange, access: 'read' | 'write'): Policy | GraphAnswer {
  const id = exchange.parts[0] ?? '';
  const policy = exchange.world.policies.find((one) => sameId(one.id, id));
  if (policy === undefined) return refusalAnswer(resourceNotFound(id), exchange.now);
  return checkScope(exchange, policy.scopeType, access) ?? policy;
}

/** Graph: unifiedrolemanagementpolicy-get. */
export function getPolicy(exchange: Exchange): GraphAnswer {
  const resource = policyResource(exchange.world);
  const query = readQuery(exchange, { ...resource, options: ['$select', '$expand'] });
  if (!('kind' in query)) return query;
  const policy = findPolicy(exchange, 'read');
  return 'status' in policy ? policy : entityAnswer(exchange, resource, query, policyRow(policy));
}

/** Graph: unifiedrolemanagementpolicyassignment-get. */
export function getPolicyAssignment(exchange: Exchange): GraphAnswer {
  const { world, now } = exchange;
  const resource = assignmentResource(world);
  const query = readQuery(exchange, { ...resource, options: ['$select', '$expand'] });
  if (!('kind' in query)) return query;
  const id = exchange.parts[0] ?? '';
  const policy = world.policies.find((one) => sameId(`${one.id}_${one.roleDefinitionId}`, id));
  if (policy === undefined) return refusalAnswer(resourceNotFound(id), now);
  return (
    checkScope(exchange, policy.scopeType, 'read') ?? entityAnswer(exchange, resource, query, assignmentRow(policy))
  );
}

function ruleResource(policyId: string): Resource {
  return {
    context: `policies/roleManagementPolicies('${policyId}')/rules`,
    fields: { id: 'string', 'target/caller': 'string', 'target/level': 'string' },
    others: [
      'isExpirationRequired',
      'maximumDuration',
      'enabledRules',
      'setting',
      'isEnabled',
      'claimValue',
      'notificationType',
      'recipientType',
      'notificationLevel',
      'isDefaultRecipientsEnabled',
      'notificationRecipients',
    ],
    expand: {},
    options: ['$select', '$filter'],
    page: PAGE,
  };
}

/** Graph: unifiedrolemanagementpolicy-list-rules. */
export function listRules(exchange: Exchange): GraphAnswer {
  const resource = ruleResource(exchange.parts[0] ?? '');
  const query = readQuery(exchange, resource);
  if (!('kind' in query)) return query;
  const policy = findPolicy(exchange, 'read');
  return 'status' in policy ? policy : listAnswer(exchange, resource, query, policy.rules);
}

/** Graph: unifiedrolemanagementpolicyrule-get. */
export function getRule(exchange: Exchange): GraphAnswer {
  const resource = ruleResource(exchange.parts[0] ?? '');
  const query = readQuery(exchange, { ...resource, options: ['$select'] });
  if (!('kind' in query)) return query;
  const policy = findPolicy(exchange, 'read');
  if ('status' in policy) return policy;
  const ruleId = exchange.parts[1] ?? '';
  const rule = ruleOf(policy, ruleId);
  if (rule === undefined) return refusalAnswer(resourceNotFound(ruleId), exchange.now);
  return entityAnswer(exchange, resource, query, rule);
}

const patchBody = z.looseObject({ '@odata.type': z.string(), id: z.string().optional() });

/** Graph: unifiedrolemanagementpolicyrule-update: 204; the body must name the rule's type. */
export function patchRule(exchange: Exchange): GraphAnswer {
  const { world, call, now } = exchange;
  const policy = findPolicy(exchange, 'write');
  if ('status' in policy) return policy;
  const actor = actorOf(call.token);
  const group = policy.scopeType === 'Group' ? findGroup(world, policy.scopeId) : undefined;
  if (actor.kind === 'user' && group !== undefined && !mayAdminister(world, actor.id, group)) {
    return refusalAnswer(REFUSALS.insufficient, now);
  }
  const ruleId = exchange.parts[1] ?? '';
  const rule = ruleOf(policy, ruleId);
  if (rule === undefined) return refusalAnswer(resourceNotFound(ruleId), now);
  const body = patchBody.safeParse(call.body);
  if (!body.success || !sameId(body.data['@odata.type'].replace(/^#?/, '#'), rule['@odata.type'])) {
    return graphError(400, 'BadRequest', `The body must carry '@odata.type' of the rule.`, now);
  }
  const unknown = Object.keys(body.data).find((name) => !name.startsWith('@') && !(name in rule));
  if (unknown !== undefined || (body.data.id !== undefined && !sameId(body.data.id, rule.id))) {
    return graphError(400, 'BadRequest', `The rule has no property '${unknown ?? 'id'}' of this value.`, now);
  }
  Object.assign(rule, structuredClone(body.data), { id: rule.id, '@odata.type': rule['@odata.type'] });
  policy.lastModifiedDateTime = instant(now);
  policy.lastModifiedBy = actor.id;
  if (group !== undefined) {
    onboard(world, group, actor, now);
    auditGroup(world, instant(now), 'Update role setting in PIM', group.id, actor);
  }
  return { status: 204 };
}
