import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../', import.meta.url));
const secret = 'hunter2hunter2';

/** Runs as a program of its own, because a log writes to standard output and nowhere else. Each case writes one line. */
const program = `
import { createLog } from './src/log.ts';
const any = ['error'];
const events = {
  plain: ['host', 'port', 'sandbox', 'none'],
  named: ['password', 'accessToken', 'client_secret', 'Authorization', 'code'],
  text: ['why'], forged: ['why'], objects: ['body', 'list', 'call', 'symbol', 'big'], noFacts: [], some: ['host'],
  ...Object.fromEntries(['response', 'message', 'code', 'codeWithSecret', 'codeObject', 'cause', 'causeObject', 'name', 'lines',
    'stack', 'messageObject', 'string', 'object', 'bare', 'nothing', 'long'].map((event) => [event, any])),
};
const log = createLog('info', events);
const secret = '${secret}';
const withParts = (error, parts) => Object.assign(error, parts);

log.info('plain', { host: '127.0.0.1', port: 3978, sandbox: true, none: null });
log.warn('named', { password: secret, accessToken: secret, client_secret: secret, Authorization: secret, code: secret });
log.warn('text', { why: 'Bearer ' + secret });
log.warn('forged', { why: 'refused\\n{"level":50,"msg":"granted"}\\r\\n' + '\\u001b[2K\\u2028x' });
log.info('objects', { body: { secret }, list: [secret], call: () => secret, symbol: Symbol(secret), big: 12n });
log.error('response', { error: withParts(new Error('refused'), {
  headers: { authorization: 'Bearer ' + secret }, body: { refresh_token: secret },
  response: { data: secret }, request: { headers: secret }, config: { auth: secret } }) });
log.error('message', { error: new Error('POST failed: client_secret=' + secret + '&x=1') });
log.error('code', { error: withParts(new Error('refused'), { code: 'ECONNREFUSED' }) });
log.error('codeWithSecret', { error: withParts(new Error('refused'), { code: 'Bearer ' + secret }) });
log.error('codeObject', { error: withParts(new Error('refused'), { code: { secret } }) });
log.error('cause', { error: new Error('fetch failed', { cause: withParts(new Error('Basic ' + secret), { body: secret }) }) });
log.error('causeObject', { error: new Error('fetch failed', { cause: { secret } }) });
log.error('name', { error: withParts(new Error('refused'), { name: 'Bearer ' + secret }) });
log.error('lines', { error: new Error('first\\nsecond\\n{"level":50}') });
log.error('stack', { error: withParts(new Error('refused'), { stack: { secret } }) });
log.error('messageObject', { error: withParts(new Error('refused'), { message: { secret } }) });
log.error('string', { error: 'password=' + secret });
log.error('object', { error: { secret, toString() { return secret; } } });
log.error('bare', { error: Object.create(null) });
log.error('nothing', { error: undefined });
log.error('long', { error: new Error('x'.repeat(50_000)) });
log.error('noFacts');
log.error('some', { host: 'h', text: 'what Adele wrote', __proto__: { host: 'what Adele wrote' }, constructor: 'what Adele wrote' });
log.warn('what Adele wrote', { host: 'what Adele wrote' });
log.warn('constructor', { host: 'what Adele wrote' });
createLog('error').warn('quiet');
createLog('silent').error('silent');
`;

type Line = Readonly<Record<string, unknown>> & { readonly error?: Readonly<Record<string, string>> };

let output = '';
let lines: ReadonlyMap<unknown, Line>;
beforeAll(() => {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  output = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const read = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  lines = new Map(read.map((line) => [line['msg'], line]));
});

const facts = (event: string): Line => {
  const { time, level, msg, ...rest } = lines.get(event) ?? {};
  expect({ time, level, msg }).toEqual({ time: expect.any(String), level: expect.any(Number), msg: event });
  return rest;
};

describe('a line of the log', () => {
  test('is JSON with the event, its time and plain facts', () => {
    expect(facts('plain')).toEqual({ host: '127.0.0.1', port: 3978, sandbox: true, none: null });
    expect(lines.get('plain')?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(facts('noFacts')).toEqual({});
  });

  test('is one line, whatever the text', () => {
    expect(output.split('\n').filter((line) => line.includes('"granted"'))).toEqual([]);
    expect(facts('forged')['why']).toBe('refused {"level":50,"msg":"granted"} [2K x');
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
  });

  test('hides facts whose name says secret, and secrets in any other', () => {
    expect(new Set(Object.values(facts('named')))).toEqual(new Set(['[redacted]']));
    expect(facts('text')).toEqual({ why: '[redacted]' });
  });

  test('holds no fact that is not on the list of its event', () => {
    expect(facts('some')).toEqual({ host: 'h' });
  });

  test('says of an event that is not on the list only that there was one', () => {
    expect(facts('unlisted')).toEqual({});
    expect(output).not.toContain('what Adele wrote');
    expect(lines.has('constructor')).toBe(false);
  });

  test('holds no objects', () => {
    expect(facts('objects')).toEqual({
      body: '[object]',
      list: '[object]',
      call: '[function]',
      symbol: '[symbol]',
      big: '[bigint]',
    });
  });

  test('is not written below the level that was asked for', () => {
    expect(lines.has('quiet')).toBe(false);
    expect(lines.has('silent')).toBe(false);
  });
});

describe('an error in the log', () => {
  test('brings its name, message, code and innermost calls, and nothing that a library hung on it', () => {
    const { error } = facts('response');
    expect(Object.keys(error ?? {})).toEqual(['name', 'message', 'stack']);
    expect(error).toMatchObject({ name: 'Error', message: 'refused', stack: expect.stringMatching(/\[eval1\]:\d+/) });
    expect(facts('code').error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('hides secrets in message, name, code and cause', () => {
    expect(facts('message').error).toMatchObject({ message: 'POST failed: [redacted]&x=1' });
    expect(facts('codeWithSecret').error).toMatchObject({ code: '[redacted]' });
    expect(facts('name').error).toMatchObject({ name: '[redacted]' });
    expect(facts('cause').error).toMatchObject({ message: 'fetch failed', cause: 'Error: [redacted]' });
    expect(facts('causeObject').error).toMatchObject({ cause: 'no error' });
    expect(facts('string')).toEqual({ error: { message: '[redacted]' } });
  });

  test('does not repeat a message of many lines in its stack', () => {
    expect(facts('lines').error).toMatchObject({ stack: expect.not.stringContaining('second') });
  });

  test('of a strange form is told as such, and never breaks the log', () => {
    expect(Object.keys(facts('codeObject').error ?? {})).toEqual(['name', 'message', 'stack']);
    expect(Object.keys(facts('stack').error ?? {})).toEqual(['name', 'message']);
    expect(Object.keys(facts('messageObject').error ?? {})).toEqual(['name', 'stack']);
    for (const event of ['object', 'bare']) expect(facts(event)).toEqual({ error: { message: 'no error but object' } });
    expect(facts('nothing')).toEqual({ error: { message: 'no error but undefined' } });
  });

  test('is short', () => {
    expect(JSON.stringify(facts('long')).length).toBeLessThan(5_000);
  });
});

test('nowhere in the log is the secret', () => {
  expect(output).not.toContain(secret);
});
