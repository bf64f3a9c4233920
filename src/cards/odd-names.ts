import { oddityOf } from '../core/odd-name.ts';
import type { Oddity } from '../core/odd-name.ts';
import { name, plain, quoted } from './text.ts';

/** "⚠ Look twice: “А” in “Аzure Admins” is a Cyrillic letter.", a sentence a name; empty for ordinary names. */
export function caution(...names: readonly string[]): string {
  const odd = [...new Set(names)].flatMap((one) => {
    const oddity = oddityOf(one);
    return oddity === null ? [] : [`${said(oddity, quoted(name(one), 80))}.`];
  });
  return odd.length === 0 ? '' : `⚠ Look twice: ${odd.join(' ')}`;
}

/** The same in a row, right below the name. */
export function rowCaution(rowName: string): string {
  const oddity = oddityOf(rowName);
  return oddity === null ? '' : `⚠ Look twice: ${said(oddity, 'this name')}`;
}

function said(oddity: Oddity, whose: string): string {
  switch (oddity.kind) {
    case 'mixed': {
      const one = oddity.letters.length === 1;
      return `${listed(oddity.letters)} in ${whose} ${one ? `is a ${oddity.script} letter` : `are ${oddity.script} letters`}`;
    }
    case 'posing':
      return `${whose} is written in ${oddity.script} letters that look like Latin ones`;
    case 'disguised':
      return `${listed(oddity.letters)} in ${whose} only ${oddity.letters.length === 1 ? 'looks' : 'look'} ordinary`;
    case 'unseen':
      return `${whose} holds characters that nobody can see`;
    case 'verdict':
      return `${listed(oddity.letters)} in ${whose} is part of the name and says nothing`;
  }
}

function listed(letters: readonly string[]): string {
  return letters.map((letter) => quoted(letter, 1)).join(', ');
}

/** What tells it from others of its name; empty when there are none. */
export function markText(mark: string | undefined): string {
  return mark === undefined ? '' : plain(mark, 100);
}
