// The client of the cases that wrk cannot do, in a process of its own: node client.mjs KIND URL HEADERS SECONDS
// It prints one line of JSON: what was done, how long it took, what failed, and latencies in microseconds.
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';

const [kind, url, headersText, secondsText] = process.argv.slice(2);
const headers = JSON.parse(headersText);
const seconds = Number(secondsText);
const MiB = 1 << 20;

function send(method, target, agent, body = () => undefined) {
  return new Promise((resolve) => {
    const asked = request(target, { method, headers, agent }, (response) => {
      let bytes = 0;
      let text = '';
      response.on('data', (chunk) => {
        bytes += chunk.length;
        if (method === 'POST') text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, bytes, text }));
      response.on('error', () => resolve({ status: 0, bytes, text }));
    });
    asked.on('error', () => resolve({ status: 0, bytes: 0, text: '' }));
    body(asked);
    if (method !== 'POST') asked.end();
  });
}

/** One answer of 512 MB, into one buffer: what reads it must not be slower than what is measured. */
async function download() {
  const { hostname, port, pathname, host } = new URL(url);
  let [head, bytes, size] = ['', 0, Infinity];
  const callback = (count, buffer) => {
    bytes += count;
    if (size === Infinity) {
      head += buffer.latin1Slice(0, count);
      const end = head.indexOf('\r\n\r\n');
      if (end >= 0) size = end + 4 + 512 * MiB;
    }
    if (bytes >= size) socket.destroy();
    return true;
  };
  const socket = connect({ host: hostname, port, onread: { buffer: Buffer.alloc(256 << 10), callback } });
  const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await once(socket, 'close');
  const isWhole = head.startsWith('HTTP/1.1 200') && bytes === size;
  return { done: bytes / MiB, failed: isWhole ? 0 : 1, latencies: [] };
}

/** One request of 256 MB, as fast as it is taken. */
async function upload() {
  const [piece, pieces] = [Buffer.alloc(64 << 10, 'u'), 4096];
  const { status, text } = await send('POST', url, undefined, (asked) => {
    let left = pieces;
    const more = () => {
      while (left > 0 && asked.write(piece)) left -= 1;
      if (left > 0) {
        left -= 1;
        asked.once('drain', more);
      } else asked.end();
    };
    more();
  });
  const whole = status === 200 && Number(text) === pieces * piece.length;
  return { done: Number(text) / MiB, failed: whole ? 0 : 1, latencies: [] };
}

/**
 * 500 requests a second, sent when they are due, however long the others take, and timed from then on: one that waits
 * for those before it has waited. A timer may be late by one millisecond, which is no wait.
 */
async function paced() {
  const [rate, latencies] = [500, []];
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const begin = performance.now();
  const running = [];
  for (let n = 0; n < rate * seconds; n += 1) {
    const due = begin + (n / rate) * 1000;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    const now = performance.now();
    const since = now - due <= 1 ? now : due;
    running.push(
      send('GET', url, agent).then(({ status }) => {
        latencies.push((performance.now() - since) * 1000);
        return status === 200 ? 0 : 1;
      }),
    );
  }
  const failures = await Promise.all(running);
  agent.destroy();
  return { done: running.length, failed: failures.reduce((sum, one) => sum + one, 0), latencies };
}

/** 64 connections, each with one message of 100 bytes on its way. */
async function echo() {
  const [latencies, message] = [[], Buffer.alloc(100, 'm')];
  let failed = 0;
  const end = performance.now() + seconds * 1000;
  const one = () =>
    new Promise((resolve) => {
      const socket = new WebSocket(url.replace('http', 'ws'), { headers, perMessageDeflate: false });
      let since = 0;
      const next = () => {
        if ((since = performance.now()) > end) socket.close();
        else socket.send(message);
      };
      socket.on('open', next);
      socket.on('message', () => {
        latencies.push((performance.now() - since) * 1000);
        next();
      });
      socket.on('error', () => (failed += 1));
      socket.on('close', resolve);
    });
  await Promise.all(Array.from({ length: 64 }, one));
  return { done: latencies.length, failed, latencies };
}

const since = performance.now();
const { done, failed, latencies } = await { download, upload, paced, echo }[kind]();
const took = (performance.now() - since) / 1000;
latencies.sort((a, b) => a - b);
const at = (share) => latencies[Math.floor(latencies.length * share)] ?? 0;
console.log(JSON.stringify({ done, failed, seconds: took, p50: at(0.5), p99: at(0.99) }));
