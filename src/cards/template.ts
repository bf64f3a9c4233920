import { readFileSync } from 'node:fs';
import { GlobalSettings, Template } from 'adaptivecards-templating/lib/template-engine.js';

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
const templates = new Map<TemplateName, Template>();

function templateOf(name: TemplateName): Template {
  const known = templates.get(name);
  if (known) return known;
  const template = new Template(JSON.parse(read(name)));
  templates.set(name, template);
  return template;
}

/** The library would leave `${name}` in the card in silence; here a name without data is an error. */
let missing: string[] = [];
GlobalSettings.getUndefinedFieldValueSubstitutionString = (path) => {
  missing.push(path);
  return '';
};

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
