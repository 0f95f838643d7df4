import fc from 'fast-check';
import { createVerifier } from '../../src/identity/verifier.ts';
import { isBotId } from '../../src/policy/resource.ts';
import { readTarget } from '../../src/reading/target.ts';
import { sendRaw } from '../support/raw.ts';
import { bearer, claims, issuer, options, publicOf, quiet, secretOf, signers } from '../identity/scene.ts';
import type { Scene } from '../hostile/scene.ts';
import { upstreams, type Served } from '../reading/dialects.ts';
import { hostileTargets } from '../reading/hostile.ts';
import { routes } from '../reading/table.ts';

/** One way to attack: some tries, and the first that succeeds as a row to paste into a table. */
export interface Attempt {
  readonly name: string;
  /** The row, and what it got; undefined where all held. */
  tries(seed: number, count: number): Promise<string | undefined>;
}

async function firstFailure<T>(
  property: fc.IRawProperty<[T]>,
  seed: number,
  count: number,
  rowOf: (value: T) => string,
): Promise<string | undefined> {
  const found = await fc.check(property, { seed, numRuns: count });
  if (!found.failed) return undefined;
  const [value] = found.counterexample ?? [];
  const why = found.errorInstance instanceof Error ? found.errorInstance.message : 'it held not';
  return `${value === undefined ? '?' : rowOf(value)} // ${why} (seed ${seed})`;
}

/** Ids as platforms give them: what only a broken reading could name is nobody's transcript. */
const isPlatforms = ({ bot, conversation = '' }: Served): boolean =>
  isBotId(bot) && /^[\w.~@:+-]*$/.test(conversation);

/** What some careless upstream would serve was judged as just that, or refused. */
function checkTarget(target: string): void {
  const resource = readTarget(routes, { target, host: undefined, formBody: false });
  for (const [name, upstream] of Object.entries(upstreams)) {
    const served = upstream(target);
    if (
      served === undefined ||
      !isPlatforms(served) ||
      resource.kind === 'ambiguous' ||
      resource.kind === 'unresolved'
    )
      continue;
    if (resource.kind !== 'transcript')
      throw new Error(`${name} serves ${served.bot}, and it is not guarded`);
    if (resource.bot !== served.bot)
      throw new Error(`${name} serves ${served.bot}, judged as ${resource.bot}`);
  }
}

export const targets: Attempt = {
  name: 'targets against careless upstreams',
  tries: (seed, count) =>
    firstFailure(
      fc.property(hostileTargets, checkTarget),
      seed,
      count,
      (target) => `['${escaped(target)}', 'ambiguous'],`,
    ),
};

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'").replaceAll('\\"', '"');
}

const { hs, rs, es } = signers;
const verifier = createVerifier(options([issuer({ keys: [secretOf(hs), publicOf(rs), publicOf(es)] })]), {
  log: quiet,
});
const goodTokens = [hs, rs, es].map((signer) => signer.sign(claims()));
const characters = fc.constantFrom(...'AZaz09-_.=+/ "%{}:,\\', '..', 'e30', 'bm9uZQ', '\u00e9', '');

/** A good token with a few characters cut out, put in or replaced; parts in another order. */
const mutated = fc
  .tuple(
    fc.constantFrom(...goodTokens),
    fc.array(fc.tuple(fc.nat(1_000), fc.nat(3), characters), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('012', '021', '102', '210', '000', '011', '01', '0122', '212'),
  )
  .map(([token, changes, order]) => {
    let text = token;
    for (const [at, cut, put] of changes) {
      const from = at % (text.length + 1);
      text = text.slice(0, from) + put + text.slice(from + cut);
    }
    const parts = text.split('.');
    return [...order].map((index) => parts[Number(index)] ?? '').join('.');
  });

async function checkToken(token: string): Promise<void> {
  if (goodTokens.includes(token)) return;
  const principal = await bearer(verifier, token);
  if (principal.kind === 'known') throw new Error(`it is taken for ${principal.subject}`);
}

export const tokens: Attempt = {
  name: 'tokens with changes',
  tries: (seed, count) =>
    firstFailure(
      fc.asyncProperty(mutated, checkToken),
      seed,
      count,
      (token) => `['fuzzed', invalid, '${escaped(token)}'],`,
    ),
};

const ends = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\n ', '\r\n\t', '\0\r\n', '');
const starts = fc.constantFrom(
  'GET /echo HTTP/1.1',
  'GET /transcripts/b/1 HTTP/1.1',
  'POST /echo HTTP/1.1',
  'GET /echo HTTP/1.0',
  'HEAD /transcripts/b/1 HTTP/1.1',
  'GET http://HOST/transcripts/b/1 HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  '',
);
const fields = fc.constantFrom(
  ...[
    'Host: HOST',
    'Host: HOST',
    'Content-Length: 5',
    'Content-Length: 0',
    'Content-Length: 05',
    'Content-Length: +5',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding: x, chunked',
    'Expect: 100-continue',
  ],
  ...[
    'Connection: close',
    'Connection: Upgrade, X-Forwarded-For',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'TE: trailers',
  ],
  ...[
    'X-Original-URL: /transcripts/b/1',
    'X_Gateway_Decision: bot-access',
    'Authorization: Bearer a.b.c',
    'X',
    ': x',
  ],
);
const bodies = fc.constantFrom(
  ...[
    '',
    'hello',
    '5\r\nhello\r\n0\r\n\r\n',
    '0\r\n\r\n',
    '5;x\nhello\r\n0\r\n\r\n',
    'fffffffffffffffff\r\n',
    '\r\n\r\n',
  ],
);
const message = fc
  .tuple(starts, ends, fc.array(fc.tuple(fields, ends), { maxLength: 7 }), bodies)
  .map(([start, end, lines, body]) => `${start}${end}${lines.flat().join('')}\r\n${body}`);
const stream = fc.array(message, { minLength: 1, maxLength: 3 }).map((messages) => messages.join(''));

/** Bytes to the running gateway, judged by what the platform behind it received. */
export const wire = (scene: Scene): Attempt => ({
  name: 'raw requests',
  tries(seed, count) {
    const port = Number(new URL(scene.gateway.publicUrl).port);
    const check = async (text: string): Promise<void> => {
      const before = scene.upstream.reached.length;
      await sendRaw(port, text.replaceAll('HOST', scene.host), { idleMs: 15, end: true });
      const reached = scene.upstream.reached.slice(before);
      const secret = reached.find(({ target }) => /transcripts/.test(target));
      if (secret !== undefined) throw new Error(`${secret.target} reached the platform`);
      if (scene.upstream.broken.length > 0) throw new Error('bytes were left over at the platform');
      if ((await scene.health()) !== '200') throw new Error('the process does not answer');
    };
    return firstFailure(
      fc.asyncProperty(stream, check),
      seed,
      count,
      (text) => `raw('fuzzed', '${escaped(text)}'),`,
    );
  },
});
