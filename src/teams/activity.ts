import { z } from 'zod';

const text = z.string();
const shortText = z.string().max(256);
const id = z.string().min(1).max(512);
/** A field that nothing depends on: whatever is not well formed counts as absent. */
const optional = <T extends z.ZodType>(shape: T) => shape.optional().catch(undefined);
const member = z.object({ id });

/**
 * What is read of a Teams activity; everything else is dropped before the SDK sees it, above all deliveryMode and callerId.
 * Source: Bot Framework activity schema; Teams channel data.
 */
export const activityShape = z.object({
  type: z.string().min(1).max(64),
  id,
  channelId: z.literal('msteams'),
  serviceUrl: z.string(),
  timestamp: optional(z.iso.datetime({ offset: true })),
  name: optional(shortText),
  action: optional(shortText),
  text: text.nullish().transform((said) => said ?? ''),
  replyToId: optional(id),
  localTimezone: optional(shortText),
  from: z.object({
    id,
    name: optional(text),
    aadObjectId: z
      .guid()
      .transform((oid) => oid.toLowerCase())
      .optional(),
  }),
  recipient: z.object({ id }),
  conversation: z.object({
    id,
    name: optional(text),
    conversationType: optional(shortText),
    isGroup: optional(z.boolean()),
  }),
  channelData: z.object({
    eventType: optional(shortText),
    sharedWithTeams: optional(z.array(z.object({ tenantId: optional(shortText) }))),
    team: optional(z.object({ id: optional(id), name: optional(text), aadGroupId: optional(z.guid()) })),
    channel: optional(z.object({ id: optional(id), name: optional(text) })),
    tenant: z.object({ id: z.string() }),
  }),
  entities: optional(
    z.array(
      z.object({
        type: optional(shortText),
        text: optional(text),
        mentioned: optional(member),
        timezone: optional(shortText),
      }),
    ),
  ),
  membersAdded: optional(z.array(member)),
  membersRemoved: optional(z.array(member)),
  value: z
    .unknown()
    .optional()
    .transform((value) => (typeof value === 'object' && value !== null ? value : undefined)),
});
export type TeamsActivity = z.infer<typeof activityShape>;
