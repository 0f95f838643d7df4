import { decide, type DecisionInput } from '../policy/decide.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import { settingsInForce } from '../policy/in-force.ts';
import type { PolicyView } from '../policy/policy.ts';
import type { Anonymous } from '../policy/principal.ts';
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

/** Makes the one function that HTTP, upgrades and explain ask. It waits for nothing but first sights: of a token, of a session. */
export function createAuthorize(sources: Sources): Authorize {
  return (question, how = {}) => {
    const nowMs = how.atMs ?? sources.now();
    const rules = sources.rules();
    const narrator = how.trace === true ? createNarrator() : undefined;
    const asked = read(question, how, rules, narrator);
    const judged = (who: Who, resource: Resource, told: Narrator | undefined): Answer =>
      answer({ ...asked, resource }, who, sources.policy(nowMs), rules, nowMs, told);
    const answered = (who: Who, resource: Resource): Answer | Promise<Answer> => {
      if (!hasAge(resource)) return judged(who, resource, narrator);
      const aged = withAge(resource, {
        links: sources.links,
        nowMs,
        address: addressOf(asked.client),
        notes: how.trace !== true && how.resource === undefined,
        decide: (one) => judged(who, one, undefined).decision,
      });
      if (!(aged instanceof Promise)) return judged(who, aged, narrator);
      return aged.then((one) => judged(who, one, narrator));
    };
    const conclude = (who: Who): Answer | Promise<Answer> => {
      if (asked.resource.kind !== 'sought' || asked.preflight) return answered(who, asked.resource);
      const view = sources.policy(nowMs);
      const { principal } = who;
      const seeking = { rules, principal, client: asked.client, view, nowMs, trace: narrator?.lookup };
      const found = seekBot(asked.resource, seeking);
      return found instanceof Promise ? found.then((one) => answered(who, one)) : answered(who, found);
    };
    if (how.as !== undefined) return conclude({ principal: how.as });
    // Who asks matters where a grant can open something only: nothing else costs a verification.
    const { resource } = asked;
    const isOpenable =
      resource.kind === 'transcript' || resource.kind === 'platform' || resource.kind === 'sought';
    if (!isOpenable || asked.preflight) return conclude({ principal: stranger });
    const { delegating } = sources;
    const { peerTrusted } = asked.forwarding;
    const address = limitedAddress(asked.client, peerTrusted, question.peer.address);
    const budget = how.trace === true ? undefined : budgetOf(sources, address);
    const parts = { rules, delegating, nowMs, trace: narrator?.credential, budget };
    const who = askWho(parts, question, resource, address);
    return who instanceof Promise ? who.then(conclude) : conclude(who);
  };
}

type Read = Omit<DecisionInput, 'principal'> & { readonly forwarding: Forwarding };

function read(question: Question, how: How, rules: Rules, narrator: Narrator | undefined): Read {
  const { headers, method } = question;
  const arrival = readClientIp(rules.trust, question.peer, headers);
  const resource = how.resource ?? readTarget(rules.routes, asTarget(question, arrival), narrator?.target);
  narrator?.resource(resource);
  const client = how.from ?? arrival.client;
  narrator?.client(client, how.from === undefined ? arrival.hops : []);
  return { preflight: isPreflight(method, headers), resource, client, forwarding: forwardingOf(arrival) };
}

function asTarget(question: Question, { host: forwardedHost }: RequestOrigin) {
  const { target, headers, method, body, upgrade, call } = question;
  const formBody = hasFormBody(headers);
  const host = firstOf(headers, 'host');
  return { target, host, forwardedHost, formBody, method, headers, body, upgrade, call };
}

function answer(
  { preflight, resource, client, forwarding }: Read,
  { principal: claimed, delegation }: Who,
  view: PolicyView,
  rules: Rules,
  nowMs: number,
  narrator: Narrator | undefined,
): Answer {
  // Whoever it is that says who asks: a token, a session of the platform's, or what was verified before.
  const principal = withoutRevoked(claimed, view, nowMs, narrator?.revocation);
  const settings = settingsInForce(resource, view, rules.options.defaults);
  const { mode } = settings;
  narrator?.link(resource);
  narrator?.principal(principal);
  narrator?.policy(view, settings);
  narrator?.near(whyNot({ resource, principal, client, view, settings, nowMs }));
  const asked = { preflight, resource, principal, client, ...(delegation && { delegation }) };
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

function forwardingOf({ chain, proto, host, peerTrusted, untrustedHeader }: RequestOrigin): Forwarding {
  return {
    chain,
    peerTrusted,
    ...(untrustedHeader && { untrustedHeader }),
    ...(proto !== undefined && { proto }),
    ...(host !== undefined && { host }),
  };
}
