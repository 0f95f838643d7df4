import type { IssuerOptions } from '../../src/identity/options.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import type { Principal } from '../../src/policy/principal.ts';
import { readCredential } from '../../src/reading/credential.ts';
import { compileTokenPlaces, readPlaced } from '../../src/reading/token-places.ts';
import { createSigner } from '../support/tokens.ts';
import { issuer, options, publicOf, quiet, secretOf, word } from './scene.ts';

export const rs = createSigner('RS256', 'p-1');
export const es = createSigner('ES256', 'e-1');
export const hs = createSigner('HS256');

/** What an operator writes beside the keys; claims are added to the default ones. */
export type Written = Partial<Omit<IssuerOptions, 'claims'>> & {
  readonly claims?: Partial<IssuerOptions['claims']>;
};

/** A request as it comes, and who that is: places are read as the gateway reads them. */
export async function who({ claims = {}, ...written }: Written, headers: readonly string[], target = '/') {
  const base = issuer({ name: 'idp', issuer: null, audience: null });
  const keys = [publicOf(rs), publicOf(es), secretOf(hs)];
  const verifier = createVerifier(
    options([{ ...base, keys, ...written, claims: { ...base.claims, ...claims } }]),
    { log: quiet },
  );
  const places = compileTokenPlaces(verifier.places);
  const placed = readPlaced(places, { headers, target, upgrade: false }, ['query', 'protocol']);
  const presented = { ...readCredential(verifier.cookieNames, headers), placed };
  return said(await verifier.identify(presented, Date.now()));
}

function said(principal: Principal): string {
  if (principal.kind !== 'known') return 'cause' in principal ? `${principal.cause}` : word(principal);
  const bots = principal.member?.bots ?? [];
  return `${principal.subject}: ${bots === 'all' ? 'all' : [...bots].join(' ')}`;
}
