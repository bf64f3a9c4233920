/** Request ids: the 8 hexadecimal digits on a card, or the GUID itself; "#" in front is allowed. */

import type { Problem } from './command.ts';
import type { Word } from './scan.ts';
import { fault } from './sentence.ts';
import type { Sentence } from './sentence.ts';

const form = /^#?([0-9a-f]{8}(?:-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?)$/;
/** What was surely meant as an id: marked as one, or digits with at most hexadecimal letters and hyphens. */
const attempt = /^(?:#.*|[0-9a-f-]*[0-9][0-9a-f-]*)$/;

export type Id = { readonly id: string; readonly end: number };

/** `no id` when the word does not even try to be one. An open id may carry its "#". */
export function readId(sentence: Sentence, word: Word): Id | Problem | 'no id' {
  const [, id] = form.exec(word.lower) ?? [];
  if (id === undefined) {
    if (!attempt.test(word.lower)) return 'no id';
    return fault(
      sentence,
      'id_invalid',
      `"${word.text}" is no id: it has 8 hexadecimal digits, or is a full request id.`,
      {
        words: word.text,
      },
    );
  }
  const { openIds } = sentence;
  if (!openIds) return { id, end: word.end };
  const known = openIds.map((one) => one.replace(/^#/, ''));
  const open = known.find((one) => one.toLowerCase() === id) ?? abbreviated(known, id);
  if (open === undefined)
    return fault(sentence, 'not_found', `No open request has the id "${word.text}".`, { words: word.text });
  return { id: open, end: word.end };
}

/** A short id stands for the one open request whose full id begins with it. */
function abbreviated(openIds: readonly string[], id: string): string | undefined {
  const begun = openIds.filter((one) => one.toLowerCase().startsWith(`${id}-`));
  return begun.length === 1 ? id : undefined;
}
