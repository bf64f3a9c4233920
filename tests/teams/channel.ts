import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK } from 'jose';

/** With letters in it, so that capitals are another spelling. */
export const tenantId = 'abcdefab-1111-4111-8111-111111111111';
export const appId = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
export const adele = '22222222-2222-4222-8222-222222222220';

/** A signing key with its public half as the channel publishes it. */
export type ChannelKey = { readonly kid: string; readonly secret: CryptoKey; readonly published: JWK };

export async function makeKey(kid: string, endorsements: readonly string[] | null = ['msteams']): Promise<ChannelKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const published = { ...(await exportJWK(publicKey)), kid, use: 'sig', ...(endorsements ? { endorsements } : {}) };
  return { kid, secret: privateKey, published };
}

export type Channel = {
  readonly metadataUrl: string;
  /** How often the OpenID metadata was read. */
  readonly metadataReads: () => number;
  publish(...keys: readonly ChannelKey[]): void;
  /** From now on metadata and keys answer this status; 200 mends it. */
  answerWith(status: number): void;
  close(): Promise<void>;
};

/** Publishes OpenID metadata and keys on loopback as the Bot connector service does. */
export async function startChannel(...keys: readonly ChannelKey[]): Promise<Channel> {
  let published = keys;
  let status = 200;
  let reads = 0;
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host ?? ''}`;
    if (request.url === '/metadata') reads += 1;
    const body =
      request.url === '/metadata' ? { jwks_uri: `${origin}/keys` } : { keys: published.map((key) => key.published) };
    // Not chained: restify, loaded beside this, makes writeHead return nothing.
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    metadataUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metadata`,
    metadataReads: () => reads,
    publish: (...next) => void (published = next),
    answerWith: (next) => void (status = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Claims of a good channel token; a key set to undefined is left out. */
export function goodClaims(serviceUrl: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return { iss: 'https://api.botframework.com', aud: appId, serviceurl: serviceUrl, nbf: now - 10, exp: now + 3600 };
}

export function sign(key: ChannelKey, claims: Record<string, unknown>): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' }).sign(key.secret);
}

let sequence = 0;

/** A personal message as Teams sends it. */
export function message(serviceUrl: string, text = 'list'): Record<string, unknown> {
  sequence += 1;
  return {
    type: 'message',
    id: `message-${sequence}`,
    timestamp: '2026-11-23T14:05:00.000Z',
    localTimezone: 'Europe/Berlin',
    channelId: 'msteams',
    serviceUrl,
    from: { id: '29:adele', name: 'Adele Vance', aadObjectId: adele },
    recipient: { id: '28:bot', name: 'Jitney' },
    conversation: { id: 'a:adele', conversationType: 'personal', tenantId },
    channelData: { tenant: { id: tenantId } },
    entities: [{ type: 'clientInfo', locale: 'en-US', country: 'US', platform: 'Web', timezone: 'Europe/Berlin' }],
    text,
  };
}

/** The click on an Action.Execute of the card that stands in card-1. */
export function execute(serviceUrl: string, verb: string, data: Record<string, unknown>): Record<string, unknown> {
  return {
    ...message(serviceUrl),
    type: 'invoke',
    name: 'adaptiveCard/action',
    text: undefined,
    replyToId: 'card-1',
    value: { action: { type: 'Action.Execute', title: 'Go', verb, data }, trigger: 'manual' },
  };
}
