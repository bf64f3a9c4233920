/** The tenant file: YAML that says who and what is in the sandbox. Its form is documented in docs/sandbox.md. */
import { parseDocument } from 'yaml';
import { z } from 'zod';

import { durationMilliseconds } from './pim/duration.ts';

const key = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'a short name of small letters, digits and hyphens');
const guid = z.guid('a GUID').transform((id) => id.toLowerCase());
const duration = z
  .string()
  .refine((text) => durationMilliseconds(text, 0) !== null, 'an ISO 8601 duration such as PT8H or P90D');
const moment = z.union([duration, z.iso.datetime({ offset: true })], {
  error: 'an ISO 8601 duration from now (P90D) or an instant (2027-01-31T12:00:00Z)',
});

const app = z.strictObject({
  clientId: guid,
  secret: z.string().min(1),
  certificate: z.string().includes('-----BEGIN CERTIFICATE-----').optional(),
  redirectUris: z.array(z.url()).default([]),
  delegated: z.array(z.string()).default([]),
  application: z.array(z.string()).default([]),
});

const person = z.strictObject({
  id: guid,
  name: z.string().min(1),
  upn: z.email(),
  mail: z.email().optional(),
  jobTitle: z.string().optional(),
  guest: z.boolean().default(false),
  roles: z.array(z.string()).default([]),
});

const policy = z.strictObject({
  maximumDuration: duration.default('PT8H'),
  justification: z.boolean().default(true),
  ticket: z.boolean().default(false),
  mfa: z.boolean().default(false),
  authenticationContext: z
    .string()
    .regex(/^c\d{1,2}$/, 'c1 to c99')
    .optional(),
  approvers: z
    .strictObject({
      people: z.array(key).default([]),
      groups: z.array(key).default([]),
      justification: z.boolean().default(true),
    })
    .optional(),
});

const eligibility = z.strictObject({
  who: key,
  as: z.enum(['member', 'owner']).default('member'),
  from: moment.optional(),
  until: moment.optional(),
});

const assignment = z.strictObject({
  who: key,
  as: z.enum(['member', 'owner']).default('member'),
  until: moment.optional(),
});

const group = z.strictObject({
  id: guid,
  name: z.string().min(1),
  description: z.string().optional(),
  kind: z.enum(['security', 'microsoft365']).default('security'),
  mail: z.email().optional(),
  roleAssignable: z.boolean().default(false),
  dynamic: z.boolean().default(false),
  synced: z.boolean().default(false),
  members: z.array(key).default([]),
  owners: z.array(key).default([]),
  eligible: z.array(eligibility).default([]),
  assigned: z.array(assignment).default([]),
  policies: z.strictObject({ member: policy.optional(), owner: policy.optional() }).default({}),
});

const tenantSchema = z.strictObject({
  tenantId: guid,
  organization: z.string().min(1),
  settings: z
    .strictObject({
      allowSelfApproval: z.boolean().default(false),
      pageSize: z.int().min(1).max(999).default(100),
    })
    .prefault({}),
  apps: z.record(key, app),
  people: z.record(key, person),
  groups: z.record(key, group),
  directoryRoles: z.array(z.strictObject({ id: guid, name: z.string().min(1) })).default([]),
  windows: z.array(key).default([]),
  team: z
    .strictObject({
      id: z.string().min(1),
      name: z.string().min(1),
      group: key,
      channel: z.strictObject({ id: z.string().min(1), name: z.string().min(1) }),
    })
    .optional(),
});

export type Tenant = z.output<typeof tenantSchema>;
export type TenantGroup = z.output<typeof group>;
export type TenantPolicy = z.output<typeof policy>;

/** Reads and checks a tenant file; throws one Error that lists everything wrong with it, each with its place. */
export function loadTenant(yamlText: string, fileName: string): Tenant {
  const document = parseDocument(yamlText);
  if (document.errors.length > 0) {
    throw tenantError(
      fileName,
      document.errors.map((error) => error.message.split('\n')[0] ?? error.message),
    );
  }
  const parsed = tenantSchema.safeParse(document.toJS());
  if (!parsed.success) {
    throw tenantError(
      fileName,
      parsed.error.issues.map((issue) => `${place(issue.path)}: ${issue.message}`),
    );
  }
  const wrong = [...unknownNames(parsed.data), ...doubledIds(parsed.data)];
  if (wrong.length > 0) throw tenantError(fileName, wrong);
  return parsed.data;
}

function tenantError(fileName: string, problems: readonly string[]): Error {
  return new Error(`${fileName} is no usable tenant file:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
}

function place(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the file' : path.map(String).join('.');
}

/** Every name used must be somebody's or some group's. */
function unknownNames(tenant: Tenant): string[] {
  const people = new Set(Object.keys(tenant.people));
  const groups = new Set(Object.keys(tenant.groups));
  const both = new Set([...people, ...groups]);
  const missing = (where: string, names: readonly string[], known: ReadonlySet<string>, what: string): string[] =>
    names.filter((name) => !known.has(name)).map((name) => `${where}: there is no ${what} '${name}'`);
  const inGroups = Object.entries(tenant.groups).flatMap(([name, one]) => [
    ...missing(`groups.${name}.members`, one.members, both, 'person or group'),
    ...missing(`groups.${name}.owners`, one.owners, people, 'person'),
    ...missing(
      `groups.${name}.eligible`,
      one.eligible.map((each) => each.who),
      both,
      'person or group',
    ),
    ...missing(
      `groups.${name}.assigned`,
      one.assigned.map((each) => each.who),
      both,
      'person or group',
    ),
    ...(['member', 'owner'] as const).flatMap((access) => [
      ...missing(
        `groups.${name}.policies.${access}.approvers.people`,
        one.policies[access]?.approvers?.people ?? [],
        people,
        'person',
      ),
      ...missing(
        `groups.${name}.policies.${access}.approvers.groups`,
        one.policies[access]?.approvers?.groups ?? [],
        groups,
        'group',
      ),
    ]),
  ]);
  const doubled = [...people]
    .filter((name) => groups.has(name))
    .map((name) => `'${name}' is both a person and a group`);
  const team = tenant.team === undefined ? [] : missing('team.group', [tenant.team.group], groups, 'group');
  return [...inGroups, ...doubled, ...missing('windows', tenant.windows, people, 'person'), ...team];
}

function doubledIds(tenant: Tenant): string[] {
  const ids = [...Object.values(tenant.people), ...Object.values(tenant.groups)].map((one) => one.id);
  const doubled = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return [...doubled].map((id) => `the id ${id} is used twice`);
}
