import type { IncomingMessage } from 'node:http';
import { problems, type ProblemCode } from '../errors.ts';
import { createRecent } from '../limits/recent.ts';
import { visitorKey } from './visitor-key.ts';

/** Whether a page that says "not now" asks again by itself. */
export interface PageRetries {
  may(request: IncomingMessage, code: ProblemCode, target?: string): boolean;
}

/** Ten times within ten minutes for one visitor and one page; then it waits for a hand. */
const bound = { times: 10, windowMs: 600_000, maxKeys: 20_000 };

export function createPageRetries(now: () => number): PageRetries {
  const asked = createRecent(bound);
  return {
    may(request, code, target = request.url ?? '') {
      const { status } = problems[code];
      if (request.method !== 'GET' || (status !== 502 && status !== 503)) return false;
      const { remoteAddress = '' } = request.socket;
      return asked.allow(visitorKey(request, remoteAddress, request.headers.cookie ?? '', target), now());
    },
  };
}
