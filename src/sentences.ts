import { repeat } from './activate/again.ts';
import { unknownName } from './activate/named-targets.ts';
import { defineAlias, listAliases, removeAlias } from './alias/alias.ts';
import { expandAliases, usableAliases } from './alias/expand.ts';
import { offerToKeep } from './activate/outage.ts';
import { announce, stopAnnouncing } from './announce/announce.ts';
import { approvals, ruleByText } from './approve/approvals.ts';
import { namedTargetOf } from './core/activation.ts';
import type { Activation } from './core/activation.ts';
import { problem } from './core/message.ts';
import { explain } from './core/explain.ts';
import type { Message } from './core/message.ts';
import type { Moment } from './core/moment.ts';
import { isOutage } from './core/pim-problem.ts';
import type { NamedGroup } from './core/named-group.ts';
import { identityOf } from './core/person.ts';
import type { Place } from './core/place.ts';
import { refusal } from './core/refusal.ts';
import { targetKey } from './core/target.ts';
import type { NamedTarget } from './core/target.ts';
import { audit } from './history/history.ts';
import { examplesFor, help } from './help/help.ts';
import type { Command, Problem } from './language/command.ts';
import { parse } from './language/parse.ts';
import { activateAll, cancelAll, endAll, extendAll } from './own-groups.ts';
import { policyOf } from './policy/policy.ts';
import type { Actor } from './ports/incoming.ts';
import type { Eligibility } from './ports/pim.ts';
import type { Ports } from './ports/ports.ts';
import { refuseWhenReadOnly } from './read-only.ts';
import { parkForSignIn } from './sign-in/park.ts';
import { signInCommand, signOut } from './sign-in/sign-in.ts';
import { list, status } from './status/status.ts';
import { askBeforeSending, isDoubtful } from './unsent.ts';
import { readAsking, unknownGroup } from './who/names.ts';
import { who } from './who/who.ts';

/** A sentence in a chat: what it says, by whom, and where the answer with its details belongs. */
export type Sentence = {
  readonly text: string;
  readonly actor: Actor;
  readonly place: Place;
  readonly scope: Place['kind'];
  /** True when the person said that it holds no secret, or shall be sent all the same. */
  readonly asItIs?: boolean;
  /** When it was said, if that is a while ago: “until 5pm” means that day's. */
  readonly saidAt?: Moment;
};

/** Verbs that name groups of the person's own; the names decide how the sentence is to be read. */
const ownNames = ['activate', 'deactivate', 'extend', 'cancel'];
/** Verbs that name groups without touching them: also those that the person approves, owns or administers. */
const askedNames = ['who', 'policy', 'alias'];
const mostAsked = 5;

type Known = { readonly eligible?: readonly Eligibility[]; readonly groups?: readonly NamedGroup[] };
type Spoken = Pick<Sentence, 'text' | 'actor' | 'scope' | 'saidAt'>;

function contextOf(ports: Ports, { actor, scope, saidAt }: Spoken): Parameters<typeof parse>[1] {
  return {
    now: saidAt ?? ports.clock.now(),
    timeZone: actor.zone ?? ports.settings.defaultTimeZone,
    scope,
    botName: 'Jitney',
  };
}

/** Only what is about the room itself is answered in front of everybody in it; a word in a reason does not make it so. */
export function isAboutTheRoom(ports: Ports, spoken: Spoken): boolean {
  const command = parse(spoken.text, contextOf(ports, spoken));
  const intent = command.kind === 'problem' ? command.intent : command.kind;
  return intent === 'announce' || intent === 'stopAnnounce';
}

/** Understood exactly, answered with a question, or refused with the reason; nothing is guessed. Null: a card answers. */
export async function obey(ports: Ports, sentence: Sentence): Promise<readonly Message[]> {
  const { actor, place } = sentence;
  const context = contextOf(ports, sentence);
  const plain = parse(sentence.text, context);
  const intent = plain.kind === 'problem' ? plain.intent : plain.kind;
  const isDry = plain.kind === 'activate' && plain.dryRun === true;
  const closed = intent !== undefined && !isDry ? await refuseWhenReadOnly(ports, actor, intent) : null;
  if (closed) return [closed];
  if (intent === 'audit') return audit(ports, actor, sentence.place, sentence.text, context);
  if (intent !== undefined && askedNames.includes(intent)) return runAsking(ports, sentence, context);
  if (intent === undefined || !ownNames.includes(intent)) {
    return plain.kind === 'problem' ? [await ask(ports, sentence, plain, [])] : run(ports, sentence, plain);
  }
  const eligible = await eligibleUnlessOut(ports, actor);
  if (eligible === null) return [await unreadable(ports, sentence, intent === 'activate' && !isDry, context.now)];
  const own = intent === 'activate' ? eligible : withOpen(eligible, await ports.store.openActivations(actor));
  const stored = await ports.store.aliases(actor);
  const names = [...new Set(own.map(({ name }) => name))];
  const aliases = usableAliases(stored, names);
  const known = parse(sentence.text, { ...context, names: [...names, ...aliases.map(({ name }) => name)] });
  const signedIn = await ports.signIn.has(actor);
  if (known.kind === 'problem') {
    // Signed in, PIM lists more than the app may see: what comes through another group.
    if (!isNameProblem(known) || signedIn) return [await ask(ports, sentence, known, own)];
  }
  if (!signedIn || known.kind === 'problem') {
    await parkForSignIn(ports, actor, place, { kind: 'sentence', text: sentence.text, scope: sentence.scope });
    return [];
  }
  return run(ports, sentence, expandAliases(known, aliases), { eligible: own });
}

/**
 * What is open can be named as it was when it was asked for, too: a group may have another name since, or its eligibility
 * may have ended.
 */
function withOpen(eligible: readonly Eligibility[], open: readonly Activation[]): readonly Eligibility[] {
  const before = open.map((one) => ({ ...namedTargetOf(one), endsAt: null }));
  const isNews = (one: NamedTarget): boolean =>
    !eligible.some(({ target, name }) => targetKey(target) === targetKey(one.target) && name === one.name);
  return [...before.filter(isNews), ...eligible];
}

/** Null when PIM cannot be asked now. */
async function eligibleUnlessOut(ports: Ports, actor: Actor): Promise<readonly Eligibility[] | null> {
  try {
    return await ports.pim.eligibilities(actor);
  } catch (error) {
    if (isOutage(error)) return null;
    throw error;
  }
}

/** Before anything was asked of PIM: what the person wants to have can be tried again, all else is theirs to say again. */
function unreadable(
  ports: Ports,
  { actor, place, text, scope }: Sentence,
  isKept: boolean,
  saidAt: Moment,
): Promise<Message> {
  if (isKept) return offerToKeep(ports, actor, place, { kind: 'sentence', text, scope }, saidAt);
  return Promise.resolve(explain({ kind: 'unavailable', afterMs: null }, 'hear of it'));
}

/** Names that need not be one's own; a group that comes through another one is known only to who is signed in. */
async function runAsking(
  ports: Ports,
  sentence: Sentence,
  context: ReturnType<typeof contextOf>,
): Promise<readonly Message[]> {
  const { actor, place, scope, text } = sentence;
  const { parsed, groups } = await readAsking(ports, actor, text, context);
  if (parsed.kind === 'problem') {
    if (!isNameProblem(parsed) || (await ports.signIn.has(actor))) return [await ask(ports, sentence, parsed, [])];
    await parkForSignIn(ports, actor, place, { kind: 'sentence', text, scope });
    return [];
  }
  return run(ports, sentence, parsed, { groups });
}

function isNameProblem({ code }: Problem): boolean {
  return code === 'group_not_found' || code === 'group_ambiguous';
}

/** `eligible` and `groups` are what the names of the command can mean; empty where it names none. */
async function run(
  ports: Ports,
  sentence: Sentence,
  command: Command,
  { eligible = [], groups = [] }: Known = {},
): Promise<readonly Message[]> {
  const { actor, place, scope, text } = sentence;
  if (!sentence.asItIs && isDoubtful(command)) {
    return [await askBeforeSending(ports, actor, place, { said: { text, scope } })];
  }
  switch (command.kind) {
    case 'activate':
      return activateAll(ports, sentence, command, eligible);
    case 'deactivate':
      return endAll(ports, sentence, command, eligible);
    case 'cancel':
      return cancelAll(ports, sentence, command, eligible);
    case 'extend':
      return extendAll(ports, sentence, command, eligible);
    case 'repeat':
      if (await ports.signIn.has(actor)) return one(await repeat(ports, actor, place, command));
      await parkForSignIn(ports, actor, place, { kind: 'sentence', text: sentence.text, scope });
      return [];
    case 'list':
      return [await list(ports, actor, command.query)];
    case 'status':
      return status(ports, actor, place, command.filter);
    case 'approve':
    case 'deny':
      return one(await ruleByText(ports, actor, place, command.id, command.kind, command.justification ?? ''));
    case 'approvals':
      return [await approvals(ports, actor, place)];
    case 'announce':
      return [await announce(ports, actor, place, command.groups)];
    case 'stopAnnounce':
      return [await stopAnnouncing(ports, actor, place, command.groups)];
    case 'who':
    case 'policy':
      return askAll(ports, actor, command, groups);
    case 'audit':
      return audit(ports, actor, sentence.place, sentence.text, contextOf(ports, sentence));
    case 'alias':
      return [await defineAlias(ports, actor, scope, command)];
    case 'aliases':
      return [await listAliases(ports, actor)];
    case 'removeAlias':
      return [await removeAlias(ports, actor, scope, command.name)];
    case 'help':
      return [await help(ports, actor, command.topic)];
    case 'signin':
      return one(await signInCommand(ports, actor, place));
    case 'signout':
      return [await signOut(ports, actor)];
  }
}

async function askAll(
  ports: Ports,
  actor: Actor,
  command: Extract<Command, { kind: 'who' | 'policy' }>,
  groups: readonly NamedGroup[],
): Promise<readonly Message[]> {
  const meant = groups.filter(({ name }) => command.groups.includes(name));
  if (meant.length > mostAsked)
    return [
      refusal('That is too many groups at once.', {
        rule: `I answer for ${mostAsked} groups at a time, at most.`,
        owner: 'jitney',
        next: 'Ask for some of them first, then for the others.',
      }),
    ];
  return command.kind === 'who' ? who(ports, actor, meant) : policyOf(ports, actor, meant);
}

function one(message: Message | null): readonly Message[] {
  return message ? [message] : [];
}

const choiceMs = 15 * 60_000;
const mostChoices = 5;

/** Not clear enough to act on: the ways it can be meant as buttons, else what is wrong and a sentence that would work. */
async function ask(
  ports: Ports,
  { actor, place, scope }: Sentence,
  unclear: Problem,
  eligible: readonly Eligibility[],
): Promise<Message> {
  const choices = (unclear.choices ?? []).slice(0, mostChoices);
  const isName = isNameProblem(unclear);
  const onlyAsked = unclear.intent !== undefined && askedNames.includes(unclear.intent);
  if (choices.length === 0) {
    if (onlyAsked) {
      return unclear.code === 'group_not_found' ? unknownGroup(unclear.words) : misread(ports, actor, unclear);
    }
    const unsayable = eligible.find(({ name }) => unclear.suggestions?.includes(name));
    // Words alone cannot name it, since some of its characters are not seen; its button in the list can.
    if (unsayable && unclear.intent === 'activate') return list(ports, actor, unsayable.name, { fresh: false });
    return isName
      ? unknownName(unclear.words, undefined, eligible, unclear.intent ?? 'activate')
      : misread(ports, actor, unclear);
  }
  const id = ports.ids.id();
  const at = ports.clock.now();
  const options = choices.map(({ label, sentence }) => ({ label, text: sentence }));
  const body = { kind: 'sentences', options, scope } as const;
  const parked = { id, person: identityOf(actor), place, at, expiresAt: at + choiceMs, body };
  await ports.store.commit([{ kind: 'park', parked }]);
  return {
    kind: 'choice',
    id,
    typed: isName ? unclear.words : unclear.message,
    verb: onlyAsked ? 'ask about' : (unclear.intent ?? 'activate'),
    why: isName ? 'near' : 'confirm',
    options: choices.map(({ label }) => ({ name: label, access: 'member' })),
  };
}

/** What was not understood, why, and sentences that would work; never silence, never a guess. */
async function misread(ports: Ports, actor: Actor, wrong: Problem): Promise<Message> {
  const unknown = wrong.code === 'unknown_command' || wrong.code === 'empty';
  return problem(wrong.message, {
    why:
      wrong.words !== '' && !unknown && !wrong.message.includes(wrong.words) ? `I stopped at “${wrong.words}”.` : null,
    next: unknown ? 'Say it like one of these, or “help”:' : 'This would work:',
    examples: unknown ? await examplesFor(ports, actor) : [wrong.example],
    button: unknown ? { verb: 'list', id: 'all', title: 'What can I activate?' } : null,
  });
}
