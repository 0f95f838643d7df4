import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { permitFor, type Permit } from '../access/permit.ts';
import type { Answer, Question } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import type { Enforcer } from './enforce.ts';
import type { LongAnswer, LongAnswers } from './long-answers.ts';
import type { GatewayOptions, GatewaySettings } from './options.ts';
import { mayOpen } from './origin-check.ts';
import { sendOnSocket } from './refusal.ts';
import { hasBody } from './request-body.ts';
import { requestHeaders } from './request-headers.ts';
import { newRequestId, requestIdOf } from './request-id.ts';
import { responseHeaders, treatmentFor } from './response-headers.ts';
import { originForm } from '../reading/target.ts';
import { isReserved } from './target-form.ts';
import { askUpgrade, createTunnel, switchingHead, type UpgradeAnswer } from './tunnel.ts';

export interface WebSocketParts {
  readonly options: GatewayOptions;
  readonly upstreamHost: string | undefined;
  readonly enforcer: Enforcer;
  readonly longAnswers: LongAnswers;
  settings(): GatewaySettings;
  /** What is refused before it is judged. */
  inspect(request: IncomingMessage): ProblemCode | undefined;
  /** True where an earlier request on this connection still waits for its answer. */
  isBusy(socket: Duplex): boolean;
  ask(request: IncomingMessage, upgrade: boolean): { question: Question; answer: Answer | Promise<Answer> };
  onAccess(
    answer: Answer,
    request: IncomingMessage,
    requestId: string,
    code: Answer['decision']['reason'] | ProblemCode,
  ): void;
  /** The ordinary way, for an upgrade that HTTP may ignore. */
  serve(request: IncomingMessage, response: ServerResponse): void;
}

/** Upgrades: WebSockets by the same question as everything else and a tunnel of our own; others are ignored. */
export function createUpgradeHandler(parts: WebSocketParts) {
  const refuse: Refuse = (request, socket, code, requestId = newRequestId()) =>
    sendOnSocket(socket, parts.enforcer.problem(request, code, requestId));
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => undefined);
    if (parts.isBusy(socket)) {
      socket.destroy();
      return;
    }
    const code =
      parts.inspect(request) ?? (isWebSocket(request) ? refusedUpgrade(request, parts.options) : undefined);
    if (code !== undefined) refuse(request, socket, code);
    else if (!isWebSocket(request)) ignoreUpgrade(parts, request, socket, head, refuse);
    else judge(parts, request, socket, head, refuse).catch(() => refuse(request, socket, 'internal-error'));
  };
}

function refusedUpgrade(request: IncomingMessage, { upstream }: GatewayOptions): ProblemCode | undefined {
  if (isReserved(originForm(request.url ?? ''))) return 'not-found';
  if (!upstream.websockets) return 'upgrade-refused';
  const isWhole = request.method === 'GET' && request.httpVersion === '1.1' && !hasBody(request);
  return isWhole ? undefined : 'bad-request';
}

async function judge(
  parts: WebSocketParts,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  refuse: Refuse,
): Promise<void> {
  const { question, answer: asked } = parts.ask(request, true);
  const answer = await asked;
  if (socket.destroyed) return;
  const requestId = requestIdOf(request.rawHeaders, answer.forwarding.peerTrusted);
  const permit = permitFor(question, answer);
  if (permit === undefined) {
    const refused = await parts.enforcer.refuse(request, question.target, answer, requestId);
    parts.onAccess(answer, request, requestId, refused.code);
    sendOnSocket(socket, refused.refusal);
    return;
  }
  if (!mayOpen(request, answer, parts.settings().publicUrl, parts.options.websockets.origins)) {
    parts.onAccess(answer, request, requestId, 'origin-mismatch');
    refuse(request, socket, 'origin-mismatch', requestId);
    return;
  }
  parts.onAccess(answer, request, requestId, answer.decision.reason);
  open(parts, { request, socket, head, question, permit, requestId }, refuse);
}

type Refuse = (request: IncomingMessage, socket: Duplex, code: ProblemCode, requestId?: string) => void;

interface Opening {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly question: Question;
  readonly permit: Permit;
  readonly requestId: string;
}

function open(parts: WebSocketParts, opening: Opening, refuse: Refuse): void {
  const { request, socket, permit, requestId } = opening;
  const headers = requestHeaders(request, permit, requestId, parts);
  let answered = false;
  const outgoing = askUpgrade(parts.options.upstream, originForm(permit.target), headers, (answer) => {
    if (answered) return;
    answered = true;
    if (socket.destroyed) outgoing.destroy();
    else if (answer.kind === 'tunnel') join(parts, opening, answer);
    else if (answer.kind === 'response') relay(opening, answer.answer);
    else refuse(request, socket, answer.code, requestId);
  });
  socket.once('close', () => outgoing.destroy());
}

function join(
  { options, longAnswers }: WebSocketParts,
  { socket, head, question, permit }: Opening,
  answer: UpgradeAnswer & { kind: 'tunnel' },
): void {
  socket.write(switchingHead(answer.answer, treatmentFor(permit.answer)), 'latin1');
  if (answer.head.length > 0) socket.write(answer.head);
  if (head.length > 0) answer.socket.write(head);
  const closed = (tunnel: LongAnswer): void => longAnswers.delete(tunnel);
  longAnswers.add(createTunnel(question, socket, answer.socket, options.websockets.idleTimeoutMs, closed));
}

/** The upstream answers in plain HTTP: so does the gateway, and closes the connection after it. */
function relay({ request, socket, permit }: Opening, answer: IncomingMessage): void {
  const response = respondOn(request, socket);
  answer.once('error', () => response.destroy());
  answer.once('close', () => {
    if (!answer.complete) response.destroy();
  });
  try {
    const headers = responseHeaders(answer.rawHeaders, treatmentFor(permit.answer));
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', headers);
    answer.pipe(response);
  } catch {
    answer.destroy();
    socket.destroy();
  }
}

/** A server may ignore an upgrade (RFC 9110 section 7.8); where there is a body Node no longer parses it. */
function ignoreUpgrade(
  parts: WebSocketParts,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  refuse: Refuse,
): void {
  if (head.length > 0 || hasBody(request)) refuse(request, socket, 'upgrade-refused');
  else parts.serve(request, respondOn(request, socket));
}

/** A response on a socket that Node has let go of: the last one on it. */
function respondOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // Node asks for a net.Socket, and needs no more of it than a duplex stream has.
  response.assignSocket(request.socket);
  socket.on('drain', () => response.emit('drain'));
  response.once('finish', () => {
    response.detachSocket(request.socket);
    socket.end(() => socket.destroy());
  });
  socket.resume();
  return response;
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  const wanted =
    headers.upgrade
      ?.toLowerCase()
      .split(',')
      .map((name) => name.trim()) ?? [];
  return wanted.includes('websocket');
}
