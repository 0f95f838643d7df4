import t from 'tap';
import { crookedImports, environmentReads, impurities } from './floors.ts';
import { parseSource, readSources } from './sources.ts';

/** The dashboard's own, what is pure, and the API's description of itself. */
const browsers =
  /^src\/(admin\/dashboard\/app|policy|range-list|changes)\/|^src\/(policy-store\/store|admin\/(answers(-who)?|(forecast-)?schemas?))\.ts$/;

const sources = readSources('src').filter(({ name }) => !name.startsWith('src/admin/dashboard/app/'));

t.test('the house', (t) => {
  t.ok(sources.length > 20, 'has sources');
  t.same(
    sources.flatMap(crookedImports),
    [],
    'imports go down only, and rooms on one floor do not know each other',
  );
  t.same(sources.flatMap(impurities), [], 'changes/, policy/ and reading/ use nothing of the world outside');
  t.same(sources.flatMap(environmentReads), [], 'only config/ reads the environment');
  t.end();
});

t.test(
  'the browser’s part knows the policy, lists, records and what the API answers, and nothing else of the gateway',
  (t) => {
    const app = readSources('src').filter(({ name }) => name.startsWith('src/admin/dashboard/app/'));
    const outside = app.flatMap(({ imports }) => imports.filter((to) => !browsers.test(to)));
    t.same(outside, []);
    t.end();
  },
);

t.test('the check itself sees what it should', (t) => {
  const crooked = (name: string, text: string) => crookedImports(parseSource(name, text)).length;
  t.equal(crooked('src/policy/a.ts', "import { b } from '../reading/b.ts';"), 1, 'up');
  t.equal(
    crooked('src/identity/a.ts', "import type { B } from '../reading/b.ts';"),
    1,
    'sideways, types too',
  );
  t.equal(crooked('src/admin/x/a.ts', "export * from '../../gateway/b.ts';"), 1, 'sideways, by export');
  t.equal(crooked('src/access/a.ts', "const b = await import('../gateway/b.ts');"), 1, 'up, at run time');
  t.equal(crooked('src/policy/a.ts', "type B = import('../access/b.ts').B;"), 1, 'up, in a type');
  t.equal(
    crooked('src/cli/a.ts', "import { b } from '../app.ts';"),
    1,
    'the command line does not start the gateway',
  );
  t.equal(crooked('src/helpers/a.ts', ''), 1, 'a room that there is not');
  t.equal(
    crooked('src/access/a.ts', "import { b } from '../reading/b.ts'; import '../errors.ts';"),
    0,
    'down',
  );
  const impure = (text: string) => impurities(parseSource('src/reading/a.ts', text)).length;
  for (const text of [
    'Date.now()',
    'new Date()',
    'Math.random()',
    'fetch(url)',
    "import 'node:fs'",
    'process.pid',
  ])
    t.equal(impure(text), 1, text);
  for (const text of [
    'new Date(text)',
    'a.process',
    'const b = { process: 1 }',
    "import { IPv4 } from 'ip-num'",
  ])
    t.equal(impure(text), 0, text);
  const reads = (text: string) => environmentReads(parseSource('src/access/a.ts', text)).length;
  for (const text of ['process.env.A', 'const { env } = process', "import { env } from 'node:process'"])
    t.equal(reads(text), 1, text);
  const inMain = (text: string) => environmentReads(parseSource('src/main.ts', text)).length;
  t.equal(inMain('load({ env: process.env })'), 0, 'main hands it on whole');
  t.equal(inMain('const port = process.env.PORT'), 1, 'main does not read it');
  t.end();
});
