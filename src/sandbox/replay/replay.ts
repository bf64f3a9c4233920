/** Replaying one documented example: a tenant that fits it, its request, the sandbox's own answer, the comparison. */
import { answerGraph } from '../graph/answer.ts';
import type { CallerToken, GraphAnswer } from '../graph/call.ts';
import { textOf } from '../graph/filter.ts';
import { PERMISSIONS } from '../graph/permissions.ts';
import { arrangeApprovals, arrangeCancel, arrangeOrder, arrangeRequests } from './arrange-requests.ts';
import { arrangeAudits, arrangeDirectory, arrangePolicies, arrangeSchedules } from './arrange-rest.ts';
import { difference } from './compare.ts';
import type { Example, Json } from './example.ts';
import { arrayOf, objectOf, readExample } from './example.ts';
import type { Scene, Sender } from './scene.ts';
import { APPLICATION, emptyScene, momentOf, newId } from './scene.ts';

export type Outcome = { kind: 'ok' } | { kind: 'differs'; what: string } | { kind: 'notCovered'; why: string };

export function replay(text: string): Outcome {
  const example = readExample(text);
  if (example.kind === 'notCovered') return example;
  const moments = [example, ...example.inside].map(momentOf);
  const scene = emptyScene(Math.max(...moments));
  const sender = arrange(scene, example);
  const answer = send(scene, example, sender);
  const what = compare(example, answer);
  return what === null ? { kind: 'ok' } : { kind: 'differs', what };
}

function arrange(scene: Scene, example: Example): Sender {
  if (example.inside.length > 0) {
    const senders = example.inside.map((part) => arrange(scene, part));
    return senders.find((sender) => sender.kind === 'delegated') ?? APPLICATION;
  }
  const [, root, second, , collection = ''] = example.route.split('/');
  if (root === 'policies') return arrangePolicies(scene, example);
  if (root === 'auditLogs') return arrangeAudits(scene, example);
  if (second !== 'privilegedAccess') return arrangeDirectory(scene, example);
  if (collection === 'assignmentApprovals') return arrangeApprovals(scene, example);
  if (!collection.endsWith('Requests')) return arrangeSchedules(scene, example, collection);
  const surface = collection.startsWith('assignment') ? 'assignment' : 'eligibility';
  if (example.call.method === 'GET') return arrangeRequests(scene, example, surface);
  return example.route.endsWith('/cancel')
    ? arrangeCancel(scene, example, surface)
    : arrangeOrder(scene, example, surface);
}

function send(scene: Scene, example: Example, sender: Sender): GraphAnswer {
  const headers = { 'content-type': 'application/json', consistencylevel: 'eventual' };
  const call = { ...example.call, headers, token: tokenOf(sender) };
  const options = { origin: 'https://graph.microsoft.com', pendingMs: 0 };
  const answer = answerGraph(scene.world, call, scene.now, options);
  // Over the wire an undefined field is a missing one.
  return JSON.parse(JSON.stringify(answer)) as GraphAnswer;
}

/** A token with every permission the sandbox knows. */
function tokenOf(sender: Sender): CallerToken {
  const { kind } = sender;
  return {
    kind,
    oid: kind === 'delegated' ? sender.oid : newId(),
    scopes: Object.values(PERMISSIONS).flatMap((needed) => needed[kind] ?? []),
    acrs: [],
    amr: ['pwd', 'mfa'],
    clientCapabilities: ['cp1'],
    authTime: 0,
  };
}

function compare(example: Example, answer: GraphAnswer): string | null {
  if (answer.status !== example.status) {
    const error = objectOf(objectOf((answer.body ?? null) as Json)?.['error']);
    const reason = error === null ? '' : ` (${textOf(error['code'])}: ${textOf(error['message'])})`;
    return `status ${answer.status}, documented as ${example.status}${reason}`;
  }
  if (example.inside.length > 0) return compareParts(example, answer.body as Json);
  return difference(example.body, answer.body as Json | undefined);
}

function compareParts(example: Example, body: Json): string | null {
  const documented = arrayOf(objectOf(example.body)?.['responses']);
  const ours = arrayOf(objectOf(body)?.['responses']);
  for (const [index, part] of example.inside.entries()) {
    const id = objectOf(arrayOf(objectOf(example.call.body as Json)?.['requests'])[index])?.['id'];
    const answered = objectOf(ours.find((one) => objectOf(one)?.['id'] === id));
    const status = Number(answered?.['status']);
    const what = compare(part, { status, body: answered?.['body'] });
    if (what !== null) return `part ${JSON.stringify(id)}: ${what}`;
  }
  return documented.length === ours.length ? null : 'the number of answers differs';
}
