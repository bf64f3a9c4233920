import { Application, TeamsAdapter } from '@microsoft/teams-ai';
import type { TurnState } from '@microsoft/teams-ai';
import { serve } from './bare.ts';

/** The same on teams-ai, imported as its documentation says. */
const adapter = new TeamsAdapter({});
const application = new Application<TurnState>({ adapter });
application.activity('message', async (context) => {
  await context.sendActivity(`You said: ${context.activity.text}`);
});
serve((request, response) =>
  adapter.process(request, response, async (context) => {
    await application.run(context);
  }),
);
