import { Ajv } from 'ajv';
import * as Type from '../json-schema.ts';
import { ApiAnswers, Problem } from '../admin/answers.ts';
import type { ApiAnswer } from '../admin/answers.ts';
import { Event } from '../admin/answers-activity.ts';
import { CommandError, FAILED } from './io.ts';

/** What commands read of the gateway's answers; whatever else is there is left alone. */
export const answers = {
  whitelists: ApiAnswers.whitelists,
  whitelist: ApiAnswers.whitelist,
  settings: ApiAnswers.settings,
  range: ApiAnswers.range,
  imported: ApiAnswers.import,
  forecast: ApiAnswers.forecast,
  explained: ApiAnswers.explained,
  identity: ApiAnswers.identity,
  replicas: ApiAnswers.replicas,
  changes: ApiAnswers.changes,
  audit: ApiAnswers.audit,
  revert: ApiAnswers.revert,
  confirm: ApiAnswers.confirm,
  comparison: ApiAnswers.comparison,
  restored: ApiAnswers.restored,
  review: ApiAnswers.review,
  activity: ApiAnswers.activity,
  lookup: ApiAnswers.lookup,
  refusals: ApiAnswers.refusals,
  event: Event,
  unguarded: ApiAnswers.unguarded,
  readings: ApiAnswers.readings,
  alerts: ApiAnswers.alerts,
  alertTest: ApiAnswers.alertTest,
  /** The members of a problem that are shown; a problem of some proxy on the way may lack the others. */
  problem: Type.Object({
    title: Problem.properties.title,
    detail: Type.Optional(Problem.properties.detail),
    errors: Problem.properties.errors,
  }),
  readiness: Type.Object({
    ready: Type.Boolean(),
    status: Type.String(),
    degraded: Type.Boolean(),
    dependencies: Type.Array(
      Type.Object({ name: Type.String(), state: Type.String(), detail: Type.String() }),
    ),
  }),
} as const;

export type RangeAnswer = Type.Static<(typeof answers)['whitelist']>['ranges'][number];
export type WhitelistAnswer = Omit<ApiAnswer<'whitelists'>['whitelists'][number], 'inForce'>;
export type Imported = Type.Static<(typeof answers)['imported']>;
export type ForecastAnswer = Type.Static<(typeof answers)['forecast']>;
export type EventAnswer = Type.Static<(typeof answers)['event']>;
export type ApiProblem = Type.Static<(typeof answers)['problem']>;

/** A change's receipt. */
export interface ChangeReceipt {
  readonly revision: number;
  readonly live: { readonly replicas: number; readonly of: number };
  /** Of a change on trial: when it lapses. */
  readonly trialUntil?: string;
}

const ajv = new Ajv(Type.ownSchemas);

/** True for a value of the shape that is expected. */
export function fits<T extends Type.TSchema>(schema: T, value: unknown): value is Type.Static<T> {
  return ajv.validate(schema, value);
}

/** An answer of the shape that is expected, or the end of the command. */
export function expectAnswer<T extends Type.TSchema>(schema: T, value: unknown): Type.Static<T> {
  if (fits(schema, value)) return value;
  throw new CommandError(FAILED, 'the answer is not that of a gateway: is --url its private door?');
}
