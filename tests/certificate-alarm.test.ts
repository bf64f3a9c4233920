import { describe, expect, test } from '@jest/globals';
import { certificateAlarm } from '../src/certificate-alarm.ts';
import { certificateEnds } from '../src/credentials.ts';
import type { Log } from '../src/ports/ports.ts';
import { makeAppCertificate } from './support/app-certificate.ts';

const dayMs = 86_400_000;

/**
 * What the log hears of a certificate that ends in so many days, while its alarm is asked each half day for so long; and once
 * more when the clock was then set back by so many days.
 */
async function heard({
  endsIn,
  forDays,
  back = 0,
}: {
  endsIn: number;
  forDays: number;
  back?: number;
}): Promise<readonly string[]> {
  const { pem } = await makeAppCertificate({ days: endsIn });
  const lines: string[] = [];
  const note =
    (level: string): Log['warn'] =>
    (event, facts) =>
      lines.push(`${level} ${event} ${String(facts?.['variable'])} ${String(facts?.['days'])}`);
  const log: Log = { info: note('info'), warn: note('warn'), error: note('error') };
  let now = Date.now();
  const secret = { kind: 'secret', secret: 'says nothing of its end' } as const;
  const ends = certificateEnds({ graph: secret, bot: { kind: 'certificate', pem } });
  const look = certificateAlarm(ends, () => now, log);
  for (let half = 0; half < 2 * forDays; half += 1) {
    look();
    now += dayMs / 2;
  }
  if (back > 0) {
    now -= back * dayMs;
    look();
  }
  return lines;
}

describe('a certificate', () => {
  test('that lives for more than a month is not spoken of', async () => {
    expect(await heard({ endsIn: 40, forDays: 9 })).toEqual([]);
  });

  test('that ends within a month is named once a day, by its variable and the days that are left', async () => {
    expect(await heard({ endsIn: 30, forDays: 3 })).toEqual([
      'warn certificate.ends MICROSOFT_APP_CERTIFICATE 29',
      'warn certificate.ends MICROSOFT_APP_CERTIFICATE 28',
      'warn certificate.ends MICROSOFT_APP_CERTIFICATE 27',
    ]);
  });

  test('that ends within a week is an alarm, and stays one when it is over', async () => {
    expect(await heard({ endsIn: 8, forDays: 9 })).toEqual([
      'warn certificate.ends MICROSOFT_APP_CERTIFICATE 7',
      ...[6, 5, 4, 3, 2, 1, 0, -1].map((days) => `error certificate.ends MICROSOFT_APP_CERTIFICATE ${days}`),
    ]);
  });

  test('is spoken of at once when the clock was set back', async () => {
    expect(await heard({ endsIn: 20, forDays: 1, back: 3 })).toEqual([
      'warn certificate.ends MICROSOFT_APP_CERTIFICATE 19',
      'warn certificate.ends MICROSOFT_APP_CERTIFICATE 21',
    ]);
  });
});
