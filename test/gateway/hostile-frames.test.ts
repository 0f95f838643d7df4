import t from 'tap';
import { fragments, frame } from '../support/frames.ts';
import { close, mine, push, route, rows, say, theirs } from './frame-rows.ts';
import { lines, ask } from '../support/raw.ts';
import { startDoor } from './door.ts';
import { okFrame, startEcho } from './echo.ts';
import { as, startJudge } from './judge.ts';
import { host, open, soon, until, upgrade } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());
judge.guard(route);

t.test('what is refused in a socket ends it, and does not reach the platform', async (t) => {
  const echo = await startEcho(undefined, okFrame);
  const door = await startDoor(echo.url, { judge });
  for (const [name, sent, expected] of rows) {
    for (const early of [true, false]) {
      echo.heard.length = 0;
      const bytes = Buffer.concat(sent).toString('latin1');
      const client = open(
        door.port,
        `${upgrade('/cable', 'Sec-WebSocket-Extensions: permessage-deflate')}${early ? bytes : ''}`,
      );
      await until(() => client.text().includes('\r\n\r\n'));
      if (!early) for (const part of sent) client.socket.write(part);
      await soon(20);
      client.socket.write(frame(mine));
      client.socket.write(frame(theirs));
      await client.closed;
      t.equal(close(client.text()), expected, `${name}${early ? ', with the handshake' : ''}`);
      const request = echo.requests.at(-1) ?? '';
      const reached = `${request.slice(request.indexOf('\r\n\r\n') + 4)}${echo.heard.join('')}`;
      for (const part of sent)
        if (part.length > 30 && !part.equals(sent[0] ?? part))
          t.notOk(reached.includes(part.toString('latin1')), name);
      if (name !== 'after one of theirs' && !name.startsWith('in one piece') && !name.includes('ping'))
        t.equal(reached, '', `${name}: nothing reached the platform`);
      t.notMatch(request, /permessage-deflate/);
    }
  }
  t.ok(await until(() => door.stats().leases === 0 && door.stats().streams === 0), 'nothing is held');
  await door.stop();
  await echo.stop();
});

t.test('a handshake after which a server could read other frames is none', async (t) => {
  const echo = await startEcho(undefined, okFrame);
  const door = await startDoor(echo.url, { judge });
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const version = 'Sec-WebSocket-Version: 13';
  // Between 0x00 and 0xff, as drafts 75 and 76 have it: pings, here.
  const hidden = Buffer.concat([
    Buffer.from([0x89, 0x80, 0x00, 0x80, 0x00, 0x00, 0x89, 0xd0, 1, 2, 3, 4, 0xff, 0x00]),
    Buffer.from(theirs.padEnd(77)),
    Buffer.from([0xff]),
  ]).toString('latin1');
  const rows: readonly (readonly [string, ...(readonly string[])])[] = [
    ['no version, no key'],
    ['no version', key],
    ['no key', version],
    [
      'keys of draft 76',
      'Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5',
      'Sec-WebSocket-Key2: 12998 5 Y3 1  .P00',
    ],
    ['another version', key, 'Sec-WebSocket-Version: 8'],
    ['two versions', key, version, 'Sec-WebSocket-Version: 8'],
    ['two in one', key, 'Sec-WebSocket-Version: 13, 8'],
    ['an empty version', key, 'Sec-WebSocket-Version: '],
    ['no key that can be', version, 'Sec-WebSocket-Key: short'],
    ['a version as CGI reads it', key, 'Sec_WebSocket_Version: 13'],
  ];
  for (const [name, ...more] of rows) {
    const head = ['Connection: Upgrade', 'Upgrade: websocket', as.member, ...more];
    const client = open(door.port, `${lines('GET /cable HTTP/1.1', host, ...head)}${hidden}`);
    await client.closed;
    t.match(client.text(), /^HTTP\/1\.1 426 /, name);
  }
  t.equal(echo.requests.length, 0);
  const spelled = ['Sec_WebSocket_Extensions: permessage-deflate', 'Sec-WebSocket_Key1: 1'];
  const client = open(door.port, upgrade('/cable', as.member, ...spelled));
  t.ok(await until(() => echo.requests.length > 0));
  t.notMatch(echo.requests[0], /deflate|key1/i, 'nor does what looks like a part of it reach the platform');
  client.socket.destroy();
  await door.stop();
  await echo.stop();
});

t.test('what is granted goes on as it came', async (t) => {
  const echo = await startEcho();
  const door = await startDoor(echo.url, { judge });
  const sent: readonly Buffer[] = [
    frame(mine),
    frame(say('lobby')),
    frame('["1","1","phoenix","heartbeat",{}]'),
    push('room:ok'),
    ...fragments(mine, 3, 8),
    frame('x', { opcode: 9 }),
    frame(say('lobby', { text: 'x'.repeat(900) })),
    frame(Buffer.from([3, 232]), { opcode: 8 }),
  ];
  const whole = Buffer.concat(sent).toString('latin1');
  for (const size of [1, 7, whole.length]) {
    echo.heard.length = 0;
    const client = open(door.port, upgrade('/cable'));
    await until(() => client.text().includes('\r\n\r\n'));
    for (let at = 0; at < whole.length; at += size) {
      client.socket.write(whole.slice(at, at + size), 'latin1');
      if (size === 7) await soon(1);
    }
    t.ok(await until(() => echo.heard.join('') === whole), `${size} bytes at a time`);
    t.equal(door.stats().leases, 3, 'the socket, a room and the lobby have a lease each');
    client.socket.destroy();
    t.ok(await until(() => door.stats().leases === 0));
  }
  t.ok(
    door.accesses.some(({ answer }) => answer.resource.kind === 'transcript' && answer.resource.bot === 'ok'),
    'and its line in the log',
  );
  await door.stop();
  await echo.stop();
});

t.test('no other way in', async (t) => {
  const echo = await startEcho((target) =>
    target.includes('plain')
      ? 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nshown!'
      : 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
  );
  const door = await startDoor(echo.url, { judge });
  for (const [method, target] of [
    ['GET', '/cable?transport=polling'],
    ['POST', '/cable/longpoll'],
    ['GET', '/x/../CABLE'],
  ] as const) {
    const answer = await ask(
      door.port,
      lines(`${method} ${target} HTTP/1.1`, host, as.member, 'Content-Length: 0'),
    );
    t.match(
      answer,
      { status: 426, headers: { 'x-gateway-reason': 'upgrade-required', upgrade: 'websocket' } },
      target,
    );
  }
  t.match(
    await ask(
      door.port,
      lines(
        'POST /cable HTTP/1.1',
        host,
        as.member,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Content-Length: 0',
      ),
    ),
    { status: 426 },
  );
  t.equal(echo.requests.length, 0);
  const plain = open(door.port, upgrade('/cable?plain', as.member));
  await plain.closed;
  t.match(plain.text(), /^HTTP\/1\.1 502 /, 'an answer without a WebSocket is not shown');
  const refused = open(door.port, upgrade('/cable', as.member));
  await refused.closed;
  t.match(refused.text(), /^HTTP\/1\.1 403 /, 'the platform’s own refusal is');
  await door.stop();
  await echo.stop();
});
