import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes, randomUUID } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';

/** What is kept on disk so that tokens handed out before a restart stay valid: an RSA private JWK and a 256-bit key. */
export const storedKeysSchema = z.object({
  kid: z.string().min(1),
  signing: z.looseObject({ kty: z.literal('RSA') }),
  refresh: z.base64url(),
});
export type StoredKeys = z.infer<typeof storedKeysSchema>;

export type TokenKeys = {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Encrypts refresh tokens, which only this sandbox reads. */
  readonly refreshKey: Uint8Array;
  /** The document served at `/{tenant}/discovery/v2.0/keys`. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
};

export async function generateStoredKeys(): Promise<StoredKeys> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const signing = { ...privateKey.export({ format: 'jwk' }), kty: 'RSA' as const };
  return { kid: randomUUID(), signing, refresh: randomBytes(32).toString('base64url') };
}

export function openStoredKeys(stored: StoredKeys): TokenKeys {
  const privateKey = createPrivateKey({ key: stored.signing, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  return {
    kid: stored.kid,
    privateKey,
    publicKey,
    refreshKey: Buffer.from(stored.refresh, 'base64url'),
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: stored.kid, use: 'sig', alg: 'RS256' }] },
  };
}
