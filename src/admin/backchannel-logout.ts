import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeEvent } from '../audit/change-log.ts';
import type { Logout, LogoutReading } from '../identity/logout.ts';
import type { RevokeRules } from '../changes/revoke.ts';
import type { FailureLimit } from '../limits/failures.ts';
import { tokenCauses } from '../policy/cause.ts';
import type { Revoker } from '../policy-store/revoker.ts';

/** What became of logout tokens. */
export interface LogoutCounts {
  done: number;
  refused: number;
  failed: number;
}

export const createLogoutCounts = (): LogoutCounts => ({ done: 0, refused: 0, failed: 0 });

export interface BackchannelOptions {
  read(token: string, nowMs: number): Promise<LogoutReading>;
  readonly revoker: Revoker;
  rules(): RevokeRules;
  /** Undefined: no limit. */
  readonly failures: FailureLimit | undefined;
  /** Whom the limit counts; undefined: nobody. */
  addressOf(request: FastifyRequest): string | undefined;
  readonly counts: LogoutCounts;
  readonly changed: (event: ChangeEvent) => void;
  readonly log: { warn(fields: object, message: string): void };
  readonly now: () => number;
}

const FORM = 'application/x-www-form-urlencoded';
const BODY_LIMIT = 32 * 1024;
const BODY_MS = 10_000;
/** Tokens name a second; what was issued within it is meant. */
const REST_OF_SECOND_MS = 999;
/** Logouts that wait for the one before: a provider may end many sessions at once. */
const MOST_WAITING = 1_000;

/** `POST /backchannel-logout`: an identity provider says who has signed out (OpenID Connect Back-Channel Logout 1.0). */
export async function backchannelPlugin(app: FastifyInstance, options: BackchannelOptions): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-request-id': request.id });
    // Nothing else bounds how long a body may take under the gateway's own prefix.
    const timer = setTimeout(() => request.raw.destroy(), BODY_MS).unref();
    reply.raw.once('close', () => clearTimeout(timer));
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode === 413 || statusCode === 415)
      return refuse(reply, statusCode, `a form (${FORM}) of up to ${String(BODY_LIMIT)} bytes is expected`);
    return refuse(reply, statusCode < 500 ? 400 : 500, 'the request cannot be read');
  });
  const inTurn = createQueue(MOST_WAITING);
  app.post('/backchannel-logout', { bodyLimit: BODY_LIMIT }, (request, reply) =>
    answer(options, inTurn, request, reply),
  );
  app.get('/backchannel-logout', async (_request, reply) =>
    refuse(reply.header('allow', 'POST'), 405, 'an identity provider sends a logout token here, by POST'),
  );
}

type InTurn = ReturnType<typeof createQueue>;

async function answer(
  options: BackchannelOptions,
  inTurn: InTurn,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { counts, failures } = options;
  const address = options.addressOf(request);
  const blockedMs = address === undefined ? 0 : (failures?.blockedForMs(address) ?? 0);
  if (blockedMs > 0)
    return refuse(
      reply.header('retry-after', String(Math.ceil(blockedMs / 1000))),
      429,
      'too many tokens failed',
    );
  const form = typeof request.body === 'string' ? request.body : '';
  const [token, ...more] = new URLSearchParams(form).getAll('logout_token');
  if (token === undefined || token === '' || more.length > 0) {
    counts.refused += 1;
    return refuse(reply, 400, 'exactly one logout_token is expected');
  }
  const reading = await options.read(token, options.now());
  if (!reading.ok) {
    counts.refused += 1;
    if (reading.costly && address !== undefined) failures?.failed(address);
    options.log.warn({ cause: reading.cause, requestId: request.id }, 'a logout token was refused');
    return refuse(reply, 400, `the logout token: ${tokenCauses[reading.cause]}`);
  }
  const failed = await keep(options, inTurn, reading.logouts, request.id);
  counts[failed ? 'failed' : 'done'] += 1;
  // Section 2.8 has one status for all that goes wrong.
  if (failed) return refuse(reply, 400, 'it could not be kept; send it again', 'temporarily_unavailable');
  return reply.code(200).send();
}

/** True where one of them could not be kept. */
async function keep(
  options: BackchannelOptions,
  inTurn: InTurn,
  logouts: readonly Logout[],
  requestId: string,
): Promise<boolean> {
  for (const logout of logouts) {
    const why = await inTurn(() => revoke(options, logout, requestId));
    if (why === undefined) continue;
    options.log.warn({ issuer: logout.issuer, why, requestId }, 'a logout could not be kept');
    return true;
  }
  return false;
}

/** Takes back what the logout means, once for each token however often it is sent; the reason where it cannot be kept. */
async function revoke(
  options: BackchannelOptions,
  logout: Logout,
  requestId: string,
): Promise<string | undefined> {
  const { issuer, subject, sid, jti, issuedAtMs } = logout;
  const text = (ms: number): string => new Date(ms).toISOString();
  const wanted = {
    issuer,
    ...(subject !== undefined && { subject }),
    ...(sid !== undefined && { sid }),
    issuedBefore: text(issuedAtMs + REST_OF_SECOND_MS),
    expiresAt: text(options.now() + options.rules().keepSeconds * 1000),
    note: 'signed out at the identity provider',
  };
  const by = `backchannel-logout (${issuer})`;
  const idempotencyKey = createHash('sha256')
    .update(JSON.stringify([by, jti]))
    .digest('hex');
  const outcome = await options.revoker.revoke(wanted, { by, idempotencyKey });
  if (!outcome.ok) return outcome.refusal.detail;
  const { change } = outcome;
  if (change !== undefined) {
    const { revision, scope, addedCount: added, removedCount: removed } = change;
    options.changed({ revision, scope, by: { subject: by }, added, removed, settings: [], requestId });
  }
  return undefined;
}

/** One after the other: all of them change the same list. */
function createQueue(most: number) {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return (work: () => Promise<string | undefined>): Promise<string | undefined> => {
    if (waiting >= most) return Promise.resolve('too many logouts wait already');
    waiting += 1;
    const next = last.then(work).finally(() => (waiting -= 1));
    last = next.catch(() => undefined);
    return next;
  };
}

function refuse(reply: FastifyReply, status: number, why: string, error = 'invalid_request'): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .send(JSON.stringify({ error, error_description: why }));
}
