/**
 * What Teams sends, made plain once and before anything is understood: quoted messages and tags go, entities are decoded once,
 * mentions of the bot are dropped, exotic spaces and line breaks become one space, invisible characters are removed.
 * What still looks like markup afterwards is text.
 */

import { decodeEntities } from './entities.ts';

/** Tags that separate words; all others vanish without a trace, so that `acti<b>vate</b>` stays one word. */
const blocks = new Set(
  'p div br hr li ul ol tr td th table tbody thead blockquote pre h1 h2 h3 h4 h5 h6 section article'.split(' '),
);

/** Not `\s`: that counts the zero-width U+FEFF as a space. */
const spaces = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
/** Everything that takes no ink: controls, zero-width, bidi, soft hyphens, fillers, tags, variation selectors off an emoji. */
const invisible =
  /[\p{Cc}\p{Cf}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\u{e0000}-\u{e0fff}]|(?<!\p{Extended_Pictographic}|[\u2600-\u27bf#*0-9])[\ufe00-\ufe0f]/gu;

export type Cleaned = {
  readonly text: string;
  /** Whether something was a quotation of another message; its words are gone. */
  readonly quoted: boolean;
};

/** @param botName the bot's name; without it a mention at the very beginning is taken for the bot's. */
export function clean(raw: string, botName?: string): Cleaned {
  const { text, quoted } = stripTags(raw, botName);
  // Composed last: removing what is invisible can bring a letter and its accent together.
  const visible = removeInvisible(decodeEntities(text).replace(spaces, ' '))
    .replace(/ {2,}/g, ' ')
    .normalize('NFC')
    .trim();
  const spoken = dropPlainMentions(visible, botName);
  const addressed = spoken !== visible || text.startsWith(mentionMark);
  return { text: addressed ? spoken.replace(/^[,:;] ?/, '') : spoken, quoted };
}

/** Typed or shown text without what takes no ink. */
export function removeInvisible(text: string): string {
  return text.replace(invisible, '');
}

export function foldSpaces(text: string): string {
  return text.replace(spaces, ' ').trim();
}

/** Straight quotes for curly ones and guillemets. Names are cut out before, while the shape of a pair still matters. */
export function foldQuotes(text: string): string {
  return text.replace(/[“”„‟«»]/g, '"').replace(/[‘’‚‛‹›]/g, "'");
}

/** Cleaned text as it may be sent again: what would be taken for a tag or an entity is written so that it stays text. */
export function escapeMarkup(text: string): string {
  return text.replace(/&(?=#?[a-z0-9]{1,8};)/gi, '&amp;').replace(/<(?=[a-z/!])/gi, '&lt;');
}

/** Stands where a mention of the bot was: white space, so that it never glues words together. */
const mentionMark = '\r';

type Tag = { readonly name: string; readonly closing: boolean; readonly mention: boolean; readonly end: number };

type Strip = {
  readonly out: string[];
  readonly botName: string | undefined;
  quoteDepth: number;
  quoted: boolean;
  mention?: { readonly name: string; readonly from: number } | undefined;
  mentions: number;
};

function stripTags(raw: string, botName: string | undefined): Cleaned {
  const strip: Strip = { out: [], botName, quoteDepth: 0, quoted: false, mentions: 0 };
  const last = raw.lastIndexOf('>');
  let at = 0;
  while (at < raw.length) {
    const open = raw.indexOf('<', at);
    const stop = open < 0 || open > last ? raw.length : open;
    say(strip, raw.slice(at, stop));
    if (stop === raw.length) break;
    const tag = readTag(raw, stop);
    if (tag) takeTag(strip, tag);
    else say(strip, '<');
    at = tag ? tag.end : stop + 1;
  }
  return { text: strip.out.join(''), quoted: strip.quoted };
}

function say(strip: Strip, text: string): void {
  if (strip.quoteDepth === 0 && text !== '') strip.out.push(text);
}

/** A tag is `<`, a letter, `/` or `!`, and goes to the next `>`; anything else that begins with `<` is text. */
function readTag(raw: string, open: number): Tag | undefined {
  const closing = raw[open + 1] === '/';
  const from = closing ? open + 2 : open + 1;
  if (!/[a-z!]/i.test(raw[from] ?? '')) return undefined;
  const end = raw.indexOf('>', from);
  if (end < 0) return undefined;
  const inside = raw.slice(from, end);
  const name = (/^[a-z0-9!]{1,20}/i.exec(inside)?.[0] ?? '').toLowerCase();
  const mention = name === 'at' || (name === 'span' && inside.includes('schema.skype.com/Mention'));
  return { name, closing, mention, end: end + 1 };
}

function takeTag(strip: Strip, tag: Tag): void {
  if (tag.name === 'blockquote') {
    strip.quoted = true;
    strip.quoteDepth = Math.max(0, strip.quoteDepth + (tag.closing ? -1 : 1));
    strip.out.push(' ');
  } else if (tag.mention && !tag.closing) {
    strip.mention = { name: tag.name, from: strip.out.length };
  } else if (strip.mention && tag.closing && tag.name === strip.mention.name) {
    endMention(strip, strip.mention.from);
  } else if (blocks.has(tag.name)) {
    strip.out.push(' ');
  }
}

function endMention(strip: Strip, from: number): void {
  const name = foldSpaces(decodeEntities(strip.out.slice(from).join(''))).replace(/^@/, '');
  strip.mention = undefined;
  strip.mentions += 1;
  const first = strip.mentions === 1 && strip.out.slice(0, from).every((part) => part.trim() === '');
  const isBot = strip.botName === undefined ? first : same(name, strip.botName);
  if (!isBot) return;
  strip.out.length = from;
  // At the very beginning the mark must come first, before the space that an opening block left.
  if (first) strip.out.length = 0;
  strip.out.push(mentionMark);
}

/** `@Jitney` typed or pasted as plain text, as a word of its own. */
function dropPlainMentions(text: string, botName: string | undefined): string {
  const name = foldSpaces(botName ?? '').toLowerCase();
  const lower = text.toLowerCase();
  // Lower case may be longer than what was typed (İ); then positions would not agree and the text is left alone.
  if (name === '' || lower.length !== text.length) return text;
  const mark = `@${name}`;
  let out = '';
  let at = 0;
  for (let hit = lower.indexOf(mark); hit >= 0; hit = lower.indexOf(mark, hit + mark.length)) {
    const end = hit + mark.length;
    if ((text[hit - 1] ?? ' ') !== ' ' || /^[\p{L}\p{N}_@-]/u.test(text.slice(end, end + 2))) continue;
    out += text.slice(at, hit);
    at = end;
  }
  return (out + text.slice(at)).replace(/ {2,}/g, ' ').trim();
}

function same(a: string, b: string): boolean {
  return foldSpaces(a).normalize('NFC').toLowerCase() === foldSpaces(b).normalize('NFC').toLowerCase();
}
