import '../support/uncounted.ts';
import { type GatewayProcess } from '../support/gateway-process.ts';

export const adminToken = 'an-admin-token-of-the-test';
export const configFor = (url: string, more: Readonly<Record<string, unknown>> = {}) => ({
  upstream: { url },
  routes: [
    { path: '/transcripts/:botId/:conversationId' },
    { path: '/desk/:botId/:conversationId', members: 'platform' },
  ],
  identity: {
    strangerTestSeconds: 5,
    sessions: [
      {
        name: 'desk',
        from: ['cookie:PHPSESSID'],
        check: { url: '/api/me', timeoutMs: 5_000 },
        claims: { subject: 'body.id', bots: 'body.departments[].id' },
        ends: [{ path: '/logout' }],
      },
    ],
  },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  admin: { token: adminToken },
  ...more,
});

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const listed = '203.0.113.7';

/** Status, and the gateway's reason where it refused. */
export async function get(
  gateway: GatewayProcess,
  path: string,
  cookie = '',
  from = '192.0.2.9',
): Promise<string> {
  const headers = { cookie, 'x-forwarded-for': from };
  const answer = await fetch(`${gateway.publicUrl}${path}`, { headers, redirect: 'manual' });
  await answer.text();
  return [answer.status, answer.headers.get('x-gateway-reason')].filter((part) => part !== null).join(' ');
}

export async function fillList(gateway: GatewayProcess): Promise<void> {
  const call = (method: string, path: string, body: object) =>
    fetch(`${gateway.privateUrl}/_gateway/api/v1/whitelists/bot%3Asupport${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await call('POST', '/ranges', { start: listed, end: listed });
  await call('PATCH', '', { enabled: true });
}

/** Milliseconds until a running stream of events ends, from when `end` was done. */
export async function endOf(
  gateway: GatewayProcess,
  path: string,
  cookie: string,
  end: () => Promise<unknown>,
) {
  const headers = { cookie, 'x-forwarded-for': '192.0.2.9' };
  const answer = await fetch(`${gateway.publicUrl}${path}`, { headers });
  const over = answer.text().catch(() => 'broken off');
  await pause(1_200);
  await end();
  const since = performance.now();
  await over;
  return performance.now() - since;
}
