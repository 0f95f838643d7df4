import { setTimeout as sleep } from 'node:timers/promises';
import type { Experiment } from './experiment.ts';
import { gatewayFor, listAddresses, SECRET, startLoad, startOrigin, startRawOrigin, visit } from './world.ts';

const okHead = (length: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`;

/** What becomes of visitors when the platform fails. */
export const platformFaults: readonly Experiment[] = [
  {
    name: 'platform: refuses connections',
    bound: '502, within 1 s; strangers 401; alive again with it',
    short: true,
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      await origin.close();
      const member = await visit(gateway.publicUrl, 'member');
      const stranger = await visit(gateway.publicUrl, 'stranger');
      const ok = member.status === 502 && member.ms < 1000 && stranger.status === 401;
      return {
        figure: `member ${member.status} in ${member.ms.toFixed(0)} ms, stranger ${stranger.status}`,
        ok,
      };
    },
  },
  {
    name: 'platform: takes requests and never answers',
    bound: '504 at upstream.timeoutMs (500) + 2 s; others served meanwhile',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      const gateway = undo(
        await gatewayFor(origin.url, { upstream: { url: origin.url, timeoutMs: 500 } }),
        (it) => it.stop(),
      );
      origin.answer((incoming, response) => {
        if (incoming.url !== '/transcripts/a/hole') response.end(SECRET);
      });
      const holes = Array.from({ length: 20 }, () =>
        visit(gateway.publicUrl, 'member', { path: '/transcripts/a/hole' }),
      );
      const others = await Promise.all(Array.from({ length: 50 }, () => visit(gateway.publicUrl, 'member')));
      const slowest = Math.max(...others.map(({ ms }) => ms));
      const fallen = await Promise.all(holes);
      const late = Math.max(...fallen.map(({ ms }) => ms));
      const ok =
        fallen.every(({ status }) => status === 504) &&
        late < 2500 &&
        others.every(({ status }) => status === 200);
      return {
        figure: `20 × ${fallen[0]?.status ?? 0} by ${late.toFixed(0)} ms, others by ${slowest.toFixed(0)} ms`,
        ok,
      };
    },
  },
  {
    name: 'platform: resets in the middle of a body',
    bound: 'the client sees an abort, never a clean end',
    async run(undo) {
      const origin = undo(
        await startRawOrigin((socket) => {
          socket.once('data', () => {
            socket.write(`${okHead(1000)}${'x'.repeat(100)}`);
            setTimeout(() => socket.resetAndDestroy(), 50);
          });
        }),
        (it) => it.close(),
      );
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      const replies = await Promise.all(Array.from({ length: 10 }, () => visit(gateway.publicUrl, 'member')));
      const clean = replies.filter(({ status }) => status === 200).length;
      return { figure: `${clean} clean ends of 10`, ok: clean === 0 };
    },
  },
  {
    name: 'platform: ends a chunked body early',
    bound: 'the client sees an abort, never a clean end',
    async run(undo) {
      const origin = undo(
        await startRawOrigin((socket) => {
          socket.once('data', () =>
            socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
          );
        }),
        (it) => it.close(),
      );
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      const { status } = await visit(gateway.publicUrl, 'member');
      return { figure: `status seen whole: ${status}`, ok: status === 0 };
    },
  },
  {
    name: 'platform: answers unasked on an idle connection',
    bound: 'no visitor gets those bytes (0 of 200)',
    short: true,
    async run(undo) {
      const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';
      const origin = undo(
        await startRawOrigin((socket) => {
          socket.on('data', () => {
            socket.write(`${okHead(4)}good`);
            setTimeout(() => socket.writable && socket.write(evil), 5);
          });
        }),
        (it) => it.close(),
      );
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      let poisoned = 0;
      for (let i = 0; i < 200; i += 1) {
        const { body } = await visit(gateway.publicUrl, 'member');
        if (body.includes('poison')) poisoned += 1;
        await sleep(15); // idle, and the unasked answer arrives
      }
      return { figure: `${poisoned} of 200`, ok: poisoned === 0 };
    },
  },
  {
    name: 'platform: the same in one packet with its answer',
    bound: 'no visitor gets those bytes (0 of 100)',
    async run(undo) {
      const origin = undo(
        await startRawOrigin((socket) => {
          socket.on('data', () =>
            socket.write(`${okHead(4)}goodHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`),
          );
        }),
        (it) => it.close(),
      );
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      let poisoned = 0;
      for (let i = 0; i < 100; i += 1)
        if ((await visit(gateway.publicUrl, 'member')).body.includes('poison')) poisoned += 1;
      return { figure: `${poisoned} of 100`, ok: poisoned === 0 };
    },
  },
  {
    name: 'platform: hostile headers',
    bound: 'each a 502 or a whole answer, the process lives',
    async run(undo) {
      const heads = [
        'HTTP/1.1 200 OK\r\nBad Header: x\r\nContent-Length: 0\r\n\r\n',
        'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n',
        'HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
        'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n',
        'HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n',
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
        `HTTP/1.1 200 OK\r\n${'X-Long: y\r\n'.repeat(20_000)}Content-Length: 0\r\n\r\n`,
        `HTTP/1.1 200 OK\r\nX-Long: ${'y'.repeat(1 << 20)}\r\nContent-Length: 0\r\n\r\n`,
        `${'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(500)}${okHead(2)}ok`,
        'SSH-2.0-OpenSSH\r\n',
        '\r\n\r\n\r\n',
      ];
      let next = 0;
      const origin = undo(
        await startRawOrigin((socket) => {
          const head = heads[next++ % heads.length] ?? '';
          socket.once('data', () => socket.end(head));
        }),
        (it) => it.close(),
      );
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      const seen: number[] = [];
      for (const _ of heads) seen.push((await visit(gateway.publicUrl, 'member')).status);
      const alive = (await visit(gateway.publicUrl, 'stranger')).status === 401;
      const fine = seen.every((status) => [0, 200, 302, 502, 504].includes(status) || status === 999);
      return { figure: `${seen.join(' ')}, then alive: ${alive}`, ok: fine && alive };
    },
  },
  {
    name: 'platform: redirects to another host',
    bound: 'passed on as it is, never followed',
    async run(undo) {
      const other = undo(await startOrigin(), (it) => it.close());
      const origin = undo(await startOrigin(), (it) => it.close());
      origin.answer((_, response) => response.writeHead(302, { location: `${other.url}/elsewhere` }).end());
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      const { status, headers } = await visit(gateway.publicUrl, 'member');
      const ok = status === 302 && headers['location'] === `${other.url}/elsewhere` && other.hits() === 0;
      return { figure: `${status}, followed ${other.hits()} times`, ok };
    },
  },
  {
    name: 'platform: answers 503',
    bound: 'asked exactly once a request',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      origin.answer((_, response) => response.writeHead(503, { 'retry-after': '0' }).end());
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      const { status } = await visit(gateway.publicUrl, 'member');
      await sleep(300);
      return { figure: `${status}, asked ${origin.hits()} times`, ok: status === 503 && origin.hits() === 1 };
    },
  },
  {
    name: 'platform: slow, more at once than connections and queue',
    bound: 'the excess gets 503 + Retry-After within 1.5 s, the others 200',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      origin.answer((_, response) => void setTimeout(() => response.end('ok'), 800));
      const upstream = { url: origin.url, connections: 10, queue: 10 };
      const gateway = undo(await gatewayFor(origin.url, { upstream }), (it) => it.stop());
      const replies = await Promise.all(Array.from({ length: 60 }, () => visit(gateway.publicUrl, 'member')));
      const refused = replies.filter(({ status }) => status === 503);
      const served = replies.filter(({ status }) => status === 200).length;
      const slowest = Math.max(0, ...refused.map(({ ms }) => ms));
      const ok =
        served === 20 &&
        refused.length === 40 &&
        refused.every(({ headers }) => headers['retry-after'] !== undefined) &&
        slowest < 1500;
      return { figure: `${served} served, ${refused.length} refused by ${slowest.toFixed(0)} ms`, ok };
    },
  },
  {
    name: 'platform: comes and goes under load',
    bound: 'strangers read nothing; members 200 or 502',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      await listAddresses(gateway);
      const load = startLoad(() => gateway.publicUrl);
      for (let i = 0; i < 5; i += 1) {
        await sleep(200);
        origin.answer((incoming) => incoming.socket.destroy());
        await sleep(200);
        origin.answer((_, response) => response.end(SECRET));
      }
      const { counts, leaks, sent } = await load.stop();
      const odd = Object.keys(counts).filter(
        (key) => !/^(member|listed) (200|502)$|^stranger 401$/.test(key),
      );
      return {
        figure: `${sent} requests, ${leaks} leaks, odd answers: ${odd.join(', ') || 'none'}`,
        ok: leaks === 0 && odd.length === 0,
      };
    },
  },
];
