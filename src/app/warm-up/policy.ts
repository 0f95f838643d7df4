import { compiling, NEVER } from '../../policy/whitelist.ts';
import type { LoadedPolicy, ServedStore } from '../../policy-store/store.ts';
import { readQuad } from '../../changes/record.ts';
import { listed } from './requests.ts';

const start = readQuad(listed) ?? 0;
const range = { id: '0'.repeat(16), start, end: start, until: NEVER };

const policy: LoadedPolicy = {
  position: { revision: 1, changeId: 'warm-up' },
  scopes: [{ scope: 'bot:a', settings: { enabled: true }, compile: () => compiling([range]) }],
  revocations: [],
  unreadable: [],
};

/** A store of one list, in memory, that never changes. */
export const madePolicy: ServedStore = {
  load: () => Promise.resolve(policy),
  follow: () => () => undefined,
  serving: () => undefined,
  status: () => ({ state: 'up', detail: '' }),
};
