/** The language as a filter: JSON lines on standard input, one JSON line for each on standard output. */

import { answerLine } from './machine.ts';

// eslint-disable-next-line no-restricted-properties -- this file is a program of its own, and the clock is the form's default for `now`
const clock = Date.now;

const decoder = new TextDecoder();
let rest = '';
for await (const chunk of process.stdin) {
  const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
  rest = lines.pop() ?? '';
  write(lines);
}
rest += decoder.decode();
if (rest !== '') write([rest]);

function write(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(lines.map((line) => `${answerLine(line, clock)}\n`).join(''));
}
