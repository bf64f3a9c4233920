import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Verb } from '../core/message.ts';

/** The MAC text for one button: only this reader, in this tenant, can use this verb on this id. */
export type Sealer = (verb: Verb, id: string, reader: string) => string;

/** HMAC-SHA256, base64url. Reader is the Entra object id of the person whose card it is. */
export function sealer(key: Uint8Array, tid: string): Sealer {
  if (key.length < 32) throw new Error('The key for cards needs at least 32 bytes.');
  return (verb, id, reader) => mac(key, tid, verb, id, reader);
}

/** In constant time for a text of the right length. */
export function isSealed(
  key: Uint8Array,
  tid: string,
  verb: string,
  id: string,
  reader: string,
  given: string,
): boolean {
  const wanted = Buffer.from(mac(key, tid, verb, id, reader));
  const got = Buffer.from(given);
  return got.length === wanted.length && timingSafeEqual(got, wanted);
}

/** JSON of the parts, so that no part can run over into the next. */
function mac(key: Uint8Array, tid: string, verb: string, id: string, reader: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([verb, id, reader, tid]))
    .digest('base64url');
}
