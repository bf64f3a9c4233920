import { existsSync, readFileSync } from 'node:fs';
import type { Config, Credential as Configured } from './config.ts';
import type { ConfigProblem } from './config-rules.ts';
import { certificateEnd, certificateProblem } from './identity/credential.ts';
import type { Credential } from './identity/credential.ts';
import { redact } from './redact.ts';

/** variable: which setting names the file. */
export type CertificateEnd = { readonly variable: string; readonly end: number };

export type Credentials = { readonly graph: Credential; readonly bot: Credential | null };

/** Certificates are read here and checked before anything starts, so that a wrong one is told like any wrong setting. */
export function readCredentials({ bot, graph }: Config, now: number): Credentials | readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  function read(name: string, credential: Configured): Credential {
    if (credential.kind !== 'certificate') return credential;
    const { path } = credential;
    const pem = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const mend = pem === '' ? 'there is no such file' : certificateProblem(pem, now);
    if (mend !== null) problems.push({ name, found: `“${redact(path)}”`, mend });
    return { kind: 'certificate', pem };
  }
  const credentials = {
    graph: read('GRAPH_CLIENT_CERTIFICATE', graph.credential),
    bot: bot.credential && read('MICROSOFT_APP_CERTIFICATE', bot.credential),
  };
  return problems.length > 0 ? problems : credentials;
}

/** Secrets do not say when they end, and a managed identity does not. */
export function certificateEnds({ graph, bot }: Credentials): readonly CertificateEnd[] {
  const named = [
    { variable: 'GRAPH_CLIENT_CERTIFICATE', credential: graph },
    { variable: 'MICROSOFT_APP_CERTIFICATE', credential: bot },
  ];
  return named.flatMap(({ variable, credential }) =>
    credential?.kind === 'certificate' ? [{ variable, end: certificateEnd(credential.pem) }] : [],
  );
}
