import { createHash } from 'node:crypto';
import type { Problem } from '../errors.ts';

/** What a page says beside its problem. */
export interface PageParts {
  readonly problem: Problem;
  /** A sentence on the visitor's address, where it matters. */
  readonly address: string | undefined;
  readonly requestId: string;
  /** A way to sign in; in a frame it leads out of it. */
  readonly signIn: { readonly url: string; readonly inFrame: boolean } | undefined;
}

const style = `:root{color-scheme:light dark}body{margin:0;font:1.0625rem/1.6 system-ui,sans-serif}
main{max-width:34rem;margin:15vh auto 3rem;padding:0 1.5rem}h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}
p{margin:0 0 1rem}a{color:LinkText}a:focus-visible{outline:3px solid;outline-offset:3px}
footer{margin-top:2.5rem;font-size:.875rem}code{overflow-wrap:anywhere}`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** Our own pages load nothing, run nothing, send nothing; only their own style applies. */
export const pageHeaders: readonly string[] = [
  'Content-Type',
  'text/html; charset=utf-8',
  'Content-Security-Policy',
  `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`,
  'X-Content-Type-Options',
  'nosniff',
  'Referrer-Policy',
  'no-referrer',
];

/** A page that says in plain words what happened and what to do next. */
export function page({ problem, address, requestId, signIn }: PageParts): string {
  const target = signIn?.inFrame === true ? ' target="_top"' : '';
  const link = signIn === undefined ? '' : `\n<p><a href="${escaped(signIn.url)}"${target}>Sign in</a></p>`;
  const where = address === undefined ? '' : `\n<p>${escaped(address)}</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(problem.title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(problem.title)}</h1>
<p>${escaped(problem.detail)}</p>${where}
<p>${escaped(problem.next)}</p>${link}
<footer>If you ask for help, name this request: <code>${escaped(requestId)}</code></footer>
</main>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => entities[char] ?? char);
}
