import { decide, type Asked } from '../policy/decide.ts';
import {
  settingsFor,
  strictestMode,
  type PolicyDefaults,
  type PolicyView,
  type Settings,
} from '../policy/policy.ts';
import { createBudget, MAX_CHECKS, type Budget } from '../identity/budget.ts';
import type { Anonymous, Principal } from '../policy/principal.ts';
import { readCredential } from '../reading/credential.ts';
import { readClientIp } from '../reading/forwarded.ts';
import type { Resource } from '../policy/resource.ts';
import type { Origin } from '../reading/origin.ts';
import { firstOf, valuesOf } from '../reading/raw-headers.ts';
import { readTarget } from '../reading/target.ts';
import { limitedAddress } from './limited-address.ts';
import type { Answer, Authorize, Forwarding, How, Question } from './question.ts';
import type { Rules, Sources } from './rules.ts';
import { createNarrator, type Narrator } from './narrator.ts';

const stranger: Anonymous = { kind: 'anonymous', reason: 'no-credential' };

/** Makes the one function that HTTP, upgrades and explain ask. It waits for nothing but a token's first verification. */
export function createAuthorize(sources: Sources): Authorize {
  return (question, how = {}) => {
    const nowMs = how.atMs ?? sources.now();
    const rules = sources.rules();
    const narrator = how.trace === true ? createNarrator() : undefined;
    const asked = read(question, how, rules, narrator);
    const conclude = (principal: Principal): Answer =>
      answer(asked, principal, sources.policy(nowMs), rules, nowMs, narrator);
    if (how.as !== undefined) return conclude(how.as);
    // Who asks matters for a transcript only: nothing else costs a verification.
    if (asked.resource.kind !== 'transcript' || asked.preflight) return conclude(stranger);
    const principal = rules.identity.identify(
      readCredential(rules.identity.cookieNames, question.headers),
      nowMs,
      undefined,
      how.trace === true ? undefined : budgetOf(sources, question, asked),
    );
    return principal instanceof Promise ? principal.then(conclude) : conclude(principal);
  };
}

/**
 * What may be spent on finding out who asks: nothing for an address of which too many tokens failed. What was verified
 * before still counts there, and who comes by their address needs no token; a session that cannot be checked is an
 * invalid one, since to take it for none would hide it, and to believe it would open everything.
 *
 * Failures are counted where they cost something, not requests: an office behind one address whose sessions expired
 * (their signatures are good) costs nothing, and one whose secret was changed a failure for each session, whatever
 * else is sent with them and whether or not the address lets them in.
 */
function budgetOf({ failedTokens }: Sources, { peer }: Question, { client, forwarding }: Read): Budget {
  const address = failedTokens && limitedAddress(client, forwarding.peerTrusted, peer.address);
  if (failedTokens === undefined || address === undefined) return createBudget(MAX_CHECKS);
  const left = failedTokens.blockedForMs(address) > 0 ? 0 : MAX_CHECKS;
  return createBudget(left, () => failedTokens.failed(address));
}

type Read = Omit<Asked, 'principal'> & { readonly forwarding: Forwarding };

function read(question: Question, how: How, rules: Rules, narrator: Narrator | undefined): Read {
  const { headers, method } = question;
  const resource = readTarget(
    rules.routes,
    { target: question.target, host: firstOf(headers, 'host'), formBody: hasFormBody(headers) },
    narrator?.target,
  );
  narrator?.resource(resource);
  const arrival = readClientIp(rules.trust, question.peer, headers);
  const client = how.from ?? arrival.client;
  narrator?.client(client, how.from === undefined ? arrival.hops : []);
  return { preflight: isPreflight(method, headers), resource, client, forwarding: forwardingOf(arrival) };
}

function answer(
  { preflight, resource, client, forwarding }: Read,
  principal: Principal,
  view: PolicyView,
  rules: Rules,
  nowMs: number,
  narrator: Narrator | undefined,
): Answer {
  const settings = settingsOf(resource, view, rules.options.defaults);
  const { mode } = settings;
  narrator?.principal(principal);
  narrator?.policy(view, settings);
  const asked = { preflight, resource, principal, client };
  const decision = decide(asked, view, rules.options, nowMs, narrator?.line);
  narrator?.decision(decision, mode);
  return {
    decision,
    resource,
    principal,
    client,
    forwarding,
    mode,
    enforced: mode === 'enforce',
    revision: view.policy?.revision ?? 0,
    stale: !view.known || view.staleSeconds > 0,
    ...(narrator && { steps: narrator.steps }),
  };
}

/** A transcript's are its bot's; what names no single bot is enforced as soon as one that it could name is. */
function settingsOf(resource: Resource, view: PolicyView, defaults: PolicyDefaults): Settings {
  if (resource.kind === 'transcript') return settingsFor(view, defaults, resource.bot);
  const bots = resource.kind === 'other' ? undefined : resource.bots;
  return { ...settingsFor(view, defaults), mode: strictestMode(view, defaults, bots) };
}

/** A true CORS preflight (Fetch, section 4.8): OPTIONS with Origin and Access-Control-Request-Method. */
function isPreflight(method: string, headers: readonly string[]): boolean {
  return (
    method === 'OPTIONS' &&
    firstOf(headers, 'origin') !== undefined &&
    firstOf(headers, 'access-control-request-method') !== undefined
  );
}

/**
 * True for a body in which an upstream could find parameters as it finds them in a query. Any of several types
 * counts, since upstreams differ in which they take, and so does a type in a list or behind a byte that trims away.
 */
function hasFormBody(headers: readonly string[]): boolean {
  if (!hasBody(headers)) return false;
  const types = valuesOf(headers, 'content-type');
  return types.length === 0 || types.some((type) => FORM.test(type) || !TYPED.test(type));
}

const FORM = /application\/x-www-form-urlencoded|multipart\//i;
/** What names a type at all: Rack takes a body without one for a form. */
const TYPED = /^\s*[\w!#$&^.+*%'`|~-]+\/[\w!#$&^.+*%'`|~-]/;

/** Many clients name a type where there is nothing to be typed. */
function hasBody(headers: readonly string[]): boolean {
  return (
    valuesOf(headers, 'transfer-encoding').length > 0 ||
    valuesOf(headers, 'content-length').some((length) => Number(length) !== 0)
  );
}

function forwardingOf({ chain, proto, host, peerTrusted, unheard }: Origin): Forwarding {
  return {
    chain,
    peerTrusted,
    ...(unheard && { unheard }),
    ...(proto !== undefined && { proto }),
    ...(host !== undefined && { host }),
  };
}
