/** Turns the manifest template and the two icons into the zip that a Teams administrator uploads. Pure; package.ts does the reading and writing. */
import { zipSync } from 'fflate';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;
type Placeholders = Readonly<Record<string, string>>;

/** Either a value for every placeholder, or one line for each thing that is missing or wrong. */
type PlaceholderReading =
  | { readonly kind: 'values'; readonly values: Placeholders }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

type Field = { readonly value: string } | { readonly problem: string };

const guid = z.guid();

function readGuid(environment: Environment, name: string, whereToFind: string): Field {
  const found = environment[name]?.trim() ?? '';
  if (found === '') return { problem: `${name} is not set: put ${whereToFind} into env/.env or the environment.` };
  if (!guid.safeParse(found).success) {
    return { problem: `${name} is ${JSON.stringify(found)}, which is no GUID: it must be ${whereToFind}.` };
  }
  return { value: found.toLowerCase() };
}

/** Teams loads the app's links over https only, so anything else would give a package that fails after the upload. */
function readPublicHost(environment: Environment): Field {
  const found = environment['PUBLIC_URL']?.trim() ?? '';
  const wanted = 'the https address under which Teams reaches the bot, such as https://jitney.contoso.com';
  if (found === '') return { problem: `PUBLIC_URL is not set: put ${wanted} into env/.env or the environment.` };
  const url = URL.parse(found);
  if (url?.protocol !== 'https:') return { problem: `PUBLIC_URL is ${JSON.stringify(found)}: it must be ${wanted}.` };
  return { value: url.host };
}

/** Reads what the manifest's placeholders stand for. TEAMS_APP_ID may be left out: the bot's own id serves as well. */
export function readPlaceholders(environment: Environment): PlaceholderReading {
  const botId = readGuid(environment, 'MICROSOFT_APP_ID', "the application (client) id of the bot's app registration");
  const fields: Readonly<Record<string, Field>> = {
    MICROSOFT_APP_ID: botId,
    GRAPH_CLIENT_ID: readGuid(
      environment,
      'GRAPH_CLIENT_ID',
      'the application (client) id of the Graph app registration',
    ),
    PUBLIC_HOST: readPublicHost(environment),
    TEAMS_APP_ID: environment['TEAMS_APP_ID']?.trim()
      ? readGuid(environment, 'TEAMS_APP_ID', 'the id under which the app is known in the Teams catalog')
      : botId,
  };
  const problems = new Set(Object.values(fields).flatMap((field) => ('problem' in field ? [field.problem] : [])));
  if (problems.size > 0) return { kind: 'problems', problems: [...problems] };
  const values = Object.entries(fields).flatMap(([name, field]): [string, string][] =>
    'value' in field ? [[name, field.value]] : [],
  );
  return { kind: 'values', values: Object.fromEntries(values) };
}

/** Fills `${{NAME}}`. A name without a value stays as it is, and the check after it reports that. */
export function fillTemplate(template: string, values: Placeholders): string {
  return template.replaceAll(/\$\{\{(\w+)\}\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** The same input always gives the same bytes: the entries carry a fixed date (the earliest that a zip can hold). */
export function zipPackage(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync({ ...files }, { level: 9, mtime: new Date(1980, 0, 1) });
}
