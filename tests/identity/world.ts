import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealer } from '../../src/audit/ledger.ts';
import type { Person } from '../../src/core/person.ts';
import { appTokens } from '../../src/identity/app-token.ts';
import { signIn } from '../../src/identity/sign-in.ts';
import type { SignInConfig, SignInOptions, SignInService } from '../../src/identity/sign-in.ts';
import type { Clock, Log } from '../../src/ports/ports.ts';
import type { Store } from '../../src/ports/store.ts';
import type { WebResponse } from '../../src/ports/web.ts';
import { openStore } from '../../src/store/open.ts';
import { signInInBrowser } from '../support/browser-sign-in.ts';
import { placesOf, readIssued } from '../support/leftovers.ts';
import { startSandbox } from '../support/sandbox.ts';
import type { StartedSandbox } from '../support/sandbox.ts';
import { trust } from '../support/trust.ts';

/** A clock that a test can move; it starts at the real time, as tokens do. */
type TestClock = Clock & { readonly move: (ms: number) => void };

function testClock(): TestClock {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  return { now, wall: now, move: (ms) => (ahead += ms) };
}

export type World = {
  readonly sandbox: StartedSandbox;
  readonly store: Store;
  readonly clock: TestClock;
  readonly config: SignInConfig;
  readonly service: SignInService;
  readonly app: () => Promise<string>;
  /** Who was signed in, and what was waiting for it. */
  readonly woken: { readonly person: Person; readonly parkedId: string }[];
  readonly log: Log;
  /** What the log was told: event and facts. */
  readonly logged: unknown[][];
  readonly person: (name: string) => Person;
  /** Another replica on the same database. */
  readonly another: (changes?: Partial<SignInOptions>) => SignInService;
  /** GET of one of the service's routes, as the web server would pass it on. */
  readonly visit: (url: string | URL, service?: SignInService) => Promise<WebResponse>;
  /** The whole way of a person: card, Entra's page, callback. */
  readonly signInAs: (name: string, claims?: string) => Promise<WebResponse>;
  /** Where the database lies. */
  readonly folder: string;
  readonly stop: () => Promise<void>;
};

export async function startWorld(
  options: { readonly tenant?: string; readonly env?: Record<string, string> } = {},
): Promise<World> {
  const sandbox = await startSandbox(options);
  trust(sandbox.ca);
  const folder = mkdtempSync(join(tmpdir(), 'jitney-identity-'));
  const store = await openStore(`sqlite:${join(folder, 'jitney.db')}`, { seal: sealer(new Uint8Array(32).fill(1)) });
  const clock = testClock();
  const { people } = await sandbox.state();
  const config: SignInConfig = {
    authorityUrl: sandbox.authority,
    tenantId: sandbox.tenantId,
    url: sandbox.graph,
    clientId: '5f0c9a52-7c0e-4b8e-9a8b-3c1d2e4f5a60',
    credential: { kind: 'secret', secret: 'sandbox-graph-secret-not-a-secret' },
    publicUrl: 'http://localhost:3978',
    keys: [new Uint8Array(randomBytes(32))],
    keptHours: 12,
    resource: 'api://localhost/5f0c9a52-7c0e-4b8e-9a8b-3c1d2e4f5a60',
  };
  const logged: unknown[][] = [];
  const note: Log['info'] = (...line) => void logged.push(line);
  const log: Log = { info: note, warn: note, error: note };
  const woken: { person: Person; parkedId: string }[] = [];
  const another = (changes: Partial<SignInOptions> = {}): SignInService =>
    signIn({
      store,
      config,
      clock,
      log,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      onSignedIn: (person, parkedId) => {
        woken.push({ person, parkedId });
        return Promise.resolve(null);
      },
      ...changes,
    });
  const service = another();
  const person = (name: string): Person => {
    const found = people.find((one) => one.name === name);
    if (!found) throw new Error(`nobody in the tenant is called ${name}`);
    return { tid: sandbox.tenantId, oid: found.id };
  };
  const visit = (address: string | URL, by: SignInService = service): Promise<WebResponse> => {
    const url = new URL(address);
    const route = by.routes.find(({ path }) => path === url.pathname);
    if (!route) throw new Error(`no route ${url.pathname}`);
    return route.handle({ query: Object.fromEntries(url.searchParams), now: clock.wall() });
  };
  const signInAs = async (name: string, claims?: string): Promise<WebResponse> => {
    const started = await visit(await service.link(person(name), `parked-${name}`, claims ?? null));
    return visit(await signInInBrowser(started.headers['Location'] ?? '', name));
  };
  return {
    log,
    sandbox,
    store,
    clock,
    config,
    service,
    app: appTokens(config),
    woken,
    logged,
    person,
    another,
    visit,
    signInAs,
    folder,
    stop: async () => {
      await store.close();
      const places = placesOf(readIssued(sandbox.folder), folder, {});
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true });
      if (places.length > 0) throw new Error(`a token stands in ${places.join(', ')}`);
    },
  };
}
