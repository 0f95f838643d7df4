import { readJsonValue, type CallAnswer } from './call.ts';
import type { SessionKind } from './kind.ts';
import { readGrants } from '../grants.ts';
import { isObject } from '../../json.ts';
import type { Known } from '../../policy/principal.ts';

/** The platform's answer about a credential: a person, nobody, or one that could not be read. */
export type SessionAnswer =
  | { readonly kind: 'known'; readonly known: SessionPerson; readonly untilMs: number }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unknown'; readonly why: string };

/** A known person, but for the time until which that holds. */
export type SessionPerson = Omit<Known, 'expiresAtMs' | 'subject'> & { readonly subject: string | undefined };

/** Told, for people, what was asked, what came, and what each expression gave. */
export type Tell = ((line: string) => void) | undefined;

/** Reads an answer as the kind is configured. Nothing that cannot be understood is a yes, or a no. */
export function readAnswer(
  kind: SessionKind,
  answer: CallAnswer,
  via: Known['via'],
  tell: Tell,
): SessionAnswer {
  const { status } = answer;
  const size = kind.readsBody ? `${String(answer.text.length)} bytes` : 'a body that no expression asks for';
  tell?.(`answered ${String(status)}, ${size}`);
  if (status >= 500 || status === 429 || status === 408) return unknown(`it answered ${String(status)}`);
  const json = readJson(answer.text);
  if (kind.introspects) {
    if (status !== 200 || !isObject(json)) return unknown('it gave no introspection response');
    if (typeof json['active'] !== 'boolean') return unknown('its introspection response does not say active');
    if (!json['active']) return (tell?.('active: false'), { kind: 'nobody' });
  }
  if (kind.expectsJson && json === undefined && status >= 200 && status < 300)
    return unknown('its answer is not JSON');
  const seen = { status, headers: answer.headers, body: json === undefined ? answer.text : json };
  const signedIn = ask(kind.signedIn, seen, 'signedIn', tell);
  if (typeof signedIn === 'object' && signedIn !== null && failed in signedIn)
    return unknown('signedIn cannot be asked of its answer');
  return isTrue(signedIn) ? readPerson(kind, seen, via, tell) : { kind: 'nobody' };
}

/** Frameworks say `null` of a session that is nobody's: an answer in JSON as well. */
function readJson(text: string): unknown {
  return text.trim() === 'null' ? null : readJsonValue(text);
}

const failed = Symbol('failed');

function ask(expression: SessionKind['signedIn'], seen: object, name: string, tell: Tell): unknown {
  const result = expression.tryOn(seen);
  if ('failed' in result) {
    tell?.(`${name} (${expression.text}) cannot be asked: ${result.failed}`);
    return { [failed]: true };
  }
  tell?.(`${name} (${expression.text}) gives ${shown(result.value)}`);
  return result.value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** JMESPath's own idea of true: all but false, null and what is empty. */
function isTrue(value: unknown): boolean {
  if (value === false || value === null || value === undefined || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

type Seen = { readonly status: number; readonly headers: object; readonly body: unknown };

function readPerson(kind: SessionKind, seen: Seen, via: Known['via'], tell: Tell): SessionAnswer {
  const claims: Record<string, unknown> = {};
  for (const [name, expression] of kind.claims) claims[name] = plain(ask(expression, seen, name, tell));
  const subject = readSubject(claims['subject']);
  if (kind.namesSubject && subject === undefined) return unknown('its answer names nobody');
  const untilMs = kind.introspects ? readExpiry(seen.body) : Infinity;
  if (untilMs <= kind.now()) return { kind: 'nobody' };
  const grants = readGrants(claims, kind.rules);
  const { name, bots: issuerBots } = kind;
  const known = { kind: 'known', via, issuer: name, session: name, subject, issuerBots, ...grants } as const;
  return { kind: 'known', known, untilMs };
}

/** `exp` of an introspection response (RFC 7662 section 2.2), in seconds. */
function readExpiry(body: unknown): number {
  const exp = isObject(body) ? body['exp'] : undefined;
  if (exp === undefined) return Infinity;
  return typeof exp === 'number' ? exp * 1000 : 0;
}

const MAX_SUBJECT_LENGTH = 256;

function readSubject(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > MAX_SUBJECT_LENGTH) return undefined;
  return /[\p{Cc}\p{Cs}]/u.test(value) ? undefined : value;
}

/** Ids that are numbers are the same ids as text; platforms number their people and departments. */
function plain(value: unknown): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

function unknown(why: string): SessionAnswer {
  return { kind: 'unknown', why };
}
