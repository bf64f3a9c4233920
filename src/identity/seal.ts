import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';

export type Random = (bytes: number) => Uint8Array;

/** What a sealed text may be used for, and whose it is: another purpose or another person cannot open it. */
export type SealFor = { readonly purpose: 'tokens' | 'pending' | 'link'; readonly tid: string; readonly oid: string };

const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM: one byte that names the key, then iv, ciphertext, tag. The purpose and the person are bound as associated data. */
export function seal(key: Uint8Array, of: SealFor, text: string, random: Random): Uint8Array {
  const iv = random(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(associated(of));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([Uint8Array.of(keyId(key)), iv, ciphertext, cipher.getAuthTag()]);
}

/**
 * Null for anything that this key did not seal for this purpose and person; the caller then goes on as if there were
 * nothing, so that a lost key costs a new sign-in and no more.
 */
export function unseal(key: Uint8Array, of: SealFor, sealed: Uint8Array): string | null {
  if (sealed.length < 1 + ivBytes + tagBytes || sealed[0] !== keyId(key)) return null;
  const tagAt = sealed.length - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(associated(of));
  decipher.setAuthTag(sealed.subarray(tagAt));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + ivBytes, tagAt)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/** With the first of the keys that opens it. old: it is not the one that seals now. */
export function unsealAny(
  keys: readonly Uint8Array[],
  of: SealFor,
  sealed: Uint8Array,
): { readonly text: string; readonly old: boolean } | null {
  for (const [index, key] of keys.entries()) {
    const text = unseal(key, of, sealed);
    if (text !== null) return { text, old: index > 0 };
  }
  return null;
}

/** Tells keys apart when one follows another; says nothing useful about the key. */
function keyId(key: Uint8Array): number {
  return createHash('sha256').update('key id').update(key).digest()[0] ?? 0;
}

function associated(of: SealFor): Uint8Array {
  return Buffer.from(JSON.stringify([of.purpose, of.tid, of.oid]));
}
