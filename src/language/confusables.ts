/** Letters of other scripts that pass for Latin ones: enough to notice a disguise, never enough to accept one. */

const lookalikes = new Map<string, string>(
  Object.entries({
    // Cyrillic
    а: 'a',
    в: 'b',
    е: 'e',
    ё: 'e',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    с: 'c',
    т: 't',
    у: 'y',
    х: 'x',
    ѕ: 's',
    і: 'i',
    ї: 'i',
    ј: 'j',
    ԁ: 'd',
    ԛ: 'q',
    ԝ: 'w',
    һ: 'h',
    ь: 'b',
    г: 'r',
    п: 'n',
    ӏ: 'l',
    ү: 'y',
    // Greek
    α: 'a',
    β: 'b',
    ε: 'e',
    ζ: 'z',
    η: 'n',
    ι: 'i',
    κ: 'k',
    μ: 'm',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    σ: 'o',
    τ: 't',
    υ: 'u',
    χ: 'x',
    γ: 'y',
    ω: 'w',
    // Armenian
    ո: 'n',
    ս: 'u',
    օ: 'o',
    հ: 'h',
    ց: 'g',
    զ: 'q',
    // Latin letters that are not what they seem
    ı: 'i',
    ſ: 's',
    ɑ: 'a',
    ɡ: 'g',
    ɩ: 'i',
    ʟ: 'l',
    ℓ: 'l',
    ⅼ: 'l',
    ł: 'l',
    ø: 'o',
    đ: 'd',
    ħ: 'h',
    '–': '-',
    '—': '-',
    '‐': '-',
    '‑': '-',
    '−': '-',
    '０': '0',
  }),
);

/** What a folded name looks like: compatibility forms, accents and look-alike letters reduced to plain ones. */
export function skeleton(folded: string): string {
  if (/^[\x20-\x7e]*$/.test(folded)) return folded;
  const plain = folded.normalize('NFKD').replace(/\p{M}/gu, '');
  return Array.from(plain, (letter) => lookalikes.get(letter) ?? letter)
    .join('')
    .toLowerCase()
    .normalize('NFC');
}
