import { decide, type DecisionInput } from '../policy/decide.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import { settingsInForce } from '../policy/in-force.ts';
import type { Anonymous } from '../policy/principal.ts';
import type { Decision } from '../policy/reason.ts';
import { withoutRevoked } from '../policy/revocation.ts';
import { readClientIp } from '../reading/forwarded.ts';
import type { Resource } from '../policy/resource.ts';
import type { RequestOrigin } from '../reading/origin.ts';
import { hasFormBody } from '../reading/body.ts';
import { firstOf } from '../reading/raw-headers.ts';
import { readTarget } from '../reading/target.ts';
import { budgetOf } from './budget.ts';
import { limitedAddress, networkOf } from './limited-address.ts';
import { hasAge, withAge } from './link-age.ts';
import type { Answer, Authorize, Forwarding, How, Question } from './question.ts';
import type { Rules, Sources } from './rules.ts';
import { askWho, type Who } from './who.ts';
import { createNarrator, type Narrator } from './narrator.ts';
import { seekBot } from './seek.ts';
import { whyNot } from './why-not.ts';

const stranger: Anonymous = { kind: 'anonymous', reason: 'no-credential' };

/** What the answer to one question is made of, whenever that is. */
interface Judging {
  readonly sources: Sources;
  readonly rules: Rules;
  readonly nowMs: number;
  readonly asked: Read;
  readonly narrator: Narrator | undefined;
  /** False where it is asked only to be told. */
  readonly notes: boolean;
}

/** Makes the one function that HTTP, upgrades and explain ask. It waits for nothing but first sights: of a token, of a session. */
export function createAuthorize(sources: Sources): Authorize {
  return (question, how = NO_WISHES) => {
    const nowMs = how.atMs ?? sources.now();
    const rules = sources.rules();
    const narrator = how.trace === true ? createNarrator() : undefined;
    const asked = read(question, how, rules, narrator);
    const notes = narrator === undefined && how.resource === undefined;
    const judging = { sources, rules, nowMs, asked, narrator, notes };
    if (how.as !== undefined) return conclude(judging, { principal: how.as });
    // Who asks matters where a grant can open something only: nothing else costs a verification.
    const { resource } = asked;
    const isOpenable =
      resource.kind === 'transcript' || resource.kind === 'platform' || resource.kind === 'sought';
    if (!isOpenable || asked.preflight) return conclude(judging, { principal: stranger });
    const { delegating } = sources;
    const { peerTrusted } = asked.forwarding;
    const address = limitedAddress(asked.client, peerTrusted, question.peer.address);
    const budget = narrator === undefined ? budgetOf(sources, address) : undefined;
    const parts = { rules, delegating, nowMs, trace: narrator?.credential, budget };
    const who = askWho(parts, question, resource, address);
    return who instanceof Promise ? who.then((one) => conclude(judging, one)) : conclude(judging, who);
  };
}

const NO_WISHES: How = {};

/** It is known who asks; of what bot it is may have to be looked up. */
function conclude(judging: Judging, who: Who): Answer | Promise<Answer> {
  const { asked, sources, rules, nowMs, narrator } = judging;
  if (asked.resource.kind !== 'sought' || asked.preflight) return answered(judging, asked.resource, who);
  const { principal } = who;
  const { client } = asked;
  const view = sources.policy(nowMs);
  const found = seekBot(asked.resource, { rules, principal, client, view, nowMs, trace: narrator?.lookup });
  return found instanceof Promise
    ? found.then((one) => answered(judging, one, who))
    : answered(judging, found, who);
}

/** How old a link is may have to be found out. */
function answered(judging: Judging, resource: Resource, who: Who): Answer | Promise<Answer> {
  const { asked, sources, nowMs, notes } = judging;
  if (asked.preflight || !hasAge(resource)) return answer(judging, resource, who);
  const silent = { ...judging, narrator: undefined };
  const aged = withAge(resource, {
    links: sources.links,
    nowMs,
    address: addressOf(asked.client),
    notes,
    decide: (one): Decision => answer(silent, one, who).decision,
  });
  return aged instanceof Promise ? aged.then((one) => answer(judging, one, who)) : answer(judging, aged, who);
}

type Read = Omit<DecisionInput, 'principal'> & { readonly forwarding: Forwarding };

function read(question: Question, how: How, rules: Rules, narrator: Narrator | undefined): Read {
  const { headers, method } = question;
  const arrival = readClientIp(rules.trust, question.peer, headers);
  const resource = how.resource ?? readTarget(rules.routes, asTarget(question, arrival), narrator?.target);
  narrator?.resource(resource);
  const client = how.from ?? arrival.client;
  narrator?.client(client, how.from === undefined ? arrival.hops : []);
  return { preflight: isPreflight(method, headers), resource, client, forwarding: arrival };
}

function asTarget(question: Question, { host: forwardedHost }: RequestOrigin) {
  const { target, headers, method, body, upgrade, call } = question;
  const formBody = hasFormBody(headers);
  const host = firstOf(headers, 'host');
  return { target, host, forwardedHost, formBody, method, headers, body, upgrade, call };
}

function answer(
  { sources, rules, nowMs, narrator, asked: { preflight, client, forwarding } }: Judging,
  resource: Resource,
  { principal: claimed, delegation }: Who,
): Answer {
  const view = sources.policy(nowMs);
  // Whoever it is that says who asks: a token, a session of the platform's, or what was verified before.
  const principal = withoutRevoked(claimed, view, nowMs, narrator?.revocation);
  const settings = settingsInForce(resource, view, rules.options.defaults);
  const { mode } = settings;
  narrator?.link(resource);
  narrator?.principal(principal);
  narrator?.policy(view, settings);
  narrator?.near(whyNot({ resource, principal, client, view, settings, nowMs }));
  const input = { preflight, resource, principal, client, delegation };
  const decision = decide(input, view, rules.options, nowMs, narrator?.line);
  narrator?.decision(decision, mode);
  const given = {
    decision,
    resource,
    principal,
    client,
    forwarding,
    mode,
    enforced: mode === 'enforce',
    revision: view.policy?.revision ?? 0,
    stale: !view.known || view.staleSeconds > 0,
  };
  // A spread gives each object a shape of its own, which all that reads it pays for: only for who asks for steps.
  return narrator === undefined ? given : { ...given, steps: narrator.steps };
}

function addressOf(client: ClientIp): string | undefined {
  return client.status === 'unknown' ? undefined : networkOf(client.address);
}

/** A true CORS preflight (Fetch, section 4.8): OPTIONS with Origin and Access-Control-Request-Method. */
function isPreflight(method: string, headers: readonly string[]): boolean {
  return (
    method === 'OPTIONS' &&
    firstOf(headers, 'origin') !== undefined &&
    firstOf(headers, 'access-control-request-method') !== undefined
  );
}
