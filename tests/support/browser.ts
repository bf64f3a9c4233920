import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, BrowserType } from 'playwright-core';

// Loaded as CommonJS: Jest's module loader does not take the package's ESM wrapper.
const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../../', import.meta.url));

type Found = { readonly path: string; readonly env: Readonly<Record<string, string>> };

/**
 * A headless Chromium that reaches this machine only. It is CHROMIUM_PATH, else an installed Chromium, Chrome or Edge, else
 * the one that @sparticuz/chromium unpacks; with CI=true always the last, so that every run there has the same browser.
 */
export async function launchBrowser(): Promise<Browser> {
  const { chromium } = require('playwright-core') as { readonly chromium: BrowserType };
  const found = await findBrowser();
  return chromium.launch({
    executablePath: found.path,
    env: { ...definedEnvironment(), ...found.env },
    chromiumSandbox: false,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--disable-component-update',
      '--no-proxy-server',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

async function findBrowser(): Promise<Found> {
  const { CHROMIUM_PATH: named, CI: ci } = process.env;
  if (ci !== 'true') {
    if (named !== undefined && named !== '') {
      if (!existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, and there is no such file.`);
      return { path: named, env: {} };
    }
    const installed = installedBrowser();
    if (installed !== null) return { path: installed, env: {} };
  }
  return unpackedBrowser();
}

const commands = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];
const usualPlaces = [
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/opt/microsoft/msedge/msedge',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

function installedBrowser(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = folders.flatMap((folder) => commands.map((command) => join(folder, command)));
  return [...onPath, ...usualPlaces].find((path) => existsSync(path)) ?? null;
}

/** Unpacks beside the installed packages once; the rename makes it appear whole, also when two test files begin at once. */
async function unpackedBrowser(): Promise<Found> {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(howToGetOne('none is installed'));
  const home = join(root, 'node_modules/.cache', `chromium-${packedVersion()}`);
  if (!existsSync(home)) await unpackTo(home);
  return { path: join(home, 'chromium'), env: librariesFor(home) };
}

/** A process of its own, because the package unpacks into whatever TMPDIR was when the process began. */
const unpacking = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";

async function unpackTo(home: string): Promise<void> {
  mkdirSync(dirname(home), { recursive: true });
  const draft = mkdtempSync(`${home}-`);
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpacking], {
      cwd: root,
      // The second name makes the package unpack the shared libraries too.
      env: { ...process.env, TMPDIR: draft, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    });
    writeFileSync(join(draft, 'fonts.conf'), fontsConf(home));
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(home)) throw new Error(howToGetOne('@sparticuz/chromium could not be unpacked'), { cause: error });
  }
}

/** The machine's fonts, and the one that came along for machines that have none. */
function fontsConf(home: string): string {
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${home}/fonts/fonts</dir>
  <cachedir>${home}/fonts-cache</cachedir>
</fontconfig>
`;
}

/** The shared libraries that came along, only where the machine lacks them. */
function librariesFor(home: string): Record<string, string> {
  const fonts = { FONTCONFIG_FILE: join(home, 'fonts.conf') };
  try {
    execFileSync(join(home, 'chromium'), ['--version'], { stdio: 'ignore' });
    return fonts;
  } catch {
    return { ...fonts, LD_LIBRARY_PATH: join(home, 'al2023/lib') };
  }
}

function packedVersion(): string {
  const entry = require.resolve('@sparticuz/chromium');
  const manifest = JSON.parse(readFileSync(join(dirname(entry), '../package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

function howToGetOne(why: string): string {
  return (
    `The browser tests need Chromium, and ${why}. Install Chromium, Chrome or Edge, ` +
    'or set CHROMIUM_PATH to the program; on Linux x64 `npm ci` brings one along.'
  );
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
