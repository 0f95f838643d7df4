import t from 'tap';
import { createFileStore } from '../../src/policy-store/file-store.ts';
import { contract } from './contract.ts';
import { memoryLog } from './drafts.ts';

void t.test('contract', (t) => {
  contract(t, (t) => {
    const dir = t.testdir();
    return Promise.resolve({ open: () => createFileStore({ dir, log: memoryLog(), now: Date.now }) });
  });
  t.end();
});
