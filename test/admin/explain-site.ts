import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import type { Test } from 'tap';
import { Pool } from 'undici';
import { startApp } from '../../src/app.ts';
import { good } from '../support/config.ts';
import { root, staff, widget } from './visits.ts';

const file = (upstream: string): string => `
public: { port: 0 }
private: { port: 0 }
upstream: { url: "${upstream}" }
routes:
  - { path: "/transcripts/:botId/:conversationId" }
  - { path: /history, query: { botId: bot } }
  - { path: "/contacts/:contactId/conversations", bot: support, whitelist: false }
identity:
  issuers:
    - name: staff
      issuer: https://issuer.example/
      audience: null
      keys: [{ kid: staff-1, algorithm: HS256, secretBase64: "${staff.secret.toString('base64')}" }]
      from: [bearer, "cookie:session"]
      grants: [member, admin]
    - name: widget
      issuer: https://widget.example/
      audience: null
      keys: [{ kid: widget-1, algorithm: HS256, secretBase64: "${widget.secret.toString('base64')}" }]
      from: ["cookie:widget"]
      grants: [contact]
login: { url: /login }
trustedProxies: { cidrs: [127.0.0.1] }
limits: { hostileTokensPerMinute: 0 }
admin: { public: true }
`;

/** An upstream that says what it was told of the decision. */
function startUpstream(): Promise<{ url: string; cookies: (string | undefined)[]; close: () => void }> {
  const cookies: (string | undefined)[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    cookies.push(request.headers.cookie);
    request.resume();
    response.setHeader('x-told', String(request.headers['x-gateway-decision']));
    response.setHeader('x-enforced', String(request.headers['x-gateway-enforced']));
    response.end();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}`, cookies, close: () => server.close() });
    });
  });
}

export const jsonHeaders = { authorization: `Bearer ${root}`, 'content-type': 'application/json' };

/** A gateway with lists of its own, and its two doors. */
export async function openSite(t: Test) {
  const upstream = await startUpstream();
  const config = good(t.testdir(), { file: file(upstream.url), argv: [] });
  const app = await startApp(config, config, pino({ enabled: false }));
  const admin = new Pool(app.privateUrl, { connections: 8 });
  const visitors = new Pool(app.publicUrl, { connections: 8 });
  t.teardown(async () => {
    await Promise.all([admin.close(), visitors.close()]);
    await app.close();
    upstream.close();
  });
  const call = async (verb: 'GET' | 'POST' | 'PATCH', path: string, body?: object) => {
    const answer = await admin.request({
      path: `/_gateway/api/v1${path}`,
      method: verb,
      headers: jsonHeaders,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
  };
  const range = (start: string, end = start) => ({ start, end });
  await call('POST', '/whitelists/bot%3Asales/ranges', range('203.0.113.7', '203.0.113.9'));
  await call('POST', '/whitelists/platform/ranges', range('198.51.100.0', '198.51.100.255'));
  await call('POST', '/whitelists/bot%3Awatched/ranges', range('192.0.2.1'));
  await call('PATCH', '/whitelists/bot%3Asales', { enabled: true });
  await call('POST', '/whitelists/bot%3Aexpired/ranges', {
    ...range('192.0.2.99'),
    expiresAt: new Date(Date.now() + 1_500).toISOString(),
  });
  await call('PATCH', '/whitelists/bot%3Aexpired', { enabled: true });
  await call('PATCH', '/whitelists/platform', { enabled: true });
  await call('PATCH', '/whitelists/bot%3Awatched', { mode: 'report', inheritPlatform: false });
  await call('PATCH', '/whitelists/bot%3Aopen', { whenOff: 'anyone', inheritPlatform: false });
  return { upstream, admin, visitors, call };
}
