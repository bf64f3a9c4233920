// What a mutant of the other places that turn people away has to live through.
import '../core/decide.test.ts';
import '../cards/seal.test.ts';
import '../clicks.test.ts';
import '../refuse.test.ts';
import '../approve/approvals.test.ts';
import '../approve/rule.test.ts';
import '../press/forged.test.ts';
import '../press/approvers.test.ts';
