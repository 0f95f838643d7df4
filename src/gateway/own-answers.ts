import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import type { GuardedRequest } from './guarded-request.ts';
import type { Enforcer, RefusedRequest } from './enforce.ts';
import { errorText, type Failures } from './failures.ts';
import type { Access, GatewayDeps } from './options.ts';
import { refusal, sendRefusal, type Refusal } from './refusal.ts';
import { newRequestId } from './request-id.ts';

/** Answers of the gateway's own, each with its line in the log. */
export interface OwnAnswers {
  /** What a decision refuses; `code` where the door refuses what the decision would have let through. */
  deny(asked: GuardedRequest, answer: Answer, code?: ProblemCode, inPlace?: InPlace): void;
  /** What was let through, and failed. */
  fail(asked: GuardedRequest, answer: Answer, code: ProblemCode, cause: string): void;
  /** Whose visitor left before there was any. */
  left(asked: GuardedRequest, answer: Answer): void;
  /** What failed with its answer under way. */
  note(code: ProblemCode, cause: string, requestId: string): void;
  /** What could not be judged. */
  broken(request: IncomingMessage, response: ServerResponse, error: unknown): void;
  /** What is not judged at all, as an answer to be sent. */
  problem(request: IncomingMessage, code: ProblemCode, cause: string): Refusal;
}

/** Shows another page of the platform's; `otherwise` where it is none that everybody may see. */
export type InPlace = (target: string, otherwise: () => void) => void;

export function createOwnAnswers(deps: GatewayDeps, enforcer: Enforcer, failures: Failures): OwnAnswers {
  const tell = createTelling(deps);
  const problem: OwnAnswers['problem'] = (request, code, cause) => {
    const requestId = newRequestId();
    failures.note(code, cause, requestId);
    return enforcer.problem(request, code, requestId);
  };
  const broken: OwnAnswers['broken'] = (request, response, error) => {
    const refusal = problem(request, 'internal-error', errorText(error));
    deps.log.error({ err: error }, 'a request could not be judged');
    sendRefusal(response, refusal);
  };
  return {
    problem,
    broken,
    deny(asked, answer, code, inPlace) {
      const { request, response, question, requestId } = asked;
      const send = (refused: RefusedRequest): void => {
        const shows = refused.inPlace !== undefined && inPlace !== undefined;
        tell(asked, answer, refused.code, shows ? undefined : refused.refusal.status);
        if (shows) inPlace(refused.inPlace, () => sendRefusal(response, refused.refusal));
        else sendRefusal(response, refused.refusal);
      };
      if (code !== undefined) return send({ code, refusal: enforcer.problem(request, code, requestId) });
      const refused = enforcer.refuse(request, question.target, answer, requestId);
      if (!(refused instanceof Promise)) send(refused);
      else refused.then(send).catch((error: unknown) => broken(request, response, error));
    },
    fail(asked, answer, code, cause) {
      const { request, response, requestId } = asked;
      const refusal = enforcer.problem(request, code, requestId);
      failures.note(code, cause, requestId);
      tell(asked, answer, answer.decision.reason, refusal.status);
      sendRefusal(response, refusal);
    },
    left: (asked, answer) => tell(asked, answer, answer.decision.reason),
    note: failures.note,
  };
}

type Tell = (asked: GuardedRequest, answer: Answer, code: Access['code'], status?: number) => void;

function createTelling(deps: GatewayDeps): Tell {
  return ({ requestId, question, startMs }, answer, code, status) => {
    const durationMs = performance.now() - startMs;
    const { method } = question;
    deps.onAccess(answer, { requestId, method, code, durationMs, ...(status !== undefined && { status }) });
  };
}

/** An answer of ours to what is no request that could be judged. */
export function plainly(failures: Failures, code: ProblemCode, cause: string): Refusal {
  const requestId = newRequestId();
  failures.note(code, cause, requestId);
  return refusal({ code, requestId, asker: 'program' });
}
