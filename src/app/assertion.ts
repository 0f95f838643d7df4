import type { StartOptions } from '../config/index.ts';
import { createAssertion, type Assertion } from '../gateway/assertion.ts';
import { createFileShelf, createRedisShelf } from '../policy-store/key-shelf.ts';
import type { StoreLog } from '../policy-store/log.ts';
import { createSigningKeys, type SigningKeys } from '../policy-store/signing-keys.ts';

export interface Asserting {
  readonly assertion: Assertion;
  readonly keys: SigningKeys;
}

const DAY_MS = 86_400_000;

/** What the platform is told in a signed way; undefined where it is not asked for. */
export function createAsserting({ upstream, store }: StartOptions, log: StoreLog): Asserting | undefined {
  const { assertion } = upstream;
  if (assertion === null) return undefined;
  const shelf =
    store.redis === undefined ? createFileShelf(store.file ?? '.') : createRedisShelf(store.redis, log);
  const { algorithm, rotateDays } = assertion;
  const keys = createSigningKeys({ shelf, algorithm, rotateMs: rotateDays * DAY_MS, log, now: Date.now });
  keys.start();
  return { keys, assertion: createAssertion(assertion, () => keys.current()) };
}
