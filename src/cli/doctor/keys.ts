import { request } from 'undici';
import type { Config } from '../../config/index.ts';
import { createKeyFetcher } from '../../identity/jwks-fetch.ts';
import type { ClockSample } from './clock.ts';
import { dateReading } from './clock.ts';
import { found, good } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';

type Issuer = Config['identity']['issuers'][number];

async function checkSet(
  issuer: string,
  url: string,
  kind: 'key-set' | 'discovery',
  timeoutMs: number,
): Promise<Diagnosis> {
  const fetcher = createKeyFetcher(url, kind, timeoutMs);
  try {
    const keys = await fetcher.fetch(new Map());
    return good('keys', `${issuer}: ${url} has ${keys.length} usable ${keys.length === 1 ? 'key' : 'keys'}`);
  } catch (error) {
    return found(
      'keys',
      'bad',
      `${issuer}: ${url}: ${error instanceof Error ? error.message : String(error)}`,
      {
        shows: 'tokens of this issuer are answered 503 once the last good keys are too old',
        mend: 'make the key server reachable from here, or mend jwksUrl',
      },
    );
  } finally {
    await fetcher.close();
  }
}

/** What an issuer says of itself (OpenID Connect Discovery), where it says anything. */
async function discover(
  issuer: string,
  timeoutMs: number,
): Promise<{ metadata?: Record<string, unknown>; clocks: ClockSample[] }> {
  try {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await request(url, { reset: true, signal: AbortSignal.timeout(timeoutMs) });
    const clocks = dateReading(issuer, answer.headers['date'], Date.now());
    if (answer.statusCode !== 200) return { clocks: (await answer.body.dump(), clocks) };
    const metadata: unknown = await answer.body.json();
    return {
      clocks,
      ...(typeof metadata === 'object' && metadata !== null ? { metadata: { ...metadata } } : {}),
    };
  } catch {
    return { clocks: [] };
  }
}

function logoutOf(name: string, metadata: Record<string, unknown>, site: string): Diagnosis[] {
  if (metadata['backchannel_logout_supported'] !== true) return [];
  const sid = metadata['backchannel_logout_session_supported'] === true ? ', with the session' : '';
  const where = `${site}/_gateway/backchannel-logout`;
  return [
    good('logout', `${name}: it can tell who signs out (back-channel${sid}), once its client names ${where}`),
  ];
}

function compare({ name, issuer, discover, keys }: Issuer, metadata: Record<string, unknown>): Diagnosis[] {
  const list: Diagnosis[] = [];
  const ours = discover ?? issuer;
  const { issuer: theirs, jwks_uri: jwksUri } = metadata;
  if (typeof theirs === 'string' && theirs !== ours) {
    list.push(
      found('keys', 'bad', `${name}: it calls itself "${theirs}", the configuration "${String(ours)}"`, {
        shows: 'its tokens are token-foreign: everyone is asked to log in again and again',
        mend: 'write `issuer` exactly as its tokens do; a slash at the end counts',
      }),
    );
  }
  const urls = keys.flatMap((key) => ('jwksUrl' in key ? [key.jwksUrl] : []));
  if (typeof jwksUri === 'string' && urls.length > 0 && !urls.includes(jwksUri)) {
    list.push(
      found(
        'keys',
        'look',
        `${name}: it publishes its keys at ${jwksUri}, the configuration names ${urls.join(', ')}`,
        {
          shows: 'after its next rotation tokens may be refused',
          mend: 'name that URL as jwksUrl',
        },
      ),
    );
  }
  return list;
}

async function checkIssuer(
  issuer: Issuer,
  timeoutMs: number,
  site: string,
): Promise<{ found: Diagnosis[]; clocks: ClockSample[] }> {
  const sets = issuer.keys.flatMap((key) =>
    'jwksUrl' in key ? [checkSet(issuer.name, key.jwksUrl, 'key-set', timeoutMs)] : [],
  );
  if (issuer.discover !== null) sets.push(checkSet(issuer.name, issuer.discover, 'discovery', timeoutMs));
  const own = await Promise.all(sets);
  const iss = issuer.discover ?? issuer.issuer;
  if (typeof iss !== 'string' || !/^https?:\/\//.test(iss)) return { found: own, clocks: [] };
  const { metadata, clocks } = await discover(iss, timeoutMs);
  if (metadata === undefined) return { found: own, clocks };
  return { found: [...own, ...compare(issuer, metadata), ...logoutOf(issuer.name, metadata, site)], clocks };
}

/** Fetches every key set, and asks each issuer what it says of itself. */
export async function checkKeys({
  identity,
  public: site,
}: Config): Promise<{ found: Diagnosis[]; clocks: ClockSample[] }> {
  const all = await Promise.all(
    identity.issuers.map((issuer) => checkIssuer(issuer, identity.jwks.timeoutMs, site.url ?? '')),
  );
  return { found: all.flatMap((one) => one.found), clocks: all.flatMap((one) => one.clocks) };
}
