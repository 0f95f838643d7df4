import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { ApiAnswer } from '../admin/answers.ts';
import { answers } from './answers.ts';
import type { Command } from './command.ts';
import { gatewayFlags } from './command.ts';
import { findGateway } from './gateway.ts';
import { DONE, FAILED, usage, writeJson } from './io.ts';
import { counted, plainText, table } from './table.ts';

/** Some ten million events are followed in it. */
const TIMEOUT_MS = 30 * 60_000;

/** The digests of a log: lines of JSON with `msg: "digest"`, among whatever else is in it. */
async function digestsOf(file: string): Promise<string[]> {
  const digests: string[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const found = /"digest":"([A-Za-z0-9_.-]+)"/.exec(line)?.[1];
      if (found !== undefined && line.includes('"msg":"digest"')) digests.push(found);
    }
  } catch (error) {
    throw usage(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return digests;
}

function text({ whole, changes, gateways, digests }: ApiAnswer<'audit'>): string {
  const rows = [
    [
      'changes',
      `revision ${changes.firstRevision} to ${changes.lastRevision}`,
      changes.broken ? `${changes.broken.why}: revision ${changes.broken.revision}` : 'whole',
    ],
    ...(gateways ?? []).map(({ gateway, events, broken }) => [
      `decisions of ${gateway}`,
      counted(events, 'event'),
      broken
        ? `${broken.why}: event ${broken.event}${broken.at === undefined ? '' : ` of ${broken.at}`}`
        : 'whole',
    ]),
  ];
  const unlinked =
    changes.unlinked === 0
      ? ''
      : `${counted(changes.unlinked, 'change')} of an older version: nothing can be said of them\n`;
  const signed = `digests: ${digests.good} good, ${digests.bad} forged, ${digests.unknownKey} by a key that is not here; the last good one ${digests.last ?? 'never'}`;
  const end = whole ? 'nothing is changed or missing' : 'NOT as it was written';
  return `${table(['RECORD', 'KEPT', 'FOUND'], rows)}\n${unlinked}${plainText(signed)}\n${end}\n`;
}

export const auditVerify: Command = {
  name: 'audit verify',
  takes: '',
  summary: 'Check that changes and decisions are as they were written; name the first that is not.',
  details: `Follows the chains of hashes, and what was signed each hour. With --log the digests of a log that is kept elsewhere count,
too: who can write to the store can sign anew, but not there. Exit 0: as it was written, 1: not, or it cannot be read.`,
  flags: {
    log: { type: 'string', value: 'FILE', help: "A gateway's log, as it was kept elsewhere.", many: true },
    ...gatewayFlags,
  },
  async run(given, io, command) {
    if (given.positionals.length > 0) throw usage(`unexpected argument "${given.positionals.join(' ')}"`);
    const digests: string[] = [];
    for (const file of given.all('log')) digests.push(...(await digestsOf(resolve(io.cwd, file))));
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const made = await gateway.call({
      ...{ method: 'POST', path: '/audit/verify', body: { digests } },
      ...{ answer: answers.audit, timeoutMs: TIMEOUT_MS },
    });
    if (given.has('json')) writeJson(io, made);
    else io.stdout.write(text(made));
    return made.whole ? DONE : FAILED;
  },
};
