import type { SessionCall } from './call.ts';
import type { SessionOptions } from './options.ts';
import type { SessionKind } from './kind.ts';
import type { PresentedSession, Presenter } from './presented.ts';

/** What a browser or a program would accept: a platform that has JSON gives it, one that has pages gives a page. */
const ACCEPT = 'application/json, text/html;q=0.9, */*;q=0.1';
const AGENT = 'transcript-gateway';

/** The call that asks about a credential: with exactly its parts, and where it is configured the client IP. */
export function callFor(
  { options, readsBody }: SessionKind,
  presented: PresentedSession,
  by: Presenter,
): SessionCall | undefined {
  const { check, introspection } = options;
  if (introspection !== undefined) return introspect(introspection, presented.token);
  if (check === undefined) return undefined;
  const { method, timeoutMs, bodyBytes } = check;
  const host = check.host ?? by.host;
  const address = check.forwardedFor === true ? by.address : undefined;
  const constant = Object.entries(check.headers);
  const names = new Set(constant.map(([name]) => name.toLowerCase()));
  const usual = [
    ['accept', ACCEPT],
    ['user-agent', AGENT],
    ...(host === undefined ? [] : [['host', host]]),
    ...(address === undefined ? [] : [['x-forwarded-for', address]]),
  ].filter(([name = '']) => !names.has(name) && !presented.headers.includes(name));
  return {
    ...placeOf(check.url),
    method,
    timeoutMs,
    ...(readsBody && { bodyBytes }),
    headers: [...usual, ...constant].flat().concat(presented.headers),
  };
}

/** RFC 7662 section 2.1, with client authentication as RFC 6749 section 2.3.1 has it. */
function introspect(options: NonNullable<SessionOptions['introspection']>, token: string): SessionCall {
  const { clientId, auth, timeoutMs, bodyBytes } = options;
  const secret = Buffer.from(options.clientSecret).toString('utf8');
  const form = new URLSearchParams({ token, token_type_hint: 'access_token' });
  const headers = ['accept', 'application/json', 'content-type', 'application/x-www-form-urlencoded'];
  headers.push('user-agent', AGENT);
  if (auth === 'basic') {
    const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
    headers.push('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  } else {
    form.set('client_id', clientId);
    form.set('client_secret', secret);
  }
  return { ...placeOf(options.url), method: 'POST', headers, body: form.toString(), timeoutMs, bodyBytes };
}

function placeOf(text: string): Pick<SessionCall, 'origin' | 'path'> {
  const { origin, pathname, search } = new URL(text);
  return { origin, path: `${pathname}${search}` };
}
