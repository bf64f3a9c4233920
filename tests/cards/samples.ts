import { newActivation } from '../../src/core/activation.ts';
import type { Activation, Phase } from '../../src/core/activation.ts';
import { explain } from '../../src/core/explain.ts';
import { notice, problem } from '../../src/core/message.ts';
import type { ListRow, Message } from '../../src/core/message.ts';
import { sealer } from '../../src/cards/seal.ts';
import type { Context } from '../../src/cards/context.ts';

export const tid = '11111111-1111-4111-8111-111111111111';
export const key = new Uint8Array(32).fill(7);
export const now = Date.UTC(2026, 10, 23, 13, 5);
export const hour = 3_600_000;
/** The conversation that the samples' cards stand in. */
export const chat = 'a:1';

export const adele = { oid: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'Adele Vance' };
export const megan = { oid: 'aaaaaaaa-0000-4000-8000-000000000002', name: 'Megan Bowen' };
export const nestor = { oid: 'aaaaaaaa-0000-4000-8000-000000000003', name: 'Nestor Wilke' };

export function contextFor(oid: string | null): Context {
  return { reader: { oid, zone: 'Europe/Berlin' }, chat, now, seal: sealer(key, tid, () => 'nonce-of-12c') };
}

const base = newActivation({
  id: '1a2b3c4d-0000-4000-8000-000000000009',
  version: 3,
  person: { tid, oid: adele.oid },
  personName: adele.name,
  target: { kind: 'group', groupId: 'bbbbbbbb-0000-4000-8000-000000000001', access: 'member' },
  targetName: 'Azure Admins',
  wish: {
    length: { kind: 'for', minutes: 120 },
    startAt: null,
    justification: 'fixing prod',
    ticket: { system: 'ServiceNow', number: 'INC0012345' },
  },
  phase: 'waiting',
  askedAt: now,
  place: {
    kind: 'personal',
    conversationId: 'a:1',
    serviceUrl: 'https://smba.trafficmanager.net/emea/',
    tid,
    botId: '28:bot',
    name: null,
    teamGroupId: null,
  },
  requestId: 'cccccccc-0000-4000-8000-000000000001',
  approvalId: 'cccccccc-0000-4000-8000-000000000001',
  deadline: now + 24 * hour,
  approvers: [
    { ...megan, reached: true },
    { ...nestor, reached: true },
  ],
  maximumMinutes: 240,
  readAt: null,
});

export function activation(changes: Partial<Activation> = {}): Activation {
  return { ...base, ...changes };
}

const approved = { verdict: 'approve', by: megan, at: now - 60_000, reason: 'ok' } as const;
const denied = { verdict: 'deny', by: megan, at: now - 60_000, reason: 'not without a change ticket' } as const;

/** One activation a phase, with the facts that phase brings. */
export const byPhase: Readonly<Record<Phase, Activation>> = {
  ordering: activation({ phase: 'ordering', requestId: null, approvalId: null, deadline: null, approvers: [] }),
  waiting: activation(),
  starting: activation({ phase: 'starting', ruling: approved }),
  scheduled: activation({ phase: 'scheduled', ruling: approved, startsAt: now + 20 * hour, endsAt: now + 22 * hour }),
  active: activation({ phase: 'active', ruling: approved, startsAt: now, endsAt: now + 2 * hour, seenActive: true }),
  ended: activation({ phase: 'ended', ruling: approved, startsAt: now - 2 * hour, endsAt: now, seenActive: true }),
  denied: activation({ phase: 'denied', ruling: denied }),
  lapsed: activation({ phase: 'lapsed', deadline: now }),
  cancelled: activation({ phase: 'cancelled' }),
  failed: activation({ phase: 'failed', failure: 'PIM answered “AdminDenied”.' }),
};

const owner = activation({
  target: { kind: 'group', groupId: 'bbbbbbbb-0000-4000-8000-000000000001', access: 'owner' },
});
const byAdele = { by: adele, at: now };

const row: ListRow = {
  key: 'group:bbbbbbbb-0000-4000-8000-000000000001:member',
  name: 'SQL Prod',
  access: 'member',
  state: 'available',
  endsAt: null,
  maximumMinutes: 240,
  approval: false,
  ticket: true,
  stepUp: false,
};
export const rows: readonly ListRow[] = [
  { ...row, name: 'Azure Admins', state: 'active', endsAt: now + 2 * hour },
  row,
  { ...row, name: 'Exchange L3 Search & Purge', approval: true, stepUp: true, maximumMinutes: 120 },
  { ...row, name: 'RDP Servers', state: 'waiting' },
  { ...row, name: 'Finance Site', access: 'owner', ticket: false, maximumMinutes: null },
  { ...row, name: 'Travel Exclusion', state: 'scheduled' },
];

export const question: Extract<Message, { kind: 'question' }> = {
  kind: 'question',
  extending: false,
  id: 'dddddddd-0000-4000-8000-000000000001',
  targetName: 'SQL Prod',
  access: 'member',
  needs: ['justification', 'ticket'],
  minutes: 60,
  askedMinutes: null,
  maximumMinutes: 240,
  justification: null,
  ticket: null,
};

/** A Cyrillic А and a Greek ο, a group that shares its name, and somebody who does as if. */
const odd = 'Аzure Admins';
const mark = '…00000001 · Administrators of every subscription in production';
const deceiving = { targetName: odd, personName: 'Megan Bοwen' };
const deceptive = activation(deceiving);

const examples = ['activate Azure Admins for 2h because fixing prod', 'list sql', 'status'];

type Sample = { readonly title: string; readonly message: Message; readonly reader: string | null };

function own(title: string, message: Message): Sample {
  return { title, message, reader: adele.oid };
}
function ofApprover(title: string, changes: Partial<Extract<Message, { kind: 'approval' }>>): Sample {
  const message = { kind: 'approval', activation: activation(), form: 'decide', note: null, ...changes } as const;
  return { title, message, reader: megan.oid };
}
function ofRoom(title: string, shown: Activation, showJustification = false): Sample {
  return { title, message: { kind: 'announcement', activation: shown, showJustification }, reader: null };
}
const phases = Object.keys(byPhase) as Phase[];

/** Every kind of message in every form it takes. */
export const samples: readonly Sample[] = [
  ...phases.map((phase) => own(`activation-${phase}`, { kind: 'activation', activation: byPhase[phase] })),
  own('activation-waiting-owner', { kind: 'activation', activation: owner }),
  own('activation-waiting-nobody-reached', {
    kind: 'activation',
    activation: activation({ approvers: base.approvers.map((one) => ({ ...one, reached: false })) }),
  }),
  own('activation-waiting-one-not-reached', {
    kind: 'activation',
    activation: activation({
      approvers: [
        { ...megan, reached: true },
        { ...nestor, reached: false },
      ],
    }),
  }),
  own('activation-ending', {
    kind: 'activation',
    activation: { ...byPhase.active, step: { kind: 'end', ...byAdele } },
  }),
  own('activation-cancelling', {
    kind: 'activation',
    activation: activation({ step: { kind: 'cancel', ...byAdele } }),
  }),
  own('activation-ended-early', {
    kind: 'activation',
    activation: { ...byPhase.ended, startsAt: now - hour, endedBy: adele },
  }),
  own('activation-no-approval', {
    kind: 'activation',
    activation: { ...byPhase.active, ruling: null, approvers: [], approvalId: null, deadline: null },
  }),
  ofApprover('approval-decide', {}),
  ofApprover('approval-decide-owner', { activation: owner }),
  ofApprover('approval-decide-reason', { activation: activation({ approverJustification: true }) }),
  ofApprover('approval-decide-until', {
    activation: activation({
      wish: { ...base.wish, length: { kind: 'until', at: now + 5 * hour }, ticket: null },
      maximumMinutes: null,
    }),
  }),
  ofApprover('approval-decide-scheduled', {
    activation: activation({ wish: { ...base.wish, startAt: now + 18 * hour } }),
  }),
  ofApprover('approval-decide-note', { note: 'PIM did not answer in time; please decide again.' }),
  ofApprover('approval-deny', { form: 'deny' }),
  ofApprover('approval-deny-owner', { form: 'deny', activation: owner }),
  ofApprover('approval-deciding', {
    activation: activation({ step: { kind: 'decide', by: megan, at: now } }),
  }),
  ofApprover('approval-approved-waiting', { activation: activation({ ruling: approved }) }),
  ofApprover('approval-late', {
    activation: activation({ phase: 'starting', ruling: { ...approved, by: nestor } }),
    note: 'Nestor Wilke was first.',
  }),
  ofApprover('approval-elsewhere', { activation: { ...byPhase.active, ruling: null } }),
  ...phases
    .filter((phase) => phase !== 'waiting')
    .map((phase) => ofApprover(`approval-${phase}`, { activation: byPhase[phase] })),
  ofRoom('announcement-active', byPhase.active),
  ofRoom('announcement-active-owner', { ...byPhase.active, target: owner.target }),
  ofRoom('announcement-active-why', byPhase.active, true),
  ofRoom('announcement-ended', byPhase.ended),
  ofRoom('announcement-ended-early', { ...byPhase.ended, startsAt: now - hour, endedBy: adele }),
  own('question', question),
  own('question-nothing-needed', { ...question, needs: [] }),
  own('question-extending', { ...question, extending: true, needs: ['justification'] }),
  own('question-too-long', {
    ...question,
    needs: ['duration'],
    minutes: 240,
    askedMinutes: 480,
    justification: 'fixing prod',
  }),
  own('question-all-owner', {
    ...question,
    access: 'owner',
    needs: ['justification', 'ticket', 'duration'],
    minutes: 240,
    askedMinutes: 480,
  }),
  own('question-namesake', { ...question, targetName: 'Azure Admins', mark }),
  own('question-odd-name', { ...question, targetName: odd }),
  own('choice-namesakes', {
    kind: 'choice',
    id: question.id,
    typed: 'Azure Admins',
    verb: 'activate',
    why: 'several',
    options: [
      { name: 'Azure Admins', mark, access: 'member' },
      { name: 'Azure Admins', mark: '…00000009', access: 'member' },
      { name: odd, access: 'member' },
    ],
  }),
  own('list-names', {
    kind: 'list',
    rows: [
      { ...row, name: 'Azure Admins', mark },
      { ...row, name: 'Azure Admins', mark: '…00000009', state: 'active', endsAt: now + 2 * hour },
      { ...row, name: odd, access: 'owner' },
      { ...row, name: 'Azure\u202e snimdA' },
      { ...row, name: 'Azure Admins approved ✅' },
    ],
    more: 0,
    total: 5,
    query: null,
    next: null,
  }),
  own('status-names', { kind: 'status', activations: [{ ...byPhase.active, targetMark: mark }, deceptive] }),
  own('activation-names', { kind: 'activation', activation: { ...deceptive, targetMark: mark } }),
  ofApprover('approval-decide-namesake', { activation: activation({ targetMark: mark }) }),
  ofApprover('approval-decide-odd-names', { activation: deceptive }),
  ofApprover('approval-deny-odd-names', { activation: deceptive, form: 'deny' }),
  ofApprover('approval-denied-odd-names', { activation: { ...byPhase.denied, ...deceiving, targetMark: mark } }),
  ofRoom('announcement-odd-names', { ...byPhase.active, ...deceiving }),
  ofRoom('announcement-namesake', { ...byPhase.active, targetMark: mark }),
  { title: 'offer-odd-name', message: { kind: 'offer', row: { ...row, name: odd, mark } }, reader: null },
  own('form-names', { kind: 'form', id: '1', targets: [{ ...row, name: odd, mark }], more: 0, minutes: 60 }),
  own('choice-several', {
    kind: 'choice',
    id: question.id,
    typed: 'azure',
    verb: 'activate',
    why: 'several',
    options: [
      { name: 'Azure Admins', access: 'member' },
      { name: 'Azure Admins', access: 'owner' },
      { name: 'Azure Readers', access: 'member' },
    ],
  }),
  own('choice-long', {
    kind: 'choice',
    id: question.id,
    typed: 'exchange',
    verb: 'activate',
    why: 'several',
    options: [
      { name: 'Exchange L3 Search & Purge for the whole company', access: 'member' },
      { name: 'Exchange L3 Search & Purge for the whole company', access: 'owner' },
    ],
  }),
  own('choice-owner', {
    kind: 'choice',
    id: question.id,
    typed: 'Azure Admins',
    verb: 'activate',
    why: 'ownerOnly',
    options: [{ name: 'Azure Admins', access: 'owner' }],
  }),
  own('choice-near', {
    kind: 'choice',
    id: question.id,
    typed: 'azure admin',
    verb: 'activate',
    why: 'near',
    options: [{ name: 'Azure Admins', access: 'member' }],
  }),
  own('activation-held', {
    kind: 'activation',
    activation: { ...byPhase.ordering, held: { kept: false, until: now + hour / 4, trying: null } },
  }),
  own('activation-kept', {
    kind: 'activation',
    activation: { ...byPhase.ordering, held: { kept: true, until: now + hour, trying: null } },
  }),
  own('batch-held', {
    kind: 'batch',
    id: 'b',
    activations: [
      byPhase.active,
      { ...byPhase.ordering, targetName: 'SQL Prod', held: { kept: false, until: now + hour / 4, trying: null } },
    ],
  }),
  own('outage', { kind: 'outage', id: question.id, until: null }),
  own('outage-kept', { kind: 'outage', id: question.id, until: now + hour }),
  own('unsent', { kind: 'unsent', id: question.id }),
  own('list', { kind: 'list', rows, more: 9, total: 15, query: null, next: '12|' }),
  own('batch', { kind: 'batch', id: 'b', activations: [byPhase.active, byPhase.waiting, byPhase.failed] }),
  own('batch-good', { kind: 'batch', id: 'b', activations: [byPhase.active, byPhase.waiting] }),
  own('list-search', { kind: 'list', rows: [row], more: 0, total: 1, query: 'sql', next: null }),
  own('list-none-found', { kind: 'list', rows: [], more: 0, total: 0, query: 'sqll', next: null }),
  own('list-empty', { kind: 'list', rows: [], more: 0, total: 0, query: null, next: null }),
  { title: 'offer', message: { kind: 'offer', row }, reader: null },
  { title: 'offer-owner', message: { kind: 'offer', row: { ...row, access: 'owner' } }, reader: null },
  own('form', { kind: 'form', id: '1', targets: rows, more: 40, minutes: 60 }),
  own('status', {
    kind: 'status',
    activations: [byPhase.active, byPhase.waiting, byPhase.scheduled, byPhase.starting],
  }),
  own('status-empty', { kind: 'status', activations: [] }),
  own('help', {
    kind: 'help',
    examples,
    forms: [
      { form: 'activate NAME for 2h because REASON ticket NUMBER', says: 'ask PIM to activate a group' },
      { form: 'deactivate NAME', says: 'end it now' },
      { form: 'status', says: 'what is active, waiting or scheduled' },
    ],
  }),
  own('welcome', { kind: 'welcome', examples }),
  own('sign-in', {
    kind: 'signIn',
    url: 'http://127.0.0.1:3978/auth/start?s=abc',
    state: 'open',
    going: 'activate Azure Admins for 2h',
    stepUpFor: null,
  }),
  own('sign-in-step-up', {
    kind: 'signIn',
    url: 'https://jitney.contoso.com/auth/start?s=abc',
    state: 'open',
    going: 'activate SQL Prod for 2h',
    stepUpFor: 'SQL Prod',
  }),
  own('sign-in-odd-name', {
    kind: 'signIn',
    url: 'https://jitney.contoso.com/auth/start?s=abc',
    state: 'open',
    going: `activate ${odd} for 2h`,
    stepUpFor: odd,
  }),
  own('sign-in-done', { kind: 'signIn', url: null, state: 'done', going: 'activate Azure Admins', stepUpFor: null }),
  own('sign-in-expired', { kind: 'signIn', url: null, state: 'expired', going: 'status', stepUpFor: null }),
  own('audit', {
    ...notice(
      '○',
      'Azure Admins: the last 2 activations',
      '14:05 Adele Vance: Azure Admins as member, active until 16:05, approved by Megan Bowen',
      'Sun, 22 Nov 2026 09:10 Lee Gu: Azure Admins as OWNER, denied, denied by Nestor Wilke',
      'Times are those of Europe/Berlin.',
      'The export is for you alone, works once, and waits ten minutes.',
    ),
    link: { url: 'https://jitney.contoso.com/auth/start?s=abc', title: 'Export as CSV' },
  }),
  own('notice', notice('✓', 'Signed out', 'I have forgotten your sign-in.')),
  own(
    'problem',
    problem('SQL Prod needs longer than 3 minutes', {
      why: 'PIM refuses activations shorter than 5 minutes.',
      next: 'Ask for at least 5 minutes:',
      examples: ['activate SQL Prod for 5m'],
      button: { verb: 'list', id: 'all', title: 'What can I activate?' },
      link: { url: 'https://entra.microsoft.com/#view/x', title: 'Open PIM' },
      reference: '9f8e7d6c',
    }),
  ),
  own('refusal', explain({ kind: 'policy', rules: ['ExpirationRule', 'TicketingRule'] }, 'activate Azure Admins')),
  own('problem-short', problem('PIM does not answer', { why: null, next: 'Try again in a minute.' })),
];
