import { compactVerify } from 'jose';
import type { VerifyKey } from './key.ts';
import type { Algorithm } from './options.ts';

/** The first key that verifies the text; `spent` where `take` gives no check for the next one. */
export async function firstVerifying(
  text: string,
  keys: readonly VerifyKey[],
  algorithm: Algorithm,
  take: () => boolean,
): Promise<VerifyKey | 'spent' | undefined> {
  for (const key of keys) {
    if (!take()) return 'spent';
    const algorithms = algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm];
    // jose throws whatever is wrong; what is wrong does not matter here.
    const good = await compactVerify(text, await key.material, { algorithms }).then(
      () => true,
      () => false,
    );
    if (good) return key;
  }
  return undefined;
}
