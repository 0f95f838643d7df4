import fc from 'fast-check';
import t from 'tap';
import { isBotId } from '../../src/policy/resource.ts';
import { originForm, readTarget } from '../../src/reading/target.ts';
import { upstreams, type Served } from './dialects.ts';
import { hostileTargets } from './hostile.ts';
import { read, routes } from './table.ts';
import * as table from './targets.ts';

/** How long a property looks, always at the same targets first: `npm run fuzz` looks at others. */
const LOOK_MS = 3000;
const SEED = 1;

t.test('every target asks for what its row says', async (t) => {
  for (const [group, rows] of Object.entries(table)) {
    const wrong = rows
      .map(([target, expected]) => ({ target, expected, found: read(target) }))
      .filter(({ expected, found }) => found !== expected);
    t.same(wrong, [], `${group}: ${rows.length} rows`);
    t.equal(new Set(rows.map(([target]) => target)).size, rows.length, `${group}: no row twice`);
  }
});

/** Ids as platforms give them: what only a broken reading could name is nobody's transcript. */
const isPlatforms = ({ bot, conversation = '' }: Served): boolean =>
  isBotId(bot) && /^[\w.~@:+-]*$/.test(conversation);

/** Where a format may follow an id, no id has a dot in it: what is judged by one with a dot is no contact's. */
const isContacts = (name: string, conversation: string): boolean =>
  name !== 'rails' || !conversation.includes('.');

/** Why the decision was not about what the upstream would serve; undefined where it was, or nobody is served. */
function fault(name: string, target: string, served: Served): string | undefined {
  const resource = readTarget(routes, { target, host: 'chat.example', formBody: false });
  if (resource.kind === 'other') return 'not guarded';
  if (resource.kind !== 'transcript') return undefined;
  if (resource.bot !== served.bot) return `judged by bot ${resource.bot}`;
  const { conversations } = resource;
  const missed =
    conversations.length > 0 &&
    conversations.every((conversation) => isContacts(name, conversation)) &&
    served.conversation !== undefined &&
    !conversations.includes(served.conversation);
  return missed ? `judged by conversations ${conversations.join(', ')}` : undefined;
}

t.test('no careless upstream serves what the decision was not about', async (t) => {
  const served = new Set<string>();
  const property = fc.property(hostileTargets, (target) => {
    for (const [name, upstream] of Object.entries(upstreams)) {
      const found = upstream(target);
      if (found === undefined || !isPlatforms(found)) continue;
      served.add(name);
      const why = fault(name, target, found);
      if (why !== undefined) throw new Error(`${name} serves ${JSON.stringify(found)}: ${why}`);
    }
  });
  fc.assert(property, {
    numRuns: 1_000_000,
    seed: SEED,
    interruptAfterTimeLimit: LOOK_MS,
    markInterruptAsFailure: false,
  });
  t.ok(served.size > 15, `${served.size} upstreams served something`);
});

t.test('a legal target that no upstream could take for a transcript is never refused', async (t) => {
  // Not every trick at once: past its bound a target is refused, and no honest one comes near it.
  const common = [
    ...'aB7-._~!$()*+,;=:@'.split(''),
    'x.y',
    '..z',
    '%20',
    '%c3%a9',
    '%E6%97%A5',
    '%25',
    '%2f',
  ];
  const rare = fc.constantFrom('', '%5c', '%3b', '%3f', '%23', '%00', '%0a', '%e9', '%2e', '%2520', '%FF');
  const text = (longest: number) =>
    fc.array(fc.constantFrom(...common), { maxLength: longest }).map((pieces) => pieces.join(''));
  const legal = fc
    .tuple(fc.array(text(6), { minLength: 1, maxLength: 5 }), rare, fc.array(text(4), { maxLength: 4 }))
    .map(
      ([segments, odd, query]) =>
        `/${segments.join('/')}${odd}${query.length === 0 ? '' : `?${query.join('&')}`}`,
    );
  const targets = fc.sample(legal, { seed: SEED, numRuns: 10_000 });
  const refused = targets.filter((target) => read(target) !== 'other');
  // Parameters, empty segments, encoded slashes and dots at both ends of names, all in one path: one or two of these.
  t.ok(refused.length <= 2, `${String(refused.length)} have too many readings: ${refused.join(' ')}`);
});

t.test('the rows that name a transcript hold for every careless upstream', async (t) => {
  const targets = Object.values(table).flatMap((rows) => rows.map(([target]) => target));
  const wrong = targets.flatMap((target) =>
    Object.entries(upstreams).flatMap(([name, upstream]) => {
      const found = upstream(target);
      const why = found === undefined || !isPlatforms(found) ? undefined : fault(name, target, found);
      return why === undefined ? [] : [`${name} on ${target}: ${why}`];
    }),
  );
  t.same(wrong, []);
});

t.test('a form body beside a query route could name another bot', async (t) => {
  t.equal(read('/history?botId=a', { formBody: true }), 'ambiguous');
  t.equal(read('/history', { formBody: true }), 'ambiguous');
  t.equal(read('/transcripts/a/1', { formBody: true }), 'a 1');
  t.equal(read('/other', { formBody: true }), 'other');
});

t.test('an absolute-form target must name the host of the request', async (t) => {
  const target = 'http://chat.example:8080/transcripts/a/1';
  t.equal(read(target, { host: 'chat.example:8080' }), 'a 1');
  t.equal(read(target, { host: 'CHAT.example:8080' }), 'a 1');
  t.equal(read(target, { host: 'chat.example' }), 'ambiguous');
  t.equal(read(target, { host: undefined }), 'ambiguous');
  t.equal(read('http://chat.example/transcripts/a/1', { host: 'chat.example:80' }), 'a 1');
  t.equal(read('https://chat.example/transcripts/a/1', { host: 'chat.example:80' }), 'ambiguous');
  const named = 'http://u@chat.example/transcripts/a/1';
  t.equal(read(named, { host: 'u@chat.example' }), 'ambiguous');
  t.equal(read('http://[::1]:3000/transcripts/a/1', { host: '[::1]:3000' }), 'a 1');
});

t.test('origin form keeps every other byte', async (t) => {
  for (const [target, expected] of [
    ['/x//y/../%zz?#', '/x//y/../%zz?#'],
    ['http://h/x//y?z', '/x//y?z'],
    ['HTTPS://h', '/'],
    ['http://h?x', '/?x'],
    ['*', '*'],
    ['h:443', 'h:443'],
  ] as const) {
    t.equal(originForm(target), expected, target);
  }
});

t.test('routes that disagree, and facts of the strictest', async (t) => {
  const plain = readTarget(routes, { target: '/transcripts/a/1', host: '', formBody: false });
  t.same(plain.kind === 'transcript' ? plain.route : undefined, routes.guarded[0]?.facts);
  const mixed = readTarget(routes, { target: '/c/me/1', host: '', formBody: false });
  t.same(mixed.kind === 'transcript' ? mixed.route : undefined, {
    path: '/c/:contactId/:conversationId',
    whitelist: false,
  });
  const lines: string[] = [];
  readTarget(routes, { target: '/x/../transcripts/a/1', host: '', formBody: false }, (line) =>
    lines.push(line),
  );
  t.same(lines.slice(0, 2), [
    '"/x/../transcripts/a/1" is not guarded',
    '"/transcripts/a/1" is guarded by /transcripts/:botId/:conversationId, bot a',
  ]);
});
