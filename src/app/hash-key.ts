import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AccessLogOptions } from '../audit/access-log.ts';
import type { ReloadSettings, StartOptions } from '../config/index.ts';

/**
 * The key of hashed subjects: the configured one, else one in the folder of the embedded store, made where there is
 * none. Nothing where subjects are not hashed.
 */
function hashKeyOf(log: ReloadSettings['log'], store: StartOptions['store']): { hashKey?: Uint8Array } {
  if (log.subject === 'full') return {};
  if (log.hashKey !== undefined) return { hashKey: log.hashKey };
  return store.file === undefined ? {} : { hashKey: keptKey(store.file) };
}

/** How much of people the log shows; read anew only where a reload has changed it. */
export function shownBy(
  log: () => ReloadSettings['log'],
  store: StartOptions['store'],
): () => AccessLogOptions {
  let options: ReloadSettings['log'] | undefined;
  let shown: AccessLogOptions = { clientIp: 'truncated', subject: 'hashed' };
  return () => {
    const now = log();
    if (now === options) return shown;
    shown = { clientIp: now.clientIp, subject: now.subject, ...hashKeyOf(now, store) };
    options = now;
    return shown;
  };
}

function keptKey(dir: string): Uint8Array {
  const file = join(dir, 'log-hash-key');
  mkdirSync(dir, { recursive: true });
  try {
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return Buffer.from(readFileSync(file, 'utf8').trim());
}
