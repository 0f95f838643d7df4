// A gateway's embedded store in a process of its own, to be killed: writes changes without pause, four at a time,
// and says of each that was acknowledged which range it added.
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { createFileStore } from '../../src/policy-store/file/file-store.ts';
import { draft, memoryLog, range } from './drafts.ts';

const [dir = '', from = '0', count = '0', bytes = '0'] = process.argv.slice(2);
const options = { dir, log: memoryLog(), now: Date.now, compactBytes: Number(bytes), lockStaleMs: 2000 };
const store = await createFileStore(options);
const say = (line: string): void => void writeSync(1, `${line}\n`);
say('open');
await once(process.stdin, 'data'); // begins when it is told to
process.stdin.pause();

async function write(n: number): Promise<void> {
  const scope = `bot:b${String(n % 7)}` as const;
  for (;;) {
    const { record } = await store.scope(scope);
    try {
      const note = 'x'.repeat(n % 300);
      await store.change(
        draft(scope, record.revision, { added: [range(n, n, n, { note })], idempotencyKey: String(n) }),
      );
      say(`acked ${String(n)}`);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      if (code === 'conflict') continue;
      say(`refused ${String(n)} ${code}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

let next = Number(from);
const end = next + Number(count);
const lane = async (): Promise<void> => {
  while (next < end) await write(next++);
};
await Promise.all([lane(), lane(), lane(), lane()]);
say('done');
await store.close();
