import t from 'tap';
import zlib from 'node:zlib';
import { ask } from '../support/raw.ts';
import { phrase, startPlatform, watchingDoor } from './canary-scene.ts';
import { startDoor } from './door.ts';
import { startJudge } from './judge.ts';
import { get, soon, until } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

const codings: Readonly<Record<string, (text: Buffer) => Buffer>> = {
  identity: (text) => text,
  gzip: (text) => zlib.gzipSync(text),
  deflate: (text) => zlib.deflateSync(text),
  'deflate-raw': (text) => zlib.deflateRawSync(text),
  br: (text) => zlib.brotliCompressSync(text, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
};

/** `/<coding>/<how>/<what>`: an answer in a coding, whole or in pieces. */
const platform = await startPlatform((request, response) => {
  const [, coding = '', how = '', what = ''] = (request.url ?? '').split('/');
  const filler = 'some words of a page that nobody has to keep to themselves, '.repeat(
    how === 'large' ? 8_000 : 40,
  );
  const text = `${filler}${what === 'canary' ? `<i>${phrase}</i>` : 'the parcel is behind the'}${filler}`;
  const bytes = (codings[coding] ?? codings['identity'])?.(Buffer.from(text)) ?? Buffer.alloc(0);
  const name = coding === 'deflate-raw' ? 'deflate' : coding;
  const type = how === 'image' ? 'image/png' : 'text/html';
  response.writeHead(200, {
    'content-type': type,
    ...(coding !== 'identity' && { 'content-encoding': name }),
  });
  if (how !== 'pieces') return void response.end(bytes);
  let at = 0;
  const step = (): void => {
    response.write(bytes.subarray(at, (at += 37)));
    if (at < bytes.length) setImmediate(step);
    else response.end();
  };
  step();
});

async function fetchRaw(port: number, target: string) {
  return ask(port, get(target, 'Connection: close'), { idleMs: 1_500 });
}

t.test('an answer that carries a canary is an alarm, and passes as it came', async (t) => {
  const { door, found, notSearched } = await watchingDoor(judge, platform.url, 'alarm');
  const plain = await startDoor(platform.url, { judge });
  for (const coding of Object.keys(codings))
    for (const how of ['whole', 'pieces', 'large'])
      for (const what of ['canary', 'nothing']) {
        const target = `/${coding}/${how}/${what}`;
        const [watched, direct] = [await fetchRaw(door.port, target), await fetchRaw(plain.port, target)];
        t.ok(watched.body === direct.body && watched.complete, `${target}: not a byte is changed`);
        const isFound = (): boolean => found.splice(0).includes(`print ${target}`);
        if (what === 'canary') t.ok(await until(isFound), `${target}: an alarm`);
        else t.same(found, [], `${target}: no alarm`);
      }
  t.same(notSearched, []);
  await Promise.all([door.stop(), plain.stop()]);
});

t.test('what is refused is cut before the phrase, and refused where nothing went out', async (t) => {
  const { door, found } = await watchingDoor(judge, platform.url, 'refuse');
  const plain = await startDoor(platform.url, { judge });
  for (const coding of Object.keys(codings)) {
    const target = `/${coding}/whole/canary`;
    const refused = await fetchRaw(door.port, target);
    t.match(refused, { status: 403, headers: { 'x-gateway-reason': 'canary-found' } }, target);
    for (const how of ['whole', 'pieces', 'large']) {
      const [watched, direct] = await Promise.all([
        fetchRaw(door.port, `/${coding}/${how}/nothing`),
        fetchRaw(plain.port, `/${coding}/${how}/nothing`),
      ]);
      t.ok(watched.body === direct.body && watched.complete, `/${coding}/${how}/nothing: whole`);
      t.equal(watched.status, 200);
    }
    for (const how of ['pieces', 'large']) {
      const cut = await fetchRaw(door.port, `/${coding}/${how}/canary`);
      t.notOk(cut.complete && cut.status === 200, `/${coding}/${how}: cut`);
      t.ok(await until(() => found.includes(`print /${coding}/${how}/canary`)));
      if (coding === 'identity') t.notMatch(cut.body, /behind the gr/);
      else t.notOk(shownOf(coding, cut.body).includes('behind the gr'), `/${coding}/${how}: no part of it`);
    }
  }
  t.equal(door.stats().streams, 0, 'nothing is left');
  t.equal(door.stats().failures.get('canary-found'), 3 * 5, 'counted');
  await Promise.all([door.stop(), plain.stop()]);
});

/** What a browser would show of a cut answer. */
function shownOf(coding: string, body: string): string {
  const bytes = Buffer.from(body, 'latin1');
  const sync = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
  const brotli = { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH };
  try {
    if (coding === 'br') return zlib.brotliDecompressSync(bytes, brotli).toString();
    if (coding === 'gzip') return zlib.gunzipSync(bytes, sync).toString();
    return coding === 'deflate'
      ? zlib.inflateSync(bytes, sync).toString()
      : zlib.inflateRawSync(bytes, sync).toString();
  } catch {
    return '';
  }
}

t.test('what cannot be looked at passes, and is counted', async (t) => {
  const odd = await startPlatform((request, response) => {
    const coding = (request.url ?? '').slice(1);
    response.writeHead(200, { 'content-encoding': coding === 'cut' ? 'gzip' : coding });
    const bytes = zlib.gzipSync(phrase);
    response.end(coding === 'gzip' ? Buffer.from('this is no gzip at all') : bytes);
  });
  for (const action of ['alarm', 'refuse'] as const) {
    const { door, notSearched } = await watchingDoor(judge, odd.url, action);
    for (const [target, why] of [
      ['/gzip', 'broken'],
      ['/lzma', 'coding'],
      ['/gzip,br', 'coding'],
    ] as const) {
      const answer = await fetchRaw(door.port, target);
      t.ok(answer.status === 200 && answer.complete && answer.body.length > 0, `${action} ${target}`);
      t.ok(await until(() => notSearched.splice(0).includes(why)), `${action} ${target}: ${why}`);
    }
    await door.stop();
  }
});

t.test('of what a few bytes stand for, no more is looked at than texts are long', async (t) => {
  const bomb = zlib.gzipSync(Buffer.concat([Buffer.alloc(40 * 1024 * 1024), Buffer.from(phrase)]));
  const platform = await startPlatform((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  });
  for (const action of ['alarm', 'refuse'] as const) {
    const { door, found, notSearched } = await watchingDoor(judge, platform.url, action);
    const answer = await fetchRaw(door.port, '/bomb');
    t.match(answer, { status: 200, complete: true });
    t.equal(Buffer.byteLength(answer.body, 'latin1'), bomb.length, action);
    t.ok(await until(() => notSearched.includes('long')));
    t.same(found, []);
    await door.stop();
  }
});

t.test('guarded answers, images and a gateway without canaries look at nothing', async (t) => {
  const { door, found } = await watchingDoor(judge, platform.url, 'refuse');
  t.equal((await fetchRaw(door.port, '/identity/image/canary')).status, 200);
  const guarded = await startPlatform((_request, response) => void response.end(phrase));
  const other = await watchingDoor(judge, guarded.url, 'refuse');
  t.equal((await fetchRaw(other.door.port, '/t/ok/1')).body.length, Buffer.from(phrase).length);
  t.equal((await ask(other.door.port, get('/x').replace('GET', 'HEAD'), { methods: ['HEAD'] })).status, 200);
  await soon(50);
  t.same([...found, ...other.found], []);
  await Promise.all([door.stop(), other.door.stop()]);
});
