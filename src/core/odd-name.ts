/** Names that may be read as another one: what a reader cannot see is found here and told beside the name. */

export type Oddity =
  /** Letters of another alphabet than the rest of their word. */
  | { readonly kind: 'mixed'; readonly letters: readonly string[]; readonly script: string }
  /** No Latin letter, and every one looks like one. */
  | { readonly kind: 'posing'; readonly script: string }
  /** Signs that stand for ordinary letters: wide, mathematical, phonetic. */
  | { readonly kind: 'disguised'; readonly letters: readonly string[] }
  | { readonly kind: 'unseen' }
  /** Marks by which Jitney tells how a request stands. */
  | { readonly kind: 'verdict'; readonly letters: readonly string[] };

const scripts = {
  Latin: /\p{Script=Latin}/u,
  Cyrillic: /\p{Script=Cyrillic}/u,
  Greek: /\p{Script=Greek}/u,
  Armenian: /\p{Script=Armenian}/u,
  Cherokee: /\p{Script=Cherokee}/u,
};
type Script = keyof typeof scripts;

const ascii = /^[\x20-\x7e]*$/;

/** What is odd about a name, the most deceptive first; null for nearly every one. */
export function oddityOf(name: string): Oddity | null {
  if (ascii.test(name)) return null;
  const text = name.normalize('NFC');
  const word = mixedWord(text);
  if (word) return mixed(word);
  return posing(text) ?? disguised(text) ?? (isUnseen(text) ? { kind: 'unseen' } : verdict(text));
}

/** Whether one word of the name mixes alphabets that lend each other letters. `Группа Admins` does not, `Аdmins` with a Cyrillic А does. */
export function isMixedScript(name: string): boolean {
  return !ascii.test(name) && mixedWord(name.normalize('NFC')) !== undefined;
}

function mixedWord(text: string): string | undefined {
  const words = text.match(/[\p{L}\p{M}]+/gu) ?? [];
  return words.find((word) => scriptsOf(word).length > 1);
}

function scriptsOf(text: string): readonly Script[] {
  return (Object.keys(scripts) as Script[]).filter((script) => scripts[script].test(text));
}

/** The few among the many; of as many of each the ones that are not Latin. */
function mixed(word: string): Oddity {
  const groups = scriptsOf(word).map((script) => ({
    script,
    letters: Array.from(word).filter((one) => scripts[script].test(one)),
  }));
  const few = groups.toReversed().toSorted((one, other) => one.letters.length - other.letters.length)[0];
  return { kind: 'mixed', letters: distinct(few?.letters ?? []), script: few?.script ?? '' };
}

/** Letters that pass for Latin ones at a glance, in the case in which they do. */
const posers = /^[авеікмнорстухѕіјԁԛԝһӏАВЕЅІЈКМНОРСТУХҮԌԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧορνοսօՕՍ]$/u;

function posing(text: string): Oddity | null {
  const letters = text.match(/\p{L}/gu) ?? [];
  if (letters.length < 2 || !letters.every((letter) => posers.test(letter))) return null;
  const [script] = scriptsOf(text);
  return script === undefined ? null : { kind: 'posing', script };
}

const phonetic = /[ɑɡɩɪʟʀʏꜱǀǃ]/u;

function disguised(text: string): Oddity | null {
  const letters = Array.from(text).filter(
    (sign) => phonetic.test(sign) || (/[^\x00-\x7fªº]/u.test(sign) && /^[A-Za-z0-9]$/.test(sign.normalize('NFKC'))),
  );
  return letters.length === 0 ? null : { kind: 'disguised', letters: distinct(letters) };
}

/** Joiners between letters of scripts that need them, and within emoji, belong there. */
const belonging =
  /\p{RGI_Emoji}|(?<=\p{M}|[\p{L}--[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]])[\u200c\u200d]/gv;
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

function isUnseen(text: string): boolean {
  return unseen.test(text.replace(belonging, ''));
}

const marks = /[✓✔✅☑🗸✕✖✗✘❌❎⚠◷■]/gu;

function verdict(text: string): Oddity | null {
  const letters = text.match(marks);
  return letters === null ? null : { kind: 'verdict', letters: distinct(letters) };
}

function distinct(letters: readonly string[]): readonly string[] {
  return [...new Set(letters)].slice(0, 3);
}
