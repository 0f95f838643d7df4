import t from 'tap';
import type { Test } from 'tap';
import { gzipSync } from 'node:zlib';
import { runCli } from '../../src/cli/index.ts';
import { until } from '../gateway/visitor.ts';
import { run, serve } from './scene.ts';

const phrase = 'the parcel is behind the red door';

/** A platform: a page, the same behind a language, its messages by a call, and other things. */
function openPlatform(t: Test): Promise<string> {
  return serve(t, (request, response) => {
    const { url = '', method } = request;
    const isTranscript = /^(?:\/eng)?\/print\/17|^\/messages\?id=17/.test(url);
    const text = `<a href="/">home</a>${isTranscript || method === 'POST' ? phrase : 'nothing'}`;
    if (url.startsWith('/gone')) return void response.writeHead(404).end();
    if (!url.startsWith('/eng')) return void response.end(text);
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
  });
}

/** Watches while `clicks` goes on; a line ends it. */
async function watching(
  url: string,
  routes: string,
  flags: readonly string[],
  clicks: (door: string) => Promise<void>,
) {
  const said = { out: '', err: '' };
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  async function* line(): AsyncGenerator<string> {
    await ended;
    yield '\n';
  }
  const argv = ['hunt', '--watch', '--phrase', phrase, '--upstream-url', url, '--routes', routes, ...flags];
  const code = runCli(argv, {
    env: {},
    cwd: '/',
    stdin: line(),
    stdout: { write: (text: string) => (said.out += text) },
    stderr: { write: (text: string) => (said.err += text) },
  });
  const door = (): string | undefined => /Open (http:\/\/127\.0\.0\.1:\d+)\//.exec(said.err)?.[1];
  await until(() => door() !== undefined, 20_000);
  await clicks(door() ?? '');
  end();
  return { code: await code, ...said };
}

const get = async (url: string): Promise<string> => (await fetch(url)).text();
const routes = '[{path: "/print/:conversationId", bot: desk}]';

t.test('what shows the phrase while somebody clicks, and the routes that are missing', async (t) => {
  const url = await openPlatform(t);
  const seen = await watching(url, routes, [], async (door) => {
    t.match(await get(`${door}/print/17`), phrase, 'everything passes');
    t.match(await get(`${door}/eng/print/17`), phrase);
    t.equal(await get(`${door}/messages?id=17&key=very-secret`), await get(`${url}/messages?id=17`));
    await get(`${door}/help/contact`);
    await get(`${door}/eng/print/18`);
    await get(`${door}/gone`);
    await fetch(`${door}/api/list`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":17}',
    });
  });
  t.equal(seen.code, 1);
  t.match(seen.out, /^guarded by \/print\/:conversationId {2}GET \/print\/:id$/m);
  t.match(seen.out, /^NOT GUARDED {2}GET \/eng\/print\/:id$/m);
  t.match(seen.out, /^NOT GUARDED {2}GET \/messages\?id&key$/m);
  t.match(seen.out, /^NOT GUARDED {2}POST JSON \/api\/list$/m);
  t.match(seen.out, /^GET +\/help\/contact +1 +200$/m, 'and what else passed unguarded');
  t.notMatch(seen.out, /gone|very-secret/);
  t.match(seen.out, /^ {2}- path: "\{\/:prefix\}\/print\/:conversationId"$/m);
  t.match(seen.out, /^ {2}- path: "\{\/:prefix\}\/messages"\n {4}query:\n {6}conversationId: id$/m);
  t.match(seen.out, /4 kinds of URL show the phrase, 3 of them not guarded; 1 more passed unguarded/);
});

t.test('for machines, and where nothing is open', async (t) => {
  const url = await openPlatform(t);
  const all = '[{path: "{/:lang}/print/:conversationId", bot: desk}]';
  const closed = await watching(url, all, ['--json'], async (door) => {
    await get(`${door}/eng/print/17`);
    await get(`${door}/print/17`);
  });
  t.equal(closed.code, 0);
  t.match(JSON.parse(closed.out), {
    urls: [{ shape: '/eng/print/:id', how: 'guarded', showsPhrase: true }, { shape: '/print/:id' }],
    missing: { routes: [] },
  });
  const nothing = await watching(url, all, [], async (door) => void (await get(`${door}/help`)));
  t.equal(nothing.code, 1, 'who saw no transcript has proved nothing');
});

t.test('its time, and what cannot be', async (t) => {
  const url = await openPlatform(t);
  const given = ['hunt', '--watch', '--phrase', phrase, '--upstream-url', url, '--routes', routes];
  t.match(await run([...given, '--for', '1']), { code: 1, out: /0 kinds of URL show the phrase/ });
  t.match(await run([...given, '/print/17']), { code: 2, err: /takes no URL/ });
  t.match(await run([...given, '--listen', 'x']), { code: 2, err: /--listen must be/ });
  t.match(await run([...given, '--for', '0']), { code: 2, err: /--for must be/ });
  const taken = new URL(url).port;
  t.match(await run([...given, '--listen', taken]), { code: 1, err: /cannot be opened/ });
});
