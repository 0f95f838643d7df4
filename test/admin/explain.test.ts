import fc from 'fast-check';
import t from 'tap';
import '../support/uncounted.ts';
import type { Pool } from 'undici';
import { jsonHeaders, openSite } from './explain-site.ts';
import { root, staffToken, visit, type Visit } from './visits.ts';

/** How many random requests are sent and explained; EXPLAIN_REQUESTS=10000 takes its time. */
const REQUESTS = Number(process.env['EXPLAIN_REQUESTS'] ?? 2_000);

interface Said {
  readonly reason: string;
  readonly enforced: boolean;
}

/** What the visitor was answered, live. */
async function live(door: Pool, one: Visit): Promise<Said> {
  const { credential, headers, target: path, method: verb, client: address } = one;
  const answer = await door.request({
    path,
    method: verb,
    headers: { ...headers, ...credential, 'x-forwarded-for': address },
  });
  await answer.body.dump();
  const told = answer.headers['x-told'];
  if (told !== undefined) return { reason: String(told), enforced: answer.headers['x-enforced'] !== 'false' };
  return { reason: String(answer.headers['x-gateway-reason']), enforced: true };
}

/** What explain says that they are answered. */
async function explained(door: Pool, one: Visit): Promise<Said & { readonly status: number }> {
  const isAddress = /^[0-9a-f:.]+$/.test(one.client) && !one.client.startsWith('010');
  const place =
    one.told && isAddress
      ? { clientIp: one.client, headers: { ...one.headers, ...one.credential } }
      : { peer: '127.0.0.1', headers: { ...one.headers, ...one.credential, 'x-forwarded-for': one.client } };
  const answer = await door.request({
    path: '/_gateway/api/v1/explain',
    method: 'POST',
    headers: jsonHeaders,
    body: JSON.stringify({ target: one.target, method: one.method, ...place }),
  });
  const body = (await answer.body.json()) as {
    decision?: { reason: string; outcome: string };
    enforced?: boolean;
  };
  const reason = body.decision?.reason ?? '';
  // Nothing is told of being enforced where there was nothing to enforce.
  const enforced = reason === 'not-guarded' ? true : (body.enforced ?? true);
  return { reason, enforced, status: answer.statusCode };
}

void t.test('explain says what happens', async (t) => {
  const { upstream, admin, visitors } = await openSite(t);

  await t.test('as live, on random requests', async (t) => {
    const seed = Date.now() % 1_000_000;
    const visits = fc.sample(visit, { numRuns: REQUESTS, seed });
    const reasons = new Map<string, number>();
    const differing: object[] = [];
    const queue = visits.values();
    const worker = async (): Promise<void> => {
      for (const one of queue) {
        const [seen, said] = [await live(visitors, one), await explained(admin, one)];
        reasons.set(seen.reason, (reasons.get(seen.reason) ?? 0) + 1);
        if (seen.reason !== said.reason || seen.enforced !== said.enforced)
          differing.push({ one, seen, said });
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    t.strictSame(differing.slice(0, 3), [], `seed ${seed}`);
    t.comment(`${visits.length} requests`, Object.fromEntries(reasons));
    const wanted = [
      'not-guarded',
      'path-ambiguous',
      'bot-unresolved',
      'token-invalid',
      'token-expired',
      'token-foreign',
      'bot-access',
      'own-history',
      'whitelisted-bot',
      'whitelisted-platform',
      'open-link',
      'no-access',
      'no-credential',
      'session-expired',
      'session-invalid',
      'preflight',
    ];
    t.strictSame(
      wanted.filter((reason) => !reasons.has(reason)),
      [],
      'every line of the table was reached',
    );
  });

  await t.test('a path that cannot be read is a problem on both doors', async (t) => {
    for (const door of [admin, visitors]) {
      const answer = await door.request({ path: '/_gateway/api/v1/whitelists/bot%3a%zz', method: 'GET' });
      t.match([answer.statusCode, answer.headers['content-type']], [400, /^application\/problem\+json/]);
      await answer.body.dump();
    }
  });

  await t.test('an admin’s cookie stays here', async (t) => {
    upstream.cookies.length = 0;
    const cookies = [
      `gateway-admin=${root}`,
      `a=b; __Host-gateway-admin=${root}; c=d`,
      'gateway-administrator=x',
    ];
    for (const cookie of cookies) {
      const answer = await visitors.request({ path: '/app.js', method: 'GET', headers: { cookie } });
      await answer.body.dump();
    }
    t.strictSame(upstream.cookies, [undefined, 'a=b; c=d', 'gateway-administrator=x']);
    const opened = await visitors.request({
      path: '/transcripts/sales/c1',
      method: 'GET',
      headers: { cookie: `gateway-admin=${staffToken({ bots: ['sales'] })}` },
    });
    t.equal(opened.headers['x-gateway-reason'], 'no-credential', 'and opens no transcript');
    await opened.body.dump();
  });
});
