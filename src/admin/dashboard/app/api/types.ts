import type Type from 'typebox';
import type { Answer, Problem as ProblemSchema } from '../../../answers.ts';
import type { ExplainRequest, ImportBody, RangeBody, SettingsBody } from '../../../schemas.ts';
import type { Scope } from '../../../../policy/reason.ts';

/** What the API takes and answers, by its own schemas. */
export type { Scope };
export type Replicas = Answer<'replicas'>;
export type ReplicaStatus = Replicas['replicas'][number];
export type WhitelistList = Answer<'whitelists'>;
export type WhitelistSummary = WhitelistList['whitelists'][number];
/** What counts for a list now. */
export type InForce = WhitelistSummary['inForce'];
/** One scope with a page of its ranges. */
export type WhitelistPage = Answer<'whitelist'>;
export type RangeRecord = WhitelistPage['ranges'][number];
/** What a bot inherits. */
export type Inherited = NonNullable<WhitelistPage['inherited']>;
/** One entry of the change log. A range that was edited is on both sides under one id. */
export type Change = Answer<'change'>;
export type ChangeList = Answer<'changes'>;
/** Toggle and settings as they are stored; null is inherited. */
export type Settings = NonNullable<Change['after']['settings']>;
export type SettingsPatch = Type.Static<typeof SettingsBody>;
/** A range on its way in. */
export type RangeInput = Pick<Type.Static<typeof RangeBody>, 'start' | 'end'> & {
  readonly note?: string;
  readonly expiresAt?: string;
};
export type ImportInput = Type.Static<typeof ImportBody>;
export type Written = Pick<Answer<'settings'>, 'revision' | 'live'>;
export type Live = Written['live'];
/** What an import did, or would do. */
export type Imported = Answer<'import'>;
export type Revocations = Answer<'revocations'>;
export type Revocation = Revocations['revocations'][number];
/** Who the gateway takes the person looking for. */
export type Me = Answer<'me'>;
export type ExplainQuestion = ExplainRequest;
export type Explanation = Answer<'explained'>;
/** An RFC 9457 body, as far as it could be read. */
export type Problem = Pick<Type.Static<typeof ProblemSchema>, 'status' | 'title'> &
  Partial<Type.Static<typeof ProblemSchema>>;
export type MemberError = NonNullable<Problem['errors']>[number];
