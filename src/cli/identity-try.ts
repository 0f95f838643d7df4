import { answers } from './answers.ts';
import { gatewayFlags } from './command.ts';
import type { Command } from './command.ts';
import { findGateway } from './gateway.ts';
import { DONE, FAILED, usage, writeJson } from './io.ts';
import type { Io } from './io.ts';
import { plainText, table } from './table.ts';

/** More than any header may hold is no credential. */
const MAX_LENGTH = 65_536;

async function readCredential(io: Io): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of io.stdin) parts.push(Buffer.from(part));
  const text = Buffer.concat(parts).toString('utf8').trim();
  if (text === '') throw usage('give a token, a cookie or header lines on standard input');
  if (text.length > MAX_LENGTH) throw usage(`a credential of more than ${MAX_LENGTH} characters is none`);
  return text;
}

export const identityTry: Command = {
  name: 'identity try',
  takes: '< FILE',
  summary: 'Say whom a token or cookie makes, and why, step by step.',
  details: `It is read from standard input, and never printed: a token, an opaque value, cookies as a browser shows them
(\`session=…; other=…\`), header lines (\`X-Auth-Token: …\`), or a query that begins with \`?\`. A bare value is tried wherever
some issuer or kind of session looks. Exit 0: somebody, 1: nobody, or not known now.`,
  flags: gatewayFlags,
  async run(given, io, command) {
    if (given.positionals.length > 0) throw usage('takes no argument: a credential comes by standard input');
    const credential = await readCredential(io);
    const gateway = findGateway(given, io, Object.keys(command.flags));
    const body = { credential };
    const made = await gateway.call({ method: 'POST', path: '/identity', body, answer: answers.identity });
    if (given.has('json')) writeJson(io, made);
    else {
      const rows = made.steps.map(({ step, result }) => [step, result]);
      io.stdout.write(table(['STEP', 'RESULT'], rows));
      io.stdout.write(`\n${plainText(made.known ? 'somebody' : 'nobody, or not known now')}\n`);
    }
    return made.known ? DONE : FAILED;
  },
};
