import { signedInTokens } from '../support/graph-tokens.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { trust } from '../support/trust.ts';

const pim = '/v1.0/identityGovernance/privilegedAccess/group';

/** What a person does in PIM's own pages, past the bot, with a token of their own. */
export type Outside = {
  activate(groupId: string): Promise<void>;
  deactivate(groupId: string): Promise<void>;
  /** Decides the newest open request that this person may decide. */
  decide(verdict: string, why: string): Promise<void>;
};

export async function outside(sandbox: StartedSandbox, person: string): Promise<Outside> {
  trust(sandbox.ca);
  const { access_token: token } = await signedInTokens(sandbox, person);
  const oid = (await sandbox.state()).people.find(({ name }) => name === person)?.id ?? '';

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${sandbox.graph}${pim}/${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  const order = { accessId: 'member', principalId: oid };
  return {
    activate: async (groupId) => {
      const scheduleInfo = { startDateTime: null, expiration: { type: 'afterDuration', duration: 'PT1H' } };
      const body = { ...order, groupId, action: 'selfActivate', justification: 'in the portal', scheduleInfo };
      await call('POST', 'assignmentScheduleRequests', body);
    },
    deactivate: async (groupId) => {
      await call('POST', 'assignmentScheduleRequests', { ...order, groupId, action: 'selfDeactivate' });
    },
    decide: async (verdict, justification) => {
      const { requests } = await sandbox.state();
      const open = requests.findLast(({ status }) => status === 'PendingApproval');
      const approval = String(open?.['approvalId']);
      const { stages } = (await call('GET', `assignmentApprovals/${approval}?$expand=stages`)) as {
        readonly stages: readonly { readonly id: string }[];
      };
      const stage = `assignmentApprovals/${approval}/stages/${stages[0]?.id ?? ''}`;
      await call('PATCH', stage, { reviewResult: verdict, justification });
    },
  };
}
