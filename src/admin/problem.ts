import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldError } from '../policy/range.ts';
import type { EditRefusal } from '../changes/plan.ts';

/** Every refusal of the admin API: its status and title, by reason. */
const problems = {
  malformed: [400, 'Malformed request'],
  'bad-request': [400, 'Bad request'],
  'no-credential': [401, 'Sign-in needed'],
  'session-expired': [401, 'Sign-in needed'],
  'session-revoked': [401, 'Sign-in needed'],
  'session-ended': [401, 'Sign-in needed'],
  'session-invalid': [401, 'Sign-in needed'],
  'token-invalid': [401, 'Invalid token'],
  'token-expired': [401, 'Expired token'],
  'token-revoked': [401, 'Revoked token'],
  'token-foreign': [401, 'Foreign token'],
  'not-admin': [403, 'Not an admin'],
  'not-yours': [403, 'Not yours to manage'],
  'cross-site': [403, 'Foreign page'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  conflict: [409, 'Conflict'],
  'precondition-failed': [412, 'Changed since'],
  'body-too-large': [413, 'Body too large'],
  'content-type': [415, 'Unsupported content type'],
  invalid: [422, 'A value that cannot be'],
  'rate-limited': [429, 'Too many failed sign-ins'],
  'too-many-streams': [429, 'Too many streams'],
  'internal-error': [500, 'Internal error'],
  'store-unavailable': [503, 'Store unavailable'],
  'store-unknown': [503, 'Store did not answer'],
  'keys-unavailable': [503, 'Not known now'],
  'revocations-unavailable': [503, 'Not known now'],
  'sessions-unavailable': [503, 'Not known now'],
  'lookup-unavailable': [503, 'Not known now'],
  'platform-unproven': [503, 'Not known now'],
} as const satisfies Record<string, readonly [number, string]>;

export type AdminReason = keyof typeof problems;

/** What is wrong with a member of the request; of an import, `index` names the entry, from 0, or `line` the line, from 1. */
export type MemberError = FieldError & { readonly index?: number; readonly line?: number };

export interface ProblemExtras {
  readonly errors?: readonly MemberError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Where a browser signs in. */
  readonly login?: string | undefined;
}

/** Answers with an RFC 9457 problem. */
export function sendProblem(
  reply: FastifyReply,
  reason: AdminReason,
  detail: string,
  extras: ProblemExtras = {},
): FastifyReply {
  const [status, title] = problems[reason];
  const { errors, headers, login } = extras;
  const body = {
    type: 'about:blank',
    title,
    status,
    detail,
    reason,
    ...(errors === undefined ? {} : { errors }),
    ...(login === undefined ? {} : { login }),
    requestId: reply.request.id,
  };
  return reply
    .code(status)
    .headers({ 'x-gateway-reason': reason, ...headers })
    .type('application/problem+json; charset=utf-8')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(body);
}

/** For a door's `frameworkErrors`: a path that the router cannot read reaches no plugin. */
export function sendUnreadable(_error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ 'cache-control': 'no-store', 'x-request-id': reply.request.id });
  sendProblem(reply, 'malformed', 'The path cannot be read.');
}

/** Answers with an editor's refusal. */
export function sendEditRefusal(reply: FastifyReply, refusal: EditRefusal): FastifyReply {
  const { detail } = refusal;
  switch (refusal.code) {
    case 'not-found':
    case 'precondition-failed':
      return sendProblem(reply, refusal.code, detail);
    case 'conflict':
    case 'invalid':
      return sendProblem(
        reply,
        refusal.code,
        detail,
        refusal.errors === undefined ? {} : { errors: refusal.errors },
      );
    case 'unavailable':
      return sendProblem(reply, 'store-unavailable', detail, { headers: { 'retry-after': '2' } });
    case 'unknown':
      return sendProblem(reply, 'store-unknown', detail, { headers: { 'retry-after': '2' } });
  }
}
