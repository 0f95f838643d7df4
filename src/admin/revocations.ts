import type Type from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeRequest, EditRefused } from '../changes/plan.ts';
import { readWanted } from '../changes/revoke.ts';
import type { Revocation } from '../policy/revocation.ts';
import type { RevokeDone } from '../policy-store/revoker.ts';
import { actorOf } from './actor.ts';
import { conditionsOf } from './conditions.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem, sendEditRefusal } from './problem.ts';
import {
  RevocationAnswer,
  RevocationBody,
  RevocationParams,
  RevocationsAnswer,
  RevocationsQuery,
} from './revocation-schemas.ts';
import { sendNotYours } from './scope.ts';
import { eventOf } from './write.ts';

const DEFAULT_LIMIT = 100;

/** Tokens and sessions that were revoked: the super admin's. */
export function revocationRoutes(app: AdminApp, options: AdminOptions): void {
  const { store, revocations, now } = options;

  app.get('/revocations', listSchema, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    const { revision, record } = await store.revocations();
    const page = pageOf(record.entries, request.query, new Date(now()).toISOString());
    return reply
      .header('etag', `"${revision}"`)
      .send({ revision, issuers: [...revocations.rules().issuers], ...page });
  });

  app.post('/revocations', addSchema, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    const read = readWanted(request.body, now(), revocations.rules());
    if (!read.ok) {
      const detail = 'This is not a revocation that can be stored.';
      return sendProblem(reply, 'invalid', detail, { errors: read.errors });
    }
    return write(options, request, reply, 201, (asked) => revocations.revoker.revoke(read.wanted, asked));
  });

  app.delete('/revocations/:id', liftSchema, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    const { id } = request.params;
    return write(options, request, reply, 200, (asked) => revocations.revoker.lift(id, asked));
  });
}

const listSchema = {
  schema: {
    summary: 'What was taken back, newest first',
    querystring: RevocationsQuery,
    response: { 200: RevocationsAnswer },
  },
};
const addSchema = {
  schema: {
    summary: 'Take tokens or sessions back',
    body: RevocationBody,
    response: { 201: RevocationAnswer },
  },
};
const liftSchema = {
  schema: { summary: 'Lift a revocation', params: RevocationParams, response: { 200: RevocationAnswer } },
};

type Query = Type.Static<typeof RevocationsQuery>;

function pageOf(entries: readonly Revocation[], query: Query, at: string) {
  const { issuer, subject, q = '', after, limit = DEFAULT_LIMIT } = query;
  const found = entries.filter(
    (one) =>
      one.expiresAt > at &&
      (issuer ?? one.issuer) === one.issuer &&
      (subject ?? one.subject) === one.subject &&
      isFound(one, q),
  );
  const sorted = found.sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  const rest = after === undefined ? sorted : sorted.filter((one) => placeOf(one) < after);
  const revocations = rest.slice(0, limit);
  const last = revocations.at(-1);
  const more = rest.length > limit && last !== undefined;
  return { total: found.length, revocations, ...(more && { next: placeOf(last) }) };
}

/** Newest first, and a place that stays one when others come and go. */
const placeOf = ({ createdAt, id }: Revocation): string => `${createdAt}-${id}`;

function isFound(
  { issuer, subject = '', sid = '', jti = '', note = '', id }: Revocation,
  q: string,
): boolean {
  const text = q.trim().toLowerCase();
  return [issuer, subject, sid, jti, note, id].some((one) => one.toLowerCase().includes(text));
}

async function write(
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  work: (asked: ChangeRequest) => Promise<RevokeDone | EditRefused>,
): Promise<FastifyReply> {
  const conditions = conditionsOf(options, request);
  if (!conditions.ok) {
    return sendProblem(reply, 'malformed', 'A header cannot be read.', { errors: [conditions.error] });
  }
  const outcome = await work(conditions.asked);
  if (!outcome.ok) return sendEditRefusal(reply, outcome.refusal);
  const { revision, live, acknowledged, change, revocation } = outcome;
  if (change !== undefined) options.changed(eventOf(change, request));
  return reply
    .code(status)
    .header('etag', `"${revision}"`)
    .send({ revision, live, acknowledged, ...revocation });
}
