import { readDigest } from '../activity/digest.ts';
import type { AuditFindings } from '../admin/index.ts';
import type { Store } from '../policy-store/store.ts';
import { attestedChanges, verifyChanges } from '../policy-store/verify-changes.ts';
import type { Signature } from './digests.ts';
import type { DecisionRecord } from './record.ts';

/**
 * Follows the log of changes and the record of decisions, and holds against them what was signed: the digests in the
 * record, and `given` ones from elsewhere. Rejects where store or record cannot be read.
 */
export async function audit(
  store: Store,
  record: DecisionRecord | undefined,
  given: readonly string[],
): Promise<AuditFindings> {
  const signed = given.length === 0 ? [] : await good(record, given);
  const found = await record?.verify(signed);
  const all = [...new Set([...(found?.digests ?? []), ...given])];
  const signatures = await Promise.all(all.map((jws) => record?.digests.check(jws) ?? 'unknown-key'));
  const count = (wanted: Signature): number => signatures.filter((one) => one === wanted).length;
  const claims = all.flatMap((jws, at) => (signatures[at] === 'good' ? (readDigest(jws) ?? []) : []));
  const changes = await verifyChanges(store, attestedChanges(claims.map(({ change }) => change)));
  const last = claims.reduce((latest, { iat }) => Math.max(latest, iat), 0);
  const gateways = found?.chains.map(({ replica, firstSeq, broken, ...chain }) => ({
    ...{ gateway: replica, events: chain.events, first: firstSeq },
    ...(broken && { broken: brokenAt(broken) }),
  }));
  const digests = { good: count('good'), unknownKey: count('unknown-key'), bad: count('bad') };
  const isWhole = gateways?.every(({ broken }) => broken === undefined) ?? true;
  return {
    whole: isWhole && changes.broken === undefined && digests.bad === 0,
    changes,
    ...(gateways && { gateways }),
    digests: { ...digests, ...(last > 0 && { last: new Date(last * 1000).toISOString() }) },
  };
}

async function good(
  record: DecisionRecord | undefined,
  given: readonly string[],
): Promise<readonly string[]> {
  const signatures = await Promise.all(given.map((jws) => record?.digests.check(jws)));
  return given.filter((_, at) => signatures[at] === 'good');
}

function brokenAt({ seq, atMs, why }: { seq: number; atMs?: number; why: 'changed' | 'missing' }) {
  return { event: seq, ...(atMs !== undefined && { at: new Date(atMs).toISOString() }), why };
}
