import t from 'tap';
import '../support/uncounted.ts';
import { ask, type RawResponse } from '../support/raw.ts';
import { startScene } from './scene.ts';

const scene = await startScene();
t.teardown(() => scene.stop());
const port = Number(new URL(scene.gateway.publicUrl).port);
const upgradeLines = [
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

const denied = (bot: string, who: readonly string[], more: readonly string[]): Promise<RawResponse> => {
  const connection = who.some((line) => line.startsWith('Upgrade')) ? 'Upgrade' : 'close';
  const headers = [...who, `Connection: ${connection}`, ...more];
  return ask(port, scene.request({ row: 'd', target: `/transcripts/${bot}/1`, headers }));
};

t.test('denials are the same, byte for byte, for a bot that is there and one that is not', async (t) => {
  const outsider = [`Authorization: Bearer ${scene.outsider}`];
  const who: readonly (readonly [status: number, who: readonly string[]])[] = [
    [403, outsider],
    [401, []],
    [401, ['Authorization: Bearer e30.e30.eA']],
    [401, ['Cookie: session=e30.e30.eA']],
    [401, upgradeLines],
    [403, [...outsider, ...upgradeLines]],
  ];
  for (const [status, lines] of who)
    for (const more of [[], ['Accept: text/html'], ['Accept: application/json']]) {
      const [known, unknown] = [await denied('a', lines, more), await denied('never-was', lines, more)];
      const plain = ({ rawHeaders, body, headers, status: said }: RawResponse) =>
        JSON.stringify([said, rawHeaders, body])
          .replaceAll(headers['x-request-id'] ?? '', 'ID')
          .replaceAll(headers['date'] ?? '', '')
          .replaceAll('never-was', 'a');
      t.ok([status, 302].includes(known.status), `${lines.join()} ${more.join()}: ${known.status}`);
      t.equal(plain(known), plain(unknown), more.join());
    }
});

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

t.test('and in the same time', async (t) => {
  const headers = [`Authorization: Bearer ${scene.outsider}`];
  const kinds = {
    known: '/transcripts/a/1',
    'known, again': '/transcripts/a/1',
    unknown: '/transcripts/never-was/1',
    // What goes to the platform and back takes longer: so much the clock must see.
    forwarded: '/echo',
  };
  type Kind = keyof typeof kinds;
  const names = Object.keys(kinds) as Kind[];
  const times: Record<Kind, number[]> = { known: [], 'known, again': [], unknown: [], forwarded: [] };
  for (let round = 0; round < 1_300; round++)
    // In an order that is drawn anew: each comes after each other as often, and what the machine does falls on all.
    for (const kind of names.sort(() => Math.random() - 0.5)) {
      const since = process.hrtime.bigint();
      await scene.send({ row: 'time', target: kinds[kind], headers });
      if (round >= 100) times[kind].push(Number(process.hrtime.bigint() - since) / 1000);
    }
  /** The median of the differences within a round, as a share of what the known one takes. */
  const apart = (kind: Kind): number => {
    const differences = times[kind].map((time, round) => time - (times.known[round] ?? 0));
    return Math.abs(median(differences)) / median(times.known);
  };
  for (const kind of names)
    t.comment(`${kind}: ${median(times[kind]).toFixed(0)} us, ${apart(kind).toFixed(3)} apart`);
  t.ok(apart('forwarded') > 0.15, 'a difference is seen');
  t.ok(apart('known, again') < 0.1, 'where there is one only');
  t.ok(apart('unknown') < 0.1, 'a bot that is there and one that is not');
});
