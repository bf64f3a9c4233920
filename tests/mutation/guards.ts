// What a mutant of the other places that turn people away has to live through.
import '../core/decide.test.ts';
import '../cards/seal.test.ts';
