import t from 'tap';
import { flushed, openStream, record } from './events.ts';
import { openScene, owner, staffToken, superAdmin } from './scene.ts';

const at = Date.UTC(2030, 0, 1);
const RANGE = { scope: 'bot:sales', rangeId: '00000000000000a1' };
const ROWS = [
  { bot: 'sales', requestId: 'aaaaaaaa-1', atMs: at, clientIp: '192.0.2.1', subject: 'ann', contact: 'c1' },
  {
    bot: 'other',
    requestId: 'aaaaaaaa-2',
    atMs: at + 1,
    clientIp: '192.0.2.2',
    subject: 'ann',
    contact: 'c1',
  },
  { bot: undefined, requestId: 'aaaaaaaa-3', atMs: at + 2, clientIp: '198.51.100.1', enforced: false },
  { bot: 'sales', requestId: 'bbbbbbbb-4', atMs: at + 3, outcome: 'forward', reason: 'bot-access' },
  {
    bot: 'sales',
    requestId: 'bbbbbbbb-5',
    atMs: at + 4,
    outcome: 'forward',
    reason: 'whitelisted-bot',
    ...RANGE,
  },
  {
    bot: 'other',
    requestId: 'bbbbbbbb-6',
    atMs: at + 5,
    clientIp: '2001:db8::1',
    conversation: '7',
    revision: 9,
  },
];

/** What each finds: the last digits of the request ids, newest first, or the status. */
const TABLE: readonly (readonly [query: string, superAdmin: string, owner: string])[] = [
  ['', '654321', '541'],
  ['bot=sales', '541', '541'],
  ['bot=other', '62', '403'],
  ['bot=Sales', '', '403'],
  ['bot=%2e%2e%2fx', '400', '400'],
  ['bot=other&bot=sales', '400', '400'],
  ['bots=other', '400', '400'],
  ['subject=ann', '21', '1'],
  ['contact=c1', '21', '1'],
  ['conversation=7', '6', ''],
  ['requestId=aaaaaaaa', '321', '1'],
  ['requestId=aaaaaaaa-2', '2', ''],
  ['requestId=aaaaaaa', '400', '400'],
  ['address=192.0.2.0/24', '21', '1'],
  ['address=192.0.2.2', '2', ''],
  ['address=192.0.2.1-192.0.2.9', '21', '1'],
  ['address=2001:DB8:0::1', '6', ''],
  ['address=192.0.2.1/24', '400', '400'],
  ['address=', '400', '400'],
  ['address=%23', '400', '400'],
  ['outcome=forward', '54', '54'],
  ['outcome=maybe', '400', '400'],
  ['reason=no-access', '6321', '1'],
  ['reason=', '400', '400'],
  ['enforced=false', '3', ''],
  ['enforced=maybe', '400', '400'],
  ['scope=bot%3Asales', '5', '5'],
  [`rangeId=${RANGE.rangeId}`, '5', '5'],
  ['revision=9', '6', ''],
  ['revision=-1', '400', '400'],
  ['q=x', '400', '400'],
];
const TIMES: typeof TABLE = [
  ['from=2030-01-01T00:00:00.001Z&to=2030-01-01T00:00:00.003Z', '32', ''],
  ['from=2030-01-01T01:00:00.003%2B01:00', '654', '54'],
  ['from=2030-01-01', '400', '400'],
];
const whole = 'from=2030-01-01T00:00:00Z&to=2030-01-02T00:00:00Z';

void t.test('an owner finds decisions of their bots alone, whatever they ask for', async (t) => {
  const scene = await openScene(t);
  const { call } = scene;
  record(scene, ROWS);
  const found = async (token: string, query: string): Promise<string> => {
    const { status, body } = await call('GET', `/activity?${query}`, { token });
    const events = body.events as readonly { readonly requestId: string }[] | undefined;
    return events?.map(({ requestId }) => requestId.at(-1)).join('') ?? String(status);
  };
  const rows = [...TABLE, ...TIMES, ['after=bm9uZQ', '400', '400'], ['limit=1001', '400', '400']] as const;
  for (const [query, all, own] of rows) {
    t.equal(await found(superAdmin, query), all, `super admin: ${query}`);
    t.equal(await found(owner, query), own, `owner: ${query}`);
  }
  let [pages, next] = ['', ''];
  do {
    const { body } = await call('GET', `/activity?limit=1${next}`, { token: owner });
    pages += (body.events as readonly { readonly requestId: string }[])[0]?.requestId.at(-1) ?? '';
    next = typeof body.next === 'string' ? `&after=${body.next}` : '';
  } while (next !== '');
  t.equal(pages, '541', 'page by page');
});

void t.test('sums count what the list would find', async (t) => {
  const scene = await openScene(t);
  record(scene, ROWS);
  const counted = async (token: string, query: string): Promise<string> => {
    const { status, body } = await scene.call('GET', `/activity/summary?${query}`, { token });
    const buckets = body.buckets as readonly { readonly count: number }[] | undefined;
    return buckets === undefined
      ? String(status)
      : String(buckets.reduce((sum, { count }) => sum + count, 0));
  };
  const expected = (found: string): string => (/^4\d\d$/.test(found) ? found : String(found.length));
  for (const [query, all, own] of TABLE) {
    t.equal(await counted(superAdmin, `${whole}&${query}`), expected(all), `super admin: ${query}`);
    t.equal(await counted(owner, `${whole}&${query}`), expected(own), `owner: ${query}`);
  }
  const { body } = await scene.call('GET', `/activity/summary?${whole}&buckets=24`);
  t.match(body, {
    from: '2030-01-01T00:00:00.000Z',
    to: '2030-01-02T00:00:00.000Z',
    bucketSeconds: 3600,
    sampled: 1,
    top: {
      reasons: [{ name: 'no-access', outcome: 'deny', count: 4 }, { count: 1 }, { count: 1 }],
      bots: [
        { name: 'sales', count: 3, refused: 1, lastAt: '2030-01-01T00:00:00.004Z' },
        { name: 'other', count: 2, refused: 2 },
      ],
      subjects: [{ name: 'ann', count: 2 }],
      ranges: [{ scope: 'bot:sales', name: RANGE.rangeId, count: 1 }],
    },
  });
  const own = JSON.stringify((await scene.call('GET', `/activity/summary?${whole}`, { token: owner })).body);
  t.notMatch(own, /other|192\.0\.2\.2|2001:db8/, 'an owner hears of nobody else’s, in the top lists neither');
  for (const query of [
    'from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z',
    'buckets=501',
    'buckets=0',
    'limit=1',
  ])
    t.equal((await scene.call('GET', `/activity/summary?${query}`)).status, 400, query);
});

void t.test('a stream tells what the list would find, as it comes', async (t) => {
  const scene = await openScene(t);
  const port = scene.ports.private;
  const asked = await Promise.all(
    TABLE.flatMap(([query, all, own], i) => [
      // Each reader has a few at a time.
      openStream(port, `?${query}`, staffToken({ sub: `root-${String(i)}`, roles: ['super_admin'] })).then(
        (stream) => ({ stream, query, expected: all }),
      ),
      openStream(port, `?${query}`, staffToken({ sub: `olga-${String(i)}`, owned_bots: ['sales'] })).then(
        (stream) => ({ stream, query: `owner: ${query}`, expected: own }),
      ),
    ]),
  );
  record(scene, ROWS);
  await flushed();
  for (const { stream, query, expected } of asked) {
    const isRefused = /^4\d\d$/.test(expected);
    t.equal(stream.status, isRefused ? Number(expected) : 200, query);
    if (!isRefused) t.equal([...stream.ids()].reverse().join(''), expected, query);
    stream.close();
  }
});

void t.test('a stream is bounded, and ends with the right to read it', async (t) => {
  const scene = await openScene(t);
  const port = scene.ports.private;
  const open = await Promise.all(Array.from({ length: 8 }, () => openStream(port, '')));
  t.equal(open[0]?.type, 'text/event-stream; charset=utf-8');
  t.match(await openStream(port, ''), { status: 429 }, 'each has a few');
  t.equal((await openStream(port, '', owner)).status, 200, 'others have theirs');
  open[0]?.close();
  await flushed();
  const again = await openStream(port, '');
  t.equal(again.status, 200, 'one that was closed counts no more');
  record(
    scene,
    Array.from({ length: 500 }, () => ({ bot: 'sales' })),
  );
  await flushed();
  t.equal(again.ids().length, 200);
  t.match(again.text(), 'event: skipped\ndata: {"count":300}', 'what is too much is counted');

  const short = staffToken({ sub: 'brief', roles: ['super_admin'], exp: Math.floor(Date.now() / 1000) - 28 });
  const brief = await openStream(port, '', short);
  t.equal(brief.status, 200);
  t.match(await brief.ended, 'event: end\ndata: {"reason":"not-yours"}');
  const body = { issuer: 'staff', subject: 'root' };
  await scene.call('POST', '/revocations', {
    body,
    token: staffToken({ sub: 'other', roles: ['super_admin'] }),
  });
  t.match(await again.ended, 'event: end', 'and with a revocation');
});
