// What a mutant of the language has to live through, the quickest first.
import './short-properties.ts';
import '../language/sentences.test.ts';
import '../language/words.test.ts';
import '../language/clean.test.ts';
import '../language/machine.test.ts';
import '../language/slips.test.ts';
import '../language/time.test.ts';
import '../language/quotes.test.ts';
import '../language/choices.test.ts';
import '../language/refusals.test.ts';
import '../language/laws.test.ts';
import '../language/bounds.test.ts';
import '../language/possible-names.test.ts';
import '../language/close-names.test.ts';
import '../language/known-names.test.ts';
import '../language/names.test.ts';
import '../language/properties.test.ts';
