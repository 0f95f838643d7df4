import { tokenCauses } from '../policy/cause.ts';
import { own } from '../json.ts';
import { readToken } from './token.ts';

/** What a text is, as far as it can be read without a key; for people who brought it themselves. */
export function describeToken(text: string): string {
  const size = `${String(text.length)} characters`;
  if (text === '') return 'nothing at all';
  if (text.length > MAX_DESCRIBED) return `too-long: ${tokenCauses['too-long']}; it has ${size}`;
  const token = readToken(text, MAX_DESCRIBED);
  if (typeof token === 'string') return `${token}: ${tokenCauses[token]}; it has ${size}${hintFor(text)}`;
  const header = [...facts(token.header, ['alg', 'kid', 'typ'])];
  const claims = [...facts(token.claims, ['iss', 'aud', 'azp', 'client_id', 'sub'])];
  const times = (['iat', 'nbf', 'exp'] as const).flatMap((name) => {
    const value = own(token.claims, name);
    const isTime = typeof value === 'number' && Math.abs(value) < 8.64e12;
    return value === undefined
      ? []
      : [`${name} ${isTime ? new Date(value * 1000).toISOString() : JSON.stringify(value)}`];
  });
  return `a JWT of ${size}, not verified here: ${[...header, ...claims, ...times].join(', ')}`;
}

const MAX_DESCRIBED = 64 * 1024;

function* facts(of: Readonly<Record<string, unknown>>, names: readonly string[]): Generator<string> {
  for (const name of names) {
    const value = own(of, name);
    if (value !== undefined) yield `${name} ${shortened(JSON.stringify(value))}`;
  }
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** What people paste instead of a token. */
function hintFor(text: string): string {
  if (/^bearer\s/i.test(text)) return '; paste the token alone, without "Bearer"';
  if (/^-----BEGIN /.test(text)) return '; it is a PEM file';
  if (/^[^=;\s]+=./.test(text) && text.includes('.'))
    return '; paste the value alone, without the name of the cookie';
  if (/\s/.test(text)) return '; there are spaces or line breaks in it';
  return '';
}
