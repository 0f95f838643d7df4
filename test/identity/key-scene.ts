import { setTimeout as pause } from 'node:timers/promises';
import { createVerifier, type Verifier } from '../../src/identity/verifier.ts';
import { startJwks, type JwksServer } from '../support/jwks.ts';
import { createSigner, type Signer } from '../support/tokens.ts';
import { issuer, options, quiet } from './scene.ts';

type Scope = { teardown(fn: () => unknown): void };

/** Short times, so that a test sees what takes minutes in life. */
export const SHORT = { timeoutMs: 1000, refreshSeconds: 60, cooldownSeconds: 0.4, keepSeconds: 60 };
export const OFTEN = { refreshSeconds: 0.1 };

export function verifierOf(t: Scope, url: string, jwks: object = {}, previous?: Verifier): Verifier {
  const issuers = [issuer({ keys: [{ jwksUrl: url }] })];
  const deps = { log: quiet, ...(previous && { previous }) };
  const verifier = createVerifier(options(issuers, { ...SHORT, ...jwks }), deps);
  t.teardown(() => verifier.close());
  verifier.start();
  return verifier;
}

export async function serverOf(t: Scope, ...signers: Signer[]): Promise<JwksServer> {
  const server = await startJwks(signers.map(({ jwk }) => jwk));
  t.teardown(() => server.close());
  return server;
}

export async function until(what: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`not within ${String(limitMs)} ms: ${what.toString()}`);
    await pause(10);
  }
}

export const state = (verifier: Verifier): string | undefined => verifier.status()[0]?.state;
export const loaded = (verifier: Verifier): Promise<void> => until(() => state(verifier) === 'up');

export const [one, two, three] = ['ES256', 'ES256', 'ES256'].map((alg, index) =>
  createSigner(alg, `k${String(index)}`),
) as [Signer, Signer, Signer];
export const unknownKnown = 'keys-unavailable: known';
