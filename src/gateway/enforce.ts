import type { IncomingMessage } from 'node:http';
import { limitedAddress } from '../access/limited-address.ts';
import type { Answer } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import { routeOf } from '../policy/resource.ts';
import { targetToShow } from './given-tokens.ts';
import type { LoginLoop } from './login-loop.ts';
import { loginLocation, switchLocation } from './login.ts';
import { askerOf, type Asker } from './navigation.ts';
import type { GatewaySettings, HostileLimiter } from './options.ts';
import type { PageRetries } from './page-retries.ts';
import { rememberingWay, wayBackOf, type WayBack } from './way-back.ts';
import type { SignIn } from './pages/page.ts';
import { allowOrigin, loginRedirect, refusal, type PageContext, type Refusal } from './refusal.ts';

export interface Enforcer {
  /** The answer to a visitor who is not let through. */
  refuse(
    request: IncomingMessage,
    target: string,
    answer: Answer,
    requestId: string,
  ): RefusedRequest | Promise<RefusedRequest>;
  /** Another answer of the gateway's own. */
  problem(request: IncomingMessage, code: ProblemCode, requestId: string): Refusal;
}

export interface RefusedRequest {
  readonly code: ProblemCode;
  readonly refusal: Refusal;
  /** A target whose page is shown in place of the refusal, where it is one that everybody may see. */
  readonly inPlace?: string;
}

export interface EnforcerDeps {
  settings(): GatewaySettings;
  readonly loop: LoginLoop;
  readonly retries: PageRetries;
  readonly hostile: HostileLimiter | undefined;
}

/** Turns a decision that does not forward into the answer that DESIGN gives it. */
export function createEnforcer(deps: EnforcerDeps): Enforcer {
  const { settings, hostile } = deps;
  const finish = (request: IncomingMessage, code: ProblemCode, refused: Refusal): RefusedRequest => {
    allowOrigin(refused, request.headers, settings());
    return { code, refusal: refused };
  };
  const refuse: Enforcer['refuse'] = (request, asked, answer, requestId) => {
    const target = targetToShow(asked, answer, settings().tokenPlaces);
    const back = wayBackOf(target, answer, settings());
    const code = codeOf(answer);
    const asker = askerAt(answer, request);
    const { client, forwarding, resource } = answer;
    const methods = resource.kind === 'wrong-method' ? resource.allowed : undefined;
    const say = (said: ProblemCode, more?: Partial<PageContext>): RefusedRequest => {
      const retries = asker === 'page' && deps.retries.may(request, said, target);
      const page = contextOf(settings(), request, { retries, ...more });
      const refused = refusal({ code: said, requestId, asker, client, methods, page });
      return finish(request, said, rememberingWay(refused, back));
    };
    const allow = (): RefusedRequest =>
      answer.decision.outcome === 'login' && asker !== 'program'
        ? askToSignIn(deps, { request, target, back, answer, requestId, code, asker, say })
        : say(code, accountOf(settings(), answer, back.target));
    const address = limitedAddress(client, forwarding.peerTrusted, request.socket.remoteAddress);
    if (!isHostile(code) || hostile === undefined || address === undefined) return allow();
    const allowed = !hostile.isBlocked(address) && (code === 'session-invalid' || hostile.hit(address));
    const limited = (yes: boolean): RefusedRequest => (yes ? allow() : say('rate-limited'));
    return typeof allowed === 'boolean' ? limited(allowed) : allowed.then(limited);
  };
  const problem: Enforcer['problem'] = (request, code, requestId) => {
    const asker = askerOf(request.method, request.headers);
    const retries = asker === 'page' && deps.retries.may(request, code);
    return finish(
      request,
      code,
      refusal({ code, requestId, asker, page: contextOf(settings(), request, { retries }) }),
    ).refusal;
  };
  return { refuse, problem };
}

function contextOf(
  { pages }: GatewaySettings,
  request: IncomingMessage,
  more: Partial<PageContext>,
): PageContext {
  return { pages, acceptLanguage: request.headers['accept-language'], ...more };
}

/** Where a route has data, nobody is a page. */
function askerAt({ resource }: Answer, { method, headers }: IncomingMessage): Asker {
  return routeOf(resource)?.kind === 'data' ? 'program' : askerOf(method, headers);
}

interface Prompt {
  readonly request: IncomingMessage;
  readonly target: string;
  readonly back: WayBack;
  readonly answer: Answer;
  readonly requestId: string;
  readonly code: ProblemCode;
  readonly asker: Asker;
  say(code: ProblemCode, more?: Partial<PageContext>): RefusedRequest;
}

/** By a redirect, or as `login.mode` says; never for ever to one who comes back without a session. */
function askToSignIn({ settings, loop }: EnforcerDeps, prompt: Prompt): RefusedRequest {
  const { request, target, back, answer, requestId, code, asker, say } = prompt;
  const current = settings();
  const { mode, explainFirst } = current.login;
  const url = loginLocation(current, back.target);
  if (url === undefined) return say(code);
  const fragment = mode === 'pathParameter' ? undefined : 'keep';
  const signIn = (how: SignIn['fragment'] = fragment) => ({ signIn: { url, fragment: how } });
  if (asker === 'frame') return say(code, signIn());
  // Who is shown a page, and goes on from there by themselves, is in no loop.
  if (explainFirst) return say(code, signIn());
  if (mode === 'inPlace') {
    const stuck = code === 'no-credential' ? undefined : loop.stuck(request, target, answer.client, current);
    return stuck ? say(stuck, signIn()) : { ...say(code, signIn()), inPlace: url };
  }
  const stuck = loop.stuck(request, target, answer.client, current);
  if (stuck !== undefined) return say(stuck, signIn());
  if (mode === 'fragment') return say(code, signIn('go'));
  const redirect = rememberingWay(loginRedirect(code, requestId, url), back);
  allowOrigin(redirect, request.headers, current);
  return { code, refusal: redirect };
}

/** For one who is signed in without access: as whom, and the way to another account; with an old link, the way in. */
function accountOf(
  settings: GatewaySettings,
  { decision, principal }: Answer,
  target: string,
): Partial<PageContext> {
  if (decision.reason === 'link-expired' && principal.kind === 'anonymous') {
    const url = loginLocation(settings, target);
    return url === undefined ? {} : { signIn: { url } };
  }
  const isOther = decision.reason === 'no-access' || decision.reason === 'link-expired';
  if (!isOther || principal.kind !== 'known') return {};
  const url = switchLocation(settings, target);
  return { subject: principal.subject, ...(url !== undefined && { signIn: { url } }) };
}

/** A decision to forward never gets here; were one to, nobody is let through by it. */
function codeOf({ decision }: Answer): ProblemCode {
  return decision.outcome === 'forward' ? 'internal-error' : decision.reason;
}

/**
 * A token that nobody honest sends: expired and revoked ones are sent by honest visitors. So is a session that a
 * change of the secret made invalid, and who has one is to be asked to sign in: it is refused only where its address
 * is not asked at all.
 */
function isHostile(code: ProblemCode): boolean {
  return code === 'token-invalid' || code === 'token-foreign' || code === 'session-invalid';
}
