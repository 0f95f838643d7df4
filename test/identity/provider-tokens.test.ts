import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import t from 'tap';
import { createVerifier } from '../../src/identity/verifier.ts';
import { newPair } from '../support/tokens.ts';
import { bearer, issuer, options, quiet, word } from './scene.ts';
import { SHORT } from './key-scene.ts';

t.test('tokens of a real identity provider', async (t) => {
  const server = createHttp((request, response) => void provider.callback()(request, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  t.teardown(() => server.close());
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const pair = newPair('RS256');
  const resource = { scope: '', audience: 'transcript-gateway', accessTokenFormat: 'jwt' };
  const provider = new Provider(base, {
    jwks: { keys: [{ ...pair.privateKey.export({ format: 'jwk' }), kid: 'real', use: 'sig', alg: 'RS256' }] },
    clients: [
      {
        ...{ client_id: 'robot', client_secret: 'x'.repeat(40), grant_types: ['client_credentials'] },
        ...{ redirect_uris: [], response_types: [] },
      },
    ],
    extraTokenClaims: () => ({ bots: ['sales'] }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:gateway',
        getResourceServerInfo: () => ({ ...resource, jwt: { sign: { alg: 'RS256' } } }),
      },
    },
  });
  const answer = await fetch(`${base}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`robot:${'x'.repeat(40)}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const keys = [{ jwksUrl: `${base}/jwks` }];
  const verifier = createVerifier(options([issuer({ issuer: base, keys })], SHORT), { log: quiet });
  t.teardown(() => verifier.close());
  verifier.start();
  const principal = await bearer(verifier, token);
  t.match(
    principal,
    { kind: 'known', subject: 'robot', member: { bots: new Set(['sales']) } },
    word(principal),
  );
});
