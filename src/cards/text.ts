/** Control, format (zero width, bidi), lone surrogate and other code points that draw nothing. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const space = /[\s\u0085]+/gu;
/** A pile of marks on one letter draws over the lines above and below. */
const pileOfMarks = /(\p{M}{4})\p{M}+/gu;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Hostile text as one line of safe plain text of at most `limit` graphemes (three bytes each): nothing invisible, white space folded, cut
 * with "…". A card's date functions are written `{{…}}` and run in plain runs of text too, so two braces never touch.
 */
export function plain(text: string, limit: number): string {
  return cut(visible(text), limit).replace(/\{(?=\{)/g, '{ ');
}

/** As `plain`, for the value of an input: a person's own words come back as they were, braces included. */
export function prefill(text: string, limit: number): string {
  return cut(visible(text), limit);
}

/** A display name; the directory allows names that show nothing at all. */
export function name(text: string): string {
  return plain(text, 80) || '(no name)';
}

/** A name in a row of a list, where many stand on one card. */
export function rowName(text: string): string {
  return plain(text, 60) || '(no name)';
}

export function quoted(text: string, limit: number): string {
  return `“${plain(text, limit)}”`;
}

/**
 * For what a client may read as markup although it is meant as text (notification, fallbackText, speak): no tag, entity
 * or link can come from it.
 */
export function inert(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›').replaceAll('&', '＆').replaceAll('](', '] (');
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "Megan Bowen, Nestor Wilke and 3 others" */
export function listed(names: readonly string[], limit: number): string {
  const shown = names.slice(0, limit).map(name);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} ${rest === 1 ? 'other' : 'others'}`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

function visible(text: string): string {
  const line = text.normalize('NFC').replace(space, ' ').replace(unseen, '').replace(pileOfMarks, '$1');
  return line.replace(space, ' ').trim();
}

/** By grapheme, and by size: three bytes a grapheme hold any script, a letter with a tail of marks or joined emoji does not. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let kept = '';
  let before = '';
  let count = 0;
  let bytes = 0;
  for (const { segment } of graphemes.segment(text)) {
    count += 1;
    bytes += Buffer.byteLength(segment);
    if (count > limit || bytes > 3 * limit) return `${(count > limit ? before : kept).trimEnd()}…`;
    before = kept;
    kept += segment;
  }
  return kept;
}
