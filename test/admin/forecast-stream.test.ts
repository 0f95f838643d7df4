import { setTimeout as after } from 'node:timers/promises';
import t from 'tap';
import { createForesee, type Foresee } from '../../src/activity/foresee.ts';
import { createForecasts } from '../../src/activity/forecasts.ts';
import type { Decisions } from '../../src/activity/decisions.ts';
import { readStream, record } from './events.ts';
import { SALES } from './lists.ts';
import { openScene, owner, staffToken, type Scene } from './scene.ts';

const listed = {
  outcome: 'forward',
  reason: 'whitelisted-bot',
  asked: 'transcript w anonymous:no-credential',
};
const atMs = Date.now() - 3_600_000;
const visits = ['10.0.0.1', '10.0.0.2', '10.0.0.2'].map((clientIp) => ({ ...listed, atMs, clientIp }));
const changes = { settings: { enabled: true } };
const stream = { accept: 'text/event-stream' };

/** Forecasts whose steps take a while; how many are under way. */
function slowly(stepMs: number) {
  const seen = { open: 0, begun: 0 };
  const foresee = (decisions: Decisions): Foresee => {
    const { begin, goOn, end } = createForecasts(decisions, 0);
    return createForesee({
      async begin(asked) {
        seen.open += 1;
        seen.begun += 1;
        return begin(asked);
      },
      async goOn(asked) {
        await after(stepMs);
        return goOn(asked);
      },
      async end(asked) {
        seen.open -= 1;
        return end(asked);
      },
    });
  };
  return { seen, foresee };
}

interface Message {
  readonly name: string;
  readonly data: { readonly countedFrom?: string; readonly says?: readonly string[] } & Record<
    string,
    unknown
  >;
}

function messagesOf(text: string): readonly Message[] {
  return [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, name = '', data = '']) => ({
    name,
    data: JSON.parse(data) as Message['data'],
  }));
}

async function enabled(scene: Scene): Promise<void> {
  await scene.call('POST', `${SALES}/ranges`, { body: { start: '10.0.0.1', end: '10.0.0.5' } });
  record(scene, visits);
}

void t.test('who asks for a stream is told what is counted so far, and the whole at last', async (t) => {
  const { seen, foresee } = slowly(120);
  const scene = await openScene(t, { foresee });
  await enabled(scene);
  const body = { scope: 'bot:sales', changes };
  const whole = await scene.call('POST', '/forecast', { body });
  t.match(whole.headers, { 'content-type': /^application\/json/ }, 'else it is whole');
  const told = await scene.call('POST', '/forecast', { body, headers: { accept: 'Text/Event-Stream;q=1' } });
  t.match(told.headers, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  const [first, ...rest] = messagesOf(told.text);
  t.match(first, { name: 'forecast', data: { countedFrom: String, says: ['No visit is counted yet.'] } });
  t.match(rest.at(-2), { name: 'forecast', data: { judged: 3, admitted: { visits: 3, addresses: 2 } } });
  const asWhole = { ...rest.at(-2)?.data, from: whole.body['from'], to: whole.body['to'] };
  t.strictSame(asWhole, whole.body, 'the last is what is answered whole');
  t.match(rest.at(-1), { name: 'end', data: { reason: 'done' } });
  t.equal(seen.open, 0);
  for (const accept of ['*/*', 'application/json', 'text/event-streams', ''])
    t.match(
      (await scene.call('POST', '/forecast', { body, headers: { accept } })).body,
      { judged: 3 },
      accept,
    );
});

void t.test('what is counted of it early is said to be so far', async (t) => {
  const { foresee } = slowly(90);
  const scene = await openScene(t, { foresee });
  await enabled(scene);
  // In a segment of its own, which is older.
  for (let n = 0; n < 41; n++)
    record(
      scene,
      Array.from({ length: 100 }, () => ({ ...visits[0], atMs: atMs - 3_600_000 })),
    );
  const told = await scene.call('POST', '/forecast', {
    body: { scope: 'bot:sales', changes },
    headers: stream,
  });
  const parts = messagesOf(told.text).filter(({ name }) => name === 'forecast');
  t.ok(parts.length > 1);
  for (const { data } of parts.slice(0, -1))
    t.match(data, { countedFrom: String, says: [/ so far\.$|^No visit is counted yet/] });
  t.notMatch(parts.at(-1)?.data.says?.[0], /so far/);
});

void t.test('a comparison is told at once, before what it would change', async (t) => {
  const scene = await openScene(t);
  await enabled(scene);
  const list = { ranges: [{ start: '10.0.0.2', end: '10.0.0.2' }], replace: true };
  const calls = [
    ['/changes/1/revert/preview', {}, { removedCount: 1 }],
    [`${SALES}/restore/preview`, { at: new Date(atMs).toISOString() }, { removedCount: 1 }],
    [`${SALES}/import?dryRun=true&forecast=true`, list, { dryRun: true, added: 1, removed: 1 }],
  ] as const;
  for (const [path, body, said] of calls) {
    const told = messagesOf((await scene.call('POST', path, { body, headers: stream })).text);
    t.match(
      told,
      [{ name: 'answer', data: said }, { name: 'forecast', data: { judged: 3 } }, { name: 'end' }],
      path,
    );
    const whole = await scene.call('POST', path, { body });
    const { forecast, ...rest } = whole.body;
    t.strictSame(told[0]?.data, rest, `${path}: all but the forecast`);
    t.match(forecast, { judged: 3 }, path);
  }
});

void t.test('nothing goes on once nobody reads it', async (t) => {
  const { seen, foresee } = slowly(150);
  const scene = await openScene(t, { foresee });
  await enabled(scene);
  const body = { scope: 'bot:sales', changes };
  const port = scene.ports.private;
  const open = await Promise.all(
    Array.from({ length: 8 }, () => readStream(port, '/forecast', undefined, body)),
  );
  t.match(await readStream(port, '/forecast', undefined, body), { status: 429 }, 'each has a few');
  t.equal((await readStream(port, '/forecast', owner, body)).status, 200, 'others have theirs');
  for (const one of open) one.close();
  const whole = readStream(port, '/forecast', undefined, body);
  await after(200);
  t.ok(seen.begun <= 6, `${seen.begun} were begun, of them two that are read`);
  while (seen.open > 0) await after(20);
  t.equal((await whole).status, 200, 'and there is room again');
  await (
    await whole
  ).ended;
  t.equal(seen.open, 0);
});

void t.test('who leaves before a whole one is made is not waited for', async (t) => {
  const { seen, foresee } = slowly(300);
  const scene = await openScene(t, { foresee });
  await enabled(scene);
  const body = JSON.stringify({ scope: 'bot:sales', changes });
  const left = new AbortController();
  const asked = fetch(`http://127.0.0.1:${scene.ports.private}/_gateway/api/v1/forecast`, {
    ...{ method: 'POST', body, signal: left.signal },
    headers: {
      authorization: `Bearer ${staffToken({ roles: ['super_admin'] })}`,
      'content-type': 'application/json',
    },
  });
  while (seen.open === 0) await after(10);
  left.abort();
  await t.rejects(asked);
  const sinceMs = performance.now();
  while (seen.open > 0) await after(10);
  t.ok(performance.now() - sinceMs < 450, 'it ends after the step that it was at');
});

void t.test('a stream ends with the right to read it', async (t) => {
  const { foresee } = slowly(4_000);
  const scene = await openScene(t, { foresee });
  await enabled(scene);
  const body = { scope: 'bot:sales', changes };
  const exp = Math.floor(Date.now() / 1000) - 28;
  const brief = staffToken({ sub: 'brief', roles: ['super_admin'], exp });
  const told = await (await readStream(scene.ports.private, '/forecast', brief, body)).ended;
  t.match(messagesOf(told), [{ name: 'end', data: { reason: 'not-yours' } }]);
});

void t.test('a stream says when it cannot go on', async (t) => {
  const broken = await openScene(t, {
    foresee: () =>
      async function* () {
        await after(1);
        throw new Error('the disk is gone');
      },
  });
  const body = { scope: 'bot:sales', changes };
  const failed = await broken.call('POST', '/forecast', { body, headers: stream });
  t.match(messagesOf(failed.text), [{ name: 'end', data: { reason: 'policy-unavailable' } }]);
  t.match(await broken.call('POST', '/forecast', { body }), { status: 503 });
  t.match(broken.said, [/record cannot be read/, /record cannot be read/]);
});
