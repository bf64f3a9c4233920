import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openStore } from '../../src/store/open.ts';
import { makeAppCertificate } from '../support/app-certificate.ts';

/** A PostgreSQL as somebody in between would play it: it hears what the client sends, and never lets anybody in. */

/** What a client sends first that wants to speak in secret. Source: PostgreSQL message formats, SSLRequest. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

type Played = { readonly port: number; readonly inTheClear: Buffer[]; readonly inSecret: Buffer[] };

/** certificate null: it says that it knows no encryption. */
async function play(certificate: { readonly cert: string; readonly key: string } | null): Promise<Played> {
  const [inTheClear, inSecret]: [Buffer[], Buffer[]] = [[], []];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (first: Buffer) => {
      inTheClear.push(first);
      if (!first.equals(sslRequest)) return void socket.destroy();
      if (certificate === null) {
        socket.on('data', (more: Buffer) => inTheClear.push(more));
        return void socket.write('N');
      }
      socket.write('S');
      const secret = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(certificate) });
      secret.on('error', () => undefined);
      secret.on('data', (more: Buffer) => {
        inSecret.push(more);
        secret.destroy();
      });
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { port: (server.address() as AddressInfo).port, inTheClear, inSecret };
}

/** What came of opening it with sslmode=verify-full; ca: the authority that is believed. */
async function refusal({ port }: Played, ca: string | null): Promise<unknown> {
  const file = join(mkdtempSync(join(tmpdir(), 'jitney-tls-')), 'ca.pem');
  if (ca !== null) writeFileSync(file, ca);
  const root = ca === null ? '' : `&sslrootcert=${file}`;
  const url = `postgres://jitney:hunter2hunter2@localhost:${port}/jitney?sslmode=verify-full${root}`;
  const opened = openStore(url, {
    seal: () => {
      throw new Error('nothing is sealed here');
    },
  });
  return opened.then(
    () => 'opened',
    (error: unknown) => (error as Error).cause,
  );
}

describe('with sslmode=verify-full', () => {
  test('who says that it cannot encrypt hears no more', async () => {
    const played = await play(null);
    expect(await refusal(played, null)).toEqual(new Error('The server does not support SSL connections'));
    expect(played.inTheClear).toEqual([sslRequest]);
  });

  test('who is vouched for by nobody hears no name and no password', async () => {
    const played = await play((await certificates()).ours);
    expect(await refusal(played, null)).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(played).toMatchObject({ inTheClear: [sslRequest], inSecret: [] });
  });

  test('nor does who is vouched for under another name', async () => {
    const { certificate: cert, key } = await makeAppCertificate();
    const played = await play({ cert, key });
    expect(await refusal(played, cert)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(played).toMatchObject({ inTheClear: [sslRequest], inSecret: [] });
  });

  test('who is vouched for hears them, in secret', async () => {
    const { ours, ca } = await certificates();
    const played = await play(ours);
    await refusal(played, ca);
    expect(played.inTheClear).toEqual([sslRequest]);
    expect(played.inSecret[0]?.toString('latin1')).toContain('user\0jitney\0');
  });
});

async function certificates(): Promise<{
  readonly ours: { readonly cert: string; readonly key: string };
  readonly ca: string;
}> {
  // Not at the top: Jest runs packages before the modules that import them.
  const { makeCertificates } = await import('../../src/sandbox/certificates.ts');
  const { ca, ...ours } = await makeCertificates(Date.now());
  return { ours, ca };
}
