import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { ChangeRequest } from '../changes/plan.ts';
import type { FieldError } from '../policy/range.ts';
import { actorOf, nameOf } from './actor.ts';
import { knownAddress } from './client.ts';
import type { AdminOptions } from './options.ts';

const ETAG = /^(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

/** Revisions that If-Match names. A tag that is no revision of ours names none, and so never matches. */
function readIfMatch(header: string): readonly number[] | 'any' | undefined {
  const text = header.trim();
  if (text === '*') return 'any';
  const tags = text.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => ETAG.test(tag))) return undefined;
  return tags.flatMap((tag) => (/^"(?:0|[1-9][0-9]{0,14})"$/.test(tag) ? [Number(tag.slice(1, -1))] : []));
}

/** A key names one edit of one admin: somebody else's same key is another one. */
function storedKey(by: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([by, key]))
    .digest('hex');
}

export type Conditions =
  { readonly ok: true; readonly asked: ChangeRequest } | { readonly ok: false; readonly error: FieldError };

/** Who asks for a write, and on which conditions. */
export function conditionsOf(options: AdminOptions, request: FastifyRequest): Conditions {
  const by = nameOf(actorOf(request));
  const from = knownAddress(options, request);
  const { 'if-match': ifMatchHeader, 'idempotency-key': key } = request.headers;
  const ifMatch = ifMatchHeader === undefined ? undefined : readIfMatch(ifMatchHeader);
  if (ifMatchHeader !== undefined && ifMatch === undefined) {
    return { ok: false, error: { field: 'If-Match', message: 'must be a revision in quotes' } };
  }
  if (key !== undefined && (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key))) {
    return {
      ok: false,
      error: { field: 'Idempotency-Key', message: 'must be 1 to 200 printable characters' },
    };
  }
  return {
    ok: true,
    asked: {
      by,
      ...(from === undefined ? {} : { from }),
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(key === undefined ? {} : { idempotencyKey: storedKey(by, key) }),
    },
  };
}
