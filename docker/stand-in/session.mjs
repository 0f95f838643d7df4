import { loginPage } from './pages.mjs';
import { localPath } from './path.mjs';
import { people } from './tokens.mjs';

/** Reads a body to its end, as text; 1 MiB at most. */
export async function readText(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk.toString('latin1');
    if (text.length > 1 << 20) throw new Error('the form is too large');
  }
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** The person that the session cookie names; unchecked, for the greeting only: checking is the gateway's part. */
export function personOf(request) {
  const match = /(?:^|;\s*)session=[^.;]+\.([^.;]+)\./.exec(request.headers.cookie ?? '');
  try {
    const { sub } = JSON.parse(Buffer.from(match[1], 'base64url').toString());
    return people[String(sub).replace('person-', '')]?.label;
  } catch {
    return undefined;
  }
}

const sessionCookie = (token) => `session=${token}; Path=/; HttpOnly; SameSite=Lax`;

/** The login page; `as` in query or form signs that person in and leads back to `return_to`. */
export async function login({ request, response, query, tokens, html }) {
  const form = request.method === 'POST' ? new URLSearchParams(await readText(request)) : query;
  const person = form.get('as');
  const returnTo = localPath(form.get('return_to'));
  if (person === null) return html(200, loginPage(returnTo));
  if (!Object.hasOwn(people, person)) return html(400, loginPage(returnTo));
  response.writeHead(303, { Location: returnTo, 'Set-Cookie': sessionCookie(tokens.sign(person)) });
  return response.end();
}

export function logout({ response }) {
  response.writeHead(303, { Location: '/', 'Set-Cookie': 'session=; Path=/; Max-Age=0' });
  response.end();
}

/** A bearer token as text, for API clients: `/token?as=member&seconds=60`. */
export function token({ response, query, tokens }) {
  const person = query.get('as') ?? '';
  if (!Object.hasOwn(people, person))
    return response.writeHead(400).end(`as: one of ${Object.keys(people).join(', ')}\n`);
  const seconds = query.get('seconds');
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' });
  return response.end(tokens.sign(person, seconds === null ? undefined : Number(seconds)));
}
