import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { ownSchemas } from '../json-schema.ts';
import { StoreError } from '../policy-store/store.ts';
import { storeRefusal } from '../policy-store/commit.ts';
import { MalformedBody } from './body.ts';
import type { AdminLog } from './options.ts';
import { sendProblem, sendEditRefusal } from './problem.ts';
import type { MemberError } from './problem.ts';

/** A body is taken as it is: nothing is coerced, dropped or filled in. A query is text, so numbers are read from it. */
export function createValidator(): FastifySchemaCompiler<object> {
  const exact = new Ajv({ ...ownSchemas, allErrors: true });
  const fromText = new Ajv({ ...ownSchemas, allErrors: true, coerceTypes: true });
  return ({ schema, httpPart }) => (httpPart === 'body' ? exact : fromText).compile(schema);
}

/** Turns whatever a request failed with into a problem. */
export function createErrorHandler(log: AdminLog) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
    sendError(log, error, request, reply);
}

function sendError(
  log: AdminLog,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof MalformedBody) {
    const errors = [{ field: error.field, message: error.message }];
    return sendProblem(reply, 'malformed', 'The body cannot be read.', { errors });
  }
  if (error instanceof StoreError) return sendEditRefusal(reply, storeRefusal(error).refusal);
  if (error.validation !== undefined) return sendInvalid(error, reply);
  const status = error.statusCode ?? 500;
  if (status === 413) return sendProblem(reply, 'body-too-large', 'The body is larger than is taken here.');
  if (status === 415) return sendProblem(reply, 'content-type', 'A write must be application/json.');
  if (status < 500) return sendProblem(reply, 'malformed', 'The request cannot be read.');
  log.error({ err: error, requestId: request.id }, 'admin call failed');
  return sendProblem(reply, 'internal-error', 'Something went wrong here; the log says what.');
}

/** 400: it is no such request. 422: it is one, with a value that cannot be. */
function sendInvalid(error: FastifyError, reply: FastifyReply): FastifyReply {
  const found = (error.validation ?? []).filter(isTelling);
  const errors = found.slice(0, 50).map(memberError);
  const isBody = error.validationContext === 'body';
  if (isBody && found.every((one) => !isShapeless(one))) {
    return sendProblem(reply, 'invalid', 'A value cannot be.', { errors });
  }
  const what = isBody ? 'body' : 'query';
  return sendProblem(reply, 'malformed', `The ${what} has what it may not have, or lacks what it must.`, {
    errors,
  });
}

type Found = Pick<ErrorObject, 'keyword' | 'instancePath' | 'message'> & {
  readonly params: Record<string, unknown>;
};

/** What a choice of schemas adds to the mistakes within it says nothing. */
function isTelling(found: Pick<Found, 'keyword'>): boolean {
  return found.keyword !== 'anyOf';
}

function isShapeless(found: Pick<Found, 'keyword' | 'instancePath'>): boolean {
  return found.keyword === 'additionalProperties' || (found.instancePath === '' && found.keyword === 'type');
}

function memberError(
  found: Pick<Found, 'keyword' | 'instancePath' | 'params'> & { message?: string },
): MemberError {
  const path = found.instancePath.slice(1).replaceAll('/', '.');
  const { missingProperty, additionalProperty, allowedValues } = found.params;
  if (typeof missingProperty === 'string')
    return { field: joined(path, missingProperty), message: 'is missing' };
  if (typeof additionalProperty === 'string') {
    return { field: joined(path, additionalProperty), message: 'is not a member' };
  }
  if (Array.isArray(allowedValues)) {
    return {
      field: path,
      message: `must be one of ${allowedValues.map((value) => String(value)).join(', ')}`,
    };
  }
  return { field: path, message: found.message ?? 'cannot be' };
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
