import { z } from 'zod';
import type { Calls } from './calls.ts';
import type { MovableClock } from './clock.ts';
import { after, instant } from './clock.ts';
import { personOfHint } from './entra-directory.ts';
import type { Faults } from './faults.ts';
import { faultRuleSchema } from './faults.ts';
import type { Reply } from './reply.ts';
import { json } from './reply.ts';
import type { World } from './world.ts';

export type ControlRequest = { readonly method: string; readonly path: string; readonly body: string };

/** The knobs of a running sandbox. */
export type Controlled = {
  readonly clock: MovableClock;
  readonly faults: Faults;
  readonly calls: Calls;
  readonly world: () => World;
  readonly tokenSeconds: () => number;
  setTokenSeconds(seconds: number): void;
  /** Lets time do its work on the world and saves it. */
  settle(): void;
  reset(): void;
  revoke(oid: string): void;
  /** A token as Teams' single sign-on would hand it to an app. */
  signOn(person: World['people'][number], clientId: string, seconds: number): Promise<string>;
};

const clockSchema = z.union([z.strictObject({ advance: z.string() }), z.strictObject({ set: z.string() })]);
const contextSchema = z.string().regex(/^c\d{1,2}$/);
const settingsSchema = z.strictObject({
  allowSelfApproval: z.boolean().optional(),
  pageSize: z.int().min(1).max(1000).optional(),
  /** Authentication contexts that writes want which no policy speaks of. */
  checks: z.partialRecord(z.enum(['decide', 'deactivate', 'cancel']), contextSchema).optional(),
  /** Contexts whose sign-in frequency is "every time": each token is good for one write. */
  everyTime: z.array(contextSchema).optional(),
  /** Lifetime of new access tokens; below zero they have expired already. */
  tokenSeconds: z.int().min(-86_400).max(86_400).optional(),
});
const revokeSchema = z.strictObject({ oid: z.string() });
const renameSchema = z.strictObject({ group: z.string(), name: z.string().min(1).max(256) });
const tokenSchema = z.strictObject({
  person: z.string(),
  clientId: z.string(),
  /** Below zero for a token that has expired already. */
  seconds: z.int().min(-86_400).max(86_400).default(3600),
});

/** Answers what lies under `/_sandbox/`. The server has made sure that a loopback peer asks. */
export async function answerControl(controlled: Controlled, request: ControlRequest): Promise<Reply> {
  const route = `${request.method} ${request.path.replace(/^\/_sandbox/, '').replace(/\/$/, '')}`;
  switch (route) {
    case 'GET /state':
      controlled.settle();
      return json(200, stateOf(controlled));
    case 'GET /clock':
      return json(200, { ...clockOf(controlled.clock), asked: controlled.clock.ask() });
    case 'POST /clock':
    case 'POST /advance':
      return withBody(request, clockSchema, (body) => moveClock(controlled, body));
    case 'GET /calls':
      return json(200, controlled.calls.list());
    case 'DELETE /calls':
      controlled.calls.clear();
      return json(200, {});
    case 'GET /faults':
      return json(200, controlled.faults.list());
    case 'POST /faults':
      return withBody(request, faultRuleSchema, (rule) => {
        controlled.faults.add(rule);
        return json(201, {});
      });
    case 'DELETE /faults':
      controlled.faults.clear();
      return json(200, {});
    case 'POST /reset':
      controlled.reset();
      return json(200, clockOf(controlled.clock));
    case 'GET /settings':
      return json(200, settingsOf(controlled));
    case 'POST /settings':
      return withBody(request, settingsSchema, (body) => changeSettings(controlled, body));
    case 'POST /revoke':
      return withBody(request, revokeSchema, ({ oid }) => {
        const person = personOfHint(controlled.world(), oid);
        if (!person) return refuse(404, `nobody in this tenant is ${oid}`);
        controlled.revoke(person.id);
        return json(200, {});
      });
    case 'POST /rename':
      return withBody(request, renameSchema, (body) => renameGroup(controlled, body));
    case 'POST /token':
      return await withBody(request, tokenSchema, (body) => signOn(controlled, body));
  }
  return refuse(404, `no such control: ${route}`);
}

/** As an administrator does it in Entra: the group stays what it is, whatever is called so. */
function renameGroup(controlled: Controlled, { group, name }: z.infer<typeof renameSchema>): Reply {
  const found = controlled.world().groups.find(({ id }) => id === group);
  if (!found) return refuse(404, `no group in this tenant has the id ${group}`);
  found.name = name;
  controlled.settle();
  return json(200, {});
}

function stateOf({ world, clock, calls }: Controlled) {
  const { tenantId, organization, windows, team, people, groups, eligibilities, assignments, requests, approvals } =
    world();
  return {
    now: new Date(clock.now()).toISOString(),
    tenantId,
    organization,
    windows,
    team,
    people: people.map(({ id, name, upn }) => ({ id, name, upn })),
    groups: groups.map(({ id, name, members, owners }) => ({ id, name, members, owners })),
    eligibilities,
    assignments,
    requests,
    approvals,
    calls: calls.list(),
  };
}

function clockOf(clock: MovableClock) {
  return { now: new Date(clock.now()).toISOString(), offsetMs: clock.offsetMs() };
}

function moveClock(controlled: Controlled, body: z.infer<typeof clockSchema>): Reply {
  const { clock } = controlled;
  const to = 'advance' in body ? after(clock.now(), body.advance) : instant(body.set);
  if (to === undefined)
    return refuse(400, 'advance wants an ISO 8601 duration (PT2H), set a time with a zone (2030-01-02T03:04:05Z)');
  if (Math.abs(to - Date.now()) > 400 * 366 * 86_400_000)
    return refuse(400, 'that is more than four centuries from now');
  clock.setOffset(to - Date.now());
  controlled.settle();
  return json(200, clockOf(clock));
}

function changeSettings(controlled: Controlled, body: z.infer<typeof settingsSchema>): Reply {
  const { settings } = controlled.world();
  if (body.allowSelfApproval !== undefined) settings.allowSelfApproval = body.allowSelfApproval;
  if (body.pageSize !== undefined) settings.pageSize = body.pageSize;
  if (body.checks !== undefined) settings.checks = body.checks;
  if (body.everyTime !== undefined) settings.everyTime = body.everyTime;
  if (body.tokenSeconds !== undefined) controlled.setTokenSeconds(body.tokenSeconds);
  controlled.settle();
  return json(200, settingsOf(controlled));
}

function settingsOf(controlled: Controlled) {
  return { ...controlled.world().settings, tokenSeconds: controlled.tokenSeconds() };
}

async function signOn(controlled: Controlled, body: z.infer<typeof tokenSchema>): Promise<Reply> {
  const person = controlled.world().people.find(({ id }) => id === personOfHint(controlled.world(), body.person)?.id);
  if (!person) return refuse(404, `nobody in this tenant is ${body.person}`);
  if (!controlled.world().apps.some(({ clientId }) => clientId === body.clientId)) return refuse(404, 'no such app');
  return json(200, { token: await controlled.signOn(person, body.clientId, body.seconds) });
}

function withBody<T, R extends Reply | Promise<Reply>>(
  request: ControlRequest,
  schema: z.ZodType<T>,
  act: (body: T) => R,
): R | Reply {
  let value: unknown;
  try {
    value = JSON.parse(request.body);
  } catch {
    return refuse(400, 'the body is not JSON');
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? act(parsed.data) : refuse(400, z.prettifyError(parsed.error));
}

function refuse(status: number, error: string): Reply {
  return json(status, { error });
}
