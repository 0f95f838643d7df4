import type { IncomingMessage } from 'node:http';
import type { ProblemCode } from '../errors.ts';
import { classOf } from './header-names.ts';
import type { LimitOptions } from './options.ts';

/**
 * Without bytes that some reader would take for the end of a host, or for another one; an http URL without a host
 * is none (RFC 9110 section 4.2.1).
 */
const hostLike = /^[A-Za-z0-9._~%!$&'*+;=:[\]-]+$/;
let lastHost = '';

/** Tells `Authorization` from `Cookie`, the other credential, in any spelling of either. */
const authorizationLength = 'authorization'.length;

/** What is refused before it is judged: more than the limits, or what two readers would read in two ways. */
export function inspect(
  request: IncomingMessage,
  target: string,
  limits: LimitOptions,
): ProblemCode | undefined {
  if (request.method === 'TRACE') return 'method-not-allowed';
  if (target.length > limits.targetBytes) return 'target-too-long';
  if (!target.startsWith('/') && !isOtherForm(target, request.method)) return 'bad-request';
  return inspectHeaders(request.rawHeaders, limits);
}

/** Absolute-form for any method, `*` for OPTIONS (RFC 9112 section 3.2). */
function isOtherForm(target: string, method: string | undefined): boolean {
  return target === '*' ? method === 'OPTIONS' : /^https?:\/\//i.test(target);
}

function inspectHeaders(raw: readonly string[], limits: LimitOptions): ProblemCode | undefined {
  let bytes = 0;
  let hosts = 0;
  let authorizations = 0;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    bytes += name.length + value.length + 4;
    const kind = classOf(name);
    if (kind === 'host') {
      hosts += 1;
      if (!isHost(value)) return 'bad-request';
    } else if (!isPlainFraming(name, value)) return 'bad-request';
    else if (kind === 'credential' && name.length === authorizationLength) authorizations += 1;
  }
  if (raw.length > 2 * limits.headerCount || bytes > limits.headerBytes) return 'headers-too-large';
  return hosts > 1 || authorizations > 1 ? 'bad-request' : undefined;
}

/**
 * A length without leading zeros, which some hop in front could read as octal; `chunked` and no other coding: the
 * platform would get the body without being told of it, and be told a length that is not the visitor's (RFC 9112
 * sections 6.1 and 6.3).
 */
function isPlainFraming(name: string, value: string): boolean {
  if (name.length === 14 && name.toLowerCase() === 'content-length') return !/^0\d/.test(value);
  if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') return /^chunked$/i.test(value);
  return true;
}

function isHost(value: string): boolean {
  if (value === lastHost) return true;
  if (!hostLike.test(value)) return false;
  lastHost = value;
  return true;
}
