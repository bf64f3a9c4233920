import { readFileSync } from 'node:fs';

/** The sandbox's default tenant as its file has it. */
export const contoso = readFileSync(new URL('../../src/sandbox/tenants/contoso.yaml', import.meta.url), 'utf8');

/** The same with more in it: entries of its `people` and `groups`, indented as they are there. */
export function contosoWith({
  people = [],
  groups = [],
}: {
  readonly people?: readonly string[];
  readonly groups?: readonly string[];
}): string {
  return contoso
    .replace(/^people:$/m, () => ['people:', ...people].join('\n'))
    .replace(/^groups:$/m, () => ['groups:', ...groups].join('\n'));
}
