import t from 'tap';
import { frame } from '../support/frames.ts';
import { phrase, watchingDoor } from './canary-scene.ts';
import { okFrame, startEcho } from './echo.ts';
import { mine, route, say } from './frame-rows.ts';
import { as, startJudge } from './judge.ts';
import { open, until, upgrade } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());
judge.guard({ ...route, frames: { ...route.frames, forAnyone: true } });

const shown = Buffer.concat([Buffer.from([0x81, Buffer.byteLength(phrase)]), Buffer.from(phrase)]);

t.test('a canary in a socket that everybody opens', async (t) => {
  const echo = await startEcho(undefined, okFrame);
  const { door, found } = await watchingDoor(judge, echo.url, 'refuse');
  const openAs = async (lines: readonly string[], ...said: readonly string[]) => {
    const client = open(door.port, upgrade('/cable', ...lines));
    t.ok(await until(() => client.text().includes('\r\n\r\n')));
    for (const text of said) {
      const before = client.text().length;
      client.socket.write(frame(text));
      t.ok(await until(() => client.text().length > before), 'it is let through');
    }
    echo.tunnels.at(-1)?.write(shown);
    return client;
  };

  const member = await openAs([as.member], mine);
  t.ok(await until(() => member.text().endsWith(shown.toString('latin1'))), 'what was granted passes');
  t.same(found, [], 'and is no alarm: it is guarded');
  member.socket.destroy();

  const stranger = await openAs([], say('lobby'));
  await stranger.closed;
  t.same(found, ['print /cable'], 'where nothing was granted, no transcript may be shown');
  await door.stop();
  await echo.stop();
});
