import { newActivation } from '../../src/core/activation.ts';
import type { Activation, Wish } from '../../src/core/activation.ts';
import type { Moment } from '../../src/core/moment.ts';
import type { Target } from '../../src/core/target.ts';
import { graphDirectory } from '../../src/graph/directory.ts';
import type { GraphDirectory } from '../../src/graph/directory.ts';
import { graphPim } from '../../src/graph/pim.ts';
import type { Pim } from '../../src/ports/pim.ts';
import { startWorld } from '../identity/world.ts';
import type { World } from '../identity/world.ts';
import type { SandboxCall } from '../support/sandbox.ts';

export type GraphWorld = World & {
  readonly pim: Pim;
  readonly directory: GraphDirectory;
  /** Another Pim with nothing cached; its clock is wrong by as much. */
  readonly cold: (wrongByMs?: number) => Pim;
  readonly target: (name: string, access?: 'member' | 'owner') => Extract<Target, { kind: 'group' }>;
  /** Moves the sandbox's clock and ours with it. */
  readonly advance: (duration: string) => Promise<void>;
  /** The sandbox as at its start, with nothing cached here. */
  readonly reset: () => Promise<void>;
  /** The calls to Graph since the last reset; the parts of a batch come after the batch. */
  readonly calls: () => Promise<readonly SandboxCall[]>;
};

export async function startGraphWorld(options: { readonly tenant?: string } = {}): Promise<GraphWorld> {
  const world = await startWorld(options);
  const { sandbox, service, app } = world;
  const { groups } = await sandbox.state();
  let ahead = 0;
  const clock = { wall: () => Date.now(), now: () => Date.now() + ahead };
  const connection = (wrongByMs = 0) => ({
    graphUrl: sandbox.graph,
    tokens: { app, of: service.tokenOf, stepUps: service.stepUps },
    clock: { ...clock, now: () => clock.now() + wrongByMs },
    tid: sandbox.tenantId,
    log: world.log,
  });
  let pim = graphPim(connection());
  let directory = graphDirectory(connection());
  return {
    ...world,
    get pim() {
      return pim;
    },
    get directory() {
      return directory;
    },
    cold: (wrongByMs) => graphPim(connection(wrongByMs)),
    target: (name, access = 'member') => {
      const found = groups.find((group) => group.name === name);
      if (!found) throw new Error(`no group is called ${name}`);
      return { kind: 'group', groupId: found.id, access };
    },
    advance: async (duration) => {
      ahead = Date.parse(await sandbox.advance(duration)) - Date.now();
    },
    reset: async () => {
      await sandbox.ask('faults', undefined, 'DELETE');
      await sandbox.ask('reset', {});
      await sandbox.ask('calls', undefined, 'DELETE');
      ahead = 0;
      pim = graphPim(connection());
      directory = graphDirectory(connection());
    },
    calls: async () => (await sandbox.calls()).filter(({ path }) => path.startsWith('/v1.0/')),
  };
}

export function wish(more: Partial<Wish> = {}): Wish {
  return {
    length: { kind: 'for', minutes: 120 },
    startAt: null,
    justification: 'fixing prod',
    ticket: null,
    ...more,
  };
}

/** What the store would hold of an order that PIM has not answered yet. */
export function activation(
  world: World,
  name: string,
  target: Target,
  more: Partial<Activation> & { readonly askedAt: Moment },
): Activation {
  return newActivation({
    id: '1a2b3c4d-0000-4000-8000-000000000001',
    person: world.person(name),
    personName: name,
    target,
    targetName: 'a group',
    wish: wish(),
    phase: 'ordering',
    place: {
      kind: 'personal',
      conversationId: 'a:1',
      serviceUrl: 'https://smba.example/',
      tid: world.sandbox.tenantId,
      botId: '28:bot',
      name: null,
      teamGroupId: null,
    },
    readAt: null,
    ...more,
  });
}
