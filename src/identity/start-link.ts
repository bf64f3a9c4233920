import { z } from 'zod';
import type { Moment } from '../core/moment.ts';
import type { Person } from '../core/person.ts';
import { seal, unsealAny } from './seal.ts';
import type { Random, SealFor } from './seal.ts';

/** What a sign-in is for: whose it must be, what waits for it, and what it must prove. */
export type SignInWish = { readonly person: Person; readonly parkedId: string; readonly claims: string | null };

const content = z.object({
  tid: z.string(),
  oid: z.string(),
  parkedId: z.string(),
  claims: z.string().nullable(),
  until: z.number(),
});

/** Long enough for a card that is found after a meeting; what it leads to lives ten minutes and works once. */
const lifeMs = 3_600_000;
const sealFor: SealFor = { purpose: 'link', tid: '', oid: '' };
const longestText = 4_096;

/** The text behind `s=`: sealed, so that every replica can read it and nobody can write one. */
export function writeLink(key: Uint8Array, wish: SignInWish, now: Moment, random: Random): string {
  const { person, parkedId, claims } = wish;
  const text = JSON.stringify({ tid: person.tid, oid: person.oid, parkedId, claims, until: now + lifeMs });
  return Buffer.from(seal(key, sealFor, text, random)).toString('base64url');
}

/** Null when it is none of ours or too old. */
export function readLink(keys: readonly Uint8Array[], text: string, now: Moment): SignInWish | null {
  if (text.length > longestText) return null;
  const opened = unsealAny(keys, sealFor, Buffer.from(text, 'base64url'));
  if (opened === null) return null;
  const { tid, oid, parkedId, claims, until } = content.parse(JSON.parse(opened.text));
  return until > now ? { person: { tid, oid }, parkedId, claims } : null;
}
