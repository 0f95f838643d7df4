// What the tests and the gateways that they started ran of dist/, said in lines of src/, and the gate on it.
import { Report } from 'c8';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMain, root } from './project.mjs';

export const rawFolder = join(root, '.cache', 'coverage');
const keptFolder = join(root, '.cache', 'coverage-kept');
const dist = pathToFileURL(join(root, 'dist')).href;
/** What browsers run is measured by the tests in a browser, not here. */
const browserOnly = /^dist\/dashboard\//;

/** Percent at least, by room of src/; a room that is not named stands under `rest`. */
const floors = {
  policy: { lines: 95, branches: 95 },
  reading: { lines: 95, branches: 95 },
  access: { lines: 95, branches: 95 },
  rest: { lines: 90, branches: 0 },
};

function builtFiles() {
  return readdirSync(join(root, 'dist'), { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join('dist', name))
    .filter((name) => !browserOnly.test(name));
}

/** Keeps of each process what it ran of dist/: a tenth of it, so that adding up is quick. */
function keepOwn() {
  rmSync(keptFolder, { recursive: true, force: true });
  mkdirSync(keptFolder, { recursive: true });
  for (const name of readdirSync(rawFolder)) {
    const { result } = readProcess(join(rawFolder, name));
    const own = result
      .filter(({ url }) => url.startsWith(`${dist}/`))
      .map((one) => ({ ...one, url: bare(one.url) }));
    if (own.length > 0) writeFileSync(join(keptFolder, name), JSON.stringify({ result: own }));
  }
}

const bare = (url) => url.split('?')[0];

/** A process that was killed while it wrote leaves half a file: it counts as not written. */
function readProcess(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { result: [] };
  }
}

/** A file that nothing loaded counts as not run; one that has only types has nothing to run. */
function addUnloaded() {
  const loaded = new Set(
    readdirSync(keptFolder).flatMap((name) =>
      readProcess(join(keptFolder, name)).result.map(({ url }) => url),
    ),
  );
  const result = builtFiles()
    .map((name) => ({
      url: pathToFileURL(join(root, name)).href,
      text: readFileSync(join(root, name), 'utf8'),
    }))
    .filter(({ url, text }) => !loaded.has(url) && !/^export \{\};\s*(\/\/.*)?\s*$/.test(text))
    .map(({ url, text }) => ({
      scriptId: '0',
      url,
      functions: [
        {
          // The name by which v8-to-istanbul knows a file that was not run.
          functionName: '(empty-report)',
          isBlockCoverage: true,
          ranges: [{ startOffset: 0, endOffset: text.length, count: 0 }],
        },
      ],
    }));
  writeFileSync(join(keptFolder, 'coverage-unloaded.json'), JSON.stringify({ result }));
}

const percent = ({ covered, total }) => (total === 0 ? 100 : (100 * covered) / total);
const add = (left, right) => ({ covered: left.covered + right.covered, total: left.total + right.total });

/** Files of src/ with what was covered of them, and the rooms that they are in. */
function summarise(map) {
  const none = { covered: 0, total: 0 };
  const files = map.files().map((path) => {
    const { lines, branches } = map.fileCoverageFor(path).toSummary().data;
    const name = relative(join(root, 'src'), path);
    return { name, room: name.includes('/') ? name.split('/')[0] : 'entry', lines, branches };
  });
  const rooms = new Map();
  for (const { room, lines, branches } of files) {
    const sum = rooms.get(room) ?? { lines: none, branches: none };
    rooms.set(room, { lines: add(sum.lines, lines), branches: add(sum.branches, branches) });
  }
  return { files, rooms };
}

/** One sentence for each room below its floor, with the files that pull it down. */
function judge({ files, rooms }) {
  return [...rooms].flatMap(([room, sum]) => {
    const floor = floors[room] ?? floors.rest;
    return ['lines', 'branches']
      .filter((kind) => percent(sum[kind]) < floor[kind])
      .map((kind) => {
        const low = files.filter((file) => file.room === room && percent(file[kind]) < floor[kind]);
        const names = low.map((file) => `src/${file.name} ${percent(file[kind]).toFixed(1)}`).join(', ');
        return `src/${room}: ${percent(sum[kind]).toFixed(1)} % of ${kind}, ${floor[kind]} needed: ${names}`;
      });
  });
}

/**
 * Adds up what NODE_V8_COVERAGE wrote to `rawFolder`, and writes coverage/ for people and tools.
 *
 * @returns `failures`, one sentence a room below its floor, and `rooms`, one line each.
 */
export async function measureCoverage(reporter = ['lcovonly', 'json-summary']) {
  keepOwn();
  addUnloaded();
  const report = new Report({
    tempDirectory: keptFolder,
    reportsDirectory: join(root, 'coverage'),
    reporter,
    src: [root],
    resolve: '',
    include: ['dist/**', 'src/**'],
    exclude: [],
    extension: ['.js', '.ts'],
    excludeNodeModules: true,
  });
  await report.run();
  const summary = summarise(await report.getCoverageMapFromAllCoverageFiles());
  const line = ([room, { lines, branches }]) =>
    `${room.padEnd(14)} ${percent(lines).toFixed(1).padStart(5)} % lines  ${percent(branches).toFixed(1).padStart(5)} % branches`;
  return { failures: judge(summary), rooms: [...summary.rooms].sort().map(line) };
}

if (isMain(import.meta.url)) {
  const { failures, rooms } = await measureCoverage(
    process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['text'],
  );
  for (const text of [...rooms, ...failures]) console.log(text);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
