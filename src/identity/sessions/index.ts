import { isDeepStrictEqual } from 'node:util';
import { noCounts, type SessionSource, type Counts } from './asking.ts';
import { createCaller } from './call.ts';
import { createCredentialKey, type CredentialKey } from './credential-key.ts';
import type { Ends } from './ends.ts';
import type { SessionResult } from './join.ts';
import { delegate, checkSession, observe, type Delegated, type Judging } from './judging.ts';
import { compileKind } from './kind.ts';
import { createMemory } from './memory.ts';
import { defaultChecksAtOnce, type SessionOptions } from './options.ts';
import type { Passed } from './passing.ts';
import type { Presenter, PresentedSession } from './presented.ts';
import { createStrangerLimit, type StrangerLimit } from './stranger-limit.ts';
import type { KeyLog } from '../key-source.ts';

export interface SessionsOptions {
  readonly sessions: readonly SessionOptions[];
  readonly strangerChecksPerMinute: number;
  /** Remembered for each kind. */
  readonly cacheEntries: number;
  /** The login page's path, where it is on the site. */
  readonly loginPath: string | null;
}

export interface SessionsDependencies {
  readonly log: KeyLog;
  readonly ends: Ends;
  /** Keys the digests; gateways that tell each other of ends share it. */
  readonly secret: string;
  /** Whose place these take: kinds that are the same go on with what they remember. */
  readonly previous?: Sessions | undefined;
}

export interface SessionStatus {
  readonly name: string;
  readonly state: 'up' | 'degraded' | 'loading';
  readonly detail: string;
}

export interface SessionFigures extends Readonly<Counts> {
  readonly name: string;
  readonly remembered: number;
  readonly running: number;
}

/** The sessions that the platform, or an authorization server, vouches for. */
export interface Sessions {
  /** What one credential proves; undefined where its kind is none of these. */
  judge(
    presented: PresentedSession,
    by: Presenter,
    how: Judging,
  ): SessionResult | Promise<SessionResult> | undefined;
  /** Whether a credential counts as one where the platform's own answer decides; and who, if that is known. */
  delegate(presented: PresentedSession, by: Presenter): Delegated | Promise<Delegated> | undefined;
  /** Told of each answer of the platform's, with the credentials that its request carried. */
  passed(passed: Passed, presented: readonly PresentedSession[], by: Presenter): void;
  status(): readonly SessionStatus[];
  figures(): readonly SessionFigures[];
  /** By name, what a successor may go on with. */
  readonly kinds: ReadonlyMap<string, Running>;
  /** Closes what no successor has taken over. */
  close(successor?: Sessions): Promise<void>;
}

export interface Running {
  readonly asking: SessionSource;
  readonly failure: { why: string | undefined; asked: boolean };
}

/** Throws where an expression cannot be compiled; the configuration's checks name it before. */
export function createSessions(options: SessionsOptions, deps: SessionsDependencies): Sessions {
  const keyOf = createCredentialKey(deps.secret);
  const strangers = createStrangerLimit(options.strangerChecksPerMinute, () => performance.now());
  const kinds = new Map<string, Running>();
  for (const one of options.sessions) {
    const kept = deps.previous?.kinds.get(one.name);
    const same = kept !== undefined && isDeepStrictEqual(kept.asking.kind.options, one);
    kinds.set(one.name, same ? kept : start(one, options, keyOf, strangers, deps.log));
  }
  if (kinds.size > 0)
    deps.ends.start(({ digest, ended }) => {
      for (const { asking } of kinds.values()) asking.memory.forget(digest, ended);
    });
  return {
    kinds,
    judge: (presented, by, how) => checkSession(kinds.get(presented.kind)?.asking, presented, by, how),
    delegate: (presented, by) => delegate(kinds.get(presented.kind)?.asking, presented, by),
    passed(passed, presented, by) {
      for (const one of presented)
        observe(kinds.get(one.kind)?.asking, passed, one, by, options.loginPath, deps.ends);
    },
    status: () => [...kinds.values()].flatMap(statusOf),
    figures: () => [...kinds.values()].map(figuresOf),
    close: async (successor) => {
      const kept = new Set(successor?.kinds.values());
      const over = [...kinds.values()].filter((one) => !kept.has(one));
      await Promise.all(over.map(async ({ asking }) => asking.caller?.close()));
    },
  };
}

function start(
  options: SessionOptions,
  { cacheEntries }: SessionsOptions,
  keyOf: CredentialKey,
  strangers: StrangerLimit,
  log: KeyLog,
): Running {
  const kind = compileKind(options, Date.now);
  const { name, check, introspection } = options;
  const url = check?.url ?? introspection?.url;
  const clock = (): number => performance.now();
  const failure: Running['failure'] = { why: undefined, asked: false };
  const noteFailure = (why: string | undefined): void => {
    if (why !== undefined && why !== failure.why)
      log.warn({ session: name, why }, 'sessions cannot be checked');
    if (why === undefined && failure.why !== undefined)
      log.info({ session: name }, 'sessions can be checked again');
    failure.why = why;
    failure.asked = true;
  };
  const asking: SessionSource = {
    kind,
    caller: url === undefined ? undefined : createCaller(new URL(url).origin, defaultChecksAtOnce, check?.ca),
    memory: createMemory(kind, cacheEntries, clock),
    keyOf,
    strangers,
    flights: new Map(),
    counts: noCounts(),
    clock,
    noteFailure,
  };
  return { asking, failure };
}

function statusOf({ asking, failure }: Running): SessionStatus[] {
  const { kind, caller } = asking;
  if (caller === undefined) return [];
  const url = kind.options.check?.url ?? kind.options.introspection?.url ?? '';
  const where = url.replace(/[?#].*$/s, '');
  if (failure.why !== undefined)
    return [{ name: kind.name, state: 'degraded', detail: `${where}: ${failure.why}` }];
  const detail = failure.asked ? `${where} answers` : `${where} was not asked yet`;
  return [{ name: kind.name, state: 'up', detail }];
}

function figuresOf({ asking }: Running): SessionFigures {
  const { kind, counts, memory, caller } = asking;
  return { name: kind.name, ...counts, remembered: memory.size(), running: caller?.running() ?? 0 };
}
