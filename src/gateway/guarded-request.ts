import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Leases } from '../access/leases.ts';
import type { Answer, Authorize, Question } from '../access/question.ts';
import type { Assertion } from './assertion.ts';
import type { Watching } from './canaries/watched.ts';
import type { GatewaySettings, OnPassed } from './options.ts';
import type { OwnAnswers } from './own-answers.ts';
import type { Streams } from './streams.ts';
import type { Upstream } from './upstream.ts';

/** One request, named. */
export interface GuardedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly question: Question;
  readonly requestId: string;
  /** When it was taken up, by `performance.now()`. */
  readonly startMs: number;
  /** Its body, where it was read to be judged: sent on as it came. */
  readonly body?: Buffer | undefined;
}

/** What went on after its head, or ended before its time. */
export interface Ended {
  readonly requestId: string;
  /** `complete`, who left, what limit it met, or the reason that ended its grant. */
  readonly why: string;
  readonly durationMs: number;
  /** Of bodies, or of a tunnel: from the visitor and to the visitor. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What all exchanges share. */
export interface ExchangeShare {
  readonly upstream: Upstream;
  readonly streams: Streams;
  readonly leases: Leases;
  readonly own: OwnAnswers;
  /** Sent on as Host; undefined: the visitor's own. */
  readonly upstreamHost: string | undefined;
  /** A request's body that stands still for so long is given up; 0 = never. */
  readonly bodyTimeoutMs: number;
  /** An answer of which the visitor takes nothing for so long is given up; 0 = never. */
  readonly sendTimeoutMs: number;
  /** A tunnel without a byte for so long is closed; 0 = never. */
  readonly tunnelIdleMs: number;
  /** A message within a socket that is judged is no longer. */
  readonly messageBytes: number;
  readonly authorize: Authorize;
  /** True from when no new connections are taken: the ones there are not kept. */
  isClosing(): boolean;
  settings(): GatewaySettings;
  /** Told the head of each answer of the upstream's, before it goes out. */
  onHead(asked: GuardedRequest, answer: Answer, status: number, upstreamMs: number): void;
  /** Told of each thing that is asked for within a socket, granted or not. */
  onCall(requestId: string, answer: Answer, durationMs: number): void;
  /** Undefined: the platform is told by plain headers only. */
  readonly assertion: Assertion | undefined;
  readonly onPassed: OnPassed | undefined;
  /** What is looked for in answers that no route guards; undefined where nothing is. */
  readonly watching: (() => Watching | undefined) | undefined;
  onEnded(answer: Answer, ended: Ended): void;
  readonly observeUpstream: ((seconds: number) => void) | undefined;
}
