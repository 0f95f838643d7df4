import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** The same bytes on every run, so that two answers can be compared. */
function madeUpBytes(length, seed) {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export const report = madeUpBytes(256 * 1024, 7);
const lastModified = 'Mon, 02 Mar 2026 09:00:00 GMT';

function wantedRange(header, length) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const start = match[1] === '' ? Math.max(0, length - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? length - 1 : Math.min(Number(match[2]), length - 1);
  return start <= end ? { start, end } : 'beyond';
}

/** A file with ETag, Last-Modified, single ranges, 304 and 416. */
export function sendFile(request, response, bytes, type) {
  const etag = `"${createHash('sha1').update(bytes).digest('hex').slice(0, 16)}"`;
  const headers = {
    ETag: etag,
    'Last-Modified': lastModified,
    'Accept-Ranges': 'bytes',
    'Content-Type': type,
  };
  const { 'if-none-match': match, 'if-modified-since': since, 'if-range': ifRange } = request.headers;
  if (match === etag || (match === undefined && since === lastModified))
    return response.writeHead(304, headers).end();
  const range =
    ifRange === undefined || ifRange === etag ? wantedRange(request.headers.range, bytes.length) : undefined;
  if (range === 'beyond')
    return response.writeHead(416, { ...headers, 'Content-Range': `bytes */${bytes.length}` }).end();
  const part = range ? bytes.subarray(range.start, range.end + 1) : bytes;
  if (range) headers['Content-Range'] = `bytes ${range.start}-${range.end}/${bytes.length}`;
  response.writeHead(range ? 206 : 200, { ...headers, 'Content-Length': part.length });
  return response.end(request.method === 'HEAD' ? undefined : part);
}

const zipped = gzipSync(Buffer.from(JSON.stringify({ text: 'parley '.repeat(500) })));

/** A body that was compressed by the platform itself. */
export function sendGzip(response) {
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Encoding': 'gzip',
    'Content-Length': zipped.length,
    Vary: 'Accept-Encoding',
  });
  response.end(zipped);
}

/** Server-sent events: `count` of them, one each `everyMs`, until the client leaves. */
export function sendEvents(response, { count, everyMs, text }) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  let sent = 0;
  const next = () => {
    sent += 1;
    response.write(`id: ${sent}\nevent: message\ndata: ${text} ${sent}\n\n`);
    if (sent >= count) response.end();
    else timer = setTimeout(next, everyMs);
  };
  let timer = setTimeout(next, 0);
  response.on('close', () => clearTimeout(timer));
}
