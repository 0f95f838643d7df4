import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { METHODS, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Exchange } from './exchange.ts';
import { UpstreamFailure } from './upstream-answer.ts';

/** Where the exchange of a request is kept on its way through the proxy plugin. */
export const exchangeOf = Symbol('exchange');

interface Carrier {
  [exchangeOf]?: Exchange;
}

/** What the plugin hands to a requestable, as far as ours reads it. */
interface Handed {
  readonly headers: Carrier;
}

type Answered = (
  error: Error | null,
  answer?: { statusCode: number; headers: object; stream: object },
) => void;

/** Registers the proxy: every method, one route, our own requestable in place of its client. */
export function registerProxy(app: FastifyInstance, url: string): void {
  const methods = METHODS.filter((method) => method !== 'CONNECT');
  for (const method of methods)
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: false });
  const options = {
    upstream: url,
    routes: ['/'],
    httpMethods: methods,
    proxyPayloads: false,
    // Two Location headers would end the process.
    internalRewriteLocationHeader: false,
    disableRequestLogging: true,
    undici: requestable,
  };
  // The plugin's types know undici's own clients only; it takes anything that has `request`.
  app.register(httpProxy, options as Parameters<typeof httpProxy>[1]);
}

/** The client that the proxy plugin sees: the request that leaves is the one that the permit names. */
const requestable = {
  request({ headers }: Handed, answered: Answered): void {
    const exchange = headers[exchangeOf];
    if (exchange === undefined) {
      answered(new Error('a request without a permit'));
      return;
    }
    exchange.start((failed) => {
      if (failed !== null) answered(failed);
      else answered(null, { statusCode: 200, headers: {}, stream: exchange });
    });
  },
};

/** How a request goes through the proxy plugin; the same object for all of them. */
export function createForwarding(
  onFailed: (request: FastifyRequest, response: ServerResponse, failure: Error, requestId: string) => void,
) {
  const carried = (request: FastifyRequest): Exchange | undefined =>
    (request.raw as IncomingMessage & Carrier)[exchangeOf];
  const failed = (request: FastifyRequest, reply: FastifyReply, error: Error): void => {
    reply.hijack();
    onFailed(request, reply.raw, error, carried(request)?.requestId ?? '');
  };
  const hooks = {
    rewriteRequestHeaders: (request: FastifyRequest) => ({ [exchangeOf]: carried(request) }),
    onResponse(request: FastifyRequest, reply: FastifyReply) {
      reply.hijack();
      if (carried(request)?.respond() !== true)
        failed(request, reply, new UpstreamFailure('upstream-invalid'));
    },
    onError: (reply: FastifyReply, { error }: { error: Error }) => failed(reply.request, reply, error),
    // Never a second request for one that came in.
    retryDelay: () => null,
  };
  return (exchange: Exchange, request: FastifyRequest, reply: FastifyReply): void => {
    (request.raw as IncomingMessage & Carrier)[exchangeOf] = exchange;
    reply.raw.once('close', () => exchange.destroy());
    reply.from('/', hooks as Parameters<FastifyReply['from']>[1]);
  };
}

/** The failure that the exchange gave, wherever the plugin has wrapped it. */
export function failureCode(error: unknown): UpstreamFailure['code'] {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (at instanceof UpstreamFailure) return at.code;
  return 'internal-error';
}
