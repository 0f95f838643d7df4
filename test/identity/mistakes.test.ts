import t from 'tap';
import { checkIdentity } from '../../src/identity/check.ts';
import type { KeyOptions } from '../../src/identity/options.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import { newPair, publicSigner } from '../support/tokens.ts';
import { bearer, claims, issuer, options, publicOf, quiet, secretOf, signers, word } from './scene.ts';

const { hs, rs, es } = signers;
const keys = [secretOf(hs)];

t.test('mistakes are named before', (t) => {
  const short = { algorithm: 'HS256', secret: Buffer.alloc(31) } as const;
  const pem = (algorithm: 'RS256' | 'ES256' | 'EdDSA', publicKey: string | Buffer) =>
    ({ algorithm, publicKey: Buffer.from(publicKey as string) }) as const;
  const weak = publicSigner('RS256', 'w', newPair('RS256', 1024));
  const privatePem = newPair('ES256').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const broken = options(
    [
      issuer({ keys: [short, { algorithm: 'HS512', secret: Buffer.alloc(63) }, pem('RS256', es.publicPem)] }),
      issuer({
        keys: [
          pem('RS256', weak.publicPem),
          pem('ES256', privatePem),
          pem('EdDSA', 'nonsense'),
          pem('RS256', '{}'),
        ],
      }),
      issuer({
        name: 'c',
        keys: [],
        from: ['cookie:a b', 'header:x y z'],
        issuer: '',
        audience: [],
        bots: ['.a'],
      }),
      issuer({
        name: 'd',
        keys: [{ jwksUrl: 'ftp://x' }, { jwksUrl: 'https://u:p@x/' }, { jwksUrl: 'nothing' }],
        from: [],
      }),
      issuer({ name: 'e', keys, grants: ['contact'], claims: { ...issuer().claims, contact: 'user.email' } }),
      issuer({ name: 'f', keys: [{ algorithm: 'HS256', secret: Buffer.from(rs.publicPem) }] }),
    ],
    { keepSeconds: 60 },
  );
  t.same(
    checkIdentity({ ...broken, clockToleranceSeconds: 61 }).mistakes.map(({ path }) => path),
    [
      ...[
        'clockToleranceSeconds',
        'jwks.keepSeconds',
        'issuers[0].keys[0]',
        'issuers[0].keys[1]',
        'issuers[0].keys[2]',
      ],
      ...[
        'issuers[1].name',
        'issuers[1].keys[0]',
        'issuers[1].keys[1]',
        'issuers[1].keys[2]',
        'issuers[1].keys[3]',
      ],
      ...[
        'issuers[2].issuer',
        'issuers[2].audience',
        'issuers[2].keys',
        'issuers[2].from[0]',
        'issuers[2].from[1]',
      ],
      ...[
        'issuers[2].bots[0]',
        'issuers[3].from',
        'issuers[3].keys[0].jwksUrl',
        'issuers[3].keys[1].jwksUrl',
      ],
      ...['issuers[3].keys[2].jwksUrl', 'issuers[4].claims.contact', 'issuers[5].keys[0]'],
    ],
  );
  const jwksUrl = 'http://keys.example/';
  const loose = options([
    issuer({ issuer: null, audience: null, keys: [...keys, publicOf(rs), { jwksUrl }] }),
  ]);
  t.same(checkIdentity(loose).mistakes, []);
  t.same(
    checkIdentity(loose).warnings.map(({ path }) => path),
    ['issuers[0].issuer', 'issuers[0].audience', 'issuers[0].keys[2].jwksUrl'],
  );
  for (const key of [
    pem('RS256', 'nonsense'),
    short,
    { algorithm: 'HS256', secret: Buffer.alloc(0) } as const,
  ])
    t.throws(() => createVerifier(options([issuer({ keys: [key] })]), { log: quiet }));
  t.end();
});

/** A certificate of a P-256 key that is nobody's. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBdjCCARugAwIBAgIUVOK82Mk1wqXlkv+b/JX5tx5JzuEwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjIxMjU5NTlaGA8yMTI2MTAyOTEyNTk1
OVowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBxz
H0RO3UMSfTgqQyMI8NiUAzDlMR811fTMzJ5a19HbGyfu1r+1q3dHI6rTbEiMtQdw
RSNEkHHXr9/otOiiSKejUzBRMB0GA1UdDgQWBBRYajeQO6b8cilFHAe8Syb2jMWb
ODAfBgNVHSMEGDAWgBRYajeQO6b8cilFHAe8Syb2jMWbODAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0kAMEYCIQC/dAcoQ/vjXoPqMq8TL6gvGbH2PWF34cIK
918Xhdb2rAIhALnloOP4Zi8tleISXN02nieFgj+JxdrLoQOpCH++hb88
-----END CERTIFICATE-----`;

t.test('public keys as certificates and JWK files', async (t) => {
  const inCertificate = { algorithm: 'ES256', publicKey: Buffer.from(certificate) } as const;
  const findings = (key: KeyOptions) => checkIdentity(options([issuer({ keys: [key] })])).mistakes;
  t.same(findings(inCertificate), []);
  t.match(findings({ ...inCertificate, algorithm: 'ES384' }), [{ message: /P-384/ }]);
  for (const changes of [{ alg: 'ES384' }, { use: 'enc' }, { key_ops: ['sign'] }]) {
    const text = JSON.stringify({ ...es.jwk, ...changes });
    t.match(
      findings({ algorithm: 'ES256', publicKey: Buffer.from(text) }),
      [{ message: /not for verifying/ }],
      text,
    );
  }

  const key = { algorithm: 'ES256', kid: 'es-1', publicKey: Buffer.from(JSON.stringify(es.jwk)) } as const;
  const verifier = createVerifier(options([issuer({ keys: [key] })]), { log: quiet });
  t.equal(word(await bearer(verifier, es.sign(claims()))), 'known');
  const privateJwk = JSON.stringify(newPair('ES256').privateKey.export({ format: 'jwk' }));
  t.match(findings({ algorithm: 'ES256', publicKey: Buffer.from(privateJwk) }), [{ message: /private/ }]);
});
