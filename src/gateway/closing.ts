import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { Leases } from '../access/leases.ts';
import type { Connections } from './connections.ts';

import type { Upstream } from './upstream.ts';

export interface ClosingParts {
  readonly app: FastifyInstance;
  readonly leases: Leases;
  readonly connections: Connections;
  readonly upstream: Upstream;
  readonly drainMs: number;
}

/** The end of the door: what is in flight gets its time, everything else goes at once. */
export interface Closing {
  readonly hasBegun: boolean;
  /** From now on each answer ends its connection: its visitor's next request goes elsewhere. */
  begin(): void;
  watch(server: Server): void;
  close(parts: ClosingParts): Promise<void>;
}

/** A connection whose last answer is out is kept by Node as long as ever; it is looked for so often. */
const idleCheckMs = 50;

export function createClosing(): Closing {
  const servers = new Set<Server>();
  let hasBegun = false;
  return {
    get hasBegun() {
      return hasBegun;
    },
    begin: () => void (hasBegun = true),
    watch: (server) => void servers.add(server),
    async close({ app, leases, connections, upstream, drainMs }) {
      hasBegun = true;
      const idle = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), idleCheckMs);
      const breakOff = setTimeout(() => {
        leases.endAll();
        connections.endAll();
      }, drainMs);
      await app.close();
      clearInterval(idle);
      clearTimeout(breakOff);
      leases.close();
      await upstream.connections.close();
    },
  };
}
