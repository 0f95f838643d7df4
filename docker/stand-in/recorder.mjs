import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';

const keep = 2000;
const textLimit = 4096;

/** Remembers what the platform received, raw: what a gateway in front of it sent on. */
export function createRecorder(file) {
  let entries = [];
  return {
    /** Records a request at its arrival; its body is filled in as it comes. */
    add(request, upgrade) {
      const hash = createHash('sha256');
      const entry = {
        method: request.method,
        target: request.url,
        httpVersion: request.httpVersion,
        rawHeaders: request.rawHeaders,
        peer: request.socket.remoteAddress,
        upgrade,
        body: { bytes: 0, text: '', sha256: undefined },
        ended: upgrade,
        aborted: false,
      };
      entries = [...entries.slice(-keep + 1), entry];
      request.on('data', (chunk) => {
        hash.update(chunk);
        if (entry.body.bytes < textLimit) entry.body.text += chunk.toString('latin1');
        entry.body.bytes += chunk.length;
      });
      request.on('end', () => {
        entry.ended = true;
        entry.body.sha256 = hash.digest('hex');
      });
      request.on('close', () => {
        entry.aborted = !upgrade && !entry.ended;
        if (file) appendFileSync(file, `${JSON.stringify(entry)}\n`);
      });
      return entry;
    },
    last: () => entries.at(-1) ?? null,
    all: () => entries,
    clear() {
      entries = [];
    },
  };
}
