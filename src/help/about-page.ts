import { createHash } from 'node:crypto';
import type { WebRoute } from '../ports/web.ts';

const style = `body { margin: 3rem auto; max-width: 42rem; padding: 0 1.25rem; font: 1rem/1.6 system-ui, sans-serif; color-scheme: light dark }
h1 { font-size: 1.75rem } h2 { font-size: 1.25rem; margin-top: 2rem }`;

/**
 * The page behind the three links that a Teams manifest must carry: what the app is, what it keeps about people, and on
 * which terms. Static HTML with nothing of the request in it; its only style is inline.
 */
export function aboutPage(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>About Jitney</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Jitney</h1>
<p>Jitney carries Microsoft Entra Privileged Identity Management (PIM) into Microsoft Teams. You ask for access in chat,
the approvers named by your organization's PIM policy decide, and the channel that watches the group is told. PIM grants;
Jitney asks, explains and records.</p>
<p>Type <code>help</code> to it in Teams. Your organization runs this installation: its administrators answer questions
about it.</p>

<h2 id="privacy">Privacy</h2>
<p>Everything is kept on your organization's own server. Nothing is sent to the makers of Jitney.</p>
<ul>
<li>Who asked for which access, when, for how long and why, and who decided it: the record that privileged access needs.</li>
<li>Your sign-in to Microsoft Graph, encrypted, so that Jitney can ask and decide as you. <code>sign out</code> in Teams
deletes it.</li>
<li>The addresses of the chats and channels it answers in, and which of its own messages are there.</li>
</ul>
<p>Jitney reads only the messages that are sent to it: your chat with it, and where it is mentioned.</p>

<h2 id="terms">Terms of use</h2>
<p>Use it as your organization's rules for privileged access say. The software is open source under the MIT License and
comes without warranty.</p>
</main>
</body>
</html>
`;
}

const styleHash = createHash('sha256').update(style).digest('base64');

export const aboutRoute: WebRoute = {
  path: '/about',
  handle: () =>
    Promise.resolve({
      status: 200,
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      },
      body: aboutPage(),
    }),
};
