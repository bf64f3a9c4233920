import { grantedPermissions } from '../src/identity/granted.ts';
import { newestSignIn } from '../src/store/open.ts';
import { look, mend, well } from './doctor-finding.ts';
import type { Finding, SetUp } from './doctor-finding.ts';

/** Delegated permissions of docs/deploy.md, section 2, that Graph asks for; each with its resource in front of it. */
export const neededScopes = [
  'PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup',
  'PrivilegedEligibilitySchedule.Read.AzureADGroup',
];
/** Of every sign-in, or of every new registration. */
const harmlessScopes = ['openid', 'profile', 'offline_access', 'email', 'User.Read'];

/** A token names all that was consented to, not only what was asked for. Nothing of it is shown, nor whose it is. */
export async function delegatedPermissions({ config, now }: SetUp): Promise<readonly Finding[]> {
  const keys = [config.keys.tokens, ...(config.oldKeys === null ? [] : [config.oldKeys.tokens])];
  const newest = await newestSignIn(config.databaseUrl, now()).catch(() => null);
  const granted = newest && grantedPermissions(keys, newest.person, newest.sealed);
  if (granted === null) {
    const which = 'the delegated permissions are those of docs/deploy.md, section 2, and no others';
    return [look(`Graph client: ${which} (nobody is signed in, so no token shows them).`)];
  }
  const missing = neededScopes.filter((scope) => !granted.includes(scope));
  const others = granted.filter((scope) => ![...neededScopes, ...harmlessScopes].includes(scope));
  return [
    ...(missing.length + others.length === 0 ? [well('A person’s token has the delegated permissions it needs.')] : []),
    ...missing.map((scope) => mend(`The delegated permission ${scope} is missing: add it and grant admin consent.`)),
    ...others.map((scope) => mend(`The delegated permission ${scope} is not used: remove it and its consent.`)),
  ];
}
