import { createHash } from 'node:crypto';
import type { WebResponse } from '../ports/web.ts';

const style = `body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1.5rem;color:#242424;background:#fff}
h1{font-size:1.5rem}@media (prefers-color-scheme:dark){body{color:#fff;background:#1f1f1f}}`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing loads, runs, frames or learns where the person came from, and nothing of it is kept. */
const headers = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** The pages say fixed words: no byte of a request ever stands in them. */
const pages = {
  signedIn: [
    200,
    'You are signed in',
    'Go back to Teams. What you asked for goes on by itself. You can close this page.',
  ],
  badLink: [400, 'This link does not work any more', 'Go back to Teams and ask again; you get a new link.'],
  badCallback: [
    400,
    'This sign-in is over',
    'It was used already, took longer than ten minutes, or did not begin in Teams. Go back to Teams and press Sign in once more.',
  ],
  notCompleted: [
    400,
    'You are not signed in',
    'The sign-in was not completed and nothing was kept. Go back to Teams and press Sign in once more.',
  ],
  otherAccount: [
    403,
    'That was another account',
    'You signed in with another account than the one you use in Teams. Nothing was kept. Go back to Teams, press Sign in once more and choose the same account.',
  ],
  gone: [
    410,
    'This export is not there any more',
    'It was given out already, waited longer than ten minutes, or is not yours to read now. Go back to Teams and say “audit” again.',
  ],
  unavailable: [
    503,
    'Microsoft’s sign-in cannot be reached',
    'Nothing was kept. Wait a minute, go back to Teams and press Sign in once more.',
  ],
} as const;

export type Page = keyof typeof pages;

export function page(name: Page): WebResponse {
  const [status, title, text] = pages[name];
  return {
    status,
    headers: { ...headers, 'Content-Type': 'text/html; charset=utf-8' },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} – Jitney</title><style>${style}</style></head>
<body><main><h1>${title}</h1><p>${text}</p></main></body></html>
`,
  };
}

export function redirectTo(url: string): WebResponse {
  return { status: 302, headers: { ...headers, Location: url }, body: '' };
}
