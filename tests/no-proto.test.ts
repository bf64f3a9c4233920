import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

/** Runs the program without a configuration: it loads everything and says what is missing. */
function loaded(program: string, atTheEnd: string): string {
  const preload = `data:text/javascript,process.on('exit',()=>console.log(${atTheEnd}))`;
  const { stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', preload, program],
    {
      cwd: fileURLToPath(new URL('../', import.meta.url)),
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
    },
  );
  return stdout.trim();
}

test.each(['src/main.ts', 'scripts/bot.js'])('no object of %s has a prototype by the name __proto__', (program) => {
  expect(loaded(program, "'__proto__' in {}, JSON.parse('{}').__proto__")).toBe('false undefined');
});
