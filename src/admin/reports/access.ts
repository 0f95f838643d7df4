import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import * as Type from '../../json-schema.ts';
import { askedActivity, fromRecord } from '../activity.ts';
import { AccessReportQuery } from '../activity-schemas.ts';
import { actorOf } from '../actor.ts';
import type { AdminApp, AdminOptions } from '../options.ts';
import { sendProblem } from '../problem.ts';
import { accessReport } from './access-rows.ts';
import { types, type Format, type Report } from './report.ts';
import { pagePolicy, writeReport } from './write.ts';

const subjects = ['conversation', 'contact', 'subject', 'bot', 'rangeId'] as const;

/** Who saw a conversation, what a person, a bot or a range was let see: with what the record lacks. */
export function accessReportRoute(app: AdminApp, options: AdminOptions): void {
  app.get('/reports/access', schema, async (request, reply) => {
    const { format = 'json', forPerson = false, ...query } = request.query;
    const isOfPerson = query.conversation !== undefined || query.contact !== undefined;
    if (!subjects.some((name) => query[name] !== undefined)) {
      return refuse(reply, 'conversation', `is missing, and so are ${subjects.slice(1).join(', ')}`);
    }
    if (forPerson && !isOfPerson) {
      return refuse(
        reply,
        'forPerson',
        'needs a conversation or a contact: it is for the person who chatted',
      );
    }
    const asked = askedActivity(options, request, reply, query);
    if (!asked.ok) return asked.reply;
    const { activity, filter } = asked;
    return fromRecord(options, reply, async () => {
      const reader = { options, actor: actorOf(request), activity };
      return sendReport(reply, await accessReport(reader, filter, forPerson), format);
    });
  });
}

function refuse(reply: FastifyReply, field: string, message: string): FastifyReply {
  return sendProblem(reply, 'malformed', 'The query cannot be read.', { errors: [{ field, message }] });
}

/** Sends it as it is written. */
export function sendReport(reply: FastifyReply, report: Report, format: Format): FastifyReply {
  if (format === 'html') reply.header('content-security-policy', pagePolicy);
  return reply.type(types[format]).send(Readable.from(writeReport(report, format)));
}

/** What a report is answered as. */
export const reportAnswer = {
  200: {
    description: 'The report, in the format that was asked for.',
    content: {
      'application/json': {
        schema: Type.Unsafe<FastifyReply>(
          Type.Object({
            title: Type.String(),
            about: Type.Object({}, { additionalProperties: { type: 'string' } }),
            lacks: Type.Array(Type.String(), { description: 'Sentences on what the record lacks.' }),
            rows: Type.Array(Type.Object({}, { additionalProperties: true })),
            count: Type.Integer(),
          }),
        ),
      },
      'text/csv': { schema: Type.Unsafe<FastifyReply>({ type: 'string' }) },
      'text/html': { schema: Type.Unsafe<FastifyReply>({ type: 'string' }) },
    },
  },
};

const schema = {
  schema: {
    summary: 'Who was let see what, when, by which right and why',
    querystring: AccessReportQuery,
    response: reportAnswer,
  },
};
