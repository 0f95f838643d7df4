import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { at, parseSource, readSources, root, walk, type Source } from './sources.ts';

/** Tables that are long because what they list is. */
const tables = /^src\/config\/schema\//;
/** Tests that may be longer than others: tables of rows, and what is still to be parted. */
const longTests: ReadonlySet<string> = new Set([
  ...['hostile/address-rows', 'hostile/raw-rows', 'hostile/target-rows', 'identity/provider-rows'],
  ...[
    'identity/token-rows',
    'policy/decide-rows',
    'reading/addresses',
    'reading/dialects',
    'reading/hostile',
  ],
  ...['reading/targets', 'wire/cases-granted', 'wire/cases-refused'],
  ...['admin/scene', 'browser/guidance', 'browser/manage', 'faults/key-faults', 'faults/platform-faults'],
  ...['faults/process-faults', 'faults/redis-faults', 'faults/world', 'policy-store/contract'],
  'wire/token-places.test',
]);
const vagueNames = /^(utils?|helpers?|manager|service|base|common|misc)\b/;

function longFile({ name, text }: Source): string[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > 200 ? [`${name}: ${lines} lines`] : [];
}

function longParts(source: Source): string[] {
  if (tables.test(source.name)) return [];
  const found = longFile(source);
  walk(source.tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const lineOf = (position: number) => source.tree.getLineAndCharacterOfPosition(position).line;
    const length = lineOf(node.getEnd()) - lineOf(node.getStart(source.tree)) + 1;
    if (length > 40) found.push(`${at(source, node)}: a function of ${length} lines`);
  });
  return found;
}

/** Ways around the type checker and the linter. */
function escapes(source: Source): string[] {
  const found: string[] = [];
  walk(source.tree, (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${at(source, node)}: any`);
    if (ts.isNonNullExpression(node)) found.push(`${at(source, node)}: !`);
  });
  const comment = /@ts-(ignore|expect-error|nocheck)|(eslint|c8|istanbul|v8)[- ](disable|ignore)/.exec(
    source.text,
  );
  return comment === null ? found : [...found, `${source.name}: ${comment[0]}`];
}

function poorNames({ name }: Source): string[] {
  const file = basename(name).replace(/(\.(test|config|d))?\.tsx?$/, '');
  const isComponent = name.endsWith('.tsx');
  if (vagueNames.test(file)) return [`${name}: says nothing of its job`];
  return isComponent || /^[a-z0-9]+(-[a-z0-9]+)*$/.test(file) ? [] : [`${name}: not in kebab-case`];
}

const own = readSources('src');
const tests = readSources('test').filter(({ name }) => !name.startsWith('test/house/'));

t.test('sources', (t) => {
  t.same(own.filter(({ name }) => !name.includes('/dashboard/app/')).flatMap(longParts), [], 'are short');
  const nameOf = ({ name }: Source): string => name.replace(/^test\/|\.ts$/g, '');
  const isLong = new Set(tests.filter((one) => longFile(one).length > 0).map(nameOf));
  t.same(
    [...isLong].filter((name) => !longTests.has(name)),
    [],
    'tests are short, too',
  );
  t.same(
    [...longTests].filter((name) => !isLong.has(name)),
    [],
    'and an exception is one that is long',
  );
  t.same([...own, ...tests].flatMap(escapes), [], 'do not get around their checks');
  t.same([...own, ...tests].flatMap(poorNames), [], 'are named by their job');
  const defaults = own.filter(
    ({ text, name }) => /^export default/m.test(text) && !name.endsWith('.config.ts'),
  );
  t.same(
    defaults.map(({ name }) => name),
    [],
    'have named exports',
  );
  t.end();
});

t.test('the check itself sees what it should', (t) => {
  const long = `function a() {\n${'b();\n'.repeat(40)}}`;
  t.equal(longParts(parseSource('src/a.ts', long)).length, 1, 'a long function');
  t.equal(longParts(parseSource('src/a.ts', 'b();\n'.repeat(201))).length, 1, 'a long file');
  t.equal(longParts(parseSource('src/config/schema/a.ts', 'b();\n'.repeat(201))).length, 0, 'a table');
  for (const text of ['let a: any;', 'a!.b', '// @ts-expect' + '-error', '/* eslint' + '-disable */'])
    t.equal(escapes(parseSource('src/a.ts', text)).length, 1, text);
  t.equal(poorNames(parseSource('src/utils.ts', '')).length, 1);
  t.equal(poorNames(parseSource('src/camelCase.ts', '')).length, 1);
  t.end();
});

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly license: string;
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
}

/** Commands that a document shows: fenced blocks, one a line. */
function shownCommands(text: string): string[] {
  return [...text.matchAll(/```(?:sh|bash|console)\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.split('\n'),
  );
}

t.test('documents', (t) => {
  const manifest = readManifest();
  const documents = readdirSync(root).filter((name) => name.endsWith('.md'));
  const commands = documents.flatMap((name) => shownCommands(readFileSync(join(root, name), 'utf8')));
  for (const command of commands) {
    const script = /\bnpm (?:run )?([a-z][a-z0-9:-]*)/.exec(command)?.[1];
    if (script !== undefined && !['ci', 'install', 'sbom', 'audit', 'pack'].includes(script))
      t.ok(manifest.scripts[script], `${command.trim()}: a script of package.json`);
    const file = /\bnode (?:--\S+ )*((?:scripts|docker)\/\S+)/.exec(command)?.[1];
    if (file !== undefined) t.ok(existsSync(join(root, file)), `${command.trim()}: a file of the project`);
  }
  for (const [name, script] of Object.entries(manifest.scripts)) {
    for (const [, file = ''] of script.matchAll(/node ((?:scripts|test|docker)\/\S+)/g))
      t.ok(existsSync(join(root, file)), `npm run ${name}: ${file} is there`);
  }
  t.equal(manifest.license, 'MIT');
  t.match(readFileSync(join(root, 'LICENSE'), 'utf8'), /^MIT License/);
  t.notMatch(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
    /"resolved"/,
    'the lock file names no host',
  );
  t.end();
});

t.test('each mutant stands in the source, at one place', (t) => {
  const list = spawnSync(process.execPath, [join(root, 'test/mutants/run.mjs'), '--list'], {
    encoding: 'utf8',
  });
  t.equal(list.status, 0, list.stderr);
  t.match(list.stdout, /^\d+ mutants, each of one place\n$/);
  t.end();
});
