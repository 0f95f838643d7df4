import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSigner, seconds } from '../support/tokens.ts';
import { startJwks } from '../support/jwks.ts';
import type { Experiment, Undo } from './experiment.ts';
import { audience, configOf, gatewayFor, issuer, listAddresses, startOrigin, until, visit } from './world.ts';

const claims = { sub: 'person', iss: issuer, aud: audience, bots: ['a'] };

const identity = (jwksUrl: string, jwks: object = {}): object => ({
  issuers: [
    {
      name: 'staff',
      issuer,
      audience,
      keys: [{ jwksUrl }],
      from: ['bearer', 'cookie:session'],
      grants: ['member'],
    },
  ],
  jwks: { cooldownSeconds: 1, refreshSeconds: 10, timeoutMs: 500, ...jwks },
});

async function scene(undo: Undo, keys: readonly object[], jwks: object = {}) {
  const server = undo(await startJwks(keys), (it) => it.close());
  const origin = undo(await startOrigin(), (it) => it.close());
  const start = async () =>
    undo(await gatewayFor(origin.url, { identity: identity(server.url, jwks) }), (it) => it.stop());
  return { server, origin, start };
}

const asMember = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** What becomes of visitors when the key server fails. */
export const keyFaults: readonly Experiment[] = [
  {
    name: 'keys: absent at start, there later',
    bound: 'until then 503 for tokens, addresses let in, other pages 200; then 200 within 5 s',
    short: true,
    async run(undo) {
      const signer = createSigner('RS256', 'r1');
      const { server, start } = await scene(undo, [signer.jwk]);
      await server.down();
      const gateway = await start();
      await listAddresses(gateway);
      const token = signer.sign({ ...claims, exp: seconds(600) });
      const before = (await visit(gateway.publicUrl, 'stranger', asMember(token))).status;
      const listed = (await visit(gateway.publicUrl, 'listed')).status;
      const page = (await visit(gateway.publicUrl, 'stranger', { path: '/' })).status;
      await server.up();
      const back = await until(
        async () => (await visit(gateway.publicUrl, 'stranger', asMember(token))).status === 200,
        8000,
      );
      const ok = before === 503 && listed === 200 && page === 200 && back;
      return { figure: `${before}, listed ${listed}, page ${page}, then 200: ${back}`, ok };
    },
  },
  {
    name: 'keys: gone later',
    bound: 'the last good set goes on: no token refused for 5 s of refreshes',
    async run(undo) {
      const signer = createSigner('ES256', 'e1');
      const { server, start } = await scene(undo, [signer.jwk]);
      const gateway = await start();
      const token = () => signer.sign({ ...claims, exp: seconds(600), jti: String(Math.random()) });
      await until(
        async () => (await visit(gateway.publicUrl, 'stranger', asMember(token()))).status === 200,
        5000,
      );
      await server.down();
      let refused = 0;
      for (let i = 0; i < 50; i += 1) {
        if ((await visit(gateway.publicUrl, 'stranger', asMember(token()))).status !== 200) refused += 1;
        await sleep(100);
      }
      return { figure: `${refused} of 50 refused`, ok: refused === 0 };
    },
  },
  {
    name: 'keys: rotated, the old one withdrawn',
    bound: 'the new one counts within 3 s, the old one no longer once the set is read',
    async run(undo) {
      const [old, fresh] = [createSigner('RS256', 'old'), createSigner('RS256', 'new')];
      const { server, start } = await scene(undo, [old.jwk]);
      const gateway = await start();
      const oldToken = old.sign({ ...claims, exp: seconds(600) });
      await until(
        async () => (await visit(gateway.publicUrl, 'stranger', asMember(oldToken))).status === 200,
        5000,
      );
      server.serve([fresh.jwk]);
      const newToken = fresh.sign({ ...claims, exp: seconds(600) });
      const known = await until(
        async () => (await visit(gateway.publicUrl, 'stranger', asMember(newToken))).status === 200,
        3000,
      );
      const { status } = await visit(gateway.publicUrl, 'stranger', asMember(oldToken));
      return { figure: `new known: ${known}, old: ${status}`, ok: known && status === 401 };
    },
  },
  {
    name: 'keys: a flood of 2,000 unknown kids',
    bound: 'one fetch a cool-down (1 s), none let in',
    async run(undo) {
      const signer = createSigner('RS256', 'r1');
      const { server, start } = await scene(undo, [signer.jwk]);
      const gateway = await start();
      const token = signer.sign({ ...claims, exp: seconds(600) });
      await until(
        async () => (await visit(gateway.publicUrl, 'stranger', asMember(token))).status === 200,
        5000,
      );
      const before = server.hits();
      const started = performance.now();
      const statuses = new Set<number>();
      for (let i = 0; i < 2000; i += 50) {
        const batch = Array.from({ length: 50 }, (_, k) =>
          visit(
            gateway.publicUrl,
            'stranger',
            asMember(signer.sign({ ...claims, exp: seconds(600) }, { kid: `k${i + k}` })),
          ),
        );
        for (const { status } of await Promise.all(batch)) statuses.add(status);
      }
      const allowed = Math.ceil((performance.now() - started) / 1000) + 1;
      const fetched = server.hits() - before;
      return {
        figure: `${fetched} fetches (at most ${allowed}), answers ${[...statuses].join(' ')}`,
        ok: fetched <= allowed && !statuses.has(200),
      };
    },
  },
  {
    name: 'keys: hostile answers',
    bound: 'the last good set goes on, memory below +64 MiB, the process lives',
    async run(undo) {
      const signer = createSigner('RS256', 'r1');
      const { server, start } = await scene(undo, [signer.jwk], { cooldownSeconds: 1 });
      const gateway = await start();
      const token = () => signer.sign({ ...claims, exp: seconds(600), jti: String(Math.random()) });
      await until(
        async () => (await visit(gateway.publicUrl, 'stranger', asMember(token()))).status === 200,
        5000,
      );
      const answers: ((response: ServerResponse) => void)[] = [
        (response) => response.end('{"keys":[]}'),
        (response) => response.end('not json'),
        (response) => response.end('x'.repeat(50 << 20)),
        (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
        (response) => void response.writeHead(200),
        (response) => response.destroy(),
        (response) =>
          response.end(JSON.stringify({ keys: [{ kty: 'oct', k: 'AAAA', alg: 'HS256', kid: 'r1' }] })),
      ];
      let refused = 0;
      for (const answer of answers) {
        server.answer((_, response) => answer(response));
        await visit(
          gateway.publicUrl,
          'stranger',
          asMember(signer.sign({ ...claims, exp: seconds(600) }, { kid: `odd${Math.random()}` })),
        );
        await sleep(1100);
        if ((await visit(gateway.publicUrl, 'stranger', asMember(token()))).status !== 200) refused += 1;
      }
      return { figure: `${refused} of ${answers.length} times refused`, ok: refused === 0 };
    },
  },
  {
    name: 'clock: a token expires while its holder reads on',
    bound: 'refused within exp + tolerance (0 s) + 1.5 s, though cached',
    async run(undo) {
      const signer = createSigner('HS256', 'hs-1');
      const origin = undo(await startOrigin(), (it) => it.close());
      const base = configOf(origin.url);
      const issuerOf = {
        name: 'staff', issuer, audience, from: ['bearer'], grants: ['member'],
        keys: [{ kid: 'hs-1', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
      }; // prettier-ignore
      const gateway = undo(
        await gatewayFor(origin.url, {
          ...base,
          identity: { issuers: [issuerOf], clockToleranceSeconds: 0 },
        }),
        (it) => it.stop(),
      );
      const token = signer.sign({ ...claims, exp: seconds(2) });
      const first = (await visit(gateway.publicUrl, 'stranger', asMember(token))).status;
      const started = performance.now();
      const refused = await until(
        async () => (await visit(gateway.publicUrl, 'stranger', asMember(token))).status === 401,
        4000,
      );
      const after = (performance.now() - started) / 1000;
      return {
        figure: `${first}, then 401 after ${after.toFixed(1)} s`,
        ok: first === 200 && refused && after < 3.5,
      };
    },
  },
];
