import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Permit } from '../access/permit.ts';
import type { Question } from '../access/question.ts';
import type { LongAnswers } from './long-answers.ts';
import type { GatewaySettings } from './options.ts';
import type { Upstream } from './upstream.ts';

/** What all exchanges share. */
export interface ExchangeShare {
  readonly upstream: Upstream;
  /** Sent on as Host; undefined: the visitor's own. */
  readonly upstreamHost: string | undefined;
  /** A body that stands still for so long, either way, is given up; 0 = never. */
  readonly bodyTimeoutMs: number;
  /** True from when no new connections are taken: the ones there are not kept. */
  isClosing(): boolean;
  readonly longAnswers: LongAnswers;
  settings(): GatewaySettings;
  readonly observeUpstream: ((seconds: number) => void) | undefined;
}

/** One request, judged. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly question: Question;
  readonly permit: Permit;
  readonly requestId: string;
}
