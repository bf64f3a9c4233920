import type { SandboxCall } from './sandbox.ts';

export function writesAmong(calls: readonly SandboxCall[]): readonly SandboxCall[] {
  return calls.filter(({ method, path }) => method !== 'GET' && path.includes('/privilegedAccess/'));
}

export function sayWrite({ method, path, body }: SandboxCall): string {
  return `${method} ${path} ${JSON.stringify(body)}`;
}

/**
 * What holds for every write to PIM of every test, whoever made it: it carried a delegated token, and was for nobody but
 * the token's owner. Throws with the first for which it does not hold.
 */
export function proveTokens(calls: readonly SandboxCall[]): void {
  for (const write of writesAmong(calls)) {
    // Turned away for the want of one, or met by a fault before anybody looked at it.
    if (write.token === undefined && (write.status >= 300 || write.fault !== undefined)) continue;
    if (write.token?.kind !== 'delegated') throw new Error(`not as a person: ${sayWrite(write)}`);
    const { principalId } = (write.body ?? {}) as Readonly<Record<string, unknown>>;
    if (principalId !== undefined && principalId !== write.token.oid)
      throw new Error(`for somebody else than the token's owner: ${sayWrite(write)}`);
  }
}
