import t from 'tap';
import { frame } from '../support/frames.ts';
import { startDoor } from './door.ts';
import { okFrame, startEcho } from './echo.ts';
import { close, mine, route, say, theirs } from './frame-rows.ts';
import { as, startJudge } from './judge.ts';
import { open, until, upgrade } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());
judge.guard(route);

t.test('a grant within a socket is a lease', async (t) => {
  const echo = await startEcho(undefined, okFrame);
  const door = await startDoor(echo.url, { judge });
  const client = open(door.port, upgrade('/cable', as.memberFor(2)));
  await until(() => client.text().includes('\r\n\r\n'));
  client.socket.write(frame(theirs));
  await client.closed;
  t.equal(close(client.text()), '1008 token-expired');
  const listed = open(door.port, upgrade('/cable'));
  await until(() => listed.text().includes('\r\n\r\n'));
  listed.socket.write(frame(mine));
  t.ok(await until(() => listed.text().includes('\x81')), 'it is answered');
  await judge.switchList('ok', false);
  await listed.closed;
  t.equal(close(listed.text()), '1008 no-credential', 'a list that is switched off');
  await judge.switchList('ok', true);
  const two = open(door.port, upgrade('/cable', as.member));
  await until(() => two.text().includes('\r\n\r\n'));
  echo.tunnels.at(-1)?.write(Buffer.from([0x82, 0x7e, 0x10, 0x00, 1, 2]));
  t.ok(await until(() => two.text().endsWith('\x01\x02')));
  two.socket.write(frame('no JSON'));
  await two.closed;
  t.ok(two.text().endsWith('\x01\x02'), 'no close frame within a message of the platform’s');
  await door.stop();
  await echo.stop();
});

t.test('a change of the routes ends what is read in another way', async (t) => {
  const echo = await startEcho();
  const door = await startDoor(echo.url, { judge });
  const client = open(door.port, upgrade('/unread', as.member));
  await until(() => client.text().includes('\r\n\r\n'));
  client.socket.write(frame('anything', { reserved: 4 }));
  t.ok(await until(() => echo.heard.length > 0), 'what no route guards is a tunnel');
  judge.guard({
    path: '/unread',
    kind: 'socket',
    frames: { protocol: 'phoenix', channels: [{ name: 'lobby', open: true }] },
  });
  door.reconsider();
  await client.closed;
  t.ok(client.socket.closed, 'it is over');
  await door.stop();
  await echo.stop();
});

t.test('mode report passes all of it, until it enforces', async (t) => {
  const watching = await startJudge({ mode: 'report' });
  t.teardown(() => watching.stop());
  watching.guard(route);
  const echo = await startEcho();
  const door = await startDoor(echo.url, { judge: watching });
  for (const [name, sent] of [
    ['a room', [frame(theirs), frame(say('nowhere'))]],
    ['what is no JSON', [frame('hello'), frame(mine)]],
    [
      'what is no frame',
      [frame('b', { isLast: false }), frame(theirs, { reserved: 4 }), Buffer.from('and more')],
    ],
  ] as const) {
    echo.heard.length = 0;
    const client = open(door.port, upgrade('/cable'));
    await until(() => client.text().includes('\r\n\r\n'));
    for (const part of sent) client.socket.write(part);
    t.ok(await until(() => echo.heard.join('') === Buffer.concat(sent).toString('latin1')), name);
    const said = door.accesses.filter(
      ({ answer }) => answer.decision.outcome !== 'forward' && !answer.enforced,
    );
    t.ok(said.length > 0, `${name}: the log says it`);
    door.accesses.length = 0;
    await watching.setMode('closed', 'enforce');
    await client.closed;
    t.ok(client.socket.closed, `${name}: and is over when it enforces`);
    await watching.setMode('closed', 'report');
  }
  await door.stop();
  await echo.stop();
});
