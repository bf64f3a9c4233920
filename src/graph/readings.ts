import { z } from 'zod';
import type { Activation } from '../core/activation.ts';
import type { Reading } from '../core/observe.ts';
import { batch } from './batch.ts';
import type { Answered, Graph } from './client.ts';
import { pimGroup } from './eligibilities.ts';
import { address, literal, segment } from './odata.ts';
import { instanceOf, noRequest, readingOf, sameId } from './reading.ts';
import { instanceRow, requestRow, rowsOf } from './shapes.ts';
import { groupTarget } from './target.ts';

const list = z.object({ value: z.array(z.unknown()) });

/**
 * Request and running assignment of each activation, two parts of a batch each, as the app. What could not be read now is
 * left out: it is read again soon. An activation without a request id has nothing to read.
 * Source: Graph privilegedaccessgroupassignmentschedulerequest-get, privilegedaccessgroup-list-assignmentscheduleinstances.
 */
export async function readActivations(
  graph: Graph,
  activations: readonly Activation[],
): Promise<ReadonlyMap<string, Reading>> {
  const known = activations.filter(({ requestId }) => requestId !== null);
  const parts = await batch(graph, known.flatMap(pathsOf), { patient: false });
  const readings = new Map<string, Reading>();
  known.forEach((activation, at) => {
    const reading = readingFrom(activation, parts[2 * at], parts[2 * at + 1]);
    if (reading) readings.set(activation.id, reading);
  });
  return readings;
}

function pathsOf(activation: Activation): readonly string[] {
  const { groupId } = groupTarget(activation.target);
  return [
    `${pimGroup}/assignmentScheduleRequests/${segment(activation.requestId ?? '')}`,
    address(`${pimGroup}/assignmentScheduleInstances`, {
      $filter: `groupId eq ${literal(groupId)} and principalId eq ${literal(activation.person.oid)}`,
    }),
  ];
}

function readingFrom(
  activation: Activation,
  requested: Answered | undefined,
  listed: Answered | undefined,
): Reading | null {
  const instance = instanceFrom(activation, listed);
  if (requested?.kind === 'notFound') return noRequest(instance);
  if (requested?.kind !== 'ok') return null;
  const request = requestRow.safeParse(requested.body);
  // An answer about another request is worth nothing.
  const ours =
    request.success &&
    sameId(request.data.id, activation.requestId ?? '') &&
    sameId(request.data.principalId, activation.person.oid);
  return ours ? readingOf(request.data, instance) : null;
}

function instanceFrom(activation: Activation, listed: Answered | undefined): Reading['instance'] {
  if (listed?.kind !== 'ok') return 'unread';
  const rows = list.safeParse(listed.body);
  if (!rows.success) return 'unread';
  return instanceOf(rowsOf(instanceRow, rows.data.value), activation.person, groupTarget(activation.target));
}
