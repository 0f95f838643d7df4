import { networkOf } from '../activity/network.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import type { Principal } from '../policy/principal.ts';
import type { Resource } from '../policy/resource.ts';
import { parseAddress } from '../reading/address.ts';
import type { Answer, Authorize } from './question.ts';
import type { Rules } from './rules.ts';

/** What the record has of a request that was judged. */
export interface Judged {
  readonly method: string;
  readonly reason: string;
  readonly route?: string | undefined;
  readonly bot?: string | undefined;
  readonly conversation?: string | undefined;
  readonly contact?: string | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly session?: string | undefined;
  readonly clientIp?: string | undefined;
  /** Absent where the address may be that of a network; see `networkOf`. */
  readonly asked?: string | undefined;
}

/**
 * Judges a request of the past by the routes and the policy of now. Its credential was not kept: it is taken for
 * valid still, and for what it was seen to prove then. Undefined where the request named no one bot, its route is gone
 * or that of links, whose keys are not kept, or the platform's own answer decided; and where only the network of the
 * address was recorded, and not all addresses of it would be answered alike.
 */
export function judgeAgain(
  authorize: Authorize,
  rules: Rules,
  nowMs: number,
  judged: Judged,
): Answer | Promise<Answer | undefined> | undefined {
  const resource = resourceOf(rules, judged);
  if (resource === undefined) return undefined;
  const { method, clientIp } = judged;
  const question = { method, target: '/', headers: [], peer: { address: clientIp ?? '' }, upgrade: false };
  const as = principalOf(judged, nowMs);
  const ask: Ask = (from, more) => authorize(question, { as, from, resource, atMs: nowMs, ...more });
  const [client, network] = [clientOf(clientIp), networkOf(judged)];
  if (network === undefined || client.status !== 'ipv4') return ask(client, { trace: true });
  return askOfAll({ ...client, address: network }, ask);
}

type Ask = (from: ClientIp, more?: { readonly trace: true }) => Answer | Promise<Answer>;

/** What every address of a /24 is answered; undefined where that is not one and the same. */
async function askOfAll(first: Extract<ClientIp, { status: 'ipv4' }>, ask: Ask): Promise<Answer | undefined> {
  const at = (octet: number) => ask({ ...first, value: first.value + octet });
  const [answer, last] = [await ask(first, { trace: true }), await at(255)];
  // A range that holds both ends holds all between them.
  if (rangeOf(answer) !== undefined && rangeOf(answer) === rangeOf(last)) return answer;
  const { outcome, reason } = answer.decision;
  for (let octet = 1; octet <= 255; octet += 1) {
    const { decision } = await at(octet);
    if (decision.outcome !== outcome || decision.reason !== reason) return undefined;
  }
  return answer;
}

function rangeOf({ decision }: Answer): string | undefined {
  return decision.outcome === 'forward' ? decision.range?.id : undefined;
}

function resourceOf({ routes }: Rules, judged: Judged): Resource | undefined {
  const { reason, bot, contact, conversation, route: path } = judged;
  const found = routes.guarded.find(({ facts }) => facts.path === path);
  const route = found?.link === undefined ? found?.facts : undefined;
  if (route === undefined || bot === undefined || reason === 'platform-decides') return undefined;
  const conversations = conversation === undefined ? [] : [conversation];
  return { kind: 'transcript', bot, conversations, route, ...(contact !== undefined && { contact }) };
}

function clientOf(text: string | undefined): ClientIp {
  const address = text === undefined ? undefined : parseAddress(text);
  if (address === undefined) return { status: 'unknown', why: 'none was recorded' };
  if (address.family === 6) return { status: 'ipv6', address: address.address };
  return { status: 'ipv4', address: address.address, value: address.value };
}

const HOUR_MS = 3_600_000;

function principalOf({ reason, subject, issuer, session, ...judged }: Judged, nowMs: number): Principal {
  if (subject === undefined) return strangerOf(reason);
  const { bot, contact, conversation } = judged;
  const isMember = reason === 'bot-access' && bot !== undefined;
  const isContact = reason === 'own-history';
  const conversations = new Set(conversation === undefined ? [] : [conversation]);
  return {
    kind: 'known',
    via: 'bearer',
    issuer: issuer ?? session ?? '',
    ...(session !== undefined && { session }),
    subject,
    expiresAtMs: nowMs + HOUR_MS,
    issuerBots: 'all',
    ...(isMember && { member: { bots: new Set([bot]) } }),
    ...(isContact && { contact: { ...(contact !== undefined && { id: contact }), conversations } }),
  };
}

/** Nobody, for the same reason as then. */
function strangerOf(reason: string): Principal {
  switch (reason) {
    case 'token-invalid':
    case 'token-expired':
    case 'token-revoked':
    case 'token-foreign':
      return { kind: 'refused', reason };
    case 'session-expired':
    case 'session-revoked':
    case 'session-ended':
    case 'session-invalid':
      return { kind: 'anonymous', reason };
    default:
      return { kind: 'anonymous', reason: 'no-credential' };
  }
}
