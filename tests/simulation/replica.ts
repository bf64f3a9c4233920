import type { ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { createApp } from '../../src/app.ts';
import { writeEntry } from '../../src/audit/writes.ts';
import type { App } from '../../src/app.ts';
import { render } from '../../src/cards/render.ts';
import type { Rendered } from '../../src/cards/render.ts';
import { guard, sealer } from '../../src/cards/seal.ts';
import type { PimWrite } from '../../src/core/audit.ts';
import type { Message } from '../../src/core/message.ts';
import { graphDirectory } from '../../src/graph/directory.ts';
import { graphPim } from '../../src/graph/pim.ts';
import { signIn } from '../../src/identity/sign-in.ts';
import type { Reader } from '../../src/ports/chat.ts';
import type { Clock, Ports } from '../../src/ports/ports.ts';
import type { WebResponse } from '../../src/ports/web.ts';
import { createAuthentication } from '../../src/teams/authentication.ts';
import { createChat } from '../../src/teams/chat.ts';
import { createConnectors } from '../../src/teams/connector.ts';
import type { OpenConnector } from '../../src/teams/connector.ts';
import { clouds } from '../../src/teams/clouds.ts';
import { createRoster } from '../../src/teams/roster.ts';
import { createSigningKeys } from '../../src/teams/signing-keys.ts';
import type { Chance } from './random.ts';

export type Replica = {
  readonly app: App;
  readonly render: (message: Message, reader: Reader, chat: string) => Rendered;
  visit(url: URL): Promise<WebResponse>;
};

export type Parts = {
  readonly store: Ports['store'];
  readonly clock: Clock;
  readonly chance: Chance;
  readonly tid: string;
  readonly cloudOrigin: string;
  /** Which keys it has of those that the operator made: the one that seals now first. */
  readonly keys: readonly [number, ...number[]];
  /** Between the chat and the SDK's connector. */
  readonly between: (open: OpenConnector) => OpenConnector;
  readonly saw: (message: Message) => void;
  readonly log: Ports['log'];
};

const tokenKey = (made: number): Uint8Array => new Uint8Array(32).fill(2 * made + 1);
const cardKey = (made: number): Uint8Array => new Uint8Array(32).fill(2 * made + 2);
export const publicUrl = 'http://localhost:3978';
const clientId = '5f0c9a52-7c0e-4b8e-9a8b-3c1d2e4f5a60';
const secret = 'sandbox-graph-secret-not-a-secret';

/** The program as src/main.ts builds it, without a web server: activities come in as what the server makes of them. */
export function createReplica(parts: Parts): Replica {
  const { store, clock, tid, cloudOrigin, chance, log } = parts;
  const [newest, ...older] = parts.keys;
  const credential = { kind: 'secret', secret } as const;
  const registration = { clientId, credential, tenantId: tid, url: cloudOrigin, authorityUrl: cloudOrigin };
  const app = appToken(registration, clock);
  const identity = signIn({
    store,
    config: {
      ...registration,
      publicUrl,
      keys: [tokenKey(newest), ...older.map(tokenKey)],
      keptHours: 12,
      resource: null,
    },
    clock,
    log,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => chance.below(256)),
    onSignedIn: async (person, parkedId) => {
      await application.signedIn(person, parkedId);
      return null;
    },
    loginHint: (person) => directory.userName(person.oid),
  });
  const writes = {
    id: chance.id,
    made: async (write: PimWrite): Promise<void> => {
      await store.commit([{ kind: 'audit', entry: writeEntry(write, clock.now()) }]);
    },
  };
  const graph = {
    graphUrl: cloudOrigin,
    clock,
    tid,
    tokens: { app, of: identity.tokenOf, stepUps: identity.stepUps },
    writes,
  };
  const directory = graphDirectory({ ...graph, log });
  const seal = sealer(cardKey(newest), tid, () => chance.id().replaceAll('-', '').slice(0, 12));
  const drawn: Replica['render'] = (message, reader, place) => {
    parts.saw(message);
    return render(message, { reader, chat: place, now: clock.now(), seal });
  };
  const open = parts.between(createConnectors(authentication(clock), null, clouds.public, true));
  const chat = createChat({
    open,
    outsiders: createRoster(open, false, clock).outsiders,
    resource: null,
    render: drawn,
    log,
    clock,
  });
  const ports: Ports = {
    pim: graphPim(graph),
    directory,
    chat,
    store,
    signIn: identity,
    clock,
    ids: { id: chance.id },
    log,
    settings: {
      tid,
      defaultMinutes: 60,
      defaultTimeZone: 'Europe/Berlin',
      adminGroupId: null,
      auditorGroupId: null,
      roomAnswers: 'neutral',
      readOnly: false,
      allowGuests: false,
    },
  };
  const application = createApp(ports, guard(parts.keys.map(cardKey), tid));
  return {
    app: application,
    render: drawn,
    async visit(url) {
      const route = identity.routes.find(({ path }) => path === url.pathname);
      if (!route) throw new Error(`no page is at ${url.pathname}`);
      return route.handle({ query: Object.fromEntries(url.searchParams), now: clock.now() });
    },
  };
}

function authentication(clock: Clock): ConfigurationBotFrameworkAuthentication {
  const identity = { appId: null, cloud: clouds.public, token: null };
  const keys = 'http://localhost/no-keys';
  return createAuthentication(identity, keys, createSigningKeys(keys, clock));
}

/** The app's token by the plainest of requests: what @azure/identity does for it has a test of its own. */
function appToken(
  config: { readonly authorityUrl: string; readonly tenantId: string },
  clock: Clock,
): () => Promise<string> {
  let kept: { readonly token: string; readonly until: number } | null = null;
  return async () => {
    if (kept !== null && kept.until > clock.wall()) return kept.token;
    const response = await fetch(`${config.authorityUrl}/${config.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
        scope: 'https://graph.microsoft.com/.default',
      }),
    }).catch((cause: unknown) => Promise.reject(unavailable(cause)));
    if (!response.ok) throw unavailable(response.status);
    const { access_token: token } = (await response.json()) as { readonly access_token: string };
    kept = { token, until: clock.wall() + 3_000_000 };
    return token;
  };
}

function unavailable(cause: unknown): Error {
  return Object.assign(new Error('The sign-in service could not be reached.', { cause }), {
    name: 'AuthorityUnavailable',
  });
}
