import type { AccessLogOptions } from './access-log.ts';
import { personOf, shortenedAddress } from './shortened.ts';

/** Who made a change; a static token is no person, and has no issuer. */
export interface ChangeAuthor {
  readonly subject: string;
  readonly issuer?: string | undefined;
}

/** What a super admin did: the log's line beside the store's record of it. */
export interface ChangeEvent {
  readonly revision: number;
  readonly scope: string;
  readonly by: ChangeAuthor;
  readonly from?: string;
  readonly added: number;
  readonly removed: number;
  readonly settings: readonly string[];
  readonly requestId: string;
}

/** Who read what was decided, and of whom or what. */
export interface ReadEvent {
  /** The call, as `activity` or `reports/access`. */
  readonly what: string;
  /** What narrowed it, as it may be shown. */
  readonly of: Readonly<Record<string, string>>;
  readonly by: ChangeAuthor;
  readonly from?: string;
  readonly requestId: string;
}

export interface ChangeSink {
  info(fields: object, message: string): void;
}

/** Writes one line for each change of the policy made through this gateway; `options` is asked for each. */
export function createChangeLog(
  log: ChangeSink,
  options: () => AccessLogOptions,
): (event: ChangeEvent) => void {
  return ({ by, from, ...event }) => {
    const shown = options();
    const address = from === undefined ? {} : { from: shortenedAddress(from, shown) };
    log.info({ ...event, by: authorOf(by, shown), ...address }, 'change');
  };
}

/** Writes one line for each reading of what was decided; `options` is asked for each, `keep` gets the same as JSON. */
export function createReadLog(
  log: ChangeSink,
  options: () => AccessLogOptions,
  keep?: (line: string) => void,
): (event: ReadEvent) => void {
  return ({ by, from, ...event }) => {
    const shown = options();
    const address = from === undefined ? {} : { from: shortenedAddress(from, shown) };
    const line = { ...event, by: authorOf(by, shown), ...address };
    log.info(line, 'read');
    keep?.(JSON.stringify(line));
  };
}

function authorOf({ subject, issuer }: ChangeAuthor, options: AccessLogOptions): string {
  if (issuer === undefined) return subject;
  const person = personOf(subject, options);
  return person === undefined ? `(${issuer})` : `${person} (${issuer})`;
}
