import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createStrangerLimit } from '../../src/identity/sessions/stranger-limit.ts';
import { createFileSource } from '../../src/lookups/file.ts';
import { readHeaderLines } from '../../src/lookups/headers.ts';
import { createHttpSource } from '../../src/lookups/http.ts';
import { createLookup } from '../../src/lookups/lookup.ts';
import { defaultLookup, type LookupOptions, type SourceAnswer } from '../../src/lookups/options.ts';

const usual: LookupOptions = {
  ...{ name: 'chats', bot: 'dep_id', contact: 'user.id', botNames: { 3: 'support' } },
  ...{ cacheSeconds: 300, missSeconds: 5, timeoutMs: 500 },
  source: { kind: 'file', path: '' },
};
const value = (json: unknown): SourceAnswer => ({ kind: 'value', value: json });

/** A lookup over answers that the test gives, by a clock that the test moves. */
function scene(answer: (id: string) => SourceAnswer, { perMinute = 0 } = {}) {
  const asked: string[] = [];
  const failures: (string | undefined)[] = [];
  const clock = { ms: 0 };
  const source = {
    ask: async (id: string) => (asked.push(id), answer(id)),
    close: () => Promise.resolve(),
  };
  const strangers = createStrangerLimit(perMinute, () => clock.ms);
  const noteFailure = (why: string | undefined): void => void failures.push(why);
  const parts = { source, strangers, maxEntries: 100, clock: () => clock.ms, noteFailure };
  return { lookup: createLookup(usual, parts), asked, clock, failures };
}

t.test('what an answer says', async (t) => {
  const rows: readonly (readonly [what: string, answer: SourceAnswer, expected: object])[] = [
    ['a text', value({ dep_id: 'sales' }), { kind: 'found', bot: 'sales' }],
    ['a number with a name', value({ dep_id: 3 }), { kind: 'found', bot: 'support' }],
    ['a contact', value({ dep_id: 4, user: { id: 9 } }), { kind: 'found', bot: '4', contact: '9' }],
    ['a bot id as it stands', value('sales'), { kind: 'found', bot: 'sales' }],
    ['nothing of the name', value({ other: 1 }), { kind: 'missing' }],
    ['null', value({ dep_id: null }), { kind: 'missing' }],
    ['what the prototype has', value({}), { kind: 'missing' }],
    ['no bot id', value({ dep_id: 'a b' }), { kind: 'unavailable' }],
    ['nobody knows it', { kind: 'missing' }, { kind: 'missing' }],
    ['no answer', { kind: 'unavailable', why: 'away' }, { kind: 'unavailable', why: 'away' }],
  ];
  for (const [what, answer, expected] of rows)
    t.match(await scene(() => answer).lookup.find('1', '1.1.1.1'), expected, what);
});

t.test('one question for all who wait, and none while an answer counts', async (t) => {
  const { lookup, asked, clock } = scene(() => value({ dep_id: 'sales' }));
  const all = await Promise.all([1, 2, 3].map(async () => lookup.find('17', '1.1.1.1')));
  t.same(all, Array(3).fill({ kind: 'found', bot: 'sales' }));
  t.same(asked, ['17']);
  t.same(lookup.find('17', undefined), { kind: 'found', bot: 'sales' }, 'at once');
  clock.ms = 250_000;
  t.same(
    lookup.find('17', undefined),
    { kind: 'found', bot: 'sales' },
    'at once, and asked again ahead of its time',
  );
  t.same(asked, ['17', '17']);
  clock.ms = 900_000;
  t.ok(lookup.find('17', undefined) instanceof Promise, 'not at once any more');
});

t.test('that there is none counts for a short time, a failure for a second', async (t) => {
  let answer: SourceAnswer = { kind: 'missing' };
  const { lookup, asked, clock, failures } = scene(() => answer);
  await lookup.find('17', undefined);
  clock.ms = 4_900;
  t.same(lookup.find('17', undefined), { kind: 'missing' });
  clock.ms = 5_100;
  answer = { kind: 'unavailable', why: 'away' };
  t.same(await lookup.find('17', undefined), answer);
  clock.ms = 6_000;
  t.same(lookup.find('17', undefined), answer);
  clock.ms = 6_200;
  answer = value({ dep_id: 'sales' });
  t.match(await lookup.find('17', undefined), { kind: 'found' });
  t.same(asked.length, 3);
  t.same(failures, [undefined, 'away', undefined]);
});

t.test(
  'what is known counts for its whole time, though it cannot be asked again ahead of that',
  async (t) => {
    let answer = value({ dep_id: 'sales' });
    const { lookup, asked, clock } = scene(() => answer);
    await lookup.find('17', undefined);
    answer = { kind: 'unavailable', why: 'away' };
    clock.ms = 250_000;
    void lookup.find('17', undefined);
    await Promise.resolve();
    for (const ms of [250_100, 250_200, 299_000]) {
      clock.ms = ms;
      t.same(await lookup.find('17', undefined), { kind: 'found', bot: 'sales' }, `after ${String(ms)} ms`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    t.equal(asked.length, 3, 'asked at first, ahead of its time, and once more after a pause');
    clock.ms = 300_100;
    t.match(await lookup.find('17', undefined), { kind: 'unavailable' });
  },
);

t.test('an address asks for so many that nobody knows, and for any number that somebody does', async (t) => {
  const { lookup, asked } = scene(
    (id) => (id.startsWith('x') ? { kind: 'missing' } : value({ dep_id: 'a' })),
    {
      perMinute: 2,
    },
  );
  for (const id of ['1', '2', '3', '4']) t.match(await lookup.find(id, '1.1.1.1'), { kind: 'found' });
  for (const id of ['x1', 'x2']) t.match(await lookup.find(id, '1.1.1.1'), { kind: 'missing' });
  t.match(await lookup.find('x3', '1.1.1.1'), { kind: 'unavailable', why: /too many/ });
  t.match(await lookup.find('x3', '2.2.2.2'), { kind: 'missing' }, 'another address');
  t.notOk(asked.filter((id) => id === 'x3').length > 1);
});

t.test('a file, read again when it has changed', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'lookup-test-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'chats.json');
  const source = createFileSource(file);
  t.match(await source.ask('1'), { kind: 'unavailable', why: /ENOENT/ });
  writeFileSync(file, '{"1":"sales","2":{"dep_id":3}}');
  t.same(await source.ask('1'), value('sales'));
  t.same(await source.ask('2'), value({ dep_id: 3 }));
  t.same(await source.ask('3'), { kind: 'missing' });
  t.same(await source.ask('toString'), { kind: 'missing' }, 'a member of every object');
  writeFileSync(file, '{"1":"sales","1":"support"}');
  t.match(await source.ask('1'), { kind: 'unavailable', why: /twice/ });
});

t.test('an API', async (t) => {
  const asked: string[] = [];
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/c/1?k=1': (response) => response.end('{"dep_id":3}'),
    '/c/2?k=1': (response) => response.writeHead(422).end('{}'),
    '/c/3?k=1': (response) => response.writeHead(500).end(),
    '/c/9?k=1': (response) => response.writeHead(400).end('{}'),
    '/c/4?k=1': (response) => response.writeHead(302, { location: '/c/1?k=1' }).end(),
    '/c/5?k=1': (response) => response.end('<html>'),
    '/c/6?k=1': () => undefined,
    '/c/7?k=1': (response) => response.end(`{"dep_id":3,"more":"${'x'.repeat(70_000)}"}`),
    '/c/a%40b?k=1': (response) => response.end('[{"dep_id":4}]'),
    '/c/8?k=1': (response) => response.end('{"dep_id":3,"dep_id":4}'),
  };
  const server = createServer((request: IncomingMessage, response) => {
    asked.push(`${request.url ?? ''} ${String(request.headers['x-key'])}`);
    answers[request.url ?? '']?.(response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => (server.closeAllConnections(), server.close()));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/c/{conversationId}?k=1`;
  const http = {
    kind: 'http',
    url,
    headers: { 'X-Key': 'secret' },
    host: null,
    bodyBytes: defaultLookup.bodyBytes,
    missing: [404, 422],
  } as const;
  const source = createHttpSource(http, 500);
  t.teardown(() => source.close());
  t.same(await source.ask('1'), value({ dep_id: 3 }));
  t.same(asked, ['/c/1?k=1 secret']);
  t.same(await source.ask('2'), { kind: 'missing' });
  t.same(await source.ask('a@b'), value([{ dep_id: 4 }]));
  for (const [id, why] of [
    ['3', /500/],
    ['9', /400/],
    ['4', /302/],
    ['5', /no JSON/],
    ['6', /500 ms/],
    ['7', /longer/],
    ['8', /no JSON/],
  ] as const)
    t.match(await source.ask(id), { kind: 'unavailable', why }, id);
});

t.test('lines of headers', async (t) => {
  t.same(readHeaderLines('Authorization: Bearer a b\r\n\nX-Key:1\n'), {
    authorization: 'Bearer a b',
    'x-key': '1',
  });
  for (const [text, says] of [
    ['nonsense', /line 1/],
    ['a: b\nc', /line 2/],
    ['Host: x', /cannot set Host/],
    ['a: 1\nA: 2', /A twice/],
    ['a: \u00e9', /line 1/],
  ] as const)
    t.match(readHeaderLines(text), says);
});
