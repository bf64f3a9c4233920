import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contoso } from './support/contoso.ts';
import { eventually, freePort, launch, takePort } from './support/processes.ts';
import type { Started } from './support/processes.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
/** One window is enough to see how windows start and stop. */
const small = contoso.replace(/^windows: .*$/m, 'windows: [adele]');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jitney-start-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Env = Readonly<Record<string, string>>;

/** Empty values hide those of somebody's own env/.env. */
const unset = { TENANT_ID: '', MICROSOFT_APP_ID: '', GRAPH_CLIENT_ID: '', SANDBOX: '', TOKEN_ENCRYPTION_KEY: '' };

/** `npm start` without npm; its data lies in a folder of its own. */
function start(env: Env, ...args: readonly string[]): Started {
  const own = { PATH: process.env['PATH'], ...unset, JITNEY_DATA: join(folder, 'data'), ...env };
  return launch(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/start.js', ...args], {
    cwd: root,
    env: own,
  });
}

function tenantFile(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** What it said before it gave up; nothing was started, and nothing is left. */
async function refused(env: Env, ...args: readonly string[]): Promise<string> {
  const program = start(env, ...args);
  const { code, stdout, stderr } = await program.ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(program.isAlive()).toBe(false);
  return stderr;
}

describe('npm start gives up with one clear line and leaves nothing behind:', () => {
  test('on a taken port, and the data that a running Jitney may hold stays as it is', async () => {
    const taken = await takePort();
    const data = join(folder, 'kept');
    mkdirSync(data);
    writeFileSync(join(data, 'jitney.db'), 'somebody’s work');
    const said = await refused({ PORT: String(taken.port), JITNEY_DATA: data }, '--fresh');
    await taken.close();
    expect(said).toBe(`Port ${taken.port} is taken: stop what uses it, or set PORT and WINDOW_PORT.\n`);
    expect(readFileSync(join(data, 'jitney.db'), 'utf8')).toBe('somebody’s work');
  });

  test('on a taken port of a window', async () => {
    const taken = await takePort();
    const env = { PORT: String(await freePort()), WINDOW_PORT: String(taken.port) };
    const said = await refused({ ...env, SANDBOX_TENANT: tenantFile('small.yaml', small) });
    await taken.close();
    expect(said).toBe(`Port ${taken.port} is taken: stop what uses it, or set PORT and WINDOW_PORT.\n`);
  });

  test.each(['http', '70000', '-1', '0x50'])('on port %s', async (port) => {
    expect(await refused({ PORT: port })).toBe(`PORT is “${port}”: give a port from 1 to 65500.\n`);
  });

  test('on a tenant file that is broken: each problem with its place', async () => {
    const broken = tenantFile(
      'broken.yaml',
      small.replace(/^organization: .*$/m, '').replace('windows: [adele]', 'windows: [nobody]\nmoon: full'),
    );
    const [headline, ...problems] = (await refused({ SANDBOX_TENANT: broken })).trimEnd().split('\n');
    expect(headline).toBe(`${broken} is no usable tenant file:`);
    expect(problems.length).toBe(2);
    expect(problems.join('\n')).toMatch(/organization: .+\n.*moon/);
  });

  test('on a tenant file that is no YAML', async () => {
    const file = tenantFile('unreadable.yaml', 'people: [');
    expect(await refused({ SANDBOX_TENANT: file })).toMatch(`${file} is no usable tenant file:\n  - `);
  });

  test('on a tenant file that is not there', async () => {
    const file = join(folder, 'nothing.yaml');
    expect(await refused({ SANDBOX_TENANT: file })).toBe(`SANDBOX_TENANT names ${file}, and there is no such file.\n`);
  });
});

test('npm start with a tenant and without the key starts the bot alone, which says what is missing: exit 78', async () => {
  const program = start({
    PUBLIC_URL: 'https://jitney.example.com',
    TENANT_ID: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    MICROSOFT_APP_ID: 'aaaaaaaa-1111-4222-8333-444444444444',
    MICROSOFT_APP_PASSWORD: 'the-bot-secret',
    GRAPH_CLIENT_ID: 'bbbbbbbb-1111-4222-8333-444444444444',
    GRAPH_CLIENT_SECRET: 'the-graph-secret',
  });
  expect(await program.ended).toEqual({
    code: 78,
    stdout: '',
    stderr: [
      'The configuration has 1 problem:',
      '  TOKEN_ENCRYPTION_KEY: found nothing; give 32 random bytes in base64: openssl rand -base64 32.',
      '',
    ].join('\n'),
  });
  expect(program.isAlive()).toBe(false);
});

test('npm start in production has no sandbox: it says why, and everything ends', async () => {
  const env = { PORT: String(await freePort()), WINDOW_PORT: String(await freePort()), NODE_ENV: 'production' };
  const program = start({ ...env, SANDBOX_TENANT: tenantFile('production.yaml', small) });
  expect(await program.ended).toEqual({
    code: 78,
    stdout: '',
    stderr: [
      'sandbox: NODE_ENV is production: the sandbox is for trying out and for tests.',
      'The sandbox stopped (exit code 78), so everything stops.',
      '',
    ].join('\n'),
  });
  expect(program.isAlive()).toBe(false);
});

describe('a running npm start', () => {
  const children = 3;

  async function running(): Promise<{ readonly program: Started; readonly port: number; readonly data: string }> {
    const data = mkdtempSync(join(folder, 'running-'));
    const [port, window] = [await freePort(), await freePort()];
    const env = { PORT: String(port), WINDOW_PORT: String(window), JITNEY_DATA: data };
    const program = start({ ...env, SANDBOX_TENANT: tenantFile('running.yaml', small) });
    await eventually(
      () => program.stdout.includes('Ctrl-C') || !program.isAlive(),
      () => `it did not get ready: ${program.stdout}${program.stderr}`,
    );
    return { program, port, data };
  }

  test('says in under 15 lines where to go, what to type, how to stop and where the data is; Ctrl-C ends every child', async () => {
    const { program, port, data } = await running();
    const lines = program.stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(15);
    for (const part of ['http://localhost:', 'activate Azure Admins for 2h', 'Ctrl-C', '--fresh', data]) {
      expect(program.stdout).toContain(part);
    }
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect(childrenOf(program).length).toBe(children);

    program.interrupt();
    const { code, stderr } = await program.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(program.isAlive()).toBe(false);
    expect(existsSync(join(data, 'jitney.db'))).toBe(true);
  });

  test('tells how an operator’s commands look at it, and they do', async () => {
    const { program, data } = await running();
    const file = /To run a command beside it: \(set -a; \. '(.+)'; npm run -s doctor\)/.exec(program.stdout)?.[1] ?? '';
    expect(file).toBe(join(data, 'commands.env'));
    const beside = (command: string): string => {
      const node = [process.execPath, '--disable-warning=ExperimentalWarning', `scripts/${command}`].join(' ');
      const env = { PATH: process.env['PATH'] };
      return execFileSync('sh', ['-c', `set -a; . '${file}'; exec ${node}`], { cwd: root, env, encoding: 'utf8' });
    };
    expect(beside('doctor.ts')).toMatch(/\nNothing to mend\.\n$/);
    expect(beside('audit.ts verify')).toMatch(/^0 records, all good\./);
    expect(beside('audit.ts reconcile')).toBe('No difference.\n');
    program.interrupt();
    await program.ended;
  });

  test('interrupted in the middle of its start leaves no child and no complaint', async () => {
    const env = { PORT: String(await freePort()), WINDOW_PORT: String(await freePort()) };
    const program = start({ ...env, SANDBOX_TENANT: tenantFile('early.yaml', small) });
    await eventually(
      () => program.stdout.includes('Sandbox ready'),
      () => program.stderr,
    );
    program.signal('SIGINT');
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
    expect(program.isAlive()).toBe(false);
  });

  test('stops as a whole when one of its parts dies, and says which', async () => {
    const env = { PORT: String(await freePort()), WINDOW_PORT: String(await freePort()) };
    const program = start({ ...env, SANDBOX_TENANT: tenantFile('dying.yaml', small) });
    await eventually(
      () => childrenOf(program).length === 1,
      () => program.stderr,
    );
    process.kill(childrenOf(program)[0] ?? 0, 'SIGKILL');
    expect(await program.ended).toMatchObject({
      code: 1,
      stderr: 'The sandbox stopped (SIGKILL), so everything stops.\n',
    });
    expect(program.isAlive()).toBe(false);
  });

  /** Process ids of what it started. */
  function childrenOf(program: Started): readonly number[] {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    return table
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .flatMap(([pid = 0, parent]) => (parent === program.pid ? [pid] : []));
  }
});

describe('the version check', () => {
  type Answer = readonly [code: number | null, stderr: string];

  async function check(node: string, version: string | null): Promise<Answer> {
    const value = `{value:{...process.versions,node:"${version ?? ''}"}}`;
    const pretend = `data:text/javascript,Object.defineProperty(process,"versions",${encodeURIComponent(value)})`;
    const args = version === null ? [] : ['--import', pretend];
    const { code, stdout, stderr } = await launch(node, [...args, join(root, 'scripts/node-version.js')], {
      cwd: folder,
      env: {},
    }).ended;
    expect(stdout).toBe('');
    return [code, stderr];
  }

  const refusal = (version: string): Answer => [
    1,
    `Jitney needs Node 22.18 or newer, this is ${version}: run \`npm ci\` first, then use npm run.\n`,
  ];

  test.each(['16.20.2', '18.20.8', '20.20.2', '21.7.3', '22.0.0', '22.17.1'])(
    'refuses %s in one line',
    async (version) => {
      expect(await check(process.execPath, version)).toEqual(refusal(version));
    },
  );

  test.each(['22.18.0', '22.20.0', '23.0.0', '24.21.0', '100.0.0'])('takes %s in silence', async (version) => {
    expect(await check(process.execPath, version)).toEqual([0, '']);
  });

  test('can be read by every Node of this machine, however old', async () => {
    const found = (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, 'node'));
    const nodes = [...new Set([process.execPath, ...found.filter((file) => existsSync(file))])];
    for (const node of nodes) {
      const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().slice(1);
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const isOld = major < 22 || (major === 22 && minor < 18);
      expect(await check(node, null)).toEqual(isOld ? refusal(version) : [0, '']);
    }
  });

  test('stands before everything that only a new Node can read', () => {
    const scripts = (
      JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    ).scripts;
    for (const name of ['start', 'bot']) {
      const script = readFileSync(join(root, `scripts/${name}.js`), 'utf8');
      expect(script.match(/^import .*/gm)).toEqual(["import './node-version.js';"]);
      expect(scripts[name]).toMatch(new RegExp(`^node .*scripts/${name}\\.js$`));
    }
    expect(scripts['sandbox']).toMatch(/^node scripts\/node-version\.js && /);
  });
});
