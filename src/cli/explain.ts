import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { answers } from './answers.ts';
import { gatewayFlags } from './command.ts';
import type { Command, CommandArguments } from './command.ts';
import { findGateway } from './gateway.ts';
import { DONE, FAILED, usage, writeJson } from './io.ts';
import type { Io } from './io.ts';
import { plainText, table } from './table.ts';

function readClaims(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usage('--claims must be a JSON object, as {"sub": "ann", "bots": ["support"]}');
  }
}

function readVisitorToken(file: string, io: Io): string {
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8').trim();
  } catch (error) {
    throw usage(
      `--visitor-token-file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      if (colon < 1) throw usage(`--header "${line}" must be "Name: value"`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

/** The question as POST /explain takes it. */
function question(target: string, given: CommandArguments, io: Io): object {
  const body: Record<string, unknown> = { target };
  const names = { method: 'method', 'client-ip': 'clientIp', peer: 'peer', issuer: 'issuer' };
  for (const [flag, member] of Object.entries(names)) {
    const value = given.text(flag);
    if (value !== undefined) body[member] = value;
  }
  const claims = given.text('claims');
  const file = given.text('visitor-token-file');
  if (claims !== undefined && file !== undefined)
    throw usage('--claims and --visitor-token-file: only one of them may be');
  if (claims !== undefined) body['claims'] = readClaims(claims);
  if (file !== undefined) body['token'] = readVisitorToken(file, io);
  const headers = given.all('header');
  if (headers.length > 0) body['headers'] = readHeaders(headers);
  if (given.text('client-ip') === undefined && given.text('peer') === undefined) {
    throw usage('say from where: --client-ip ADDRESS');
  }
  return body;
}

export const explain: Command = {
  name: 'explain',
  takes: 'TARGET --client-ip ADDRESS',
  summary: 'Say what a visitor would be answered and why, step by step.',
  details:
    'TARGET is what stands in the request line, such as /transcripts/support/42, or a whole URL. Exit 0: forwarded, 1: not.',
  flags: {
    'client-ip': { type: 'string', value: 'ADDRESS', help: "The visitor's address." },
    peer: { type: 'string', value: 'ADDRESS', help: 'Instead: who connects; --header is read as live.' },
    method: { type: 'string', value: 'METHOD', help: 'GET where it is left out.' },
    'visitor-token-file': { type: 'string', value: 'FILE', help: 'A token as the visitor would present it.' },
    claims: { type: 'string', value: 'JSON', help: 'Claims instead of a token.' },
    issuer: { type: 'string', value: 'NAME', help: "The claims' issuer, by its configured name." },
    header: {
      type: 'string',
      value: '"NAME: VALUE"',
      help: 'A request header; may be repeated.',
      many: true,
    },
    ...gatewayFlags,
  },
  async run(given, io, command) {
    const [target, ...rest] = given.positionals;
    if (target === undefined) throw usage('say which target: /transcripts/support/42');
    if (rest.length > 0) throw usage(`unexpected argument "${rest.join(' ')}"`);
    const body = question(target, given, io);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const made = await gateway.call({ method: 'POST', path: '/explain', body, answer: answers.explained });
    const { outcome, reason, range } = made.decision;
    if (given.has('json')) writeJson(io, made);
    else {
      io.stdout.write(
        table(
          ['STEP', 'RESULT'],
          made.steps.map(({ step, result }) => [step, result]),
        ),
      );
      const by = range === undefined ? '' : ` (range ${range.id} of ${range.scope})`;
      io.stdout.write(`\n${plainText(`${outcome}: ${reason}${by}`)}\n`);
    }
    return outcome === 'forward' ? DONE : FAILED;
  },
};
