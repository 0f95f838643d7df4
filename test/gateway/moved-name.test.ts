import { PerformanceObserver } from 'node:perf_hooks';
import t from 'tap';
import { ask } from '../support/raw.ts';
import { startUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { startJudge } from './judge.ts';
import { get, soon, until } from './visitor.ts';

t.test('the name of the platform is looked up again when a connection is old', async (t) => {
  const judge = await startJudge();
  const upstream = await startUpstream();
  let lookups = 0;
  // Node tells of each look-up that its own resolver does: what the gateway does with the name is not replaced.
  const observer = new PerformanceObserver((list) => {
    lookups += list.getEntries().filter(({ name }) => name === 'lookup').length;
  });
  observer.observe({ entryTypes: ['dns'] });
  const url = upstream.url.replace('127.0.0.1', 'localhost');
  const settled = async (): Promise<number> => {
    await soon(50);
    return lookups;
  };
  const lasting = await startDoor(url, { judge });
  const ageing = await startDoor(url, { judge, options: { upstream: { maxConnectionAgeMs: 300 } } });
  for (const door of [lasting, ageing]) {
    const before = await settled();
    t.equal((await ask(door.port, get('/a'))).status, 200);
    t.ok(await until(() => lookups > before), 'looked up for the first connection');
  }
  await soon(350);
  const before = await settled();
  t.equal((await ask(lasting.port, get('/a'))).status, 200);
  t.equal(await settled(), before, 'a connection without an age is kept: no look-up');
  t.equal((await ask(ageing.port, get('/a'))).status, 200);
  t.ok(await until(() => lookups > before), 'past maxConnectionAgeMs there is another');
  observer.disconnect();
  await Promise.all([lasting.stop(), ageing.stop()]);
  await upstream.stop();
  await judge.stop();
});
