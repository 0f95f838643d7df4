import { ok } from './visitor.ts';

export interface Hostile {
  readonly name: string;
  /** What the upstream writes; then it ends the connection, unless `open`. */
  readonly says: string;
  readonly open?: boolean;
  readonly status: number;
  readonly reason?: string;
  readonly body?: string;
  /** False: the visitor sees an abort. */
  readonly complete?: boolean;
}

export const hostile: readonly Hostile[] = [
  { name: 'says nothing', says: '', status: 502, reason: 'upstream-unreachable' },
  { name: 'is no HTTP', says: 'SSH-2.0-OpenSSH\r\n', status: 502, reason: 'upstream-invalid' },
  {
    name: 'has status 099',
    says: 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n',
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has status 1000',
    says: 'HTTP/1.1 1000 Odd\r\nContent-Length: 0\r\n\r\n',
    status: 502,
    reason: 'upstream-invalid',
  },
  { name: 'has status 999', says: 'HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n', status: 999 },
  {
    name: 'has NUL in a header',
    says: `${ok}A: b\0c\r\nContent-Length: 0\r\n\r\n`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has a bare carriage return',
    says: `${ok}A: b\rSet-Cookie: x=1\r\nContent-Length: 0\r\n\r\n`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has a header without a colon',
    says: `${ok}Abc\r\nContent-Length: 0\r\n\r\n`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has two lengths',
    says: `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has a length and chunks',
    says: `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has headers without end',
    says: ok + 'A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n'.repeat(3_000),
    open: true,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'switches unasked',
    says: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    open: true,
    status: 502,
  },
  {
    name: 'switches unasked to nothing',
    says: 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    open: true,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'floods with interim answers',
    says: 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100),
    open: true,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'gives a few interim answers',
    says: `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(3)}${ok}Content-Length: 2\r\n\r\nhi`,
    status: 200,
    body: 'hi',
  },
  {
    name: 'says 100 unasked',
    says: `HTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    status: 200,
    body: 'hi',
  },
  {
    name: 'says 100 with headers, and other interim answers',
    says: `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Go on\r\nServer: x\r\n\r\nHTTP/1.1 100\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    status: 200,
    body: 'hi',
  },
  {
    name: 'says 100 in the body only',
    says: `${ok}Content-Length: 25\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n`,
    status: 200,
    body: 'HTTP/1.1 100 Continue\r\n\r\n',
  },
  {
    name: 'says 100 and no more',
    says: 'HTTP/1.1 100 Continue\r\n\r\n',
    status: 502,
    reason: 'upstream-unreachable',
  },
  {
    name: 'floods with 100',
    says: 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100),
    open: true,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has two Locations',
    says: 'HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n',
    status: 302,
  },
  {
    name: 'redirects to itself',
    says: 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n',
    status: 302,
  },
  {
    name: 'says 503',
    says: 'HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\nno',
    status: 503,
    body: 'no',
  },
  {
    name: 'ends early',
    says: `${ok}Content-Length: 10\r\n\r\nhello`,
    status: 200,
    body: 'hello',
    complete: false,
  },
  {
    name: 'ends in the middle of a chunk',
    says: `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\nabc`,
    status: 200,
    complete: false,
  },
  {
    name: 'ends before the last chunk',
    says: `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
    status: 200,
    complete: false,
  },
  {
    name: 'breaks its chunks',
    says: `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`,
    status: 200,
    complete: false,
  },
  {
    name: 'says more than its length',
    says: `${ok}Content-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    status: 200,
    body: 'hello',
  },
  {
    name: 'ends the body with the connection',
    says: `${ok}Connection: close\r\n\r\nhello`,
    status: 200,
    body: 'hello',
  },
  {
    name: 'sends hop-by-hop headers',
    says: `${ok}Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nUpgrade: h2c\r\nProxy-Authenticate: x\r\nContent-Length: 0\r\n\r\n`,
    status: 200,
  },
  {
    name: 'has a reason of its own',
    says: 'HTTP/1.1 200 Sure thing\r\nContent-Length: 0\r\n\r\n',
    status: 200,
  },
];
