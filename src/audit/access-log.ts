import type { ClientIp } from '../policy/client-ip.ts';
import type { Mode } from '../policy/policy.ts';
import { askedText } from '../policy/asked-text.ts';
import { conversationToShow } from '../policy/link.ts';
import type { Principal } from '../policy/principal.ts';
import type { Decision } from '../policy/reason.ts';
import type { Resource } from '../policy/resource.ts';
import { personOf, shortenedAddress } from './shortened.ts';

/** How much of a visitor or an admin the log may show. */
export interface AccessLogOptions {
  readonly clientIp: 'full' | 'truncated';
  readonly subject: 'full' | 'hashed';
  /** For `hashed`: of subjects and contact ids. */
  readonly hashKey?: Uint8Array;
}

/** What was decided, as far as the log shows it. */
export interface AccessFacts {
  readonly decision: Decision;
  readonly resource: Resource;
  readonly principal: Principal;
  readonly client: ClientIp;
  readonly mode: Mode;
  readonly enforced: boolean;
  readonly revision: number;
  readonly stale: boolean;
}

/** What a visitor was answered. */
export interface AccessEvent {
  readonly answer: AccessFacts;
  /** Why the door refused where it said something else than the decision: a login loop, too many bad tokens. */
  readonly refusal: string | undefined;
  readonly requestId: string;
  readonly method: string;
  /** Of the answer; undefined where the visitor left before there was any. */
  readonly status?: number | undefined;
  /** From its leaving for the upstream to the head of the answer. */
  readonly upstreamMs?: number | undefined;
  /** From its coming in to the head. */
  readonly durationMs: number;
}

/** The part of a pino logger that this room writes to. */
export interface LogSink {
  isLevelEnabled(level: 'info' | 'debug'): boolean;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** The fields of a line. */
type AccessFields = Omit<ReturnType<typeof describe>, 'atMs' | 'asked'>;

/** What the record of decisions has beside them. */
export type KeptFields = AccessFields & { readonly atMs: number; readonly asked: string | undefined };

/**
 * Writes one line for each guarded request: never a token, a cookie or a query value. `keep` gets the same, whatever
 * the level.
 */
export function createAccessLog(
  log: LogSink,
  options: AccessLogOptions,
  keep?: (fields: KeptFields) => void,
): (event: AccessEvent) => void {
  return (event) => {
    const { reason } = event.answer.decision;
    const level = reason === 'preflight' || reason === 'not-guarded' ? 'debug' : 'info';
    const isLogged = log.isLevelEnabled(level);
    const isKept = keep !== undefined && level === 'info';
    if (!isLogged && !isKept) return;
    const fields = describe(event, options);
    if (isLogged) log[level](fields, 'access');
    // Into their places, once the line is written: a copy of so many fields costs more than the line.
    if (isKept) keep(Object.assign(fields, { atMs: Date.now(), asked: askedOf(event.answer, options) }));
  };
}

/** Nothing that is decided by an address is judged again by a part of it. */
function askedOf(answer: AccessFacts, { clientIp }: AccessLogOptions): string | undefined {
  if (clientIp !== 'full') return undefined;
  const { decision, resource, principal } = answer;
  const delegation = decision.reason === 'platform-decides' ? 'proven' : undefined;
  return askedText({ resource, principal, delegation }, decision.reason === 'link-expired');
}

function describe(event: AccessEvent, options: AccessLogOptions) {
  const { answer, refusal } = event;
  const { decision, resource, client, principal } = answer;
  const transcript = resource.kind === 'transcript' ? resource : undefined;
  const sought = resource.kind === 'sought' ? resource : undefined;
  const range = decision.outcome === 'forward' ? decision.range : undefined;
  const known = principal.kind === 'known' ? principal : undefined;
  const whyNot = principal.kind === 'anonymous' || principal.kind === 'refused' ? principal : undefined;
  const person = (id: string | undefined): string | undefined => personOf(id, options);
  return {
    outcome: refusal === undefined ? decision.outcome : 'deny',
    reason: refusal ?? decision.reason,
    enforced: answer.enforced,
    mode: answer.mode,
    route: resource.kind === 'other' ? undefined : resource.route?.path,
    bot: transcript?.bot,
    conversation: conversationToShow(resource),
    lookup: sought?.without,
    contact: person(transcript?.contact),
    scope: range?.scope ?? (transcript && `bot:${transcript.bot}`),
    rangeId: range?.id,
    method: event.method,
    clientIp: client.status === 'unknown' ? undefined : shortenedAddress(client.address, options),
    clientIpStatus: client.status,
    issuer: known?.session === undefined ? known?.issuer : undefined,
    session: sessionOf(principal),
    subject: person(known?.subject),
    cause: whyNot?.cause,
    triedIssuer: whyNot?.tried,
    revision: answer.revision,
    stale: answer.stale,
    requestId: event.requestId,
    status: event.status,
    upstreamMs: rounded(event.upstreamMs),
    durationMs: rounded(event.durationMs),
    atMs: undefined,
    asked: undefined,
  };
}

/** To a hundredth: more is noise, and a longer line. */
function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 100) / 100;
}

/** The kind of session that says who it is, or that the platform is left to judge. */
function sessionOf(principal: Principal): string | undefined {
  if (principal.kind === 'refused') return undefined;
  return (principal.kind === 'known' ? principal.session : undefined) ?? principal.brings;
}
