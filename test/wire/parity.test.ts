import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { startGateway } from '../support/gateway-process.ts';
import { startPlatform, type Received } from '../support/platform.ts';
import { ask, type RawResponse } from '../support/raw.ts';
import { sceneConfig } from './scene.ts';

const platform = await startPlatform();
const gateway = await startGateway({ config: sceneConfig(platform, { trustedProxies: { cidrs: [] } }) });
t.teardown(async () => {
  await gateway.stop();
  await platform.stop();
});
const through = Number(new URL(gateway.publicUrl).port);

interface Sent {
  readonly name?: string;
  readonly method?: string;
  readonly target: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

const form = 'Content-Type: application/x-www-form-urlencoded';
const binary = Array.from({ length: 70_000 }, (_, index) => String.fromCharCode((index * 7919) % 256)).join(
  '',
);
const etag = '"4f6c7661906eadd0"';

/** Requests of what is not guarded. */
const requests: readonly Sent[] = [
  { target: '/' },
  { target: '/chat' },
  { target: '/login?return_to=/transcripts/support/1001' },
  { target: '/feedback?moved=1' },
  { target: '/nothing-here' },
  { target: '/?a={}|"<>^&b=%zz&c=%C3%A9' },
  { target: '/a/./b/../c//d;x=1/%2e%2e/%e9' },
  { method: 'HEAD', target: '/' },
  { method: 'HEAD', target: '/download/report.bin' },
  { method: 'POST', target: '/feedback', headers: [form], body: 'name=%C3%89va&text=a+b%0Ac' },
  { method: 'POST', target: '/feedback', headers: [form], body: '' },
  { method: 'POST', target: '/login', headers: [form], body: 'as=nobody&return_to=/x' },
  {
    name: 'binary upload',
    method: 'POST',
    target: '/upload',
    headers: ['Content-Type: image/png'],
    body: binary,
  },
  {
    method: 'POST',
    target: '/upload',
    headers: ['Content-Type: multipart/form-data; boundary=b'],
    body: '--b\r\n\r\nx\r\n--b--',
  },
  { method: 'POST', target: '/upload', headers: ['Content-Encoding: gzip'], body: '\x1f\x8b\x00' },
  { method: 'PUT', target: '/echo', headers: ['Content-Type: application/json'], body: '{"broken": ' },
  { method: 'DELETE', target: '/echo', body: 'with a body' },
  { method: 'PATCH', target: '/echo', body: 'x' },
  { method: 'PROPFIND', target: '/echo', headers: ['Depth: 1'], body: '<propfind/>' },
  { method: 'REPORT', target: '/echo' },
  { method: 'OPTIONS', target: '/echo' },
  {
    method: 'OPTIONS',
    target: '/echo',
    headers: ['Origin: https://a.example', 'Access-Control-Request-Method: PUT'],
  },
  { target: '/redirect/absolute' },
  { target: '/redirect/relative' },
  { target: '/cookies' },
  { target: '/logout' },
  { target: '/gzip', headers: ['Accept-Encoding: gzip'] },
  { target: '/assets/style.css' },
  { target: '/download/report.bin' },
  { target: '/download/report.bin', headers: ['Range: bytes=100-199'] },
  { target: '/download/report.bin', headers: ['Range: bytes=-5'] },
  { target: '/download/report.bin', headers: ['Range: bytes=999999-'] },
  { target: '/download/report.bin', headers: [`If-None-Match: ${etag}`] },
  { target: '/download/report.bin', headers: ['If-Modified-Since: Mon, 02 Mar 2026 09:00:00 GMT'] },
  { target: '/download/report.bin', headers: ['Range: bytes=0-9', `If-Range: ${etag}`] },
  { target: '/download/report.bin', headers: ['Range: bytes=0-9', 'If-Range: "other"'] },
  { target: '/events?count=3&everyMs=5', headers: ['Accept: text/event-stream'] },
  ...[
    200, 201, 204, 205, 226, 301, 304, 307, 400, 401, 403, 404, 410, 418, 422, 429, 500, 502, 503, 504, 599,
  ].map((code) => ({ target: `/status/${code}` })),
];

function bytesOf({ method = 'GET', target, headers = [], body }: Sent): string {
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
  const fields = ['Host: chat.example', 'Connection: close', 'Accept: */*', ...headers, ...length];
  return `${method} ${target} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

/** Of one connection, not of the answer; and the clock. */
const ownOfEach = /^(connection|keep-alive|transfer-encoding|date)$/i;

function comparable({ status, reason, rawHeaders, body }: RawResponse): object {
  const fields = rawHeaders.flatMap((name, index) => {
    if (index % 2 === 1 || ownOfEach.test(name)) return [];
    return [`${name}: ${rawHeaders[index + 1]}`];
  });
  return {
    status,
    reason,
    fields,
    bytes: body.length,
    body: createHash('sha256').update(body, 'latin1').digest('hex'),
  };
}

/** Without what the gateway adds, and what belongs to one connection. */
function comparableRequest({ method, target, rawHeaders, body }: Received): object {
  const fields = rawHeaders.flatMap((name, index) => {
    if (
      index % 2 === 1 ||
      /^(x-gateway-|x-forwarded-|x-request-id|connection|content-length|transfer-encoding)/i.test(name)
    )
      return [];
    return [`${name.toLowerCase()}: ${rawHeaders[index + 1]}`];
  });
  return { method, target, fields: fields.sort(), bytes: body.bytes, sha256: body.sha256 };
}

async function compare(t: Test, sent: Sent): Promise<void> {
  await platform.take();
  const plain = await ask(platform.port, bytesOf(sent), { idleMs: 2000 });
  const [plainRequest] = await platform.take();
  const guarded = await ask(through, bytesOf(sent), { idleMs: 2000 });
  const [guardedRequest] = await platform.take();
  t.same(comparable(guarded), comparable(plain), 'the answer');
  if (plainRequest === undefined || guardedRequest === undefined) t.fail('it did not arrive');
  else t.same(comparableRequest(guardedRequest), comparableRequest(plainRequest), 'what arrived');
}

t.test('what is not guarded is the same through the gateway as without it', async (t) => {
  for (const sent of requests)
    await t.test(
      sent.name ?? `${sent.method ?? 'GET'} ${sent.target} ${(sent.headers ?? []).join(' ')}`,
      (t) => compare(t, sent),
    );
});

t.test('a login through the gateway', async (t) => {
  const sent = {
    method: 'POST',
    target: '/login',
    headers: [form],
    body: 'as=member&return_to=/transcripts/support/1001',
  };
  const response = await ask(through, bytesOf(sent), { idleMs: 2000 });
  t.equal(response.status, 303);
  t.equal(response.headers['location'], '/transcripts/support/1001');
  const session =
    /session=([^;]+); Path=\/; HttpOnly; SameSite=Lax/.exec(response.headers['set-cookie'] ?? '')?.[1] ?? '';
  const cookie = [`Cookie: session=${session}`];
  const page = await ask(through, bytesOf({ target: '/transcripts/support/1001', headers: cookie }), {
    idleMs: 2000,
  });
  t.equal(page.status, 200);
  t.match(page.body, /TRANSCRIPT-OF support 1001/, 'opens what it was asked for');
});
