import type { Activity, ConfigurationBotFrameworkAuthentication, TeamDetails } from 'botbuilder';
import type { ConnectorClient } from 'botframework-connector';
import type { ConversationsGetConversationPagedMembersOptionalParams } from 'botframework-connector/lib/connectorApi/models/index.js';
import { AuthenticationConstants, ClaimsIdentity, TeamsConnectorClient } from 'botframework-connector';
import type { Cloud } from './clouds.ts';
import { isServiceUrlAllowed } from './service-url.ts';

/** What the bot asks of one connector; rejects with the SDK's errors. */
export type Connector = {
  /** The new activity's id, or null when the connector did not say. */
  send(conversationId: string, activity: Partial<Activity>): Promise<string | null>;
  update(conversationId: string, activityId: string, activity: Partial<Activity>): Promise<void>;
  team(teamId: string): Promise<TeamDetails>;
  /** One page of who is in a conversation, and what to ask for the next one by. */
  members(conversationId: string, from: string | null): Promise<{ members: readonly unknown[]; next: string | null }>;
};

/** null: the address is not one that may see the bot's token, so nothing is sent there. */
export type OpenConnector = (serviceUrl: string) => Promise<Connector | null>;

const answerMs = 10_000;
const mostKnown = 100;

/**
 * Connectors that send a request once and to one address. The SDK's clients repeat a POST three times after a lost answer
 * (a doubled card) and follow redirects (with the bot's token); both are taken out.
 */
export function createConnectors(
  authentication: ConfigurationBotFrameworkAuthentication,
  appId: string | null,
  cloud: Cloud,
  loopback: boolean,
): OpenConnector {
  const identity = new ClaimsIdentity([{ type: AuthenticationConstants.AudienceClaim, value: appId ?? '' }], true);
  const factory = authentication.createConnectorFactory(identity);

  const known = new Map<string, Connector>();

  return async (serviceUrl) => {
    if (!isServiceUrlAllowed(serviceUrl, cloud.serviceHosts, loopback)) return null;
    const before = known.get(serviceUrl);
    if (before !== undefined) return before;
    const made = await connect(serviceUrl);
    // Teams has one for each region; more than that is no reason to keep them all.
    if (known.size >= mostKnown) known.clear();
    known.set(serviceUrl, made);
    return made;
  };

  async function connect(serviceUrl: string): Promise<Connector> {
    const client = await factory.create(serviceUrl, cloud.scope);
    sendOnce(client);
    return {
      send: async (conversationId, activity) => {
        const sent: { id?: string } = await client.conversations.sendToConversation(
          conversationId,
          activity,
          patience(),
        );
        return sent.id === undefined || sent.id === '' ? null : sent.id;
      },
      update: async (conversationId, activityId, activity) => {
        await client.conversations.updateActivity(conversationId, activityId, activity, patience());
      },
      members: async (conversationId, from) => {
        const asked = { pageSize: 500, ...(from === null ? {} : { continuationToken: from }), ...patience() };
        // The SDK's type wants a token for the first page too.
        const page = asked as ConversationsGetConversationPagedMembersOptionalParams;
        const { members, continuationToken } = await client.conversations.getConversationPagedMembers(
          conversationId,
          page,
        );
        return { members, next: continuationToken ? continuationToken : null };
      },
      team: async (teamId) => {
        const teams = new TeamsConnectorClient(client.credentials, { baseUri: serviceUrl });
        sendOnce(teams);
        return teams.teams.fetchTeamDetails(teamId, patience());
      },
    };
  }
}

function patience(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(answerMs) };
}

function sendOnce(client: ConnectorClient | TeamsConnectorClient): void {
  type Pipeline = { removePolicy(policy: { name: string }): unknown };
  const { pipeline } = (client as unknown as { client: { pipeline: Pipeline } }).client;
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  pipeline.removePolicy({ name: 'redirectPolicy' });
}
