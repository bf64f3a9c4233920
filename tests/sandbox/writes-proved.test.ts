import { expect, test } from '@jest/globals';
import { askToken, signedInTokens } from '../support/graph-tokens.ts';
import { startSandbox } from '../support/sandbox.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { trust } from '../support/trust.ts';

/** Every test's sandbox looks through the writes it got when it ends. Here one is made that no person may have made. */

async function write(sandbox: StartedSandbox, token: string, principalId: string): Promise<void> {
  await fetch(`${sandbox.graph}/v1.0/identityGovernance/privilegedAccess/group/assignmentScheduleRequests`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ accessId: 'member', principalId, groupId: principalId, action: 'selfActivate' }),
  });
}

async function said(make: (sandbox: StartedSandbox, adele: string) => Promise<unknown>): Promise<string> {
  const sandbox = await startSandbox();
  trust(sandbox.ca);
  const adele = (await sandbox.state()).people.find(({ name }) => name === 'Adele Vance')?.id ?? '';
  await make(sandbox, adele);
  return sandbox.stop().then(
    () => 'nothing',
    (error: unknown) => String(error),
  );
}

async function asApp(sandbox: StartedSandbox, adele: string): Promise<void> {
  const scope = 'https://graph.microsoft.com/.default';
  const { body } = await askToken(sandbox, { grant_type: 'client_credentials', scope });
  await write(sandbox, body.access_token, adele);
}

test('a write with the app’s own token is found, refused or not', async () => {
  expect(await said(asApp)).toMatch(/^Error: not as a person: POST .*assignmentScheduleRequests/);
});

test('so is one that was made before the test had its calls forgotten', async () => {
  const forgotten = said(async (sandbox, adele) => {
    await asApp(sandbox, adele);
    await sandbox.ask('calls', undefined, 'DELETE');
  });
  expect(await forgotten).toMatch(/^Error: not as a person/);
});

test('so is one with a person’s token for another person', async () => {
  const found = said(async (sandbox, adele) => {
    const { access_token: token } = await signedInTokens(sandbox, 'Megan Bowen');
    await write(sandbox, token, adele);
  });
  expect(await found).toMatch(/^Error: for somebody else than the token's owner/);
});

test('one’s own is nothing to tell', async () => {
  const own = said(async (sandbox, adele) => {
    const { access_token: token } = await signedInTokens(sandbox, 'Adele Vance');
    await write(sandbox, token, adele);
  });
  expect(await own).toBe('nothing');
});
