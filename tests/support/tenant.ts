import { readFileSync } from 'node:fs';
import { createWorld } from '../../src/sandbox/create-world.ts';
import { answerGraph } from '../../src/sandbox/graph/answer.ts';
import type { CallerToken } from '../../src/sandbox/graph/call.ts';
import { advance } from '../../src/sandbox/pim/lifecycle.ts';
import { loadTenant } from '../../src/sandbox/tenant.ts';
import type { World } from '../../src/sandbox/world.ts';

export const PIM = '/identityGovernance/privilegedAccess/group';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const START = Date.parse('2027-03-01T09:00:00Z');

const person = (number: number): string => `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`;
const group = (number: number): string => `bbbbbbbb-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const ids = {
  adele: person(1),
  megan: person(2),
  alex: person(3),
  diego: person(4),
  lee: person(5),
  nestor: person(8),
  patti: person(9),
  pradeep: person(10),
  grady: person(11),
  johanna: person(12),
  azureAdmins: group(1),
  azureReaders: group(2),
  exchange: group(3),
  exchangeApprovers: group(4),
  sql: group(6),
  rdp: group(7),
  research: group(11),
  finance: group(12),
  privilegedOwners: group(13),
  platformTeam: group(14),
  keyVault: group(15),
  cloudOperations: group(16),
} as const;

/** What tests read of an answer, trusted to be there. */
export type Shown = Readonly<
  Record<'id' | 'status' | 'type' | 'policyId' | 'displayName' | 'targetScheduleId', string> & {
    value: readonly Shown[];
    stages: readonly Shown[];
    rules: readonly Shown[];
    targetResources: readonly Shown[];
    additionalDetails: readonly unknown[];
    responses: readonly { id: string; status: number; body: Shown }[];
    policy: Shown;
    group: Shown;
    initiatedBy: { user: Shown };
    error: { code: string; message: string };
    '@odata.nextLink'?: string;
  }
>;

export type Reply = { status: number; body: Shown };

export type Tenant = {
  world: World;
  now: () => number;
  /** Moves the clock. */
  wait: (milliseconds: number) => void;
  /** Sends a call as a person, or as the application when `who` is null. */
  call: (who: string | null, method: string, url: string, body?: unknown, token?: Partial<CallerToken>) => Reply;
};

const EVERYTHING = [
  'User.Read',
  'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup',
  'PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup',
  'RoleManagementPolicy.ReadWrite.AzureADGroup',
  'RoleManagementPolicy.ReadWrite.Directory',
  'AuditLog.Read.All',
  'User.Read.All',
  'GroupMember.Read.All',
];

/** The default tenant with a clock of its own; people and the application hold every permission unless a test says otherwise. */
export function openTenant(pendingMs = 0): Tenant {
  let now = START;
  const file = new URL('../../src/sandbox/tenants/contoso.yaml', import.meta.url);
  const world = createWorld(loadTenant(readFileSync(file, 'utf8'), 'contoso.yaml'), now);
  return {
    world,
    now: () => now,
    wait: (milliseconds) => {
      now += milliseconds;
      advance(world, now);
    },
    call: (who, method, url, body, token = {}) => {
      const target = new URL(url, 'https://graph.example');
      const match = /^\/(v1\.0|beta)(\/.*)$/.exec(target.pathname);
      advance(world, now);
      const answer = answerGraph(
        world,
        {
          method,
          version: match?.[1] === 'beta' ? 'beta' : 'v1.0',
          path: decodeURIComponent(match?.[2] ?? target.pathname),
          query: target.searchParams,
          body,
          headers: {},
          token: {
            kind: who === null ? 'application' : 'delegated',
            oid: who ?? 'cccccccc-0000-4000-8000-000000000001',
            scopes: EVERYTHING,
            acrs: [],
            amr: ['pwd'],
            clientCapabilities: ['cp1'],
            authTime: 0,
            ...token,
          },
        },
        now,
        { origin: 'https://graph.example', pendingMs },
      );
      return { status: answer.status, body: JSON.parse(JSON.stringify(answer.body ?? null)) as Shown };
    },
  };
}

/** The body of a self-activation of two hours, with what a test changes. */
export function activation(principalId: string, groupId: string, changes: Record<string, unknown> = {}): unknown {
  return {
    action: 'selfActivate',
    accessId: 'member',
    principalId,
    groupId,
    justification: 'fixing prod',
    scheduleInfo: { startDateTime: null, expiration: { type: 'afterDuration', duration: 'PT2H' } },
    ...changes,
  };
}

export function deactivation(principalId: string, groupId: string, accessId = 'member'): unknown {
  return { action: 'selfDeactivate', accessId, principalId, groupId };
}

/** `code: message` of a refusal, unwrapped when PIM wrapped it. */
export function refusalOf(reply: Reply): string {
  const { code, message } = reply.body.error;
  if (code !== 'UnknownError') return `${code}: ${message}`;
  const inner = JSON.parse(message) as { errorCode: string; message: string };
  return `wrapped ${inner.errorCode}: ${inner.message}`;
}
