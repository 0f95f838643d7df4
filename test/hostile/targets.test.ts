import t from 'tap';
import '../support/uncounted.ts';
import { routeOptions, type Row } from '../reading/table.ts';
import * as readings from '../reading/targets.ts';
import { shows, startScene, LISTED } from './scene.ts';
import { legal, own } from './own-rows.ts';
import * as hostile from './target-rows.ts';

const scene = await startScene();
t.teardown(() => scene.stop());
const { upstream, host } = scene;
const bearer = [`Authorization: Bearer ${scene.member}`];
const cookie = [`Cookie: theme=dark; session=${scene.member}`];

/** Who asks for a target, and may see bot `a` at most. */
const visitors = {
  stranger: {},
  'a member of a': { headers: bearer },
  'a member of a, by cookie': { headers: cookie },
  'the address on the list of a': { from: LISTED },
} as const;

let rows = 0;

t.test('no hostile target reaches the platform, whoever asks', async (t) => {
  for (const [table, targets] of Object.entries(hostile)) {
    const bad: string[] = [];
    await Promise.all(
      targets.flatMap((text) =>
        Object.entries(visitors).map(async ([who, parts]) => {
          const row = `h${rows++}`;
          const outcome = await scene.send({ row, target: text.replaceAll('HOST', host), ...parts });
          if (upstream.of(row).length > 0 || shows(outcome)) bad.push(`${text}, asked by ${who}`);
        }),
      ),
    );
    t.same(bad, [], `${table}: ${targets.length} targets`);
  }
  t.equal(await scene.health(), '200', 'the process lives, and no bytes were left over');
});

t.test('other spellings of what is theirs are sent on as they came', async (t) => {
  const bad: string[] = [];
  for (const target of own) {
    const stranger = `o${rows++}`;
    const outcome = await scene.send({ row: stranger, target });
    if (upstream.of(stranger).length > 0 || shows(outcome)) bad.push(`${target}: a stranger saw it`);
    const member = `o${rows++}`;
    await scene.send({ row: member, target, headers: bearer });
    const [reached, ...more] = upstream.of(member);
    if (reached === undefined) bad.push(`${target}: the member was refused`);
    else if (reached.target !== target) bad.push(`${target}: became ${reached.target}`);
    else if (reached.headers['x-gateway-bot'] !== 'a' || more.length > 0)
      bad.push(`${target}: not bot a, once`);
  }
  t.same(bad, [], `${own.length} targets`);
});

t.test('what is legal and not guarded passes byte for byte', async (t) => {
  const bad: string[] = [];
  await Promise.all(
    legal.map(async (target) => {
      const row = `l${rows++}`;
      const outcome = await scene.send({ row, target });
      const [reached, ...more] = upstream.of(row);
      const short = target.slice(0, 60);
      if (reached === undefined)
        bad.push(`${short}: refused, ${outcome === 'closed' ? outcome : outcome.status}`);
      else if (reached.target !== target) bad.push(`${short}: became ${reached.target.slice(0, 60)}`);
      else if (reached.headers['x-gateway-decision'] !== 'not-guarded' || more.length > 0)
        bad.push(`${short}: ${reached.headers['x-gateway-decision']}`);
    }),
  );
  t.same(bad, [], `${legal.length} targets`);
});

/** Without the rows of characters that are no bytes: no wire carries those. */
const bytes = (table: readonly Row[]): readonly Row[] =>
  table.filter(([target]) => /^[\x00-\xff]*$/.test(target));

t.test('the tables of the reading, over the wire', async (t) => {
  await scene.reload({ routes: routeOptions });
  for (const [group, table] of Object.entries(readings)) {
    const bad: string[] = [];
    await Promise.all(
      bytes(table).map(async ([target, expected]) => {
        const row = `r${rows++}`;
        const outcome = await scene.send({ row, target });
        const [reached, ...more] = upstream.of(row);
        const isFree = expected === 'other' || expected === 'open';
        if (!isFree && (reached !== undefined || shows(outcome))) bad.push(`${target}: reached the platform`);
        // What HTTP itself refuses in a target is not the reading's to say.
        const carriable = /^\/[\x21-\x7e]*$/.test(target) && target.length < 16_000;
        if (isFree && carriable && (reached?.target !== target || more.length > 0))
          bad.push(`${target}: ${reached?.target ?? 'refused'}`);
      }),
    );
    t.same(bad, [], `${group}: ${table.length} targets`);
  }
  t.equal(await scene.health(), '200');
});

t.test('the tables are as long as they should be', (t) => {
  const texts = Object.values(hostile).flat();
  t.ok(texts.length >= 300, `${texts.length} hostile targets`);
  t.equal(new Set(texts).size, texts.length, 'each is there once');
  t.ok(legal.length >= 100, `${legal.length} legal targets`);
  t.end();
});
