// Writes batches until it is killed, and tells each one that is kept.
import { openIndex } from '../../src/activity/database.ts';
import { openDecisions } from '../../src/activity/decisions.ts';
import { batchOf, event, startMs } from './events.ts';

const [file = '', replica = ''] = process.argv.slice(2);
const decisions = openDecisions(openIndex(file), 60);
for (let seq = 1; ; seq += 20) {
  const events = Array.from({ length: 20 }, (_, at) =>
    event(startMs + seq + at, { subject: `s${seq + at}` }),
  );
  decisions.take(batchOf(replica, seq, events));
  process.stdout.write(`${seq + 19}\n`);
}
