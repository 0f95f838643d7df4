// What every candidate is given: one key pair, tokens, ranges, and bodies of known sizes.
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';

export const issuer = 'https://issuer.example/';
export const audience = 'transcript-gateway';

/** Ranges of 16 addresses each, spread over 10.0.0.0/8, as [start, end]. */
export const makeRanges = (count) =>
  Array.from({ length: count }, (_, i) => {
    const start = 0x0a000000 + Math.floor((i * 0xffffff) / count / 16) * 16;
    return [start, start + 15];
  });

export const dotted = (value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

/** Writes keys, ranges and bodies below `folder`; the tokens are signed on demand. */
export async function makeMaterial(folder, rangeCount) {
  mkdirSync(join(folder, 'www', 'transcripts', 'a'), { recursive: true });
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ranges = makeRanges(rangeCount);
  const publicKeyFile = join(folder, 'public.pem');
  const rangesFile = join(folder, 'ranges.json');
  writeFileSync(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(rangesFile, JSON.stringify(ranges));
  const bodies = { '2k': 2 << 10, '64k': 64 << 10 };
  for (const [name, size] of Object.entries(bodies))
    writeFileSync(join(folder, 'www', 'transcripts', 'a', name), Buffer.alloc(size, 'x'));
  const big = join(folder, 'www', 'transcripts', 'a', '512m');
  writeFileSync(big, '');
  truncateSync(big, 512 << 20);
  const token = (subject) =>
    new SignJWT({ bots: ['a', 'b'], bot_list: 'a b' })
      .setProtectedHeader({ alg: 'RS256' })
      .setSubject(subject)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('8h')
      .sign(privateKey);
  const listed = dotted((ranges[Math.floor(ranges.length / 2)] ?? [0])[0] + 3);
  return { folder, publicKeyFile, rangesFile, ranges, token, listed };
}
