import t from 'tap';
import { ask, lines } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { startJudge } from './judge.ts';
import { get, host, ok, pathOf, soon } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

t.test('a kept connection that was just closed', async (t) => {
  const requests: string[] = [];
  let says = '';
  let all = false;
  const upstream = await startRawUpstream((socket, text, connection) => {
    requests.push(`${text.slice(0, text.indexOf(' HTTP'))} on ${connection}`);
    const isFirst = pathOf(text) === '/first';
    if (isFirst) socket.write(`${ok}Content-Length: 5\r\n\r\nfirst`);
    else if (connection === used || all) socket.write(says, 'latin1', () => socket.resetAndDestroy());
    else socket.write(`${ok}Content-Length: 5\r\n\r\nagain`);
    used = connection;
  });
  let used = 0;
  const door = await startDoor(upstream.url, { judge });
  const post = lines('POST /p HTTP/1.1', host, 'Content-Length: 2');
  const rows: readonly (readonly [name: string, send: string, said: string, status: number, out: number])[] =
    [
      ['GET', get('/g'), '', 200, 2],
      ['a guarded GET', get('/t/ok/1'), '', 200, 2],
      ['HEAD', lines('HEAD /h HTTP/1.1', host), '', 200, 2],
      ['POST', `${post}hi`, '', 502, 1],
      ['an empty POST', lines('POST /p HTTP/1.1', host, 'Content-Length: 0'), '', 502, 1],
      ['DELETE', lines('DELETE /d HTTP/1.1', host), '', 502, 1],
      ['PUT', `${post.replace('POST', 'PUT')}hi`, '', 502, 1],
      ['OPTIONS', lines('OPTIONS /o HTTP/1.1', host), '', 502, 1],
      ['PROPFIND', lines('PROPFIND /o HTTP/1.1', host), '', 502, 1],
      ['a GET with a body', `${lines('GET /b HTTP/1.1', host, 'Content-Length: 2')}hi`, '', 502, 1],
      ['one byte of an answer', get('/g'), 'H', 502, 1],
      ['half a head', get('/g'), 'HTTP/1.1 200 OK\r\nContent-', 502, 1],
      ['an interim answer', get('/g'), 'HTTP/1.1 102 Processing\r\n\r\n', 502, 1],
      ['a head', get('/g'), `${ok}Content-Length: 9\r\n\r\n`, 200, 1],
    ];
  let retries = 0;
  for (const [name, send, said, status, out] of rows) {
    says = said;
    t.equal((await ask(door.port, get('/first'))).body, 'first');
    await soon(20);
    requests.length = 0;
    const answer = await ask(door.port, send);
    t.equal(answer.status, status, `${name}: ${status}`);
    t.equal(requests.length, out, `${name}: ${out} at the upstream`);
    if (out === 2) retries += 1;
    t.equal(
      new Set(requests.map((text) => text.split(' on ')[1])).size,
      out,
      'each on a connection of its own',
    );
    t.equal(door.stats().upstream.retries, retries, 'counted');
  }
  all = true;
  says = '';
  t.equal((await ask(door.port, get('/first'))).body, 'first');
  await soon(20);
  requests.length = 0;
  t.equal((await ask(door.port, get('/g'))).status, 502, 'and never a third time');
  t.equal(requests.length, 2);
  requests.length = 0;
  t.equal((await ask(door.port, get('/g'))).status, 502);
  t.equal(requests.length, 1, 'nor again what went on a new connection');
  t.match(door.stats(), { upstreamRunning: 0, streams: 0, leases: 0 });
  await door.stop();
  await upstream.stop();
});
