import t from 'tap';
import { record } from './events.ts';
import { openScene, owner, STATIC_TOKEN } from './scene.ts';
import type { Reply, Scene } from './scene.ts';

const SALES = '/whitelists/bot%3Asales';
const DAY_MS = 86_400_000;
type Listed = readonly { readonly id: string; readonly start: string; readonly uses?: number }[];

const rangesIn = ({ body }: Reply): Listed => body.ranges as Listed;
/** Last numbers of the addresses at which ranges start. */
const starts = (reply: Reply): string =>
  reply.status === 200
    ? rangesIn(reply)
        .map(({ start }) => start.split('.').at(-1))
        .join(' ')
    : String(reply.status);

/** Ranges 1 to 6; expiry in days. */
async function fill({ call }: Scene): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const [at, days] of [undefined, 3, 13, 15, undefined, undefined].entries()) {
    const address = `192.0.2.${at + 1}`;
    const expiresAt =
      days === undefined ? {} : { expiresAt: new Date(Date.now() + days * DAY_MS).toISOString() };
    const { body } = await call('POST', `${SALES}/ranges`, {
      body: { start: address, end: address, ...expiresAt },
    });
    ids.push(String(body.id));
  }
  return ids;
}

const used = (rangeId: string | undefined, daysAgo: number) => ({
  ...{ atMs: Date.now() - daysAgo * DAY_MS, outcome: 'forward', reason: 'whitelisted-bot' },
  ...{ bot: 'sales', scope: 'bot:sales', rangeId },
});

void t.test('ranges in use: when each was last used, by one call', async (t) => {
  const scene = await openScene(t);
  const { call, reads } = scene;
  const ids = await fill(scene);
  record(scene, [used(ids[0], 40), used(ids[0], 2), used(ids[0], 1), used(ids[1], 50)]);
  const asked = (query: string): Promise<Reply> => call('GET', `${SALES}${query}`);
  const [first, second, third] = rangesIn(await asked('?use=true'));
  t.match(first, { uses: 2, lastUsedAt: new Date(Date.now() - DAY_MS).toISOString().slice(0, 10) });
  t.match(second, { uses: 0, lastUsedAt: String }, 'not of late, but known');
  t.notOk(third !== undefined && 'uses' in third);
  t.match(reads, [{ what: 'whitelists/:scope', of: { scope: 'bot:sales' } }], 'who asks stands in the log');
  const without = await asked('');
  t.notOk('useKnown' in without.body || rangesIn(without).some((one) => 'uses' in one), 'asked for or not');
  const table: readonly (readonly [query: string, found: string])[] = [
    ['?show=never-used', '3 4 5 6'],
    ['?show=expiring', '2 3'],
    ['?show=expired', ''],
    ['?show=never-used&q=192.0.2.4/31', '4 5'],
    ['?show=unused', '400'],
    ['?sort=use', '400'],
    ['?sort=id&after=x', '400'],
    ['?sort=start&after=0123456789abcdef', '400'],
  ];
  for (const [query, found] of table) t.equal(starts(await asked(query)), found, query);
  t.equal((await call('GET', '/whitelists/platform?show=never-used', { token: owner })).status, 403);
});

void t.test('ranges by their ids, page by page', async (t) => {
  const scene = await openScene(t);
  const ids = [...(await fill(scene))].sort();
  for (const limit of [1, 2, 4, 5, 6, 7]) {
    const found: string[] = [];
    for (let after = ''; ;) {
      const page = await scene.call('GET', `${SALES}?sort=id&limit=${limit}${after}`);
      found.push(...rangesIn(page).map(({ id }) => id));
      const { next } = page.body;
      if (typeof next !== 'string') break;
      after = `&after=${next}`;
    }
    t.same(found, ids, `by ${limit}`);
  }
});

void t.test('a range that has ended', async (t) => {
  const clock = { at: Date.now() };
  const scene = await openScene(t, { now: () => clock.at });
  await fill(scene);
  clock.at += 14 * DAY_MS;
  const token = STATIC_TOKEN;
  t.equal(starts(await scene.call('GET', `${SALES}?show=expired`, { token })), '2 3');
  t.equal(starts(await scene.call('GET', `${SALES}?show=expiring`, { token })), '4');
});
