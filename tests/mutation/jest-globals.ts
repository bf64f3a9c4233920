/** What the tests take from Jest, on Mocha's own functions. */

import { bind } from 'jest-each';
import { ModuleMocker } from 'jest-mock';

type Body = () => unknown;

interface Mocha {
  readonly describe: (title: string, body: Body) => void;
  readonly it: (title: string, body: Body) => void;
  readonly before: (body: Body) => void;
  readonly after: (body: Body) => void;
  readonly beforeEach: (body: Body) => void;
  readonly afterEach: (body: Body) => void;
}

const mocha = globalThis as unknown as Mocha;

export { expect } from 'expect';
export const jest = new ModuleMocker(globalThis);

// A limit of time, Jest's third argument, is Stryker's business here.
export const describe = Object.assign((title: string, body: Body) => mocha.describe(title, body), {
  each: bind((title: string, body: Body) => mocha.describe(title, body), false),
});
export const test = Object.assign((title: string, body: Body) => mocha.it(title, body), {
  each: bind((title: string, body: Body) => mocha.it(title, body), false),
});
export const beforeAll = (body: Body) => mocha.before(body);
export const afterAll = (body: Body) => mocha.after(body);
export const beforeEach = (body: Body) => mocha.beforeEach(body);
export const afterEach = (body: Body) => mocha.afterEach(body);
