import { createPublicKey } from 'node:crypto';
import type { IssuerOptions } from '../../src/identity/options.ts';
import { createSigner, encode, hmacSigner, publicSigner, seconds } from '../support/tokens.ts';
import { AUD, claims, ISS, issuer, publicOf, secretOf, signers } from './scene.ts';

const { hs, rs, es, ed, ps } = signers;
export const keys = [secretOf(hs), publicOf(rs), publicOf(es), publicOf(ed), publicOf(ps)];
const bare = createSigner('HS256');
const shop = createSigner('RS256', 'shop-1');
const twin = createSigner('ES256', 'twin-1');
/** The issuers that the tables are about; each row is presented as a bearer. */
export const issuers: readonly IssuerOptions[] = [
  issuer({ keys }),
  issuer({ name: 'cookie only', issuer: 'https://cookie.example/', keys, from: ['cookie:legacy'] }),
  issuer({ name: 'bare', issuer: null, audience: null, keys: [secretOf(bare)] }),
  issuer({
    name: 'shop',
    issuer: 'https://shop.example/',
    audience: ['shop', 'till'],
    keys: [publicOf(shop)],
  }),
  issuer({ name: 'twin', issuer: 'https://shop.example/', audience: 'twin', keys: [publicOf(twin)] }),
];

export type Row = readonly [name: string, expected: string, token: string];
export const ok = 'known';
export const invalid = 'token-invalid';
const expired = 'token-expired';
const foreign = 'token-foreign';

export const good = rs.sign(claims());
const [goodHead = '', goodBody = '', goodSignature = ''] = good.split('.');
/** A payload text made by hand: the usual members, then this. */
const payload = (more: string, base = claims()): string => `${JSON.stringify(base).slice(0, -1)}${more}}`;
const header = (more: string): string => `{"alg":"RS256","kid":"rs-9"${more}}`;
const byHand = (head: string, body = JSON.stringify(claims())): string => rs.signTexts(head, body);
export const unsigned = (head: object, body: object = claims()): string =>
  `${encode(JSON.stringify(head))}.${encode(JSON.stringify(body))}`;

const signed: Row[] = [
  ['RS256', ok, good],
  ['HS256', ok, hs.sign(claims())],
  ['ES256', ok, es.sign(claims())],
  ['EdDSA', ok, ed.sign(claims())],
  ['EdDSA by its newer name', ok, ed.sign(claims(), { alg: 'Ed25519' })],
  ['PS256', ok, ps.sign(claims())],
  ['RS256 without kid', ok, rs.sign(claims(), { kid: undefined })],
  ['ES256 without kid', ok, es.sign(claims(), { kid: undefined })],
  ['HS256 without kid', ok, hs.sign(claims(), { kid: undefined })],
  ['no iss, no aud, at the issuer without both', ok, bare.sign(claims({ iss: undefined, aud: undefined }))],
  [
    'a key without kid takes any kid',
    ok,
    bare.sign(claims({ iss: undefined, aud: undefined }), { kid: 'any' }),
  ],
  [
    'the second issuer of one iss, by audience',
    ok,
    twin.sign(claims({ iss: 'https://shop.example/', aud: 'twin' })),
  ],
  [
    'the first issuer of one iss, by audience',
    ok,
    shop.sign(claims({ iss: 'https://shop.example/', aud: 'till' })),
  ],
  [
    'two audiences of one iss, key of the other',
    invalid,
    twin.sign(claims({ iss: 'https://shop.example/', aud: 'till' })),
  ],
  ['another RSA key under this kid', invalid, createSigner('RS256', 'rs-9').sign(claims())],
  ['another EC key under this kid', invalid, createSigner('ES256', 'es-1').sign(claims())],
  ['another Ed25519 key under this kid', invalid, createSigner('EdDSA', 'ed-1').sign(claims())],
  ['another secret under this kid', invalid, createSigner('HS256', 'hs-1').sign(claims())],
  ['another key without kid', invalid, createSigner('RS256').sign(claims())],
  ['an unknown kid', invalid, rs.sign(claims(), { kid: 'rs-10' })],
  ['the kid of a key of another type', invalid, rs.sign(claims(), { kid: 'es-1' })],
  ['an empty kid', invalid, rs.sign(claims(), { kid: '' })],
  ['a kid in other letters', invalid, rs.sign(claims(), { kid: 'RS-9' })],
  ['a kid with a path', invalid, rs.sign(claims(), { kid: '../../rs-9' })],
  ['a kid as SQL', invalid, rs.sign(claims(), { kid: "rs-9' OR '1'='1" })],
  ['a kid with NUL', invalid, rs.sign(claims(), { kid: 'rs-9\0' })],
  ['a kid of a prototype', invalid, rs.sign(claims(), { kid: '__proto__' })],
  ['a kid as a constructor', invalid, rs.sign(claims(), { kid: 'constructor' })],
  ['a kid as a number', invalid, rs.sign(claims(), { kid: 9 })],
  ['a kid as null', invalid, rs.sign(claims(), { kid: null })],
  ['a kid as a list', invalid, rs.sign(claims(), { kid: ['rs-9'] })],
  ['a kid as an object', invalid, rs.sign(claims(), { kid: { kid: 'rs-9' } })],
  ['a kid of 4 KiB', invalid, rs.sign(claims(), { kid: 'x'.repeat(4096) })],
];

const flipped = (text: string, at: number): string => {
  const swap = text.charAt(at) === 'A' ? 'B' : 'A';
  return text.slice(0, at) + swap + text.slice(at + 1);
};
const withSignature = (signature: string): string => `${goodHead}.${goodBody}.${signature}`;
const esParts = es.sign(claims()).split('.');
const esWith = (signature: Buffer): string => `${esParts[0] ?? ''}.${esParts[1] ?? ''}.${encode(signature)}`;
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const esSignature = Buffer.from(esParts[2] ?? '', 'base64url');
const otherS = (): Buffer => {
  const s = ORDER - BigInt(`0x${esSignature.subarray(32).toString('hex')}`);
  return Buffer.concat([esSignature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
};
const derSignature = Buffer.concat([
  Buffer.from([0x30, 0x44, 0x02, 0x20]),
  esSignature.subarray(0, 32),
  Buffer.from([0x02, 0x20]),
  esSignature.subarray(32),
]);

const signatures: Row[] = [
  ['first bit of the signature', invalid, withSignature(flipped(goodSignature, 0))],
  ['middle of the signature', invalid, withSignature(flipped(goodSignature, 100))],
  [
    'payload changed',
    invalid,
    `${goodHead}.${encode(JSON.stringify(claims({ sub: 'eve' })))}.${goodSignature}`,
  ],
  ['header changed', invalid, `${encode(header(',"typ":"at+jwt"'))}.${goodBody}.${goodSignature}`],
  ['signature of another token', invalid, withSignature(rs.sign(claims({ sub: 'eve' })).split('.')[2] ?? '')],
  ['signature cut short', invalid, withSignature(goodSignature.slice(0, 200))],
  ['signature twice', invalid, withSignature(goodSignature + goodSignature)],
  ['signature of zeros', invalid, withSignature(encode(Buffer.alloc(256)))],
  ['signature of ones', invalid, withSignature(encode(Buffer.alloc(256, 1)))],
  ['signature of one byte', invalid, withSignature('AA')],
  ['empty signature', invalid, withSignature('')],
  ['ES256 all zero', invalid, esWith(Buffer.alloc(64))],
  ['ES256 r zero', invalid, esWith(Buffer.concat([Buffer.alloc(32), esSignature.subarray(32)]))],
  ['ES256 s zero', invalid, esWith(Buffer.concat([esSignature.subarray(0, 32), Buffer.alloc(32)]))],
  ['ES256 r and s of the order', invalid, esWith(Buffer.from(ORDER.toString(16).repeat(2), 'hex'))],
  ['ES256 all ones', invalid, esWith(Buffer.alloc(64, 0xff))],
  ['ES256 the other s is as good (RFC 7518 asks for no low s)', ok, esWith(otherS())],
  ['ES256 in DER', invalid, esWith(derSignature)],
  ['ES256 a byte too many', invalid, esWith(Buffer.concat([esSignature, Buffer.alloc(1)]))],
  ['ES256 a byte too few', invalid, esWith(esSignature.subarray(0, 63))],
  ['ES256 empty', invalid, esWith(Buffer.alloc(0))],
  ['HS256 cut short', invalid, hs.sign(claims()).slice(0, -22)],
  [
    'EdDSA of zeros',
    invalid,
    `${ed.sign(claims()).split('.').slice(0, 2).join('.')}.${encode(Buffer.alloc(64))}`,
  ],
];

const pem = rs.publicPem;
const confused = (secret: string | Buffer, alg = 'HS256', kid: string | undefined = 'rs-9'): string =>
  hmacSigner(alg, kid, Buffer.from(secret as string)).sign(claims());
const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });

const algorithms: Row[] = [
  ...['none', 'None', 'NONE', 'nOnE', ' none', 'none '].flatMap((alg): Row[] => [
    [`alg ${JSON.stringify(alg)} with an empty signature`, invalid, `${unsigned({ alg })}.`],
    [
      `alg ${JSON.stringify(alg)} with a signature`,
      invalid,
      `${unsigned({ alg, kid: 'rs-9' })}.${goodSignature}`,
    ],
  ]),
  ['alg none in two parts', invalid, unsigned({ alg: 'none' })],
  ['HS256 by the public PEM', invalid, confused(pem)],
  ['HS256 by the trimmed PEM', invalid, confused(pem.trim())],
  ['HS256 by the DER', invalid, confused(der)],
  ['HS256 by the JWK text', invalid, confused(JSON.stringify(rs.jwk))],
  ['HS256 by the modulus', invalid, confused(Buffer.from(String(rs.jwk.n), 'base64url'))],
  ['HS384 by the public PEM', invalid, confused(pem, 'HS384')],
  ['HS512 by the public PEM', invalid, confused(pem, 'HS512')],
  ['HS256 by the PEM, without kid', invalid, confused(pem, 'HS256', undefined)],
  ['HS256 by the PEM, under the kid of the secret', invalid, confused(pem, 'HS256', 'hs-1')],
  ['HS256 by an empty secret', invalid, confused('', 'HS256', 'hs-1')],
  ['HS256 by "secret"', invalid, confused('secret', 'HS256', 'hs-1')],
  ['HS256 by the kid', invalid, confused('hs-1', 'HS256', 'hs-1')],
  ['HS384 by the HS256 secret', invalid, hmacSigner('HS384', 'hs-1', hs.secret).sign(claims())],
  ['HS512 by the HS256 secret', invalid, hmacSigner('HS512', 'hs-1', hs.secret).sign(claims())],
  ['RS256 key, header RS384', invalid, rs.sign(claims(), { alg: 'RS384' })],
  ['RS256 key, header PS256', invalid, rs.sign(claims(), { alg: 'PS256' })],
  ['RS256 key, header ES256', invalid, rs.sign(claims(), { alg: 'ES256' })],
  ['RS256 key, header EdDSA', invalid, rs.sign(claims(), { alg: 'EdDSA' })],
  ['PS256 key, header RS256', invalid, ps.sign(claims(), { alg: 'RS256' })],
  ['PS256 signature under the RS256 kid', invalid, ps.sign(claims(), { kid: 'rs-9' })],
  ['ES384', invalid, createSigner('ES384', 'es-1').sign(claims())],
  ['ES512', invalid, createSigner('ES512', 'es-1').sign(claims())],
  ['RS1', invalid, rs.sign(claims(), { alg: 'RS1' })],
  ['ES256K', invalid, es.sign(claims(), { alg: 'ES256K' })],
  ['ML-DSA-44', invalid, rs.sign(claims(), { alg: 'ML-DSA-44' })],
  ['alg in small letters', invalid, rs.sign(claims(), { alg: 'rs256' })],
  ['alg with a space', invalid, rs.sign(claims(), { alg: 'RS256 ' })],
  ['alg missing', invalid, rs.sign(claims(), { alg: undefined })],
  ['alg null', invalid, rs.sign(claims(), { alg: null })],
  ['alg empty', invalid, rs.sign(claims(), { alg: '' })],
  ['alg a list', invalid, rs.sign(claims(), { alg: ['RS256'] })],
  ['alg a number', invalid, rs.sign(claims(), { alg: 256 })],
  ['alg of a prototype', invalid, rs.sign(claims(), { alg: '__proto__' })],
  ['alg toString', invalid, rs.sign(claims(), { alg: 'toString' })],
  ['alg dir', invalid, rs.sign(claims(), { alg: 'dir', enc: 'A256GCM' })],
];

const attacker = publicSigner('RS256', 'rs-9');
const withKey = (more: object): string => attacker.sign(claims(), more);
const types: Row[] = [
  ...[
    'JWT',
    'jwt',
    'Jwt',
    'at+jwt',
    'AT+JWT',
    'application/jwt',
    'application/at+jwt',
    'Application/AT+JWT',
  ].map((typ): Row => [`typ ${typ}`, ok, rs.sign(claims(), { typ })]),
  ['typ absent', ok, rs.sign(claims(), { typ: undefined })],
  ...[
    '',
    ' JWT',
    'JWT ',
    'JOSE',
    'JWE',
    'logout+jwt',
    'id+jwt',
    'secevent+jwt',
    'dpop+jwt',
    'refresh+jwt',
    'jwt+at',
  ]
    .concat(['application/logout+jwt', 'application/ jwt', 'text/jwt', 'rt+jwt', 'kb+jwt', 'ID', 'Refresh'])
    .map((typ): Row => [`typ ${JSON.stringify(typ)}`, invalid, rs.sign(claims(), { typ })]),
  ['typ null', invalid, rs.sign(claims(), { typ: null })],
  ['typ a list', invalid, rs.sign(claims(), { typ: ['JWT'] })],
  ['typ a number', invalid, rs.sign(claims(), { typ: 1 })],
  ...[undefined, 'JWT', 'Bearer', 'bearer', 'access', 'at+jwt', 'access_token'].map((typ): Row => [
    `claim typ ${String(typ)}`,
    ok,
    rs.sign(claims({ typ })),
  ]),
  ...[
    'ID',
    'Id',
    'id',
    'Refresh',
    'refresh',
    'Offline',
    'Logout',
    'Serialized-ID',
    'DPoP',
    'id_token',
    '',
    'Bearer ',
  ].map((typ): Row => [`claim typ ${JSON.stringify(typ)}`, invalid, rs.sign(claims({ typ }))]),
  ...['id', 'refresh', 'ID', 'logout', ' access', ''].map((use): Row => [
    `claim token_use ${JSON.stringify(use)}`,
    invalid,
    rs.sign(claims({ token_use: use })),
  ]),
  ['claim token_use access', ok, rs.sign(claims({ token_use: 'access' }))],
  ['claim typ null', invalid, rs.sign(claims({ typ: null }))],
  ['claim typ a list', invalid, rs.sign(claims({ typ: ['Bearer'] }))],
  ['claim token_use an object', invalid, rs.sign(claims({ token_use: {} }))],
  [
    'a logout token without a type',
    invalid,
    rs.sign(claims({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } })),
  ],
];

const headers: Row[] = [
  ['jku, signed by the attacker', invalid, withKey({ jku: 'https://evil.example/jwks.json' })],
  ['jku, signed by the right key, is not looked at', ok, rs.sign(claims(), { jku: ISS })],
  ['jwk, signed by the attacker', invalid, withKey({ jwk: attacker.jwk })],
  ['jwk, the right one, is not looked at', ok, rs.sign(claims(), { jwk: rs.jwk })],
  ['x5u', invalid, withKey({ x5u: 'https://evil.example/cert.pem' })],
  ['x5c', invalid, withKey({ x5c: ['MIIB'] })],
  ['x5c, signed by the right key, is not looked at', ok, rs.sign(claims(), { x5c: ['MIIB'] })],
  ['x5u, signed by the right key, is not looked at', ok, rs.sign(claims(), { x5u: ISS })],
  ['all four, signed by the attacker', invalid, withKey({ jku: ISS, x5u: ISS, x5c: [], jwk: attacker.jwk })],
  ['cty of a vendor', ok, rs.sign(claims(), { cty: 'twilio-fpa;v=1' })],
  ['x5t is only a name', ok, rs.sign(claims(), { x5t: 'abc', 'x5t#S256': 'def' })],
  ['crit of what is unknown', invalid, rs.sign(claims(), { crit: ['exp2'], exp2: 1 })],
  ['crit empty', invalid, rs.sign(claims(), { crit: [] })],
  ['crit of b64', invalid, rs.sign(claims(), { crit: ['b64'], b64: true })],
  ['b64 false without crit', invalid, rs.sign(claims(), { b64: false })],
  ['b64 true', invalid, rs.sign(claims(), { b64: true })],
  [
    'b64 false, payload as it is',
    invalid,
    ((): string => {
      const input = `${encode(header(',"b64":false,"crit":["b64"]'))}.${JSON.stringify(claims())}`;
      return `${input}.${rs.signature(input)}`;
    })(),
  ],
  ['cty JWT: a token in the token', invalid, rs.signTexts(header(',"cty":"JWT"'), good)],
  ['a token as the payload', invalid, byHand(header(''), good)],
  ['a token as a string in the payload', invalid, byHand(header(''), JSON.stringify(good))],
  ['zip', invalid, rs.sign(claims(), { zip: 'DEF' })],
  ['enc', invalid, rs.sign(claims(), { enc: 'A128GCM' })],
  ['JWE in five parts', invalid, `${encode('{"alg":"dir","enc":"A256GCM"}')}..AAAA.AAAA.AAAA`],
  ['five parts with a good beginning', invalid, `${good}.AAAA.AAAA`],
  ['alg twice', invalid, byHand('{"alg":"none","alg":"RS256","kid":"rs-9"}')],
  ['alg twice, the same', invalid, byHand('{"alg":"RS256","alg":"RS256","kid":"rs-9"}')],
  ['alg twice, one spelled by escapes', invalid, byHand('{"alg":"RS256","\\u0061lg":"none","kid":"rs-9"}')],
  ['kid twice', invalid, byHand('{"alg":"RS256","kid":"x","kid":"rs-9"}')],
  ['typ twice', invalid, byHand(header(',"typ":"JWT","typ":"JWT"'))],
  ['an unknown member twice', invalid, byHand(header(',"a":1,"a":2'))],
  ['a member twice, deep', invalid, byHand(header(',"a":{"b":1,"b":2}'))],
  ['__proto__ with alg', invalid, byHand('{"__proto__":{"alg":"RS256"},"kid":"rs-9"}')],
  ['__proto__ beside alg is only a member', ok, byHand(header(',"__proto__":{"alg":"none"}'))],
  ['header a list', invalid, byHand('["RS256"]')],
  ['header null', invalid, byHand('null')],
  ['header a number', invalid, byHand('1')],
  ['header a string', invalid, byHand('"RS256"')],
  ['header empty object', invalid, byHand('{}')],
  ['header with white space is JSON', ok, byHand(` {"alg" : "RS256" ,\n"kid":"rs-9"} `)],
  ['header with a BOM', invalid, byHand(`\ufeff${header('')}`)],
  ['header with a comment', invalid, byHand(`{"alg":"RS256",/* */"kid":"rs-9"}`)],
  ['header with a trailing comma', invalid, byHand('{"alg":"RS256","kid":"rs-9",}')],
  ['header with single quotes', invalid, byHand(`{'alg':'RS256'}`)],
  ['header with two objects', invalid, byHand(`${header('')}${header('')}`)],
  ['header with a NUL after it', invalid, byHand(`${header('')}\0`)],
  ['header 17 deep', invalid, byHand(header(`,"a":${'['.repeat(17)}${']'.repeat(17)}`))],
];

const bytes = (value: number[]): Buffer => Buffer.from(value);
const rawPayload = (body: Buffer): string => {
  const input = `${encode(header(''))}.${encode(body)}`;
  return `${input}.${rs.signature(input)}`;
};
const spelled = (text: (token: string) => string): string => text(good);
const unusedBits = (part: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + alphabet.charAt(alphabet.indexOf(part.charAt(part.length - 1)) + 1);
};

/** 32 bytes end in a character with two bits to spare, where those of RSA and ECDSA have four. */
const hsWithUnusedBits = (): string => {
  const token = hs.sign(claims());
  return token.slice(0, -1) + unusedBits(token.slice(-1));
};

const shapes: Row[] = [
  ['empty', invalid, ''],
  ['one part', invalid, 'abc'],
  ['two parts', invalid, `${goodHead}.${goodBody}`],
  ['four parts', invalid, `${good}.AAAA`],
  ['six parts', invalid, `${good}.AAAA.AAAA.AAAA`],
  ['only dots', invalid, '..'],
  ['four dots', invalid, '....'],
  ['a thousand dots', invalid, '.'.repeat(1000)],
  ['a space before', invalid, ` ${good}`],
  ['a space after', invalid, `${good} `],
  ['a newline after', invalid, `${good}\n`],
  ['a tab inside', invalid, spelled((text) => text.replace('.', '.\t'))],
  ['a NUL after', invalid, `${good}\0`],
  ['quoted', invalid, `"${good}"`],
  ['padding on the header', invalid, `${goodHead}=.${goodBody}.${goodSignature}`],
  ['padding on the signature', invalid, `${good}==`],
  ['plain base64 in the signature', invalid, spelled((text) => `${text.slice(0, -4)}+/AA`)],
  ['unused bits of the signature set', invalid, withSignature(unusedBits(goodSignature))],
  ['unused bits of the HS256 signature set', invalid, hsWithUnusedBits()],
  [
    'unused bits of the ES256 signature set',
    invalid,
    `${esParts.slice(0, 2).join('.')}.${unusedBits(esParts[2] ?? '')}`,
  ],
  ['a length that cannot be', invalid, `${goodHead}A.${goodBody}.${goodSignature}`],
  ['percent-encoded dots', invalid, good.replaceAll('.', '%2e')],
  ['Bearer in the token', invalid, `Bearer ${good}`],
  ['another token after a comma', invalid, `${good},${good}`],
  ['a full-width letter', invalid, `${good.slice(0, -1)}\uff21`],
  ['a lone surrogate', invalid, `${good.slice(0, -1)}\ud800`],
  [
    'JSON serialization',
    invalid,
    JSON.stringify({ protected: goodHead, payload: goodBody, signature: goodSignature }),
  ],
  [
    '8192 characters',
    ok,
    ((): string => {
      for (let pad = 5000; ; pad++) {
        const token = rs.sign(claims({ pad: 'x'.repeat(pad) }));
        if (token.length >= 8190) return token;
      }
    })(),
  ],
  ['more than 8 KiB', invalid, rs.sign(claims({ pad: 'x'.repeat(6000) }))],
  ['a megabyte', invalid, rs.sign(claims({ pad: 'x'.repeat(1 << 20) }))],
  ['a megabyte of one part', invalid, 'A'.repeat(1 << 20)],
  ['payload not JSON', invalid, byHand(header(''), 'hello')],
  ['payload a list', invalid, byHand(header(''), '[1]')],
  ['payload null', invalid, byHand(header(''), 'null')],
  ['payload empty', invalid, `${goodHead}..${goodSignature}`],
  [
    'payload with invalid UTF-8',
    invalid,
    rawPayload(
      Buffer.concat([
        bytes([0x7b, 0x22, 0xff, 0x22]),
        Buffer.from(`:1,${JSON.stringify(claims()).slice(1)}`),
      ]),
    ),
  ],
  [
    'payload with overlong UTF-8',
    invalid,
    rawPayload(
      Buffer.concat([
        bytes([0x7b, 0x22, 0xc0, 0xaf, 0x22]),
        Buffer.from(`:1,${JSON.stringify(claims()).slice(1)}`),
      ]),
    ),
  ],
  ['payload with a BOM', invalid, byHand(header(''), `\ufeff${JSON.stringify(claims())}`)],
  ['payload in UTF-16', invalid, rawPayload(Buffer.from(JSON.stringify(claims()), 'utf16le'))],
  ['payload of 16 levels', ok, byHand(header(''), payload(`,"a":${'['.repeat(15)}${']'.repeat(15)}`))],
  ['payload of 17 levels', invalid, byHand(header(''), payload(`,"a":${'['.repeat(16)}${']'.repeat(16)}`))],
  [
    'payload of 2000 levels',
    invalid,
    byHand(header(''), payload(`,"a":${'['.repeat(2000)}${']'.repeat(2000)}`)),
  ],
  [
    'payload of 900 objects',
    invalid,
    byHand(header(''), payload(`,"a":${'{"a":'.repeat(900)}1${'}'.repeat(900)}`)),
  ],
  ['brackets in strings are not levels', ok, byHand(header(''), payload(`,"a":"${'[{'.repeat(50)}"`))],
  ['colons and quotes in strings are not members', ok, byHand(header(''), payload(',"a\\":":"b\\\\:\\":"'))],
  ['sub twice', invalid, byHand(header(''), payload(',"sub":"eve"'))],
  ['sub twice, the same', invalid, byHand(header(''), payload(',"sub":"ada"'))],
  ['exp twice', invalid, byHand(header(''), payload(`,"exp":${String(seconds(9999))}`))],
  ['bots twice', invalid, byHand(header(''), payload(',"bots":["hr"]'))],
  ['bots twice, one spelled by escapes', invalid, byHand(header(''), payload(',"bot\\u0073":["hr"]'))],
  ['a claim twice, deep', invalid, byHand(header(''), payload(',"a":[{"b":1,"b":1}]'))],
  ['__proto__ twice', invalid, byHand(header(''), payload(',"__proto__":1,"__proto__":2'))],
];

const at = (changes: object): string => rs.sign(claims(changes));
const number = (name: string, text: string): string =>
  byHand(header(''), payload(`,"${name}":${text}`, claims({ [name]: undefined })));

const times: Row[] = [
  ['exp missing', invalid, at({ exp: undefined })],
  ['exp an hour ago', expired, at({ exp: seconds(-3600) })],
  ['exp in the tolerance', ok, at({ exp: seconds(-10) })],
  ['exp past the tolerance', expired, at({ exp: seconds(-31) })],
  ['exp zero', expired, at({ exp: 0 })],
  ['exp negative', expired, at({ exp: -1 })],
  ['exp a fraction', ok, at({ exp: seconds(600) + 0.5 })],
  ['exp far but a date', ok, at({ exp: 253402300799 })],
  ['exp in milliseconds', invalid, at({ exp: Date.now() + 600_000 })],
  ['exp 1e300', invalid, number('exp', '1e300')],
  ['exp 1e999', invalid, number('exp', '1e999')],
  ['exp -1e999', invalid, number('exp', '-1e999')],
  ['exp NaN', invalid, number('exp', 'NaN')],
  ['exp Infinity', invalid, number('exp', 'Infinity')],
  ['exp of 400 digits', invalid, number('exp', '9'.repeat(400))],
  ['exp hexadecimal', invalid, number('exp', '0xffffffff')],
  ['exp a string', invalid, at({ exp: String(seconds(600)) })],
  ['exp a date text', invalid, at({ exp: '2099-01-01T00:00:00Z' })],
  ['exp null', invalid, at({ exp: null })],
  ['exp true', invalid, at({ exp: true })],
  ['exp a list', invalid, at({ exp: [seconds(600)] })],
  ['exp an object', invalid, at({ exp: { valueOf: 1 } })],
  [
    'exp only in a prototype',
    invalid,
    byHand(header(''), payload(`,"__proto__":{"exp":${String(seconds(600))}}`, claims({ exp: undefined }))),
  ],
  ['expired and forged', invalid, createSigner('RS256', 'rs-9').sign(claims({ exp: seconds(-3600) }))],
  ['expired HS256', expired, hs.sign(claims({ exp: seconds(-3600) }))],
  ['expired at an unknown kid', invalid, rs.sign(claims({ exp: seconds(-3600) }), { kid: 'x' })],
  ['nbf past', ok, at({ nbf: seconds(-5) })],
  ['nbf in the tolerance', ok, at({ nbf: seconds(25) })],
  ['nbf past the tolerance', invalid, at({ nbf: seconds(60) })],
  ['nbf a string', invalid, at({ nbf: String(seconds(-5)) })],
  ['nbf null', invalid, at({ nbf: null })],
  ['nbf 1e999', invalid, number('nbf', '1e999')],
  ['nbf -1e999', invalid, number('nbf', '-1e999')],
  ['nbf a list', invalid, at({ nbf: [] })],
  ['iat missing', ok, at({ iat: undefined })],
  ['iat in the tolerance', ok, at({ iat: seconds(25) })],
  ['iat in the future', invalid, at({ iat: seconds(60) })],
  ['iat far in the future', invalid, at({ iat: seconds(1e9) })],
  ['iat a string', invalid, at({ iat: String(seconds(-5)) })],
  ['iat null', invalid, at({ iat: null })],
  ['iat NaN', invalid, number('iat', 'NaN')],
  ['iat 1e999', invalid, number('iat', '1e999')],
  ['iat in milliseconds', invalid, at({ iat: Date.now() })],
];

const parties: Row[] = [
  ['iss missing', invalid, bare.sign(claims({ iss: undefined }))],
  ['iss of nobody', foreign, at({ iss: 'https://evil.example/' })],
  [
    'iss of nobody, unsigned',
    foreign,
    `${unsigned({ alg: 'none' }, claims({ iss: 'https://evil.example/' }))}.AAAA`,
  ],
  ['iss of nobody, expired', foreign, at({ iss: 'https://evil.example/', exp: 1 })],
  ['iss without its slash', foreign, at({ iss: 'https://issuer.example' })],
  ['iss in capitals', foreign, at({ iss: 'HTTPS://ISSUER.EXAMPLE/' })],
  ['iss with a space', foreign, at({ iss: `${ISS} ` })],
  ['iss with a port', foreign, at({ iss: 'https://issuer.example:443/' })],
  ['iss as a prefix', foreign, at({ iss: `${ISS}staff` })],
  ['iss empty', foreign, at({ iss: '' })],
  ['iss null', invalid, at({ iss: null })],
  ['iss a list', invalid, at({ iss: [ISS] })],
  ['iss a number', invalid, at({ iss: 1 })],
  ['iss twice', invalid, byHand(header(''), payload(',"iss":"https://evil.example/"'))],
  ['iss of an issuer with other keys', invalid, at({ iss: 'https://shop.example/', aud: 'shop' })],
  ['iss of an issuer that is not looked for in the bearer', invalid, at({ iss: 'https://cookie.example/' })],
  ['aud in a list', ok, at({ aud: ['other', AUD] })],
  ['aud of another', invalid, at({ aud: 'other' })],
  ['aud missing', invalid, at({ aud: undefined })],
  ['aud null', invalid, at({ aud: null })],
  ['aud empty', invalid, at({ aud: '' })],
  ['aud an empty list', invalid, at({ aud: [] })],
  ['aud a list with a number', invalid, at({ aud: [AUD, 1] })],
  ['aud a list in a list', invalid, at({ aud: [[AUD]] })],
  ['aud an object', invalid, at({ aud: { [AUD]: true } })],
  ['aud as words', invalid, at({ aud: `other ${AUD}` })],
  ['aud as a prefix', invalid, at({ aud: `${AUD}-2` })],
  ['aud in capitals', invalid, at({ aud: AUD.toUpperCase() })],
  ...[[], null, ''].map((aud): Row => [
    `aud ${JSON.stringify(aud)} at the issuer without`,
    ok,
    bare.sign(claims({ iss: undefined, aud })),
  ]),
  ['aud [""] at the issuer without', invalid, bare.sign(claims({ iss: undefined, aud: [''] }))],
  ['aud at the issuer without', invalid, bare.sign(claims({ iss: undefined, aud: 'another-service' }))],
  ['iss at the issuer without', invalid, bare.sign(claims({ aud: undefined }))],
  ['sub missing', invalid, at({ sub: undefined })],
  ['sub empty', invalid, at({ sub: '' })],
  ['sub a number', invalid, at({ sub: 1 })],
  ['sub null', invalid, at({ sub: null })],
  ['sub a list', invalid, at({ sub: ['ada'] })],
  ['sub half a character', invalid, at({ sub: 'ada\ud800' })],
  ['sub of 2 KiB', invalid, at({ sub: 'a'.repeat(2048) })],
  ['sub in another script', ok, at({ sub: '\u0430\u0434\u0430 \u{1f642}' })],
];

export const tables = { signed, signatures, algorithms, types, headers, shapes, times, parties };
