import type { Application } from '@microsoft/teams-ai/lib/Application.js';
import { CardFactory } from 'botbuilder';
import type {
  MessagingExtensionAttachment,
  MessagingExtensionResult,
  TaskModuleTaskInfo,
  TurnContext,
} from 'botbuilder';
import { z } from 'zod';
import type { Rendered } from '../cards/render.ts';
import type { ListRow, Message } from '../core/message.ts';
import type { Reader } from '../ports/chat.ts';
import type { Composed } from '../ports/incoming.ts';
import type { TeamsActivity } from './activity.ts';
import { promptly } from './promptly.ts';
import { eventId, toActor, toPressed } from './incoming.ts';

export type ComposeOptions = {
  readonly compose: (composed: Composed) => Promise<Message>;
  readonly render: (message: Message, reader: Reader, chat: string) => Rendered;
  readonly defaultZone: string;
};

const longestQuery = 200;
const mostResults = 25;

/** Ids of the manifest's commands. Source: Teams message extensions, invoke activities. */
const searched = z.object({
  commandId: z.literal('groups'),
  parameters: z.array(z.object({ name: z.string(), value: z.unknown() })).default([]),
  queryOptions: z
    .object({ skip: z.int().min(0).max(10_000).catch(0), count: z.int().min(1).max(mostResults).catch(mostResults) })
    .catch({ skip: 0, count: mostResults }),
});
const opened = z.object({ commandId: z.literal('activate') });
const submitted = opened.extend({ data: z.record(z.string(), z.unknown()).catch({}) });

/** The message extension: searching one's groups, and the form. Whatever is not well formed finds no route. */
export function addCompose(application: Application, options: ComposeOptions): void {
  const { compose } = options;
  const { messageExtensions } = application;

  messageExtensions.query(
    names('composeExtension/query', searched),
    async (context): Promise<MessagingExtensionResult> => {
      const activity = activityOf(context);
      const reader = readerOf(activity);
      const incoming = toSearch(activity);
      const found = incoming && (await promptly(compose(incoming)));
      if (found?.kind === 'list' && found.rows.length > 0) {
        const attachments = found.rows.map((row) => result(row, reader));
        return { type: 'result', attachmentLayout: 'list', attachments };
      }
      return {
        type: 'message',
        text: found ? render(found, reader).summary : 'PIM takes its time. Try again in a moment.',
      };
    },
  );

  messageExtensions.fetchTask(names('composeExtension/fetchTask', opened), async (context) => {
    const activity = activityOf(context);
    const reader = readerOf(activity);
    const actor = toActor(activity);
    const form = actor && (await promptly(compose({ kind: 'form', actor })));
    if (form?.kind !== 'form') {
      return form ? render(form, reader).summary : 'PIM takes its time. Open this again in a moment.';
    }
    return window(render(form, reader));
  });

  messageExtensions.submitAction(names('composeExtension/submitAction', submitted), async (context) => {
    const activity = activityOf(context);
    const incoming = toFilled(activity);
    const message = incoming && (await promptly(compose(incoming)));
    return message
      ? render(message, readerOf(activity)).summary
      : 'On its way. Your own chat with me tells how it goes.';
  });

  /** Nothing of it stands in a chat of the bot. */
  function render(message: Message, reader: Reader): Rendered {
    return options.render(message, reader, '');
  }

  /** What the person picks from, and the card that the pick puts into the message box. */
  function result(row: ListRow, reader: Reader): MessagingExtensionAttachment {
    const { card, summary, aside } = render({ kind: 'offer', row }, { oid: null, zone: reader.zone });
    return { ...CardFactory.adaptiveCard(card), preview: CardFactory.thumbnailCard(summary, aside) };
  }

  function readerOf(activity: TeamsActivity): Reader {
    const actor = toActor(activity);
    return { oid: actor?.oid ?? null, zone: actor?.zone ?? options.defaultZone };
  }
}

function window({ card }: Rendered): TaskModuleTaskInfo {
  return { title: 'Activate', width: 'medium', height: 'large', card: CardFactory.adaptiveCard(card) };
}

function names(invoke: string, shape: z.ZodType): (context: TurnContext) => Promise<boolean> {
  return ({ activity }) =>
    Promise.resolve(activity.type === 'invoke' && activity.name === invoke && shape.safeParse(activity.value).success);
}

function activityOf(context: TurnContext): TeamsActivity {
  return context.activity as unknown as TeamsActivity;
}

function toSearch(activity: TeamsActivity): Composed | null {
  const actor = toActor(activity);
  const asked = searched.safeParse(activity.value).data;
  if (actor === null || asked === undefined) return null;
  const typed = asked.parameters.find(({ name }) => name === 'query')?.value;
  const query = typeof typed === 'string' ? typed.trim().slice(0, longestQuery) : '';
  return { kind: 'search', actor, query, offset: asked.queryOptions.skip, count: asked.queryOptions.count };
}

function toFilled(activity: TeamsActivity): Composed | null {
  const actor = toActor(activity);
  const data = submitted.safeParse(activity.value).data?.data;
  if (actor === null || data === undefined) return null;
  return { kind: 'filled', eventId: eventId(activity), actor, ...toPressed(data) };
}
