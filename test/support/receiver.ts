import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** What a receiver of webhooks was told, with its signature checked by the library of the specification's authors. */
export interface Told {
  readonly type: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly signed: boolean;
  readonly headers: IncomingHttpHeaders;
}

export const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A real receiver; `answer` is asked for each request, with how many came before. */
export async function startReceiver(
  answer: (response: ServerResponse, before: number) => void = (response) => response.writeHead(204).end(),
) {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const part of request.setEncoding('utf8')) body += part as string;
      const { type, data } = JSON.parse(body) as Pick<Told, 'type' | 'data'>;
      const { headers } = request;
      told.push({ type, data, headers, id: String(headers['webhook-id']), signed: isSigned(body, headers) });
      answer(response, told.length - 1);
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook?key=hidden-in-the-url`,
    told,
    stop: () => (server.closeAllConnections(), server.close()),
    /** Resolves once so many came. */
    async until(count: number, timeoutMs = 10_000): Promise<void> {
      for (let ms = 0; told.length < count; ms += 20) {
        if (ms > timeoutMs) throw new Error(`${String(told.length)} of ${String(count)} came`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

function isSigned(body: string, headers: IncomingHttpHeaders): boolean {
  try {
    new Webhook(webhookSecret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
