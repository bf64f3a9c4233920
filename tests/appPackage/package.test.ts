import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';

const root = fileURLToPath(new URL('../../', import.meta.url));
const BOT_ID = '6f1d9c55-5f0e-4f7a-9a58-2b4ad0c4be01';
const GRAPH_ID = '0b7f3f0c-5a0d-4a7e-8e0e-9f3f2c1d5a02';
const COMPLETE = { MICROSOFT_APP_ID: BOT_ID, GRAPH_CLIENT_ID: GRAPH_ID, PUBLIC_URL: 'https://jitney.contoso.com' };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jitney-package-'));
  for (const name of ['manifest.json', 'color.png', 'outline.png']) {
    cpSync(join(root, 'appPackage', name), join(folder, 'appPackage', name));
  }
});

afterEach(() => rmSync(folder, { recursive: true }));

function runPackage(environment: Readonly<Record<string, string>>): { code: number | null; err: readonly string[] } {
  const script = join(root, 'scripts', 'package.ts');
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  });
  return { code: run.status, err: run.stderr.split('\n').filter((line) => line !== '') };
}

function writeEnvFile(lines: Readonly<Record<string, string>>): void {
  const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
  mkdirSync(join(folder, 'env'));
  writeFileSync(join(folder, 'env', '.env'), text.join(''));
}

function unpack(): Readonly<Record<string, Uint8Array>> {
  return unzipSync(readFileSync(join(folder, 'appPackage', 'build', 'jitney.zip')));
}

function packedManifest(): Readonly<Record<string, unknown>> {
  return JSON.parse(strFromU8(unpack()['manifest.json'] ?? new Uint8Array())) as Readonly<Record<string, unknown>>;
}

describe('a complete configuration', () => {
  test('gives a zip with exactly three files at its root and no placeholder left', () => {
    expect(runPackage(COMPLETE)).toEqual({ code: 0, err: [] });

    const files = unpack();
    expect(Object.keys(files).sort()).toEqual(['color.png', 'manifest.json', 'outline.png']);
    expect(strFromU8(files['manifest.json'] ?? new Uint8Array())).not.toContain('${{');
    expect(Buffer.from(files['color.png'] ?? [])).toEqual(readFileSync(join(root, 'appPackage', 'color.png')));
    expect(Buffer.from(files['outline.png'] ?? [])).toEqual(readFileSync(join(root, 'appPackage', 'outline.png')));
  });

  test('is read from env/.env, where a real environment variable wins', () => {
    writeEnvFile({ ...COMPLETE, PUBLIC_URL: 'https://old.contoso.com' });

    expect(runPackage({ PUBLIC_URL: 'https://new.contoso.com' }).code).toBe(0);

    expect(packedManifest()).toMatchObject({ id: BOT_ID, validDomains: ['new.contoso.com'] });
  });
});

describe('an incomplete configuration', () => {
  test('exits with 78, one line for each missing value, and writes nothing', () => {
    const { code, err } = runPackage({});

    expect(code).toBe(78);
    expect(err.map((line) => line.split(' ')[0])).toEqual(['MICROSOFT_APP_ID', 'GRAPH_CLIENT_ID', 'PUBLIC_URL']);
    expect(existsSync(join(folder, 'appPackage', 'build'))).toBe(false);
  });
});

test('a manifest that breaks the schema or keeps a placeholder gives one line for each and no package', () => {
  const path = join(folder, 'appPackage', 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...manifest, accentColor: 'navy', publisherDocsUrl: 'https://${{DOCS}}/x' }));

  const { code, err } = runPackage(COMPLETE);

  expect(code).toBe(1);
  expect(err).toContain('manifest.json: nothing fills ${{DOCS}}');
  expect(err).toContainEqual(expect.stringContaining('/accentColor'));
  expect(existsSync(join(folder, 'appPackage', 'build'))).toBe(false);
});
