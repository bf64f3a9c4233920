import { createHash } from 'node:crypto';
import type { Person } from './entra-directory.ts';
import type { EntraProblem } from './entra-errors.ts';
import { describe } from './entra-errors.ts';
import type { Reply } from './reply.ts';

type Step = {
  readonly tenantId: string;
  readonly organization: string;
  readonly transaction: string;
  readonly redirectUri: string;
};

const style = `
:root { color-scheme: light dark; --ground: #f5f5f7; --sheet: #fff; --text: #1b1b1f; --quiet: #55555f; --line: #8a8a96; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ground: #17171b; --sheet: #232329; --text: #f2f2f5; --quiet: #b9b9c4; --line: #82828e; --accent: #8cc4ff; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; padding: 1.5rem 1rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, 'Segoe UI', sans-serif; }
main { max-width: 27rem; margin: 5vh auto 0; padding: 1.75rem; background: var(--sheet); border-radius: .75rem; box-shadow: 0 1px 6px rgb(0 0 0 / .2); }
h1 { margin: 0 0 .25rem; font-size: 1.35rem; line-height: 1.3; }
p { margin: .25rem 0 1rem; color: var(--quiet); overflow-wrap: anywhere; }
ul { list-style: none; margin: 0 0 1rem; padding: 0; display: grid; gap: .5rem; }
button { width: 100%; padding: .6rem .9rem; text-align: left; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button span { display: block; color: var(--quiet); font-size: .875rem; overflow-wrap: anywhere; }
button.main { text-align: center; font-weight: 600; border-color: var(--accent); color: var(--accent); }
button.plain { text-align: center; border-color: transparent; color: var(--quiet); }
small { color: var(--quiet); }
`;
const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** Everybody in the tenant as a button. */
export function choicePage(step: Step & { readonly people: readonly Person[] }): Reply {
  const buttons = step.people.map(
    ({ id, name, upn }) =>
      `<li><button type="submit" name="person" value="${escape(id)}">${escape(name)}<span>${escape(upn)}</span></button></li>`,
  );
  const content = `
<h1>Who are you?</h1>
<p>Pick an account of ${escape(step.organization)} to sign in with.</p>
<ul>
${buttons.join('\n')}
</ul>`;
  return page('Pick an account', form(step, content), 200, step.redirectUri);
}

/** The extra check that a claims challenge asks for. */
export function checkPage(step: Step & { readonly person: Person; readonly checks: readonly string[] }): Reply {
  const wanted = step.checks.map((check) =>
    check === 'mfa' ? 'multi-factor authentication' : `authentication context ${check}`,
  );
  const content = `
<h1>More proof is needed</h1>
<p>${escape(step.organization)} asks ${escape(step.person.name)} (${escape(step.person.upn)}) for: ${escape(wanted.join(', '))}.</p>
<p>A real tenant would ask for a key, a code or a compliant device here.</p>
<ul><li><button class="main" type="submit" name="check" value="pass">Pass the check</button></li></ul>`;
  return page('More proof is needed', form(step, content), 200, step.redirectUri);
}

/** For requests that must not go back to the app. */
export function problemPage(refused: EntraProblem): Reply {
  return page(
    'Sign-in failed',
    `<h1>Sign-in failed</h1>\n<p role="alert">${escape(describe(refused))}</p>`,
    refused.status,
  );
}

export function signedOutPage(): Reply {
  return page('Signed out', '<h1>You are signed out</h1>\n<p>You may close this window.</p>', 200);
}

function form(step: Step, content: string): string {
  return `<form method="post" action="/${escape(step.tenantId)}/oauth2/v2.0/authorize">
<input type="hidden" name="transaction" value="${escape(step.transaction)}">${content}
<button class="plain" type="submit" name="cancel" value="cancel">Cancel</button>
</form>`;
}

/** No script, nothing from elsewhere. A browser applies `form-action` to the redirect after a post too, so the app's origin is named. */
function page(title: string, content: string, status: number, redirectUri?: string): Reply {
  const formAction = redirectUri === undefined ? "'none'" : `'self' ${new URL(redirectUri).origin}`;
  const policy = `default-src 'none'; style-src ${styleHash}; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`;
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': policy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Jitney sandbox</title>
<style>${style}</style>
</head>
<body>
<main>
${content}
<small>Jitney sandbox: nobody here is real and no password is asked.</small>
</main>
</body>
</html>
`,
  };
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
