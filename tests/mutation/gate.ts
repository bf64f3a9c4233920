// What a mutant of the gate has to live through, without the Bot SDK, which takes longer to load than all of this to run.
import '../teams/gate-rules.test.ts';
import '../teams/service-url.test.ts';
import '../teams/signing-keys.test.ts';
