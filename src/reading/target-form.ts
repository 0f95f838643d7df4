import { hasBadPercent } from './decoding.ts';

/** A target in two parts. */
export interface Readable {
  readonly ok: true;
  readonly path: string;
  /** Without its `?`; absent where there is none. */
  readonly query?: string;
}

/** A target in two parts, or why it cannot be read at all. */
export type Form = Readable | { readonly ok: false; readonly why: string };

const ABSOLUTE = /^(https?):\/\/([^/?#\\]*)(.*)$/is;

/** The target as a path and a query; an absolute-form one becomes origin-form, any other stays as it is. */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = ABSOLUTE.exec(target)?.[3];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Splits a target; says why where no two upstreams need agree on what it means. */
export function splitTarget(target: string, host: string | undefined): Form {
  if (!target.startsWith('/')) {
    const why = foreign(target, host);
    if (why !== undefined) return { ok: false, why };
  }
  const origin = originForm(target);
  const mark = origin.indexOf('?');
  const path = mark < 0 ? origin : origin.slice(0, mark);
  if (path.includes('\\')) return { ok: false, why: 'The path has a backslash.' };
  if (origin.includes('#')) return { ok: false, why: 'The target has a fragment.' };
  if (hasBadPercent(path)) return { ok: false, why: 'The path has a percent sign that encodes nothing.' };
  if (/[^\x21-\x7e\x80-\xff]/.test(origin)) {
    return { ok: false, why: 'The target has spaces, control characters or characters that are no bytes.' };
  }
  return mark < 0 ? { ok: true, path } : { ok: true, path, query: origin.slice(mark + 1) };
}

/** Why a target that does not start with a slash cannot be read; undefined where it names this very host. */
function foreign(target: string, host: string | undefined): string | undefined {
  const [, scheme, authority] = ABSOLUTE.exec(target) ?? [];
  if (scheme === undefined || authority === undefined)
    return 'The target is neither a path nor an absolute URL.';
  if (authority.includes('@')) return 'The target has a user name before its host.';
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  if (host === undefined || authority === '' || bare(authority, port) !== bare(host, port)) {
    return 'The target names another host than the Host header.';
  }
  return undefined;
}

function bare(authority: string, defaultPort: string): string {
  const lower = authority.toLowerCase();
  const host = lower.endsWith(defaultPort) ? lower.slice(0, -defaultPort.length) : lower;
  // `host:8080:80` has no default port to be left out: it is no authority at all.
  return /^(?:[^:]*|\[[^\]]*\])$/.test(host) ? host : lower;
}
