import { get } from 'node:http';
import { get as getSecure } from 'node:https';
import { gatewayFlags } from './command.ts';
import type { Command } from './command.ts';
import { doorConfig, privateUrl } from './door.ts';
import { DONE, FAILED, usage, writeJson } from './io.ts';

const TIMEOUT_MS = 3_000;

/** Without more than Node's own client: this runs every few seconds. */
function ask(url: string): Promise<string> {
  const send = url.startsWith('https:') ? getSecure : get;
  return new Promise((resolve) => {
    const sent = send(url, { agent: false, timeout: TIMEOUT_MS }, (answer) => {
      answer.resume();
      resolve(`answered ${answer.statusCode ?? 0}`);
    });
    sent.on('timeout', () => sent.destroy(new Error(`not within ${TIMEOUT_MS} ms`)));
    sent.on('error', (error) =>
      resolve(`does not answer (${'code' in error ? String(error.code) : error.message})`),
    );
  });
}

export const healthcheck: Command = {
  name: 'healthcheck',
  takes: '',
  summary: 'Exit 0 if the gateway of this machine lives, 1 if not: for containers.',
  flags: {
    ready: { type: 'boolean', help: 'Ask whether it takes visitors (/readyz) instead.' },
    url: gatewayFlags.url,
    json: gatewayFlags.json,
  },
  async run(given, io, command) {
    if (given.positionals.length > 0) throw usage(`unexpected argument "${given.positionals.join(' ')}"`);
    const config = doorConfig(given, io, Object.keys(command.flags));
    const base = (given.text('url') ?? io.env['TGW_GATEWAY_URL'] ?? privateUrl(config)).replace(/\/+$/, '');
    if (!/^https?:\/\//.test(base) || !URL.canParse(base)) throw usage(`"${base}" is no http URL`);
    const url = `${base}${given.has('ready') ? '/readyz' : '/healthz'}`;
    const answer = await ask(url);
    const healthy = answer === 'answered 200';
    if (given.has('json')) writeJson(io, { healthy, url, answer });
    else (healthy ? io.stdout : io.stderr).write(`${url} ${answer}\n`);
    return healthy ? DONE : FAILED;
  },
};
