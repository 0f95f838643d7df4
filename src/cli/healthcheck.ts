import { request } from 'undici';
import { gatewayFlags } from './command.ts';
import type { Command } from './command.ts';
import { doorConfig, privateUrl } from './gateway.ts';
import { DONE, FAILED, usage, writeJson } from './io.ts';

const TIMEOUT_MS = 3_000;

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
    const url = `${base}${given.has('ready') ? '/readyz' : '/healthz'}`;
    const answer = await request(url, {
      reset: true,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
      .then(async ({ statusCode, body }) => (await body.dump(), `answered ${statusCode}`))
      .catch(
        (error: unknown) =>
          `does not answer (${error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error)})`,
      );
    const healthy = answer === 'answered 200';
    if (given.has('json')) writeJson(io, { healthy, url, answer });
    else (healthy ? io.stdout : io.stderr).write(`${url} ${answer}\n`);
    return healthy ? DONE : FAILED;
  },
};
