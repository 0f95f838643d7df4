import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from '../policy/reason.ts';
import type { EditDone, EditResult, Plan, Preview } from '../changes/plan.ts';
import { ApiAnswers } from './answers.ts';
import type { ApiAnswer } from './answers.ts';
import { conditionsOf } from './conditions.ts';
import { createForecastAnswers, forecastAnswer, type SendForecast } from './forecast-answers.ts';
import { readImportList } from './import-list.ts';
import type { ImportList } from './import-list.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem, sendEditRefusal } from './problem.ts';
import type { MemberError } from './problem.ts';
import { ImportBody, ImportQuery, isYes, ScopeParams } from './schemas.ts';
import { managedScope } from './scope.ts';
import { write } from './write.ts';

/** 100,000 ranges with notes have about 15 MB. */
const IMPORT_LIMIT_BYTES = 32 * 1024 * 1024;

export function importRoute(app: AdminApp, options: AdminOptions): void {
  const { editor, now } = options;
  const sendForecast = createForecastAnswers(app, options);
  const bodyLimit = options.importLimitBytes ?? IMPORT_LIMIT_BYTES;
  app.post('/whitelists/:scope/import', { ...importSchema, bodyLimit }, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const { scope } = scoped;
    const { replace = false } = request.body;
    const read = await readImportList(request.body, now());
    if (!read.ok) return sendProblem(reply, 'invalid', 'A value cannot be.', { errors: read.errors });
    const { list } = read;
    if (isYes(request.query.dryRun)) {
      const foresee = isYes(request.query.forecast) && list.errors.length === 0;
      return preview(options, request, reply, { scope, list, replace, ...(foresee && { sendForecast }) });
    }
    if (list.errors.length > 0) {
      const found = await editor.previewImport(scope, { entries: list.entries, replace }, { by: '' });
      return sendBad(reply, list.placed(found.ok ? found.errors : []));
    }
    return write(options, request, reply, {
      scope,
      plan: () => replacePlan(options, scope, list, replace),
      edit: async (asked) => {
        const outcome = await editor.importRanges(scope, { entries: list.entries, replace }, asked);
        return placed(outcome, list);
      },
      fields: (done) => ({ scope, ranges: done.ranges, ...countsOf(done) }),
    });
  });
}

/** Only what takes ranges away can lock anybody out. */
async function replacePlan(
  { editor }: AdminOptions,
  scope: Scope,
  { entries }: ImportList,
  replace: boolean,
): Promise<Plan | undefined> {
  if (!replace) return undefined;
  const found = await editor.previewImport(scope, { entries, replace }, { by: '' });
  return found.ok && found.errors.length === 0 ? planOf(found) : undefined;
}

function planOf({ removed, updated, added }: Preview): Plan {
  return { ok: true, removed: [...removed, ...updated], added: [...added, ...updated] };
}

const importSchema = {
  schema: {
    summary: 'Add many ranges, or replace the list: all of it or nothing',
    params: ScopeParams,
    querystring: ImportQuery,
    body: ImportBody,
    response: forecastAnswer(ApiAnswers.import),
  },
};

function sendBad(reply: FastifyReply, errors: readonly MemberError[]): FastifyReply {
  const entries = new Set(errors.map(({ index, line }) => line ?? index)).size;
  const detail = `${entries} of the entries cannot be stored, so none was.`;
  return sendProblem(reply, 'invalid', detail, { errors });
}

function placed(outcome: EditResult, list: ImportList): EditResult {
  if (outcome.ok || outcome.refusal.code !== 'invalid' || outcome.refusal.errors === undefined)
    return outcome;
  return { ok: false, refusal: { ...outcome.refusal, errors: list.placed(outcome.refusal.errors) } };
}

/** How many ranges of each kind a dry run shows; it counts all of them. */
const SHOWN = 100;

interface Previewed {
  readonly scope: Scope;
  readonly list: ImportList;
  readonly replace: boolean;
  /** Where it is to be foreseen, too. */
  readonly sendForecast?: SendForecast;
}

async function preview(
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { scope, list, replace, sendForecast }: Previewed,
): Promise<FastifyReply> {
  const conditions = conditionsOf(options, request);
  if (!conditions.ok) {
    return sendProblem(reply, 'malformed', 'A header cannot be read.', { errors: [conditions.error] });
  }
  const found = await options.editor.previewImport(
    scope,
    { entries: list.entries, replace },
    conditions.asked,
  );
  if (!found.ok) return sendEditRefusal(reply, found.refusal);
  const first = viewPreview(scope, found, list.placed(found.errors));
  const whole = (forecast: ApiAnswer<'forecast'> | undefined): FastifyReply =>
    reply.send({ ...first, ...(forecast && { forecast }) } satisfies ApiAnswer<'import'>);
  if (sendForecast === undefined || found.errors.length > 0) return whole(undefined);
  return sendForecast(request, reply, { scope, plan: planOf(found) }, { first, whole });
}

function viewPreview(scope: Scope, found: Preview, errors: readonly MemberError[]): ApiAnswer<'import'> {
  return {
    dryRun: true,
    scope,
    revision: found.revision,
    ...counts(found),
    errors: [...errors],
    preview: {
      added: found.added.slice(0, SHOWN).map(content),
      removed: found.removed.slice(0, SHOWN),
      updated: found.updated.slice(0, SHOWN),
      present: found.present.slice(0, SHOWN),
    },
  };
}

type Content = NonNullable<ApiAnswer<'import'>['preview']>['added'][number];

/** What is not stored yet has no id and no author. */
function content({ start, end, note, purpose, expiresAt }: Preview['added'][number]): Content {
  return {
    start,
    end,
    ...(note === undefined ? {} : { note }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

type Counts = Pick<ApiAnswer<'import'>, 'added' | 'removed' | 'updated' | 'present'>;

function counts(preview: Preview): Counts {
  const { added, removed, updated, present } = preview;
  return { added: added.length, removed: removed.length, updated: updated.length, present: present.length };
}

function countsOf(done: EditDone): Counts {
  if (done.preview !== undefined) return counts(done.preview);
  return { added: done.change?.addedCount ?? 0, removed: done.change?.removedCount ?? 0 };
}
