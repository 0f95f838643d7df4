import type { Change, Live, RevocationLists, RevocationRecord } from '../changes/change.ts';
import { refused } from '../changes/plan.ts';
import type { ChangeRequest, EditRefused } from '../changes/plan.ts';
import { MOST_REVOCATIONS, planLift, planRevoke } from '../changes/revoke.ts';
import type { Wanted } from '../changes/revoke.ts';
import type { Revocation } from '../policy/revocation.ts';
import { storeRefusal } from './commit.ts';
import type { EditorOptions } from './editor.ts';
import { StoreError } from './store.ts';
import type { Receipt } from './store.ts';

export interface RevokeDone {
  readonly ok: true;
  readonly revision: number;
  readonly live: Live;
  readonly acknowledged?: number;
  readonly revocation: Revocation;
  /** Absent where it was so already. */
  readonly change?: Change;
}

/** Takes tokens and sessions back, and lifts that again. Nothing throws but for a defect. */
export interface Revoker {
  revoke(wanted: Wanted, asked: ChangeRequest): Promise<RevokeDone | EditRefused>;
  lift(id: string, asked: ChangeRequest): Promise<RevokeDone | EditRefused>;
}

/** How often a change is planned anew because somebody else was faster, or its answer was lost. */
const ATTEMPTS = 12;
const REACHED_TIMEOUT_MS = 5_000;

type Planned =
  | { readonly lists: RevocationLists; readonly revocation: Revocation }
  | { readonly there: Revocation }
  | EditRefused;
type Plan = (record: RevocationRecord, at: string) => Planned;

export function createRevoker(options: EditorOptions): Revoker {
  const { now, randomId } = options;
  return {
    revoke(wanted, asked) {
      const createdAt = new Date(now()).toISOString();
      const revocation = { id: randomId(), ...wanted, createdAt, createdBy: asked.by };
      return run(options, asked, ({ entries }, at) => {
        const plan = planRevoke(entries, revocation, at);
        if (plan.kind === 'there') return { there: plan.revocation };
        if (plan.kind === 'full') return full;
        return { lists: plan.lists, revocation };
      });
    },
    lift: (id, asked) =>
      run(options, asked, ({ entries }, at) => {
        const lists = planLift(entries, id, at);
        const [revocation] = lists?.removed ?? [];
        if (lists !== undefined && revocation !== undefined) return { lists, revocation };
        return refused({ code: 'not-found', detail: `There is no revocation ${id}.` });
      }),
  };
}

const full = refused({
  code: 'conflict',
  detail: `There are ${String(MOST_REVOCATIONS)} revocations already: lift some, or take back by issuedBefore.`,
});

async function run(
  options: EditorOptions,
  asked: ChangeRequest,
  plan: Plan,
): Promise<RevokeDone | EditRefused> {
  const { store, live, now } = options;
  const key = asked.idempotencyKey ?? options.randomId();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const earlier = asked.idempotencyKey === undefined ? undefined : await store.receipt(key);
      if (earlier !== undefined) return repeated(earlier);
      const { revision, record } = await store.revocations();
      const at = new Date(now()).toISOString();
      const missed = unmet(asked, record, revision);
      const planned = missed ?? plan(record, at);
      if ('ok' in planned) return planned;
      if ('there' in planned) return await idle(options, record.revision, planned.there);
      const draft = { scope: 'revocations', expected: record.revision, at, by: asked.by } as const;
      const from = asked.from === undefined ? {} : { from: asked.from };
      const lists = { removed: [], added: [], revocations: planned.lists };
      const receipt = await store.change({ ...draft, ...from, ...lists, idempotencyKey: key });
      await live.reached(receipt.change.revision, REACHED_TIMEOUT_MS);
      return answerOf(receipt, planned.revocation);
    } catch (error) {
      const code = error instanceof StoreError ? error.code : undefined;
      if (code !== 'conflict' && !(code === 'unknown' && attempt < 2)) return storeRefusal(error);
    }
  }
  return refused({ code: 'conflict', detail: 'Others are changing the revocations right now. Try again.' });
}

function answerOf({ change, live, acknowledged }: Receipt, revocation: Revocation): RevokeDone {
  const { revision } = change;
  return {
    ok: true,
    revision,
    live,
    revocation,
    change,
    ...(acknowledged !== undefined && { acknowledged }),
  };
}

/** The first answer once more, where it was to such a question. */
function repeated(receipt: Receipt): RevokeDone | EditRefused {
  const lists = receipt.change.revocations;
  const first = lists?.added[0] ?? lists?.removed[0];
  if (first !== undefined) {
    const { change: _, ...answer } = answerOf(receipt, first);
    return answer;
  }
  const message = 'was used for another change before';
  const detail = `The Idempotency-Key ${message}, revision ${receipt.change.revision}.`;
  return refused({ code: 'invalid', detail, errors: [{ field: 'Idempotency-Key', message }] });
}

function unmet(
  { ifMatch }: ChangeRequest,
  record: RevocationRecord,
  newest: number,
): EditRefused | undefined {
  if (ifMatch === undefined || ifMatch === 'any') return undefined;
  if (ifMatch.some((revision) => revision >= record.revision && revision <= newest)) return undefined;
  const detail = `The revocations were changed at revision ${record.revision}, after the one that you named.`;
  return refused({ code: 'precondition-failed', detail });
}

/** It is so already: how far that is served. */
async function idle({ store }: EditorOptions, revision: number, revocation: Revocation): Promise<RevokeDone> {
  const all = await store.replicas();
  const replicas = all.filter((one) => one.revision >= revision).length;
  return { ok: true, revision, live: { replicas, of: all.length, ms: 0 }, revocation };
}
