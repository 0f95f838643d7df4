import httpProxy from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { METHODS, type IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.ts';

/** Where the exchange of a request is kept on its way through the proxy plugin. */
const exchangeOf = Symbol('exchange');

interface Carrier {
  [exchangeOf]?: Exchange;
}

/** What the plugin hands to a requestable, as far as ours reads it: no header of the visitor's is in it. */
interface Handed {
  readonly headers: { readonly exchange?: Exchange | undefined };
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

/** The client that the proxy plugin sees: the request that leaves is the one whose lease the exchange has. */
const requestable = {
  request({ headers }: Handed, answered: Answered): void {
    const { exchange } = headers;
    if (exchange === undefined) {
      answered(new Error('a request without a lease'));
      return;
    }
    exchange.start((delivers) => {
      if (delivers) answered(null, { statusCode: 200, headers: {}, stream: exchange });
      else answered(new Error('no answer of the upstream'));
    });
  },
};

const carried = (request: FastifyRequest): Exchange | undefined =>
  (request.raw as IncomingMessage & Carrier)[exchangeOf];

/** How a request goes through the proxy plugin; the same object for all of them. */
const hooks = {
  rewriteRequestHeaders: (request: FastifyRequest) => ({ exchange: carried(request) }),
  onResponse(request: FastifyRequest, reply: FastifyReply) {
    reply.hijack();
    carried(request)?.respond();
  },
  onError(reply: FastifyReply) {
    reply.hijack();
    carried(reply.request)?.refuse();
  },
  // What may be sent again, and when, is for the exchange to say.
  retryDelay: () => null,
} as Parameters<FastifyReply['from']>[1];

export function forward(exchange: Exchange, request: FastifyRequest, reply: FastifyReply): void {
  (request.raw as IncomingMessage & Carrier)[exchangeOf] = exchange;
  reply.raw.on('close', () => exchange.destroy());
  reply.from('/', hooks);
}
