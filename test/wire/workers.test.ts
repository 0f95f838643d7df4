import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import t from 'tap';
import { createPatience } from '../../src/app/patience.ts';
import { configOf, listAddresses, startOrigin, until, visit } from '../faults/world.ts';
import { runGateway, startGateway } from '../support/gateway-process.ts';
import { startRedis } from '../support/redis.ts';

t.test('a store that belongs to another gateway: said, and exit 1', async (t) => {
  const first = await startGateway({ config: configOf('http://127.0.0.1:1') });
  const store = { file: `${first.dir}/data` };
  const second = runGateway({ config: configOf('http://127.0.0.1:1', { store }) });
  t.equal(await second.exited, 1);
  t.match(
    JSON.stringify(second.logs),
    /could not start: store\.file: [^"]*belongs to a gateway that is running/,
  );
  t.equal(await first.stop(), 0);
});

t.test('workers that cannot start end the whole, and it is said once', async (t) => {
  const [server, redis] = [createServer(), await startRedis()];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const config = configOf('http://127.0.0.1:1', { store: { redis: { url: redis.url } }, workers: 2 });
  const run = runGateway({ config: { ...config, public: { port } } });
  t.equal(await run.exited, 1);
  const said = run.logs.filter(({ level }) => level === 60).map(({ msg }) => msg);
  t.same(said, [`could not start: public.port ${String(port)} is taken (EADDRINUSE)`]);
  server.close();
  await redis.stop();
});

t.test('one that dies again and again is waited for longer each time, and then no more', async (t) => {
  let nowMs = 0;
  const patience = createPatience(() => nowMs);
  const pauses = Array.from({ length: 9 }, () => {
    const pauseMs = patience.died();
    nowMs += 1_000 + (pauseMs ?? 0);
    return pauseMs;
  });
  t.same(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, undefined]);
  nowMs += 60_001;
  t.equal(patience.died(), 500, 'one that ran for a minute begins anew');
});

t.test('workers: one port, one policy, one sum; one that dies is started again', async (t) => {
  const [redis, origin] = await Promise.all([startRedis(), startOrigin()]);
  const gateway = await startGateway({
    config: configOf(origin.url, { store: { redis: { url: redis.url } }, workers: 2 }),
  });
  t.teardown(async () => {
    await gateway.stop();
    await Promise.all([redis.stop(), origin.close()]);
  });
  t.ok(await until(async () => (await fetch(`${gateway.privateUrl}/readyz`)).ok, 10_000));
  await listAddresses(gateway);
  for (let i = 0; i < 6; i += 1)
    t.equal((await visit(gateway.publicUrl, 'listed')).status, 200, 'whichever answers');
  const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  t.match(metrics, /gateway_decisions_total\{outcome="forward",reason="whitelisted-bot",mode="enforce"\} 6/);
  t.match(metrics, /^gateway_upstream_seconds_count 6$/m, 'summed over the workers');
  const children = readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  t.equal(children.length, 2);
  process.kill(Number(children[0]), 'SIGKILL');
  await gateway.line(({ msg }) => msg === 'a worker died; another is started');
  t.equal((await visit(gateway.publicUrl, 'member')).status, 200, 'the other goes on');
  const back = () =>
    readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8').trim().split(' ').length === 2;
  t.ok(await until(back, 10_000));
  gateway.signal('SIGHUP');
  t.equal((await visit(gateway.publicUrl, 'stranger')).status, 401);
});

t.test('a worker that is started again runs by what the others run by, whatever the file says', async (t) => {
  const [redis, origin, other] = await Promise.all([startRedis(), startOrigin(), startOrigin()]);
  const store = { redis: { url: redis.url } };
  const config = configOf(origin.url, { store, workers: 2, log: { level: 'info' } });
  const gateway = await startGateway({ config });
  t.teardown(async () => {
    await gateway.stop();
    await Promise.all([redis.stop(), origin.close(), other.close()]);
  });
  const file = readFileSync(gateway.configFile, 'utf8');
  const children = (): number[] =>
    readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8').trim().split(' ').map(Number);
  const said = (start: string): number =>
    gateway.logs.filter(({ msg }) => String(msg).startsWith(start)).length;
  /** Kills both, one after the other, so that whichever answers then was started again. */
  const renew = async (): Promise<void> => {
    for (const [before, old] of children().entries()) {
      process.kill(old, 'SIGKILL');
      t.ok(await until(() => said('a worker takes requests again') > before, 40_000));
    }
  };
  const allowed = async (site: string): Promise<boolean> => {
    const answers = await Promise.all(
      [0, 1, 2, 3].map(() => visit(gateway.publicUrl, 'stranger', { headers: { origin: site } })),
    );
    return answers.every(({ headers }) => headers['access-control-allow-origin'] === site);
  };
  const cors = (site: string): string => `public:\n  corsOrigins: [${site}]`;

  // Taken: what a reload may change. Not taken: the platform, which waits for a restart.
  const changed = file.replace('public:', cors('https://second.example'));
  writeFileSync(gateway.configFile, changed.replace(origin.url, other.url));
  gateway.signal('SIGHUP');
  t.ok(await until(() => said('not taken until a restart: upstream.url') === 2, 20_000));
  t.ok(await allowed('https://second.example'), 'what was reloaded');
  writeFileSync(
    gateway.configFile,
    `${file.replace('public:', cors('https://third.example'))}\nworkers: none`,
  );
  gateway.signal('SIGHUP');
  await gateway.line(({ msg }) => String(msg).startsWith('reload refused'));
  await renew();
  t.ok(await allowed('https://second.example'), 'is what they begin with');
  t.equal((await visit(gateway.publicUrl, 'member')).status, 200);
  t.equal(other.hits(), 0, 'and the platform is the one of the start');
});

/** Runs writers of a log that share one pipe, and a reader of it; says what the reader says. */
function logThrough(writer: string, writers: number, reader: string): string {
  const isAlone = writers === 1;
  const module = new URL('../../dist/ops/log.js', import.meta.url).href;
  const script = `import { createLog } from '${module}'; const { log } = createLog('info', ${isAlone}); ${writer}`;
  const write = '"$0" --input-type=module -e "$1" &';
  const shell = `(${`${write} `.repeat(writers)} wait) | "$0" -e "$2"`;
  const env = { ...process.env, NODE_V8_COVERAGE: '' };
  return execFileSync('sh', ['-c', shell, process.execPath, script, reader], { env, encoding: 'utf8' });
}

t.test(
  'lines of one process, and of several that share a pipe, stay whole, however slowly they are read',
  (t) => {
    const writer = `
    const turn = (left) => {
      for (let n = 0; n < 40; n += 1) log.info({ filler: 'x'.repeat(400 + n) });
      if (left > 0) setImmediate(turn, left - 1);
    };
    turn(40);`;
    const reader = `
    const { readSync } = require('node:fs');
    const [bytes, pause] = [Buffer.alloc(4_096), new Int32Array(new SharedArrayBuffer(4))];
    let text = '';
    for (let read; (read = readSync(0, bytes)) > 0; Atomics.wait(pause, 0, 0, 1))
      text += bytes.toString('utf8', 0, read);
    const whole = text.trimEnd().split('\\n').filter((line) => /^\\{"level":30[^{]*\\}$/.test(line));
    console.log(whole.length);`;
    for (const writers of [1, 3])
      t.equal(
        Number(logThrough(writer, writers, reader)),
        writers * 41 * 40,
        'each line is there, and is one line',
      );
    t.end();
  },
);

t.test('a log that nobody reads: lines beyond 16 MiB are dropped, told and counted', (t) => {
  const writer = `
    const filler = 'x'.repeat(1_000);
    for (let n = 0; n < 30_000; n += 1) log.info({ filler });`;
  const reader = `
    setTimeout(() => {
      const lines = require('node:fs').readFileSync(0, 'utf8').trimEnd().split('\\n').map((line) => JSON.parse(line));
      const told = lines.filter(({ level }) => level === 40);
      const written = lines.length - told.length;
      console.log(JSON.stringify({ written, told: told.length, all: told.reduce((sum, { lines }) => sum + lines, written) }));
    }, 500);`;
  const said = JSON.parse(logThrough(writer, 1, reader)) as Record<string, number>;
  t.match(said, { told: 1, all: 30_000 });
  t.ok((said['written'] ?? 0) > 10_000 && (said['written'] ?? 0) < 20_000, 'as much as may wait');
  t.end();
});
