import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { withCommands } from '../../scripts/readme-commands.ts';

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

const readme = read('README.md');

describe('README', () => {
  test('shows the commands that work, as the program knows them', () => {
    expect(withCommands(readme)).toBe(readme);
  });

  test('loses nothing around the table when it is written anew', () => {
    const changed = readme.replace('| `status`', '| `stattus`');

    expect(changed).not.toBe(readme);
    expect(withCommands(changed)).toBe(readme);
  });

  test.each(['npm ci && npm start', 'npm ci && npm test'])('gives “%s” in a block of its own', (command) => {
    expect(readme).toContain(`\n\`\`\`bash\n${command}\n\`\`\`\n`);
  });

  test('gives the test command that a run on a clean machine uses', () => {
    expect(read('.ci/run').split('\n')).toContain('npm ci && npm test');
  });

  test('tells a transcript whose sentences are those of the executed one', () => {
    const transcript = /```text\n([^]*?)```/.exec(readme)?.[1] ?? '';
    const typed = [...transcript.matchAll(/^\w+ types: +(?:@Jitney )?(.+)$/gm)].map(([, sentence]) => sentence);

    expect(typed.length).toBeGreaterThan(1);
    for (const sentence of typed) expect(read('tests/e2e/main-job.test.ts')).toContain(`say('${sentence}'`);
  });

  test.each([
    'README.md',
    'docs/design.md',
    'docs/deploy.md',
    'docs/assumptions.md',
    'docs/sandbox.md',
    'docs/security.md',
    'SECURITY.md',
  ])('%s points to files that are there, and its pictures say what they show', (path) => {
    const links = [...read(path).matchAll(/(!?)\[([^\]]*)\]\(([^)#\s]+)(?:#[^)]*)?\)/g)];

    for (const [, picture, words = '', target = ''] of links) {
      if (picture === '!') expect(words.length).toBeGreaterThan(40);
      if (/^https?:/.test(target)) continue;
      expect([target, existsSync(new URL(target, new URL(`../../${path}`, import.meta.url)))]).toEqual([target, true]);
    }
  });
});
