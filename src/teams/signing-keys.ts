import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../ports/ports.ts';

/** A public key of the Bot connector service and the channels it may speak for. */
type SigningKey = {
  readonly kid: string;
  readonly key: KeyObject;
  readonly endorsements: readonly string[];
};

export type SigningKeys = {
  /** The key, or null when there is none of that name. Throws KeysUnavailable when no key was ever read. */
  find(kid: string): Promise<SigningKey | null>;
  /** Reads them if that is due; throws KeysUnavailable when there are none. */
  load(): Promise<void>;
};

/** The keys could not be read: nobody can be let in, and nobody is to blame. */
export class KeysUnavailable extends Error {}

const dayMs = 86_400_000;
/** After a failure with keys in hand the old ones serve on this long before the next try; without any, not as long. */
const retryMs = 60_000;
const emptyRetryMs = 1000;
/** An unknown key id may ask for new keys this often and no more, however many unknown ids arrive. */
const unknownKidMs = 60_000;
const timeoutMs = 5000;
/** Shorter RSA keys can be broken. */
const leastBits = 2048;

const metadataShape = z.object({ jwks_uri: z.url() });
const jwksShape = z.object({ keys: z.array(z.unknown()).max(100) });
const keyShape = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1),
  n: z.string().min(1),
  e: z.string().min(1),
  endorsements: z.array(z.string()).default([]),
});

/** Keys named by an OpenID metadata document. Source: Bot connector authentication, OpenID metadata document. */
export function createSigningKeys(metadataUrl: string, clock: Clock): SigningKeys {
  let keys: ReadonlyMap<string, SigningKey> | null = null;
  let nextRead = -Infinity;
  let nextUnknown = -Infinity;
  let reading: Promise<void> | null = null;

  async function read(): Promise<void> {
    try {
      keys = await fetchKeys(metadataUrl);
      nextRead = clock.wall() + dayMs;
    } catch {
      nextRead = clock.wall() + (keys === null ? emptyRetryMs : retryMs);
    }
  }

  /** Everybody who needs keys now waits for one and the same reading. */
  function readOnce(): Promise<void> {
    reading ??= read().finally(() => (reading = null));
    return reading;
  }

  async function load(): Promise<void> {
    if (clock.wall() >= nextRead) await readOnce();
    if (keys === null) throw new KeysUnavailable('no signing keys');
  }

  async function find(kid: string): Promise<SigningKey | null> {
    await load();
    if (keys !== null && !keys.has(kid) && clock.wall() >= nextUnknown) {
      nextUnknown = clock.wall() + unknownKidMs;
      await readOnce();
    }
    return keys?.get(kid) ?? null;
  }

  return { find, load };
}

async function fetchKeys(metadataUrl: string): Promise<ReadonlyMap<string, SigningKey>> {
  const { jwks_uri: jwksUri } = metadataShape.parse(await fetchJson(metadataUrl));
  if (new URL(jwksUri).protocol !== new URL(metadataUrl).protocol) throw new Error('keys are not where they should be');
  const { keys } = jwksShape.parse(await fetchJson(jwksUri));
  const found = keys.map(toSigningKey).filter((key) => key !== null);
  if (found.length === 0) throw new Error('no usable key');
  return new Map(found.map((key) => [key.kid, key]));
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

function toSigningKey(jwk: unknown): SigningKey | null {
  const parsed = keyShape.safeParse(jwk);
  if (!parsed.success) return null;
  const { kty, kid, n, e, endorsements } = parsed.data;
  try {
    const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' });
    return (key.asymmetricKeyDetails?.modulusLength ?? 0) < leastBits ? null : { kid, key, endorsements };
  } catch {
    return null;
  }
}
