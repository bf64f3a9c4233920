import { z } from 'zod';
import { isTimeZone } from '../core/moment.ts';
import type { Moment } from '../core/moment.ts';
import type { Place } from '../core/place.ts';
import type { Actor, Incoming } from '../ports/incoming.ts';
import type { TeamsActivity } from './activity.ts';
import { readSignOn } from './sign-on.ts';

const executed = z.object({
  action: z.object({ verb: z.string(), data: z.unknown() }),
  authentication: z.unknown().optional(),
});

const field = z.string().max(512);
const input = z.union([z.string(), z.number().transform(String)]).pipe(z.string().max(8192));

/** What a button of ours sends, with the inputs of its card. Anything else beside it makes it somebody else's. */
const pressed = z.strictObject({
  verb: field,
  id: field,
  seal: field,
  target: input.optional(),
  duration: input.optional(),
  justification: input.optional(),
  ticket: input.optional(),
});

export type Pressed = Pick<Extract<Incoming, { kind: 'action' }>, 'verb' | 'id' | 'seal' | 'inputs'>;

type Action = Extract<Incoming, { kind: 'action' }>;

const maximumNameLength = 256;

/** An installation is told twice (installationUpdate and conversationUpdate); within this long it counts once. */
const sameInstallationMs = 600_000;

/** null: nothing that a person asked for (reactions, deletions, other people joining, edits that are no edits …). */
export function toIncoming(activity: TeamsActivity, now: Moment): Incoming | null {
  const actor = toActor(activity);
  switch (activity.type) {
    case 'message':
      if (actor === null) return null;
      return activity.text === '' && activity.value !== undefined
        ? toSubmit(activity, actor)
        : toMessage(activity, actor);
    case 'messageUpdate':
      return actor === null || activity.channelData.eventType !== 'editMessage' ? null : toEdited(activity, actor);
    case 'invoke':
      return actor === null || activity.name !== 'adaptiveCard/action' ? null : toExecute(activity, actor);
    case 'installationUpdate':
    case 'conversationUpdate':
      return toInstallation(activity, actor, now);
    default:
      return null;
  }
}

function toMessage(activity: TeamsActivity, actor: Actor): Incoming {
  const place = toPlace(activity);
  const { text } = activity;
  return {
    kind: 'message',
    eventId: eventId(activity),
    actor,
    place,
    scope: place.kind,
    text: unmentioned(activity, text),
  };
}

function toEdited(activity: TeamsActivity, actor: Actor): Incoming {
  const edit = `${eventId(activity)}/edit/${activity.timestamp ?? ''}`;
  return { kind: 'edited', eventId: edit, actor, place: toPlace(activity) };
}

function toExecute(activity: TeamsActivity, actor: Actor): Incoming {
  const { action, authentication } = executed.safeParse(activity.value).data ?? { action: { verb: '', data: {} } };
  const pressed = toPressed(action.data);
  const press = toAction(activity, actor, pressed.verb === action.verb ? pressed : nothing);
  const brought = readSignOn(authentication);
  if (brought === null) return { ...press, signOn: { kind: 'possible' } };
  // Whether a press that is repeated with a token keeps its id is not documented; it is the second part of the first.
  return { ...press, eventId: `${press.eventId}/signOn`, signOn: { kind: 'brought', ...brought } };
}

/** Clients without Action.Execute send its fallback Action.Submit: a message with a value and no text. */
function toSubmit(activity: TeamsActivity, actor: Actor): Incoming {
  return toAction(activity, actor, toPressed(activity.value));
}

function toAction(activity: TeamsActivity, actor: Actor, pressed: Pressed): Action {
  return {
    kind: 'action',
    eventId: eventId(activity),
    actor,
    place: toPlace(activity),
    activityId: activity.replyToId ?? null,
    ...pressed,
  };
}

/** A press whose data is not to the letter what a card of ours sends; no seal fits it. */
const nothing: Pressed = { verb: '', id: '', seal: '', inputs: {} };

export function toPressed(data: unknown): Pressed {
  const parsed = pressed.safeParse(data);
  if (!parsed.success || hasStrangeKey(data)) return nothing;
  const { verb, id, seal, ...inputs } = parsed.data;
  return { verb, id, seal, inputs: inputs as Readonly<Record<string, string>> };
}

/** zod takes `__proto__` for no key at all, however it came there. */
function hasStrangeKey(data: unknown): boolean {
  return Object.keys(data as object).some((key) => !Object.hasOwn(pressed.shape, key));
}

/** Two kinds of activity tell of the bot coming and going; upgrades of the app are neither. */
function toInstallation(activity: TeamsActivity, actor: Actor | null, now: Moment): Incoming | null {
  const change = installationChange(activity);
  const place = toPlace(activity);
  if (change === null)
    return place.kind !== 'personal' && isJoining(activity)
      ? { kind: 'joined', eventId: `${eventId(activity)}/joined`, place }
      : null;
  const at = activity.timestamp === undefined ? now : Date.parse(activity.timestamp);
  const event = `${place.conversationId}/${change}/${Math.floor(at / sameInstallationMs)}`;
  return change === 'installed'
    ? { kind: 'installed', eventId: event, actor, place }
    : { kind: 'removed', eventId: event, place };
}

/** Source: Teams conversation events; shared channels add channelMemberAdded and channelShared. */
function isJoining({ channelData, membersAdded, type }: TeamsActivity): boolean {
  if (type !== 'conversationUpdate') return false;
  return (membersAdded?.length ?? 0) > 0 || /^(channelShared|channelMemberAdded)$/.test(channelData.eventType ?? '');
}

function installationChange(activity: TeamsActivity): 'installed' | 'removed' | null {
  if (activity.action === 'add') return 'installed';
  if (activity.action === 'remove') return 'removed';
  const isBot = ({ id }: { readonly id: string }): boolean => id === activity.recipient.id;
  if (activity.membersAdded?.some(isBot) === true) return 'installed';
  return activity.membersRemoved?.some(isBot) === true ? 'removed' : null;
}

export function toActor(activity: TeamsActivity): Actor | null {
  const { id, aadObjectId, name } = activity.from;
  // Events come from bots too, and a bot is nobody, whatever it says of itself.
  if (aadObjectId === undefined || id.startsWith('28:')) return null;
  return {
    tid: activity.channelData.tenant.id,
    oid: aadObjectId,
    name: name === undefined || name === '' ? null : name.slice(0, maximumNameLength),
    zone: toZone(activity),
  };
}

function toZone(activity: TeamsActivity): string | null {
  const client = activity.entities?.find((entity) => entity.type === 'clientInfo');
  return [activity.localTimezone, client?.timezone].find((zone) => zone !== undefined && isTimeZone(zone)) ?? null;
}

export function toPlace(activity: TeamsActivity): Place {
  const { team, channel, tenant } = activity.channelData;
  const kind = toKind(activity);
  const name = kind === 'channel' ? (channel?.name ?? team?.name) : activity.conversation.name;
  return {
    kind,
    // A channel's own id starts a new conversation there; with ";messageid=" it would answer in this one.
    conversationId: activity.conversation.id.split(';')[0] ?? activity.conversation.id,
    serviceUrl: activity.serviceUrl,
    tid: tenant.id,
    botId: activity.recipient.id,
    name: name === undefined || name === '' ? null : name.slice(0, maximumNameLength),
    teamGroupId: kind === 'channel' ? (team?.aadGroupId?.toLowerCase() ?? null) : null,
  };
}

function toKind(activity: TeamsActivity): Place['kind'] {
  const { conversationType, isGroup } = activity.conversation;
  if (conversationType === 'channel' || activity.channelData.team !== undefined) return 'channel';
  // A chat of two people calls itself personal too; what is said there must never be taken for the chat with the bot.
  if (activity.conversation.id.includes('@unq.gbl.spaces')) return 'groupChat';
  return conversationType === 'groupChat' || isGroup === true ? 'groupChat' : 'personal';
}

export function eventId(activity: TeamsActivity): string {
  return `${activity.conversation.id}/${activity.id}`;
}

/** The bot's own @mention is an address, not a part of the sentence. */
function unmentioned(activity: TeamsActivity, text: string): string {
  return (activity.entities ?? [])
    .filter((entity) => entity.type === 'mention' && entity.mentioned?.id === activity.recipient.id)
    .reduce((rest, mention) => rest.replace(mention.text ?? '', ''), text)
    .trim();
}
