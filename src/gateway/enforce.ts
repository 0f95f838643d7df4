import type { IncomingMessage } from 'node:http';
import { limitedAddress } from '../access/limited-address.ts';
import type { Answer } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import type { LoginLoop } from './login-loop.ts';
import { loginLocation } from './login.ts';
import { askerOf } from './navigation.ts';
import type { GatewaySettings, HostileLimiter } from './options.ts';
import { allowOrigin, loginRedirect, refusal, type Refusal } from './refusal.ts';

export interface Enforcer {
  /** The answer to a visitor who is not let through. */
  refuse(
    request: IncomingMessage,
    target: string,
    answer: Answer,
    requestId: string,
  ): Refused | Promise<Refused>;
  /** Another answer of the gateway's own. */
  problem(request: IncomingMessage, code: ProblemCode, requestId: string): Refusal;
}

export interface Refused {
  readonly code: ProblemCode;
  readonly refusal: Refusal;
}

export interface EnforcerDeps {
  settings(): GatewaySettings;
  readonly loop: LoginLoop;
  readonly hostile: HostileLimiter | undefined;
}

/** Turns a decision that does not forward into the answer that DESIGN gives it. */
export function createEnforcer({ settings, loop, hostile }: EnforcerDeps): Enforcer {
  const finish = (request: IncomingMessage, code: ProblemCode, refused: Refusal): Refused => {
    allowOrigin(refused, request.headers, settings());
    return { code, refusal: refused };
  };
  const refuse: Enforcer['refuse'] = (request, target, answer, requestId) => {
    const code = codeOf(answer);
    const asker = askerOf(request.method, request.headers);
    const { client } = answer;
    const { peerTrusted } = answer.forwarding;
    const address = limitedAddress(client, peerTrusted, request.socket.remoteAddress);
    if (isHostile(code) && hostile !== undefined && address !== undefined) {
      const allowed = !hostile.isUnheard(address) && (code === 'session-invalid' || hostile.hit(address));
      const limited = (yes: boolean): Refused => {
        const said = yes ? code : 'rate-limited';
        return finish(request, said, refusal({ code: said, requestId, asker, client }));
      };
      return typeof allowed === 'boolean' ? limited(allowed) : allowed.then(limited);
    }
    const login = answer.decision.outcome === 'login' && asker !== 'program';
    const loginUrl = login ? loginLocation(settings(), target) : undefined;
    if (loginUrl === undefined || asker === 'frame')
      return finish(request, code, refusal({ code, requestId, asker, client, loginUrl }));
    if (loop.isLoop(request, target, client, settings().cookieNames))
      return finish(
        request,
        'login-loop',
        refusal({ code: 'login-loop', requestId, asker, client, loginUrl }),
      );
    return finish(request, code, loginRedirect(code, requestId, loginUrl));
  };
  const problem: Enforcer['problem'] = (request, code, requestId) =>
    finish(request, code, refusal({ code, requestId, asker: askerOf(request.method, request.headers) }))
      .refusal;
  return { refuse, problem };
}

/** A decision to forward never gets here; were one to, nobody is let through by it. */
function codeOf({ decision }: Answer): ProblemCode {
  return decision.outcome === 'forward' ? 'internal-error' : decision.reason;
}

/**
 * A token that nobody honest sends: expired and revoked ones are sent by honest visitors. So is a session that a
 * change of the secret made invalid, and who has one is to be asked to sign in: it is refused only where its address
 * is not heard at all.
 */
function isHostile(code: ProblemCode): boolean {
  return code === 'token-invalid' || code === 'token-foreign' || code === 'session-invalid';
}
