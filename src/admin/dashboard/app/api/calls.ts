import type { ForeseeCall } from './foresee.ts';
import { request, type Sent } from './request.ts';
import type {
  ActivityPage,
  AlertList,
  ChangeList,
  Comparison,
  Dismissal,
  Explanation,
  ExplainQuestion,
  Found,
  ForecastChanges,
  Imported,
  Me,
  RangeInput,
  RangeRecord,
  ReadingList,
  Refusal,
  Refusals,
  Replicas,
  Revocations,
  Scope,
  SettingsPatch,
  TrialList,
  Summary,
  UnguardedList,
  WhitelistList,
  WhitelistPage,
  ChangeReceipt,
} from './types.ts';

/** How a change is made: for which revision, and whether on trial. */
export type WriteWays = Required<Pick<Sent, 'ifMatch'>> & Pick<Sent, 'confirmWithin'>;

const list = (scope: Scope): string => `/whitelists/${encodeURIComponent(scope)}`;

interface Paging {
  readonly q?: string | undefined;
  readonly after?: string | undefined;
  readonly limit?: number;
}

/** How a list's ranges are asked for. */
export interface RangePaging extends Paging {
  readonly use?: 'true';
  readonly show?: 'never-used' | 'expiring' | 'expired' | undefined;
  readonly sort?: 'start' | 'id';
}

export const getMe = (): Promise<Me> => request('/me');

export const getWhitelists = (paging: Paging): Promise<WhitelistList> =>
  request('/whitelists', { query: { ...paging } });

export const getWhitelist = (scope: Scope, paging: RangePaging): Promise<WhitelistPage> =>
  request(list(scope), { query: { ...paging } });

export const patchSettings = (scope: Scope, patch: SettingsPatch, ways: WriteWays): Promise<ChangeReceipt> =>
  request(list(scope), { method: 'PATCH', body: patch, ...ways });

export const addRange = (
  scope: Scope,
  range: RangeInput,
  ways: WriteWays,
): Promise<ChangeReceipt & RangeRecord> =>
  request(`${list(scope)}/ranges`, { method: 'POST', body: range, ...ways });

export const putRange = (
  scope: Scope,
  id: string,
  range: RangeInput,
  ways: WriteWays,
): Promise<ChangeReceipt> =>
  request(`${list(scope)}/ranges/${encodeURIComponent(id)}`, { method: 'PUT', body: range, ...ways });

export const deleteRange = (scope: Scope, id: string, ways: WriteWays): Promise<ChangeReceipt> =>
  request(`${list(scope)}/ranges/${encodeURIComponent(id)}`, { method: 'DELETE', ...ways });

/** Removes many ranges by one change, for a reason. */
export const removeRanges = (
  scope: Scope,
  ids: readonly string[],
  reason: string,
  ways: WriteWays,
): Promise<ChangeReceipt> =>
  request(`${list(scope)}/review`, { method: 'POST', body: { ids, action: 'remove', reason }, ...ways });

export const importRanges = (
  scope: Scope,
  ranges: readonly RangeInput[],
  how: WriteWays & {
    readonly dryRun: boolean;
    readonly onSent?: (share: number) => void;
  },
): Promise<ChangeReceipt & Imported> =>
  request(`${list(scope)}/import`, {
    method: 'POST',
    query: { dryRun: how.dryRun ? 'true' : undefined },
    body: { ranges },
    ifMatch: how.ifMatch,
    confirmWithin: how.confirmWithin,
    onSent: how.onSent,
  });

/** What an import would have changed of the recorded visits. */
export const foreseeImport = (scope: Scope, ranges: readonly RangeInput[], ifMatch: number): ForeseeCall => ({
  path: `${list(scope)}/import`,
  sent: { method: 'POST', query: { dryRun: 'true', forecast: 'true' }, body: { ranges }, ifMatch },
});

export const getChanges = (query: {
  readonly scope?: Scope | undefined;
  readonly after?: string | undefined;
  readonly limit?: number;
  readonly q?: string | undefined;
  readonly by?: string | undefined;
  readonly kind?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): Promise<ChangeList> => request('/changes', { query: { ...query } });

type Trial = Pick<WriteWays, 'confirmWithin'>;

export const revertChange = (revision: number, trial?: Trial): Promise<ChangeReceipt> =>
  request(`/changes/${revision}/revert`, { method: 'POST', ...trial });

/** Answered by nothing else that is shown. */
export const foreseeRevert = (revision: number): ForeseeCall => ({
  path: `/changes/${revision}/revert/preview`,
  sent: { method: 'POST', body: {} },
});

export const getReadings = (limit: number): Promise<ReadingList> =>
  request('/readings', { query: { limit } });

export const getTrials = (): Promise<TrialList> => request('/trials', { timeoutMs: 5_000 });

export const confirmChange = (revision: number): Promise<ChangeReceipt> =>
  request(`/changes/${revision}/confirm`, { method: 'POST' });

export const compareRevisions = (scope: Scope, from: string, to: string): Promise<Comparison> =>
  request(`${list(scope)}/compare`, { query: { from, to } });

/** Answered by a comparison first. */
export const foreseeRestore = (scope: Scope, at: string): ForeseeCall => ({
  path: `${list(scope)}/restore/preview`,
  sent: { method: 'POST', body: { at } },
});

export const restoreList = (scope: Scope, at: string, trial?: Trial): Promise<ChangeReceipt> =>
  request(`${list(scope)}/restore`, { method: 'POST', body: { at }, ...trial });

export const getRevocations = (query: {
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
}): Promise<Revocations> => request('/revocations', { query: { ...query } });

export const addRevocation = (body: {
  readonly issuer: string;
  readonly subject: string;
}): Promise<ChangeReceipt> => request('/revocations', { method: 'POST', body });

export const liftRevocation = (id: string): Promise<ChangeReceipt> =>
  request(`/revocations/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const getReplicas = (): Promise<Replicas> => request('/replicas', { timeoutMs: 5_000 });

export const foreseeChanges = (scope: Scope, changes: ForecastChanges): ForeseeCall => ({
  path: '/forecast',
  sent: { method: 'POST', body: { scope, changes } },
});

type Query = Readonly<Record<string, string | number | undefined>>;

export const getActivity = (query: Query): Promise<ActivityPage> => request('/activity', { query });

export const getSummary = (query: Query): Promise<Summary> => request('/activity/summary', { query });

export const lookUp = (q: string): Promise<Found> => request('/lookup', { query: { q } });

export const getRefusals = (query: Query): Promise<Refusals> => request('/refusals', { query });

export const settleRefusals = (
  what: 'dismiss' | 'recall',
  { address, bot }: Pick<Refusal, 'address' | 'bot'>,
): Promise<Dismissal> => request(`/refusals/${what}`, { method: 'POST', body: { address, bot } });

export const getUnguarded = (): Promise<UnguardedList> => request('/unguarded');

export const getAlerts = (): Promise<AlertList> => request('/alerts');

export const explain = (question: ExplainQuestion): Promise<Explanation> =>
  request('/explain', { method: 'POST', body: question });

export const openSession = (token: string): Promise<void> =>
  request('/session', { method: 'POST', body: { token } });

export const closeSession = (): Promise<void> => request('/session', { method: 'DELETE' });
