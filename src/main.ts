import './no-proto.ts';
import { randomBytes, randomUUID } from 'node:crypto';
import { createApp } from './app.ts';
import { createAnchors } from './audit/anchor.ts';
import { download } from './audit/download.ts';
import { sealer as ledgerSealer } from './audit/ledger.ts';
import { writeEntry } from './audit/writes.ts';
import { render } from './cards/render.ts';
import { guard, sealer } from './cards/seal.ts';
import { certificateAlarm } from './certificate-alarm.ts';
import { clockAlarm } from './clock-alarm.ts';
import { badConfigExit, loadConfig, sayProblems } from './config.ts';
import type { Config } from './config.ts';
import type { ConfigProblem } from './config-rules.ts';
import type { PimWrite } from './core/audit.ts';
import { certificateEnds, readCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { readEnvironment } from './environment.ts';
import { graphDirectory } from './graph/directory.ts';
import { graphPim } from './graph/pim.ts';
import { aboutRoute } from './help/about-page.ts';
import { appTokens, ownTokens } from './identity/app-token.ts';
import { signIn as createSignIn } from './identity/sign-in.ts';
import { createLog } from './log.ts';
import type { Clock, Log, Ports } from './ports/ports.ts';
import { readOnlyPim } from './read-only.ts';
import { createReconciler } from './reconcile/reconcile.ts';
import { redact } from './redact.ts';
import { followSandboxClock } from './sandbox-clock.ts';
import { ledgerRows } from './store/ledger.ts';
import { openStore } from './store/open.ts';
import { createBot } from './teams/bot.ts';
import { createServer } from './teams/server.ts';

/** How often time is looked at: deliveries and readings wait at most this long. */
const tickMs = 300;
/** What is under way may finish before the process ends: an order and its read-back, a message that is being sent. */
const drainMs = 12_000;
/** Between saying “not ready” and closing the door, so that a balancer stops sending before it finds the door closed. */
const noticeMs = 3_000;

async function run(config: Config, credentials: Credentials, log: Log): Promise<void> {
  const wall = (): number => Date.now();
  const steady = (): number => performance.now();
  const followed = config.sandbox ? await followSandboxClock(config.graph.url, wall, log) : null;
  const clock: Clock = followed?.clock ?? { now: wall, wall };
  const { tenantId: tid, keys, oldKeys } = config;
  const resource = config.graph.ssoResource;
  const store = await openStore(config.databaseUrl, { seal: ledgerSealer(keys.ledger) });
  const restored = await store.settleCopy(clock.now());
  if (restored !== null) log.warn('database.restored', restored);

  const registration = { ...config.graph, tenantId: tid, credential: credentials.graph };
  const app = appTokens(registration);
  const identity = createSignIn({
    store,
    config: {
      ...registration,
      publicUrl: config.publicUrl,
      keys: [keys.tokens, ...(oldKeys === null ? [] : [oldKeys.tokens])],
      resource,
      keptHours: config.signInHours,
    },
    clock,
    log,
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    onSignedIn: async (person, parkedId) => {
      const { auditorGroupId } = config;
      const file = await download(
        { store, rows: () => ledgerRows(store), directory, auditorGroupId, clock },
        person,
        parkedId,
      );
      if (file === null) await application.signedIn(person, parkedId);
      return file;
    },
    loginHint: (person) => directory.userName(person.oid),
  });
  const writes = { id: () => randomUUID(), made: recordWrite };
  const tokens = { app, of: identity.tokenOf, stepUps: identity.stepUps };
  const graph = { graphUrl: config.graph.url, clock, tid, tokens, writes, timing: clockAlarm(wall, log), steady };
  const directory = graphDirectory({ ...graph, log });
  const seal = sealer(keys.cards, tid, () => randomBytes(9).toString('base64url'));
  const { appId, cloud, openIdMetadataUrl } = config.bot;
  const bot = createBot({
    appId,
    cloud,
    openIdMetadataUrl,
    token:
      appId === null || credentials.bot === null
        ? null
        : ownTokens({ ...registration, clientId: appId, credential: credentials.bot }),
    tenantId: tid,
    sandbox: config.sandbox,
    allowGuests: config.allowGuests,
    handle: (incoming) => application.handle(incoming),
    compose: (composed) => application.compose(composed),
    singleSignOn: resource === null ? null : { resource, take: (brought) => application.signOn(brought) },
    render: (message, reader, chat) => render(message, { reader, chat, now: clock.now(), seal }),
    defaultZone: config.defaultTimeZone,
    log,
    clock,
  });
  const ports: Ports = {
    pim: config.readOnly ? readOnlyPim(graphPim(graph)) : graphPim(graph),
    directory,
    chat: bot.chat,
    store,
    signIn: identity,
    clock,
    ids: { id: () => randomUUID() },
    log,
    settings: {
      tid,
      defaultMinutes: config.defaultMinutes,
      defaultTimeZone: config.defaultTimeZone,
      adminGroupId: config.adminGroupId,
      auditorGroupId: config.auditorGroupId,
      roomAnswers: config.roomAnswers,
      readOnly: config.readOnly,
      allowGuests: config.allowGuests,
    },
  };
  /** The intent stands in the ledger already; that its outcome does not get there is an alarm and undoes nothing. */
  async function recordWrite(write: PimWrite): Promise<void> {
    try {
      await store.commit([{ kind: 'audit', entry: writeEntry(write, clock.now()) }]);
    } catch (error) {
      log.error('ledger.outcomeLost', { error });
    }
  }

  let stopping = false;
  const application = createApp(ports, guard([keys.cards, ...(oldKeys === null ? [] : [oldKeys.cards])], tid));

  const server = createServer({
    host: config.host,
    port: config.port,
    bot,
    routes: [...identity.routes, aboutRoute],
    health: () => ({ status: 'ok' }),
    ready: async () => (stopping ? { ok: false, missing: ['stopping'] } : readiness(store, bot, app)),
    clock,
  });
  await server.listen();
  if (config.readOnly) log.warn('readOnly', { note: 'READ_ONLY=1: nothing that changes something is done' });
  log.info('started', { host: config.host, port: config.port, sandbox: config.sandbox });

  const { everyMs, ...sinks } = config.anchors;
  const anchors = createAnchors({ head: () => store.ledgerHead(), key: keys.ledger, sinks, everyMs, clock, log });
  // 21Vianet has no audit interface to compare with.
  const compares = config.auditorGroupId !== null && cloud !== 'china';
  const reconciler = compares ? createReconciler(ports) : null;
  const lookAtCertificates = certificateAlarm(certificateEnds(credentials), wall, log);
  const timer = setInterval(() => {
    void tick();
    lookAtCertificates();
    void anchors.tick();
    void reconciler?.tick();
  }, tickMs);
  let ticking: Promise<void> | null = null;
  function tick(): Promise<void> {
    ticking ??= application.tick().finally(() => {
      ticking = null;
    });
    return ticking;
  }

  /** Not ready first, then no new work, then what was begun is finished; leases are given back by finishing. */
  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    const late = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
    if (!config.sandbox) await late(noticeMs);
    clearInterval(timer);
    followed?.stop();
    const ended = server.close().then(() => Promise.all([ticking, application.drain()]));
    await Promise.race([ended, late(drainMs)]);
    await store.close();
    process.exit(0);
  }
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
}

/** What is missing, by name and nothing more. */
async function readiness(
  store: Ports['store'],
  bot: { ready(): Promise<{ readonly keys: boolean }> },
  graphToken: () => Promise<string>,
): Promise<{ ok: boolean; missing: readonly string[] }> {
  const works = (check: Promise<unknown>): Promise<boolean> =>
    check.then(
      () => true,
      () => false,
    );
  const [database, signing, token] = await Promise.all([works(store.check()), bot.ready(), works(graphToken())]);
  const missing = [
    ...(database ? [] : ['database']),
    ...(signing.keys ? [] : ['signing keys']),
    ...(token ? [] : ['Graph token']),
  ];
  return { ok: missing.length === 0, missing };
}

const loaded = loadConfig(readEnvironment(process.env));
if (loaded.kind === 'problems') {
  refuse(loaded.problems);
} else {
  const credentials = readCredentials(loaded.config, Date.now());
  if ('length' in credentials) refuse(credentials);
  else await start(loaded, credentials);
}

function refuse(problems: readonly ConfigProblem[]): void {
  process.stderr.write(`${sayProblems(problems)}\n`);
  process.exitCode = badConfigExit;
}

async function start(loaded: { config: Config; notes: readonly string[] }, credentials: Credentials): Promise<void> {
  const log = createLog(loaded.config.logLevel);
  for (const note of loaded.notes) log.warn('config', { note });
  try {
    await run(loaded.config, credentials, log);
  } catch (error) {
    process.stderr.write(`${sayStartFailure(error, loaded.config)}\n`);
    process.exit(1);
  }
}

function sayStartFailure(error: unknown, config: Config): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') return `Port ${config.port} is taken: stop what runs there or set PORT.`;
  return redact(`Jitney did not start: ${reasons(error).join(': ')}.`);
}

/** What failed and what was behind it, outermost first. */
function reasons(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error ? String(error.code) : error.name;
  return [error.message || code, ...reasons(error.cause)];
}
