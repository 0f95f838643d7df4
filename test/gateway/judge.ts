import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthorize } from '../../src/access/authorize.ts';
import type { Authorize } from '../../src/access/question.ts';
import type { Rules } from '../../src/access/rules.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import { createEditor } from '../../src/policy-store/editor.ts';
import { createFileStore } from '../../src/policy-store/file/file-store.ts';
import { createLivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { Scope } from '../../src/policy/reason.ts';
import type { KeyOptions } from '../../src/identity/options.ts';
import { compileTrust, isTrustedPeer } from '../../src/reading/forwarded.ts';
import { compileRoutes, type RouteOptions } from '../../src/reading/route.ts';
import { AUD, ISS, issuer, options, quiet, secretOf, signers } from '../identity/scene.ts';
import { createSigner, seconds } from '../support/tokens.ts';

const signer = createSigner('HS256', 'staff-1');
const token = (bots: readonly string[], expiresInSeconds: number, by = signer): string =>
  by.sign({
    ...{ iss: ISS, aud: AUD, sub: 'zoë 50%' },
    ...{ bots, iat: seconds(-10), exp: seconds(expiresInSeconds) },
  });

/** Header lines by which visitors are known; each is a member of the bots of one kind of target. */
export const as = {
  /** Of every bot of the tests, by a token in a bearer or in a cookie. */
  member: `Authorization: Bearer ${token(['ok', 'report', 'closed'], 600)}`,
  cookie: `Cookie: session=${token(['ok', 'report', 'closed'], 600)}`,
  /** Signed in, and of none of them. */
  outsider: `Authorization: Bearer ${token(['elsewhere'], 600)}`,
  outsiderCookie: `Cookie: session=${token(['elsewhere'], 600)}`,
  /** Signed by what only a key set could verify. */
  publicKeyCookie: `Cookie: session=${token(['closed'], 600, signers.rs)}`,
  badBearer: 'Authorization: Bearer a.b.c',
  badCookie: 'Cookie: session=a.b.c',
  expiredCookie: `Cookie: session=${token(['ok'], -60)}`,
  /** Whose token has run out, a new one for each `n`. */
  expired: (sub: string, n: number): string =>
    `Cookie: session=${signer.sign({ sub, n, iss: ISS, aud: AUD, exp: seconds(-60) })}`,
  foreigner: `Authorization: Bearer ${signer.sign({ iss: 'https://elsewhere.example/', exp: seconds(600) })}`,
  memberFor: (expiresInSeconds: number): string =>
    `Authorization: Bearer ${token(['closed'], expiresInSeconds)}`,
};

/** The real judge, on an embedded store of its own. */
export interface Judge {
  readonly authorize: Authorize;
  isTrustedPeer(address: string): boolean;
  subscribe(listener: (revision: number) => void): () => void;
  /** Switches a bot's list on or off; resolves when that is served. */
  switchList(bot: string, enabled: boolean): Promise<void>;
  setMode(bot: string, mode: 'enforce' | 'report'): Promise<void>;
  /** Swaps in rules by which this is guarded, too, as a reload does. */
  guard(...routes: readonly RouteOptions[]): void;
  stop(): Promise<void>;
}

export interface JudgeOptions {
  /** False: no policy is known. */
  readonly loads?: boolean;
  /** Networks of proxies whose X-Forwarded-For is believed. */
  readonly proxies?: readonly string[];
  readonly otherPaths?: 'forward' | 'reject';
  /** Where no record says it. */
  readonly mode?: 'enforce' | 'report';
  /** By which tokens are verified, instead of the one that they are signed by. */
  readonly keys?: readonly KeyOptions[];
}

/**
 * Below `/t/ok/` whoever comes from this machine is let in; below `/t/report/` it is only reported who would not be;
 * below `/t/closed/` members are.
 * `/history` names its bot in the query.
 */
export async function startJudge({
  loads = true,
  proxies = [],
  otherPaths = 'forward',
  mode = 'enforce',
  keys = [secretOf(signer)],
}: JudgeOptions = {}): Promise<Judge> {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-judge-'));
  const log = { ...quiet, error: () => undefined };
  const store = await createFileStore({ dir, log, now: Date.now });
  const live = createLivePolicy({ store, maxStalenessSeconds: () => 300, log, now: Date.now });
  const staff = issuer({ keys });
  const verifier = createVerifier({ ...options([staff]), clockToleranceSeconds: 0 }, { log: quiet });
  const trust = compileTrust({ cidrs: proxies, source: 'x-forwarded-for' });
  const history = { path: '/history', query: { botId: 'botId' } };
  const defaults = { mode, requireLogin: false };
  const rulesFor = (...more: readonly RouteOptions[]): Rules => ({
    routes: compileRoutes([{ path: '/t/:botId/:conversationId' }, ...more, history]),
    trust,
    identity: verifier,
    options: { otherPaths, canLogIn: true, defaults },
  });
  let rules = rulesFor();
  const editor = createEditor({ store, live, now: Date.now, randomId: () => randomBytes(8).toString('hex') });
  const by = { by: 'a test' };
  const done = async (outcome: Promise<{ readonly ok: boolean }>): Promise<void> => {
    if (!(await outcome).ok) throw new Error('the change was refused');
  };
  const patch = (bot: string, settings: object): Promise<void> =>
    done(editor.patch(`bot:${bot}` satisfies Scope, settings, by));
  if (loads) {
    live.start();
    await done(editor.addRange('bot:ok', { start: '127.0.0.1', end: '127.0.0.1' }, by));
    await patch('ok', { enabled: true });
    await patch('report', { mode: 'report' });
  }
  return {
    authorize: createAuthorize({ rules: () => rules, policy: live.view, now: Date.now }),
    isTrustedPeer: (address) => isTrustedPeer(trust, address),
    subscribe: (listener) => live.subscribe(listener),
    switchList: (bot, enabled) => patch(bot, { enabled }),
    setMode: (bot, mode) => patch(bot, { mode }),
    guard: (...more) => void (rules = rulesFor(...more)),
    async stop() {
      live.close();
      await verifier.close();
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
