import { Agent, request } from 'undici';
import type { Config } from '../../config/index.ts';
import type { ClockSample } from './clock.ts';
import { dateReading } from './clock.ts';
import { found, good, whyText } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';

/** What an error code of a connection means, in words. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ECONNRESET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time: a firewall, or a wrong address',
  UND_ERR_HEADERS_TIMEOUT: 'connected, but no answer in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: name it in upstream.caFile',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not trusted: upstream.caFile',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate chain is not complete, or its authority is not trusted: upstream.caFile',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** Asks the platform for its first page. */
export async function checkUpstream({
  upstream,
}: Config): Promise<{ found: Diagnosis[]; clocks: ClockSample[] }> {
  const { url, timeoutMs, connectTimeoutMs, ca } = upstream;
  const waitMs = Math.min(timeoutMs, 10_000);
  const dispatcher = new Agent({
    connect: { timeout: Math.min(connectTimeoutMs, 10_000), ...(ca === undefined ? {} : { ca }) },
  });
  const started = performance.now();
  try {
    const answer = await request(`${url.replace(/\/$/, '')}/`, {
      method: 'HEAD',
      dispatcher,
      headersTimeout: waitMs,
      bodyTimeout: waitMs,
      signal: AbortSignal.timeout(waitMs + 10_000),
    });
    const ms = Math.round(performance.now() - started);
    await answer.body.dump();
    const clocks = dateReading('the platform', answer.headers['date'], Date.now());
    const what = `${url} answers ${answer.statusCode} in ${ms} ms`;
    const seen =
      answer.statusCode >= 500
        ? found('upstream', 'look', what, {
            shows: 'visitors see its errors',
            mend: "look into the platform's own log",
          })
        : good('upstream', what);
    return { found: [seen], clocks };
  } catch (error) {
    const code = whyText(error);
    const remedy = { shows: 'visitors get 502 or 504', mend: 'start the platform, or mend upstream.url' };
    return { found: [found('upstream', 'bad', `${url}: ${meanings[code] ?? code}`, remedy)], clocks: [] };
  } finally {
    await dispatcher.destroy();
  }
}
