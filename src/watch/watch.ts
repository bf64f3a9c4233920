import { isCutOff, isUnderWay } from '../core/activation.ts';
import type { Activation } from '../core/activation.ts';
import type { Reading } from '../core/observe.ts';
import { targetKey } from '../core/target.ts';
import type { Ports } from '../ports/ports.ts';
import { recover } from '../activate/recover.ts';
import { findRuling } from './ruling.ts';
import { settle } from './settle.ts';
import type { Known } from './settle.ts';

/** One round: everything that is due is read from PIM in batches and settled. Returns how many were due. */
export async function watch(ports: Ports): Promise<number> {
  const now = ports.clock.now();
  const due = await ports.store.dueActivations(now, 100);
  if (due.length === 0) return 0;
  const known = due.filter(({ phase }) => phase !== 'ordering');
  const readings = await readAll(ports, known);
  for (const activation of due) {
    try {
      await takeIn(ports, activation, readings.get(activation.id), now);
    } catch (error) {
      // One that cannot be read must not keep the others waiting, nor be asked for without a pause.
      ports.log.error('watch.failed', { activation: activation.id, error });
      await later(ports, activation);
    }
  }
  return due.length;
}

async function readAll(ports: Ports, known: readonly Activation[]): Promise<ReadonlyMap<string, Reading>> {
  if (known.length === 0) return new Map();
  try {
    return await ports.pim.read(known);
  } catch (error) {
    ports.log.error('watch.unreadable', { error });
    return new Map();
  }
}

async function takeIn(ports: Ports, activation: Activation, reading: Reading | undefined, now: number): Promise<void> {
  if (activation.phase === 'ordering') await recover(ports, activation);
  else if (activation.requestId === null) await takeInRunning(ports, activation, now);
  else if (reading) await takeInRequested(ports, activation, reading, now);
  else await later(ports, activation);
}

async function takeInRequested(ports: Ports, activation: Activation, reading: Reading, now: number): Promise<void> {
  // Whoever is deciding takes in themselves what PIM says.
  const ruling = isUnderWay(activation, now) ? null : await findRuling(ports, activation, reading, now);
  if (ruling === 'later') return later(ports, activation);
  const known = ruling === null ? {} : { ruling };
  await settle(ports, activation.id, reading, { ...known, ...staleStep(activation, now) });
}

async function takeInRunning(ports: Ports, activation: Activation, now: number): Promise<void> {
  await settle(ports, activation.id, await readRunning(ports, activation), staleStep(activation, now));
}

/** Made elsewhere, so no request of it is known: what PIM lists as running tells all there is. */
async function readRunning(ports: Ports, { person, target }: Activation): Promise<Reading> {
  const key = targetKey(target);
  const running = (await ports.pim.active(person)).find((one) => targetKey(one.target) === key);
  const instance = running ? { startsAt: null, endsAt: running.endsAt } : null;
  const request = { requestId: null, approvalId: null, status: 'Provisioned', createdAt: null };
  return { ...request, startsAt: null, endsAt: null, instance };
}

/** The reading tells what became of a cut-off write, so the claim on it is given back. */
function staleStep(activation: Activation, now: number): Pick<Known, 'over'> {
  const { step } = activation;
  return step !== null && isCutOff(activation, now) ? { over: { step, before: null } } : {};
}

/** PIM could not be read now: look again shortly, without hurry. */
async function later(ports: Ports, activation: Activation): Promise<void> {
  const readAt = ports.clock.now() + 10_000;
  await ports.store.commit([
    { kind: 'activation', activation: { ...activation, readAt, version: activation.version + 1 } },
  ]);
}
