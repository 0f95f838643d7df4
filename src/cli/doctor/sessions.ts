import { sessionOptionsOf, type Config } from '../../config/index.ts';
import { createSessions } from '../../identity/sessions/index.ts';
import { madeUp } from '../../identity/sessions/made-up.ts';
import type { SessionVerdict } from '../../identity/sessions/presented.ts';
import { compileSessions } from '../../reading/session-parts.ts';
import { found, good, unknown } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';

const quiet = { info: () => undefined, warn: () => undefined };
const alone = { start: () => undefined, publish: () => undefined, close: () => undefined };

/** Shows each check a credential that nobody has: it must say that nobody is signed in. */
export async function checkSessions({ identity, upstream, public: site }: Config): Promise<Diagnosis[]> {
  const options = identity.sessions.map((one) => sessionOptionsOf(one, upstream));
  const sessions = createSessions(
    { sessions: options, strangerChecksPerMinute: 0, cacheEntries: 10, loginPath: null },
    { log: quiet, ends: alone, secret: 'doctor' },
  );
  const host = new URL(site.url ?? upstream.url).host;
  try {
    return await Promise.all(
      options.map(async ({ name, from, check, introspection }) => {
        const [presented] = compileSessions([{ name, from }])?.(madeUp(from)) ?? [];
        const url = (check?.url ?? introspection?.url ?? '').replace(/[?#].*$/s, '');
        if (presented === undefined || url === '') return unasked(name);
        const judged = await sessions.judge(presented, { host }, {});
        return judged === undefined ? unasked(name) : judgeAnswer(`${name}: ${url}`, judged.verdict);
      }),
    );
  } finally {
    await sessions.close();
  }
}

function unasked(name: string): Diagnosis {
  return unknown(
    'sessions',
    `${name}: nothing is asked: it has no check`,
    'see the routes with members: platform',
  );
}

function judgeAnswer(what: string, verdict: SessionVerdict): Diagnosis {
  switch (verdict.kind) {
    case 'known':
      return found('sessions', 'bad', `${what} takes a session that was made up for somebody`, {
        shows: 'whoever brings any value is signed in',
        mend: 'write `signedIn` so that it tells people from strangers: `transcript-gateway identity try` shows each step',
      });
    case 'nobody':
    case 'ended':
      return good('sessions', `${what} answers, and knows nobody by a made-up session`);
    case 'unknown':
      return found('sessions', 'bad', `${what}: ${verdict.why}`, {
        shows: 'whose sessions are not remembered is answered 503 where it matters',
        mend: 'make it reachable from here; of introspection, look at clientId and clientSecretFile',
      });
  }
}
