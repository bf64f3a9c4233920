import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { lifetimes } from '../core/button.ts';
import type { Button, Guard } from '../core/button.ts';
import type { Verb } from '../core/message.ts';
import type { Moment } from '../core/moment.ts';

/** The seal of one button on a card that is drawn now. */
export type Sealer = (button: Button & { readonly verb: Verb }, now: Moment) => string;

/** Key id, expiry, nonce and HMAC-SHA256, joined by dots; one spelling each. */
const form = /^[\w-]{6}\.[0-9a-z]{1,10}\.[\w-]{12}\.[\w-]{43}$/;

const shortestKey = 32;

/** nonce: 9 random bytes in base64url, new for every button. */
export function sealer(key: Uint8Array, tid: string, nonce: () => string): Sealer {
  const id = keyId(key);
  return (button, now) => {
    const until = (now + lifetimes[button.verb]).toString(36);
    const random = nonce();
    return [id, until, random, mac(key, tid, button, until, random)].join('.');
  };
}

/** keys: the one that seals now and those that sealed before it. Compares in constant time for a text of the right form. */
export function guard(keys: readonly Uint8Array[], tid: string): Guard {
  const known = new Map(keys.map((key) => [keyId(key), key]));
  return (button, seal, now) => {
    if (!form.test(seal)) return 'bad';
    const [id, until, random, given] = seal.split('.') as [string, string, string, string];
    const key = known.get(id);
    if (!key) return 'bad';
    const wanted = Buffer.from(mac(key, tid, button, until, random));
    if (!timingSafeEqual(wanted, Buffer.from(given))) return 'bad';
    return Number.parseInt(until, 36) > now ? 'good' : 'expired';
  };
}

/** Tells keys apart and nothing of them. */
function keyId(key: Uint8Array): string {
  if (key.length < shortestKey) throw new Error(`The key for cards needs at least ${shortestKey} bytes.`);
  return createHash('sha256').update('card key id').update(key).digest('base64url').slice(0, 6);
}

/** JSON of the parts, so that no part can run over into the next. */
function mac(key: Uint8Array, tid: string, button: Button, until: string, nonce: string): string {
  const { verb, id, reader, chat, content } = button;
  return createHmac('sha256', key)
    .update(JSON.stringify([tid, verb, id, reader, chat, content, until, nonce]))
    .digest('base64url');
}
