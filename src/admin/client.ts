import type { FastifyRequest } from 'fastify';
import type { AdminOptions, Located } from './options.ts';

/** Where an admin's request came from. */
export function locate(options: AdminOptions, request: FastifyRequest): Located {
  return options.locate(request.raw.rawHeaders, options.peerOf(request.raw));
}

/** The admin's address for limits and logs: the client IP, else the socket's peer. */
export function clientAddress(options: AdminOptions, request: FastifyRequest): string {
  const { client } = locate(options, request);
  return client.status === 'unknown' ? options.peerOf(request.raw).address : client.address;
}

/** The admin's client IP, where it is known. */
export function knownAddress(options: AdminOptions, request: FastifyRequest): string | undefined {
  const { client } = locate(options, request);
  return client.status === 'unknown' ? undefined : client.address;
}
