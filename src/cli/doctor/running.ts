import { request } from 'undici';
import type { Config } from '../../config/index.ts';
import { answers, expectAnswer } from '../answers.ts';
import type { GatewayClient } from '../gateway.ts';
import { CommandError } from '../io.ts';
import { found, good, unknown, whyText } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';
import { judgeMetrics, readMetrics } from './metrics.ts';

const TIMEOUT_MS = 5_000;

async function ask(url: string): Promise<string> {
  const answer = await request(url, { reset: true, signal: AbortSignal.timeout(TIMEOUT_MS) });
  return answer.body.text();
}

const healthOf = { up: 'good', loading: 'look', degraded: 'look', down: 'bad' } as const;

function dependency({ name, state, detail }: { name: string; state: string; detail: string }): Diagnosis {
  const health = state === 'up' || state === 'loading' || state === 'degraded' ? healthOf[state] : 'bad';
  const what = `${name} is ${state}: ${detail}`;
  if (health === 'good') return good('running', what);
  return found('running', health, what, {
    shows:
      health === 'bad'
        ? 'what depends on it is answered 503'
        : 'the last good state serves, within its bound',
    mend: 'see the checks of that dependency, and the log of the gateway',
  });
}

async function readiness(url: string): Promise<Diagnosis[]> {
  const state = expectAnswer(answers.readiness, JSON.parse(await ask(`${url}/readyz`)));
  const whole = state.ready
    ? good('running', `${url} takes visitors`)
    : found('running', 'bad', `${url} is ${state.status}`, {
        shows: 'a balancer that watches /readyz sends it nobody',
        mend: state.status === 'draining' ? 'it is stopping: start it again' : 'see its dependencies below',
      });
  return [whole, ...state.dependencies.map(dependency)];
}

async function replicas(gateway: GatewayClient, { policy }: Config): Promise<Diagnosis[]> {
  const { replicas: all } = await gateway.call({ path: '/replicas', answer: answers.replicas });
  const newest = Math.max(0, ...all.map(({ revision }) => revision));
  const late = all.filter(
    ({ revision, ageSeconds }) => revision < newest || ageSeconds > policy.maxStalenessSeconds / 2,
  );
  if (late.length === 0) return [good('replicas', `${all.length} of ${all.length} serve revision ${newest}`)];
  return late.map(({ id, revision, ageSeconds }) =>
    found(
      'replicas',
      'look',
      `${id} serves revision ${revision} of ${newest}, confirmed ${Math.round(ageSeconds)} s ago`,
      {
        shows: `a removed range may still let somebody in there, for at most ${policy.maxStalenessSeconds} s`,
        mend: 'look at its log: can it reach the store? Or was it killed? Then it is forgotten soon',
      },
    ),
  );
}

/** Asks the running gateway how it is; without one the other checks stand alone. */
export async function checkRunning(gateway: GatewayClient, config: Config): Promise<Diagnosis[]> {
  const state = await readiness(gateway.url).catch(whyText);
  if (typeof state === 'string') {
    const mend = 'start it, or name its private door with --url';
    return [
      unknown(
        'running',
        `no gateway answers at ${gateway.url} (${state}): what it has seen is left out`,
        mend,
      ),
    ];
  }
  const metrics = await ask(`${gateway.url}/metrics`).then(
    (text) => judgeMetrics(readMetrics(text), config.trustedProxies !== undefined),
    (error: unknown) => [
      unknown('running', `/metrics cannot be read (${whyText(error)})`, 'is --url the private door?'),
    ],
  );
  const others = await replicas(gateway, config).catch((error: unknown) => [
    unknown(
      'replicas',
      error instanceof CommandError ? (error.message.split('\n')[0] ?? '') : whyText(error),
      "a super admin's token is needed: --token-file FILE",
    ),
  ]);
  return [...state, ...metrics, ...others];
}
