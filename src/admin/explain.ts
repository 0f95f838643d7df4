import type { How, Peer, Question, Step } from '../access/question.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import type { FieldError } from '../policy/range.ts';
import { parseAddress } from '../reading/address.ts';
import { ApiAnswers } from './answers.ts';
import { actorOf, mayManage, type Actor } from './actor.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { describeToken } from '../identity/describe.ts';
import { presentAny } from './present.ts';
import { sendProblem } from './problem.ts';
import { ExplainBody } from './schemas.ts';
import type { ExplainRequest } from './schemas.ts';
import { sendNotYours } from './scope.ts';
import { viewAnswer } from './views.ts';

/** Any text may be pasted as a token, too long ones too: the answer says what it is. */
const BODY_LIMIT = 256 * 1024;

export function explainRoutes(app: AdminApp, options: AdminOptions): void {
  const schema = {
    summary: 'What a visitor would be answered, and why',
    body: ExplainBody,
    response: { 200: ApiAnswers.explained },
  };
  app.post('/explain', { schema, bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const visit = await readVisit(options, request.body);
    if (!visit.ok) return sendProblem(reply, 'invalid', 'No visitor can ask this.', { errors: visit.errors });
    const answer = await options.authorize(visit.question, { ...visit.how, trace: true });
    const { resource } = answer;
    const scope = resource.kind === 'transcript' ? (`bot:${resource.bot}` as const) : 'platform';
    // An owner hears of their own bots only: what else there is, is not theirs to explore.
    if (!mayManage(actorOf(request), scope)) return sendNotYours(reply);
    const steps = [...visit.notes, ...(answer.steps ?? [])];
    return reply.send(
      viewAnswer(
        answer,
        steps.filter((step) => mayHear(actorOf(request), step)),
      ),
    );
  });
}

/** An owner hears of the lists of their own bots, not of the platform's. */
export function mayHear(actor: Actor, { scope }: Step): boolean {
  return scope === undefined || mayManage(actor, scope);
}

type Visit =
  | { readonly ok: true; readonly question: Question; readonly how: How; readonly notes: readonly Step[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Builds the question that the described visitor would ask. */
async function readVisit(options: AdminOptions, body: ExplainRequest): Promise<Visit> {
  const errors = mistakesOf(body);
  const from = body.clientIp === undefined ? undefined : readClient(body.clientIp);
  if (body.clientIp !== undefined && from === undefined)
    errors.push({ field: 'clientIp', message: 'is no address' });
  const as =
    body.claims === undefined ? undefined : options.fromClaims(body.issuer, body.claims, options.now());
  if (body.claims !== undefined && as === undefined) {
    errors.push({
      field: 'claims',
      message: 'are none that an issuer accepts; name it by issuer, and its sub',
    });
  }
  if (errors.length > 0) return { ok: false, errors };
  const presented = body.token === undefined ? undefined : await presentAny(options, body.token);
  const peer: Peer = { address: body.peer ?? body.clientIp ?? '' };
  const question = questionOf(options, body, presented?.headers ?? [], peer);
  return {
    ok: true,
    question,
    how: { ...(from === undefined ? {} : { from }), ...(as === undefined ? {} : { as }) },
    notes: body.token === undefined ? [] : notesOf(body.token, presented?.place),
  };
}

function notesOf(token: string, place: string | undefined): readonly Step[] {
  const presented =
    place === undefined ? 'cannot be presented: no header can carry it' : `presented as ${place}`;
  return [
    { step: 'token', result: presented },
    { step: 'token', result: describeToken(token) },
  ];
}

function questionOf(
  options: AdminOptions,
  body: ExplainRequest,
  token: readonly string[],
  peer: Peer,
): Question {
  const given = Object.entries(body.headers ?? {});
  const has = (wanted: string): boolean => given.some(([name]) => name.toLowerCase() === wanted);
  const host = has('host') ? [] : ['host', hostOf(options, body.target)];
  const upgrade = has('upgrade');
  const handshake = upgrade && !has('sec-websocket-version') ? HANDSHAKE : [];
  const headers = [...host, ...given.flat(), ...handshake, ...token];
  return { method: body.method ?? 'GET', target: body.target, headers, peer, upgrade };
}

/** What a browser sends beside its wish to upgrade (RFC 6455 section 4.1, which has this key as its example). */
const HANDSHAKE = ['sec-websocket-version', '13', 'sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='];

/** The host that a browser would send: the URL's own, else the site's. */
function hostOf(options: AdminOptions, target: string): string {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i.exec(target)?.[1];
  const site = options.siteUrl();
  return authority ?? (site === undefined ? 'localhost' : new URL(site).host);
}

function readClient(text: string): ClientIp | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  return address.family === 4
    ? { status: 'ipv4', address: address.address, value: address.value }
    : { status: 'ipv6', address: address.address };
}

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]{0,8192}$/;
const TARGET = /^[\x21-\x7e\x80-\xff]+$/;

/** What cannot be on the wire cannot be asked. */
function mistakesOf(body: ExplainRequest): FieldError[] {
  const errors: FieldError[] = [];
  if (!TARGET.test(body.target)) {
    errors.push({
      field: 'target',
      message: 'must not contain spaces, control characters or what is not percent-encoded',
    });
  }
  if (body.clientIp === undefined && body.peer === undefined)
    errors.push({ field: 'clientIp', message: 'is missing' });
  if (body.clientIp !== undefined && body.peer !== undefined) {
    errors.push({ field: 'peer', message: 'must not be there beside clientIp' });
  }
  if (body.peer !== undefined && parseAddress(body.peer) === undefined) {
    errors.push({ field: 'peer', message: 'is no address' });
  }
  if (body.token !== undefined && body.claims !== undefined) {
    errors.push({ field: 'claims', message: 'must not be there beside token' });
  }
  for (const [name, value] of Object.entries(body.headers ?? {})) {
    if (!HEADER_NAME.test(name)) errors.push({ field: `headers.${name}`, message: 'is no name of a header' });
    if (!HEADER_VALUE.test(value))
      errors.push({ field: `headers.${name}`, message: 'is no value of a header' });
  }
  return errors;
}
