import { DatabaseSync } from 'node:sqlite';
import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { serve } from './bare.ts';

/** The echo that remembers, durably and before it answers, which message it had: the least that a bot must keep to answer once. */
const database = new DatabaseSync(process.env['DATABASE_FILE'] ?? '');
database.exec('pragma journal_mode = WAL; pragma synchronous = FULL; create table event (id text primary key) strict');
const claim = database.prepare('insert into event values (?)');
const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication({}));
serve((request, response) =>
  adapter.process(request, response, async (context) => {
    const { activity } = context;
    if (activity.type !== 'message') return;
    claim.run(activity.id ?? '');
    await context.sendActivity(`You said: ${activity.text}`);
  }),
);
