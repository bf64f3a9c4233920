import { describe, expect, test } from '@jest/globals';
import { clean, escapeMarkup } from '../../src/language/clean.ts';
import { decodeEntities } from '../../src/language/entities.ts';

describe('character references', () => {
  test.each([
    ['&amp;&lt;&gt;&quot;&apos;', '&<>"\''],
    ['&ensp;&emsp;&thinsp;&nbsp;', '\u2002\u2003\u2009\u00a0'],
    ['&zwnj;&zwj;&lrm;&rlm;&shy;', '\u200c\u200d\u200e\u200f\u00ad'],
    ['&ndash;&mdash;&hellip;&bull;&euro;&trade;', '–—…•€™'],
    ['&lsquo;&rsquo;&sbquo;&ldquo;&rdquo;&bdquo;&lsaquo;&rsaquo;', '‘’‚“”„‹›'],
    ['&iexcl;&laquo;&raquo;&para;&frac14;&frac34;&iquest;', '¡«»¶¼¾¿'],
    ['&Agrave;&AElig;&Ntilde;&times;&THORN;&szlig;', 'ÀÆÑ×Þß'],
    ['&agrave;&eacute;&uuml;&divide;&thorn;&yuml;', 'àéü÷þÿ'],
    ['&#65;&#x42;&#X43;&#x1F600;&#128512;', 'ABC😀😀'],
    ['&#1;&#xd7ff;&#xe000;&#x10ffff;', '\u0001\ud7ff\ue000\u{10ffff}'],
  ])('%s are %j', (typed, text) => {
    expect(decodeEntities(typed)).toBe(text);
  });

  test.each([
    '&nosuch;',
    '&#0;',
    '&#xd800;',
    '&#xdfff;',
    '&#x110000;',
    '&#9999999;',
    '&amp',
    '& amp;',
    '&;',
    '&#;',
    '&#x;',
  ])('%s stays as it was typed', (typed) => {
    expect(decodeEntities(typed)).toBe(typed);
  });

  test('are read once', () => {
    expect(decodeEntities('&amp;lt;b&amp;gt;')).toBe('&lt;b&gt;');
  });
});

describe('cleaned text', () => {
  test.each([
    ['blocks are words apart', '<p>a</p><div>b</div><br><hr>c<ul><li>d</li></ul>', 'a b c d'],
    ['so are cells and headings', '<table><tr><td>a</td><th>b</th></tr></table><h1>c</h1><h6>d</h6>e', 'a b c d e'],
    [
      'sections too',
      '<section>a</section><article>b</article><pre>c</pre><ol>d</ol><tbody>e</tbody><thead>f',
      'a b c d e f',
    ],
    ['headings of every depth', '<h2>a</h2><h3>b</h3><h4>c</h4><h5>d</h5>e', 'a b c d e'],
    ['other tags leave no trace', 'acti<b>v</b>a<i class="x">te</i>', 'activate'],
    ['comments go', 'a<!-- b -->c', 'ac'],
    ['what no tag is, stays', '1 < 2 <3 <> a<', '1 < 2 <3 <> a<'],
    ['an open tag at the end stays', 'a <b', 'a <b'],
    ['every space is one', 'a\t\n\v\f\r\u0085\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000b', 'a b'],
    ['what takes no ink goes', 'a\u200b\u200d\u00ad\u202e\u2060\ufeff\u034f\u115f\u3164\uffa0\u{e0041}b', 'ab'],
    ['a letter and its accent meet', 'e\u200b\u0301', 'é'],
    ['an emoji keeps its form', '❤️', '❤️'],
    ['a letter has none', 'a\ufe0fb', 'ab'],
  ])('%s', (_, raw, text) => {
    expect(clean(raw)).toEqual({ text, quoted: false });
  });

  test.each([
    ['<blockquote>a</blockquote>b', 'b'],
    ['<blockquote>a<blockquote>b</blockquote>c</blockquote>d', 'd'],
    ['a</blockquote>b', 'a b'],
    ['<blockquote>a', ''],
  ])('of a quotation nothing is left: %s', (raw, text) => {
    expect(clean(raw)).toEqual({ text, quoted: true });
  });
});

describe('a mention of the bot', () => {
  test.each([
    ['in front', '<at>Jitney</at> status'],
    ['with its mark', '<at>@Jitney</at> status'],
    ['in any case', '<at>JITNEY</at> status'],
    ['with spaces', '<at> Jitney&nbsp;</at> status'],
    ['with a comma', '<at>Jitney</at>, status'],
    ['with a colon and none between', '<at>Jitney</at>:status'],
    ['with a semicolon', '<at>Jitney</at>; status'],
    ['in a block', '<p><at>Jitney</at> status</p>'],
    ['twice', '<at>Jitney</at> <at>Jitney</at> status'],
    ['behind', 'status <at>Jitney</at>'],
    ['the older form', '<span itemtype="http://schema.skype.com/Mention" itemid="0">Jitney</span> status'],
    ['plain', '@Jitney status'],
    ['plain, with a comma', '@jitney, status'],
    ['plain, twice', '@jitney @jitney status'],
    ['plain, behind', 'status @jitney'],
    ['plain, behind and with a point', 'status @jitney.'],
  ])('is dropped %s', (_, raw) => {
    expect(clean(raw, 'Jitney').text).toMatch(/^status ?\.?$/);
  });

  test.each([
    ['of somebody else', '<at>Megan</at> status', 'Megan status'],
    ['a longer word', '@jitneybot status', '@jitneybot status'],
    ['with a hyphen', '@jitney-2 status', '@jitney-2 status'],
    ['with an underscore', '@jitney_2 status', '@jitney_2 status'],
    ['inside a word', 'a@jitney status', 'a@jitney status'],
    ['another span', '<span>Jitney</span> status', 'Jitney status'],
    ['that is never closed', '<at>Jitney status', 'Jitney status'],
    ['closed by another tag', '<at>Jitney</span> status', 'Jitney status'],
  ])('is none: %s', (_, raw, text) => {
    expect(clean(raw, 'Jitney').text).toBe(text);
  });

  test('without a known name only the first words can be one', () => {
    expect(clean('<at>Anybody</at> status').text).toBe('status');
    expect(clean('status <at>Anybody</at>').text).toBe('status Anybody');
    expect(clean('<at>Anybody</at> <at>Megan</at> status').text).toBe('Megan status');
  });

  test('leaves a comma that was not behind it', () => {
    expect(clean(', status', 'Jitney').text).toBe(', status');
    expect(clean('status, @Jitney', 'Jitney').text).toBe('status,');
  });

  test('is found in a text whose small letters are longer', () => {
    expect(clean('@Jitney İ', 'Jitney').text).toBe('@Jitney İ');
    expect(clean('<at>Jitney</at> İ', 'Jitney').text).toBe('İ');
  });
});

test.each([
  ['&amp; &lt; &#65; &#x41;', '&amp;amp; &amp;lt; &amp;#65; &amp;#x41;'],
  ['R&D; a & b; &toolongtobeone;', 'R&amp;D; a & b; &toolongtobeone;'],
  ['<b>x</b> <!-- y', '&lt;b>x&lt;/b> &lt;!-- y'],
  ['a < b <3', 'a < b <3'],
])('%j may be sent again as %j', (text, escaped) => {
  expect(escapeMarkup(text)).toBe(escaped);
  expect(clean(escapeMarkup(text)).text).toBe(text);
});
