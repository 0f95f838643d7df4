import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { limitedAddress } from '../access/limited-address.ts';
import type { Peer } from '../access/question.ts';
import type { AdminOptions, BackchannelOptions } from '../admin/index.ts';
import { createRevoker } from '../policy-store/revoker.ts';
import { readClientIp } from '../reading/forwarded.ts';
import { revokeRules } from './admin.ts';
import type { PublicDoorParts } from './doors.ts';

interface BackchannelParts extends Omit<PublicDoorParts, 'admin'> {
  readonly admin: Pick<AdminOptions, 'store' | 'changed'>;
}

/** What logout tokens are judged and kept with. */
export function backchannelOf(
  { ruling, admin, live, limits, logouts, log }: BackchannelParts,
  peerOf: (request: IncomingMessage) => Peer,
): BackchannelOptions {
  const editing = { store: admin.store, live, now: Date.now, randomId: () => randomBytes(8).toString('hex') };
  return {
    read: (token, nowMs) => ruling().verifier.readLogout(token, nowMs),
    revoker: createRevoker(editing),
    rules: () => revokeRules(ruling().config),
    failures: limits.failedTokens,
    addressOf({ raw }) {
      const peer = peerOf(raw);
      const { client, peerTrusted } = readClientIp(ruling().rules.trust, peer, raw.rawHeaders);
      return limitedAddress(client, peerTrusted, peer.address);
    },
    counts: logouts,
    changed: admin.changed,
    log,
    now: Date.now,
  };
}
