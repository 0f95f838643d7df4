import t from 'tap';
import { ask, lines, readResponses, type RawResponse } from '../support/raw.ts';
import { startUpstream } from '../support/upstreams.ts';
import { startDoor, type Door } from './door.ts';
import { as, startJudge } from './judge.ts';
import { host, open, until, upgrade } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

/** Sends each part when the one before is answered: an upgrade behind an unanswered request would be another matter. */
async function inTurn(port: number, parts: readonly string[]): Promise<readonly RawResponse[]> {
  const visitor = open(port, '');
  const answers = (): readonly RawResponse[] => readResponses(visitor.text());
  for (const [n, part] of parts.entries()) {
    visitor.socket.write(part, 'latin1');
    await until(() => answers()[n]?.complete === true);
  }
  visitor.socket.destroy();
  return answers();
}

t.test('an upgrade that is not served is plain HTTP/1.1', async (t) => {
  const upstream = await startUpstream((request, response, body) => {
    const { method = '', url = '', headers } = request;
    response.end(
      `${method} ${url} ${body} ${headers.upgrade ?? '-'} ${String(headers['http2-settings'] ?? '-')}`,
    );
  });
  const door = await startDoor(upstream.url, { judge });
  const without = await startDoor(upstream.url, { judge, options: { upstream: { websockets: false } } });
  const h2c = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
  const frob = ['Connection: close, Upgrade', 'Upgrade: frob/1'];
  const offered = (start: string, more: readonly string[], body = ''): string =>
    lines(start, host, ...more, ...(body === '' ? [] : [`Content-Length: ${body.length}`])) + body;
  const chunked = `${offered('PUT /p HTTP/1.1', [...h2c, 'Transfer-Encoding: chunked'])}5\r\nhello\r\n0\r\n\r\n`;
  const rows: readonly (readonly [name: string, door: Door, send: string, answers: readonly string[]])[] = [
    ['h2c', door, offered('GET /a HTTP/1.1', h2c), ['GET /a  - -']],
    ['h2c with a body', door, offered('POST /b HTTP/1.1', h2c, 'hello'), ['POST /b hello - -']],
    ['h2c with a body in chunks', door, chunked, ['PUT /p hello - -']],
    ['another', door, offered('POST /c HTTP/1.1', frob, 'hi'), ['POST /c hi - -']],
    ['over HTTP/1.0', door, offered('GET /d HTTP/1.0', h2c), ['GET /d  - -']],
    ['a WebSocket by POST', door, upgrade('/k').replace('GET', 'POST'), ['POST /k  - -']],
    ['a WebSocket with a body', door, `${upgrade('/l', 'Content-Length: 2')}hi`, ['GET /l hi - -']],
    ['a WebSocket over HTTP/1.0', door, upgrade('/m').replace('/1.1', '/1.0'), ['GET /m  - -']],
    ['a WebSocket where none is passed on', without, upgrade('/e'), ['GET /e  - -']],
    ['the reserved prefix', door, upgrade('/_gateway/healthz'), ['']],
    [
      'and the connection goes on',
      door,
      offered('POST /f HTTP/1.1', h2c, 'one') +
        offered('POST /g HTTP/1.1', h2c, 'two') +
        offered('GET /h HTTP/1.1', []),
      ['POST /f one - -', 'POST /g two - -', 'GET /h  - -'],
    ],
    [
      'a body is no request',
      door,
      offered('POST /i HTTP/1.1', h2c, lines('GET /t/ok/x HTTP/1.1', host)),
      [`POST /i ${lines('GET /t/ok/x HTTP/1.1', host)} - -`],
    ],
  ];
  for (const [name, at, send, expected] of rows) {
    const parts = expected.length === 1 ? [send] : send.split(/(?=POST \/g|GET \/h)/);
    const answers = await inTurn(at.port, parts);
    t.strictSame(
      answers.map(({ status, body }) => [status, body]),
      expected.map((body) => [200, body]),
      name,
    );
  }
  const many = ['A: 1', 'B: 2', ...Array.from({ length: 100 }, (_, i) => `X-${i}: 1`)];
  const refused = await ask(door.port, offered('POST /j HTTP/1.1', [...h2c, ...many], 'hello'));
  t.equal(refused.status, 431, 'headers beyond the limit are not cut off and read again');
  t.equal(
    (await ask(door.port, offered('GET /t/closed/1 HTTP/1.1', [as.outsider, ...h2c]))).status,
    403,
    'and it is judged',
  );
  await Promise.all([door.stop(), without.stop()]);
  await upstream.stop();
});
