import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { aboutPage } from '../../src/help/about-page.ts';

const manifest = JSON.parse(readFileSync(new URL('../../appPackage/manifest.json', import.meta.url), 'utf8')) as {
  readonly developer: Readonly<Record<'websiteUrl' | 'privacyUrl' | 'termsOfUseUrl', string>>;
};

test.each(['privacyUrl', 'termsOfUseUrl'] as const)(
  'the page has the part that %s of the manifest points to',
  (link) => {
    const [page, part = ''] = manifest.developer[link].split('#');

    expect(page).toBe(manifest.developer.websiteUrl);
    expect(aboutPage()).toContain(`id="${part}"`);
  },
);

test('the page loads nothing and runs nothing', () => {
  expect(aboutPage()).not.toMatch(/<script|<link|<img|<iframe|https?:|\son\w+=|url\(/i);
});
