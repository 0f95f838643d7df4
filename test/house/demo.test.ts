import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import '../support/uncounted.ts';
import { startChild } from '../support/child.ts';
import { root } from './sources.ts';

const dir = mkdtempSync(join(tmpdir(), 'demo-test-'));
t.teardown(() => rmSync(dir, { recursive: true, force: true }));

const ports = ['--platform-port', '0', '--public-port', '0', '--private-port', '0'];
const demo = (...flags: string[]) =>
  startChild([join(root, 'scripts/demo.mjs'), ...ports, '--dir', join(dir, 'run'), ...flags], process.env);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

t.test('every link of the demo shows what it says', async (t) => {
  const run = demo('--check');
  t.equal(await run.exited, 0, run.text());
  const text = run.text();
  t.equal(text.match(/^shows it /gm)?.length, 11);
  t.notMatch(text, /WRONG/);
});

t.test('and every link of the demo with opaque sessions', async (t) => {
  const run = demo('--platform', 'sessions', '--check');
  t.equal(await run.exited, 0, run.text());
  t.equal(run.text().match(/^shows it /gm)?.length, 8);
  t.notMatch(run.text(), /WRONG/);
});

t.test('Ctrl-C ends all of it', async (t) => {
  const run = demo();
  for (let i = 0; i < 600 && !run.text().includes('Ctrl-C'); i += 1) await pause(100);
  const [, platform = ''] = /The platform itself is at (\S+)\./.exec(run.text()) ?? [];
  t.equal((await fetch(platform)).status, 200);
  const second = demo();
  t.equal(await second.exited, 1);
  t.match(second.text(), /another demo \(process \d+\) runs in .*--dir/);
  const { port } = new URL(platform);
  const taken = demo('--dir', join(dir, 'other'), '--public-port', port);
  t.equal(await taken.exited, 1);
  t.match(taken.text(), new RegExp(`port ${port} is taken: .*--public-port`));
  t.equal((await fetch(platform)).status, 200, 'the first one is left alone');
  run.signal('SIGINT');
  await pause(2);
  t.equal(await run.end('SIGINT'), 0, 'pressed twice, too: npm passes on what its process group got already');
  await t.rejects(fetch(platform), 'the platform is gone with it');
});
