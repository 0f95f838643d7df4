import type Type from 'typebox';
import type { ApiAnswer, Problem as ProblemSchema } from '../../../answers.ts';
import type { ForecastBody } from '../../../forecast-schema.ts';
import type { ExplainRequest, ImportBody, RangeBody, SettingsBody } from '../../../schemas.ts';
import type { Scope } from '../../../../policy/reason.ts';

/** What the API takes and answers, by its own schemas. */
export type { Scope };
export type Replicas = ApiAnswer<'replicas'>;
/** What passed that no route guards. */
export type UnguardedList = ApiAnswer<'unguarded'>;
/** What should not go unseen. */
export type AlertList = ApiAnswer<'alerts'>;
export type ReplicaStatus = Replicas['replicas'][number];
export type WhitelistList = ApiAnswer<'whitelists'>;
export type WhitelistSummary = WhitelistList['whitelists'][number];
/** What counts for a list now. */
export type InForce = WhitelistSummary['inForce'];
/** One scope with a page of its ranges. */
export type WhitelistPage = ApiAnswer<'whitelist'>;
export type RangeRecord = WhitelistPage['ranges'][number];
/** What a bot inherits. */
export type Inherited = NonNullable<WhitelistPage['inherited']>;
/** One entry of the change log. A range that was edited is on both sides under one id. */
export type Change = ApiAnswer<'change'>;
export type ChangeList = ApiAnswer<'changes'>;
/** Toggle and settings as they are stored; null is inherited. */
export type StoredSettings = NonNullable<Change['after']['settings']>;
export type SettingsPatch = Type.Static<typeof SettingsBody>;
/** A range on its way in. */
export type RangeInput = Pick<Type.Static<typeof RangeBody>, 'start' | 'end'> & {
  readonly note?: string;
  readonly purpose?: string;
  readonly expiresAt?: string;
};
export type ImportInput = Type.Static<typeof ImportBody>;
export type ChangeReceipt = Pick<ApiAnswer<'settings'>, 'revision' | 'live' | 'trialUntil'>;
export type Live = ChangeReceipt['live'];
/** What an import did, or would do. */
export type Imported = ApiAnswer<'import'>;
/** What a change would have changed over the recorded days. */
export type Forecast = ApiAnswer<'forecast'>;
export type ForecastChanges = Type.Static<typeof ForecastBody>['changes'];
/** One decision of the record. */
export type ActivityPage = ApiAnswer<'activity'>;
export type ActivityEvent = ActivityPage['events'][number];
export type Gap = ActivityPage['gaps'][number];
export type Summary = ApiAnswer<'summary'>;
/** What a text was found to name. */
export type Found = ApiAnswer<'lookup'>;
export type FoundRange = Found['ranges'][number];
export type Refusals = ApiAnswer<'refusals'>;
export type Refusal = Refusals['refusals'][number];
export type Dismissal = ApiAnswer<'dismissal'>;
export type Revocations = ApiAnswer<'revocations'>;
export type Revocation = Revocations['revocations'][number];
/** What two states of a list differ in, or what a change would do. */
export type Comparison = ApiAnswer<'comparison'>;
/** Who read what was decided. */
export type ReadingList = ApiAnswer<'readings'>;
/** Changes that lapse unless they are confirmed. */
export type TrialList = ApiAnswer<'trials'>;
/** Who the gateway takes the person looking for. */
export type Me = ApiAnswer<'me'>;
export type ExplainQuestion = ExplainRequest;
export type Explanation = ApiAnswer<'explained'>;
/** An RFC 9457 body, as far as it could be read. */
export type Problem = Pick<Type.Static<typeof ProblemSchema>, 'status' | 'title'> &
  Partial<Type.Static<typeof ProblemSchema>>;
export type MemberError = NonNullable<Problem['errors']>[number];
