import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { createVerifier } from '../../src/identity/verifier.ts';
import { createSigner } from '../support/tokens.ts';
import { bearer, claims, issuer, options, quiet, word } from './scene.ts';
import {
  OFTEN,
  SHORT,
  loaded,
  one,
  serverOf,
  state,
  three,
  two,
  unknownKnown,
  until,
  verifierOf,
} from './key-scene.ts';

t.test('keys are fetched, and a request during the first fetch waits for it', async (t) => {
  const server = await serverOf(t, one, two);
  const verifier = verifierOf(t, `${server.url}?secret=1`);
  t.match(verifier.status(), [{ issuer: 'staff', source: server.url, state: 'loading' }]);
  t.equal(word(await bearer(verifier, two.sign(claims()))), 'known');
  t.equal(word(await bearer(verifier, one.sign(claims(), { kid: undefined }))), 'known', 'no kid');
  t.equal(word(await bearer(verifier, three.sign(claims(), { kid: 'k1' }))), 'token-invalid');
  t.match(verifier.status(), [{ state: 'up', detail: '2 keys' }]);
  t.ok((verifier.status()[0]?.ageSeconds ?? 9) < 2);
  t.equal(server.hits(), 1);
  t.match(verifier.stats(), { keyFetches: 1, keyFetchFailures: 0 });
});

t.test('two issuers of one URL share its keys', async (t) => {
  const server = await serverOf(t, one);
  const keys = [{ jwksUrl: server.url }];
  const second = issuer({ name: 'second', issuer: 'https://second.example/', keys });
  const verifier = createVerifier(options([issuer({ keys }), second], SHORT), { log: quiet });
  t.teardown(() => verifier.close());
  verifier.start();
  t.equal(word(await bearer(verifier, one.sign(claims()))), 'known');
  t.equal(word(await bearer(verifier, one.sign(claims({ iss: 'https://second.example/' })))), 'known');
  t.equal(server.hits(), 1);
});

t.test('rotation', async (t) => {
  t.test('with overlap nobody notices', async (t) => {
    const server = await serverOf(t, one);
    const verifier = verifierOf(t, server.url, OFTEN);
    const token = one.sign(claims());
    t.equal(word(await bearer(verifier, token)), 'known');
    server.serve([one.jwk, two.jwk]);
    t.equal(word(await bearer(verifier, two.sign(claims()))), 'known', 'the new key at once');
    t.equal(word(await bearer(verifier, token)), 'known', 'the old key still');
    t.notOk(
      verifier.identify({ bearer: token, cookies: [] }, Date.now()) instanceof Promise,
      'from the cache',
    );
  });
  t.test('without overlap, and the old key stops at once', async (t) => {
    const server = await serverOf(t, one);
    const verifier = verifierOf(t, server.url);
    const token = one.sign(claims());
    t.equal(word(await bearer(verifier, token)), 'known');
    server.serve([two.jwk]);
    t.equal(word(await bearer(verifier, token)), 'known', 'nothing was fetched yet');
    t.equal(word(await bearer(verifier, two.sign(claims()))), 'known');
    t.equal(word(await bearer(verifier, token)), 'token-invalid', 'remembered, but its key is gone');
  });
  t.test('a key that is gone stops by the periodic fetch alone', async (t) => {
    const server = await serverOf(t, one, two);
    const verifier = verifierOf(t, server.url, OFTEN);
    const token = one.sign(claims());
    t.equal(word(await bearer(verifier, token)), 'known');
    server.serve([two.jwk]);
    await until(async () => word(await bearer(verifier, token)) === 'token-invalid');
    server.serve([one.jwk, two.jwk]);
    await until(async () => word(await bearer(verifier, token)) === 'known');
  });
  t.test('another key under the same kid', async (t) => {
    const server = await serverOf(t, one);
    const verifier = verifierOf(t, server.url, OFTEN);
    const [token, same] = [one.sign(claims()), createSigner('ES256', 'k0')];
    t.equal(word(await bearer(verifier, token)), 'known');
    t.equal(word(await bearer(verifier, same.sign(claims()))), 'token-invalid');
    server.serve([same.jwk]);
    await until(async () => word(await bearer(verifier, same.sign(claims()))) === 'known');
    t.equal(word(await bearer(verifier, token)), 'token-invalid');
  });
  t.test('keys without kid', async (t) => {
    const [a, b] = [createSigner('ES256'), createSigner('ES256')];
    const server = await serverOf(t, a);
    const verifier = verifierOf(t, server.url);
    t.equal(word(await bearer(verifier, a.sign(claims()))), 'known');
    server.serve([b.jwk]);
    t.equal(word(await bearer(verifier, b.sign(claims()))), 'known');
    t.equal(word(await bearer(verifier, a.sign(claims()))), 'token-invalid');
  });
});

t.test('a flood of unknown kids fetches once in a cool-down', async (t) => {
  const server = await serverOf(t, one);
  const verifier = verifierOf(t, server.url);
  await loaded(verifier);
  const [begin, before] = [performance.now(), server.hits()];
  let asked = 0;
  while (performance.now() - begin < 1300) {
    const tokens = Array.from({ length: 20 }, () => two.sign(claims(), { kid: `x${String(asked++)}` }));
    const words = await Promise.all(tokens.map(async (token) => word(await bearer(verifier, token))));
    t.ok(words.every((one) => one === 'token-invalid'));
    await pause(5);
  }
  const coolDowns = Math.ceil((performance.now() - begin) / 400);
  const fetched = server.hits() - before;
  t.ok(
    fetched >= 2 && fetched <= coolDowns,
    `${String(fetched)} fetches for ${String(asked)} kids, ${String(coolDowns)}`,
  );
  server.serve([one.jwk, two.jwk]);
  await pause(450);
  t.equal(word(await bearer(verifier, two.sign(claims()))), 'known', 'who asked in vain is heard afterwards');
});

t.test('a reload goes on with the keys at hand', async (t) => {
  const server = await serverOf(t, one);
  const before = verifierOf(t, server.url);
  await loaded(before);
  await server.down();
  const after = verifierOf(t, server.url, { keepSeconds: 1 }, before);
  await before.close();
  t.equal(word(await bearer(after, one.sign(claims()))), 'known');
  await until(() => state(after) === 'stale');
  t.equal(word(await bearer(after, one.sign(claims()))), 'known');
  await until(() => state(after) === 'down');
  t.equal(word(await bearer(after, one.sign(claims()))), unknownKnown, 'their age goes on too');
});
