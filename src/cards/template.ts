import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Engine from 'adaptivecards-templating/lib/template-engine.js';

export type TemplateName =
  | 'activation'
  | 'announcement'
  | 'approval'
  | 'choice'
  | 'deny'
  | 'form'
  | 'help'
  | 'list'
  | 'notice'
  | 'offer'
  | 'problem'
  | 'question'
  | 'ruled'
  | 'sign-in'
  | 'status'
  | 'welcome';

/** Read and parsed once each, when first needed: parsing one costs as much as expanding dozens, all of them a slow start. */
const templates = new Map<TemplateName, Engine.Template>();

function templateOf(name: TemplateName): Engine.Template {
  const known = templates.get(name);
  if (known) return known;
  engine ??= load();
  const template: Engine.Template = new engine.Template(JSON.parse(read(name)));
  templates.set(name, template);
  return template;
}

let engine: typeof Engine | null = null;
let missing: string[] = [];

/** With the first card and not at the start, of which loading it would be a seventh. */
function load(): typeof Engine {
  const loaded = createRequire(import.meta.url)('adaptivecards-templating/lib/template-engine.js') as typeof Engine;
  // The library would leave `${name}` in the card in silence; here a name without data is an error.
  loaded.GlobalSettings.getUndefinedFieldValueSubstitutionString = (path) => {
    missing.push(path);
    return '';
  };
  return loaded;
}

/** Binds data to a template. Data is inserted as it is: expressions inside data are text and are never evaluated. */
export function expand(name: TemplateName, data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  missing = [];
  const card = templateOf(name).expand({ $root: data }) as Record<string, unknown>;
  if (missing.length > 0) throw new Error(`Card ${name} lacks data: ${missing.join(', ')}`);
  return card;
}

function read(name: string): string {
  return readFileSync(new URL(`../../cards/${name}.json`, import.meta.url), 'utf8');
}
