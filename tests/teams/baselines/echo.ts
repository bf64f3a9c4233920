import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { serve } from './bare.ts';

/** The least that a bot on botbuilder and restify does: it says again what was said. Without an app id nothing is signed. */
const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication({}));
serve((request, response) =>
  adapter.process(request, response, async (context) => {
    if (context.activity.type === 'message') await context.sendActivity(`You said: ${context.activity.text}`);
  }),
);
