import t from 'tap';
import '../support/uncounted.ts';
import type { IssuerOptions, KeyOptions } from '../../src/identity/options.ts';
import { issuers, ok, tables, type Row } from '../identity/token-rows.ts';
import { hmacSigner } from '../support/tokens.ts';
import { shows, startScene } from './scene.ts';

/** An issuer as the configuration file says it. */
function written({ keys, ...rest }: IssuerOptions): object {
  return { ...rest, keys: keys.map(writtenKey) };
}

function writtenKey(key: KeyOptions): object {
  if ('secret' in key) {
    const { secret, ...rest } = key;
    return { ...rest, secretBase64: Buffer.from(secret).toString('base64') };
  }
  if (!('publicKey' in key)) return key;
  return { ...key, publicKey: Buffer.from(key.publicKey).toString() };
}

const limited = hmacSigner('HS256', 'limited-1');
const scene = await startScene({
  identity: {
    issuers: [
      ...issuers.map(written),
      {
        ...{ name: 'limited', issuer: 'https://limited.example/', audience: 'transcript-gateway' },
        ...{ from: ['bearer', 'cookie:session'], grants: ['member', 'contact'], bots: ['sales'] },
        keys: [{ kid: 'limited-1', algorithm: 'HS256', secretBase64: limited.secret.toString('base64') }],
      },
    ],
  },
});
t.teardown(() => scene.stop());
const { upstream } = scene;

/** The bot that all rows' claims name; the only transcript that any of them may open. */
const TARGET = '/transcripts/sales/1';
let rows = 0;

/** True where the platform was asked for the transcript; more than once is a fault of its own. */
async function opens(headers: readonly string[], target = TARGET): Promise<boolean> {
  const row = `t${rows++}`;
  const outcome = await scene.send({ row, target, headers });
  const times = upstream.of(row).length;
  if (times > 1) throw new Error(`${row} reached the platform ${times} times`);
  if (outcome !== 'closed' && shows(outcome) !== (times === 1)) throw new Error(`${row}: answered by whom?`);
  return times === 1;
}

/** What a header can carry at all: no line breaks, no NUL, one byte a character. */
const carriable = (token: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(token);
/** What stands around a header's value is no part of it. */
const trimmed = (token: string): string => token.replace(/^[ \t]+|[ \t]+$/g, '');
const goodOnes = new Set(
  Object.values(tables)
    .flat()
    .filter(([, expected]) => expected === ok)
    .map(([, , token]) => token),
);
const isGood = (token: string): boolean => goodOnes.has(trimmed(token));

const all: readonly Row[] = Object.values(tables).flat();

t.test('no bad token opens a transcript, and every good one does', async (t) => {
  const bad: string[] = [];
  const sent = all.filter(([, , token]) => carriable(token));
  await Promise.all(
    sent.map(async ([name, , token]) => {
      const opened = await opens([`Authorization: Bearer ${token}`]);
      if (opened !== isGood(token)) bad.push(`${name}: ${opened ? 'opened' : 'refused'}`);
    }),
  );
  t.same(bad, [], `${sent.length} bearers`);
  t.ok(sent.length >= 200);
  t.equal(await scene.health(), '200');
});

t.test('nor does it as a cookie', async (t) => {
  const bad: string[] = [];
  const sent = all.filter(([, , token]) => /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(token));
  await Promise.all(
    sent.map(async ([name, , token]) => {
      const opened = await opens([`Cookie: theme=dark; session=${token}; lang=de`]);
      // In a cookie a token may be URL-encoded.
      if (opened && !isGood(decodeURIComponent(token.replace(/%(?!2e)/gi, '%25')))) bad.push(name);
    }),
  );
  t.same(bad, [], `${sent.length} cookies`);
  t.equal(await scene.health(), '200');
});
