import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/** Makes https and fetch of this process trust the sandbox, as NODE_EXTRA_CA_CERTS does for a process that is started with it. */
export function trust(caFile: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(caFile, 'utf8')]);
}
