import { connect, type Socket } from 'node:net';

/** A response as it came over the wire. */
export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  /** Name, value, name, value: as it came. */
  readonly rawHeaders: readonly string[];
  /** By lower-case name; several values are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Chunks joined, one character for each byte. */
  readonly body: string;
  /** By lower-case name, after a chunked body. */
  readonly trailers: Readonly<Record<string, string>>;
  /** False where the connection ended before the body did. */
  readonly complete: boolean;
}

/** The lines of a request, joined as HTTP wants them, with an empty line at the end. */
export function lines(...text: readonly string[]): string {
  return `${text.join('\r\n')}\r\n\r\n`;
}

export interface SendOptions {
  readonly host?: string;
  /** A connection that stays open is ended after so long without a byte. */
  readonly idleMs?: number;
  /** Ends as soon as this is true of what has come. */
  readonly until?: (text: string) => boolean;
  /** Half-closes after sending. */
  readonly end?: boolean;
  /** A pause between the parts. */
  readonly pauseMs?: number;
  /** Methods asked, in order, where one is HEAD: its answer has no body. */
  readonly methods?: readonly string[];
}

/** Sends bytes as they are and resolves with all that comes back, one character for each byte. */
export function sendRaw(
  port: number,
  bytes: string | readonly string[],
  options: SendOptions = {},
): Promise<string> {
  const { host = '127.0.0.1', idleMs = 250, end = false, pauseMs = 30, until = () => false } = options;
  const parts = typeof bytes === 'string' ? [bytes] : bytes;
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    let text = '';
    let sent = false;
    let timer: NodeJS.Timeout | undefined;
    const quiet = (): void => {
      clearTimeout(timer);
      if (sent) timer = setTimeout(() => socket.destroy(), text === '' ? 4 * idleMs + 1_500 : idleMs);
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (until(text)) socket.destroy();
      else quiet();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
    void write(socket, parts, pauseMs).then(() => {
      sent = true;
      if (end) socket.end();
      quiet();
    });
  });
}

async function write(socket: Socket, parts: readonly string[], pauseMs: number): Promise<void> {
  for (const [index, part] of parts.entries()) {
    if (index > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    socket.write(part, 'latin1');
  }
}

/** Sends one request and reads its response. */
export async function ask(
  port: number,
  bytes: string | readonly string[],
  options: SendOptions = {},
): Promise<RawResponse> {
  const first = typeof bytes === 'string' ? bytes : bytes.join('');
  const methods = options.methods ?? [first.slice(0, first.indexOf(' '))];
  const isWhole = (text: string): boolean => isFramed(readResponses(text, methods)[0]);
  const text = await sendRaw(port, bytes, { until: isWhole, ...options });
  const [response] = readResponses(text, methods);
  if (response === undefined) throw new Error(`no response in ${JSON.stringify(text.slice(0, 200))}`);
  return response;
}

/** True where the response says itself where it ends, and has come to its end. */
function isFramed(response: RawResponse | undefined): boolean {
  if (response?.complete !== true) return false;
  const { headers, status } = response;
  return 'content-length' in headers || 'transfer-encoding' in headers || [204, 304].includes(status);
}

/** Reads the responses that follow each other on one connection; interim ones are left out. */
export function readResponses(text: string, methods: readonly string[] = []): RawResponse[] {
  const responses: RawResponse[] = [];
  let rest = text;
  while (rest.startsWith('HTTP/1.')) {
    const head = rest.indexOf('\r\n\r\n');
    if (head === -1) break;
    const [first = '', ...fields] = rest.slice(0, head).split('\r\n');
    const status = Number(first.slice(9, 12));
    const rawHeaders = fields.flatMap((field) => splitField(field));
    const headers = joined(rawHeaders);
    rest = rest.slice(head + 4);
    if (status < 200 && status !== 101) continue;
    const bodiless =
      methods[responses.length] === 'HEAD' || status === 204 || status === 304 || status === 101;
    const { body, trailers, after, complete } = bodiless
      ? { body: '', trailers: {}, after: rest, complete: true }
      : readBody(rest, headers);
    responses.push({ status, reason: first.slice(13), rawHeaders, headers, body, trailers, complete });
    rest = after;
  }
  return responses;
}

function splitField(field: string): [string, string] {
  const at = field.indexOf(':');
  return [field.slice(0, at), field.slice(at + 1).trim()];
}

function joined(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

interface ReadBody {
  readonly body: string;
  readonly trailers: Record<string, string>;
  readonly after: string;
  readonly complete: boolean;
}

function readBody(text: string, headers: Readonly<Record<string, string>>): ReadBody {
  if (headers['transfer-encoding'] === 'chunked') return readChunks(text);
  const length = headers['content-length'];
  if (length === undefined) return { body: text, trailers: {}, after: '', complete: true };
  const bytes = Number(length);
  return {
    body: text.slice(0, bytes),
    trailers: {},
    after: text.slice(bytes),
    complete: text.length >= bytes,
  };
}

function readChunks(text: string): ReadBody {
  let body = '';
  let rest = text;
  for (;;) {
    const line = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, line), 16);
    if (line === -1 || Number.isNaN(size)) return { body, trailers: {}, after: '', complete: false };
    rest = rest.slice(line + 2);
    if (size === 0) {
      const end = rest.startsWith('\r\n') ? 0 : rest.indexOf('\r\n\r\n');
      if (end === -1) return { body, trailers: {}, after: '', complete: false };
      const fields = rest
        .slice(0, end)
        .split('\r\n')
        .filter((field) => field !== '');
      const after = rest.slice(end === 0 ? 2 : end + 4);
      return { body, trailers: joined(fields.flatMap((field) => splitField(field))), after, complete: true };
    }
    body += rest.slice(0, size);
    if (rest.length < size + 2) return { body, trailers: {}, after: '', complete: false };
    rest = rest.slice(size + 2);
  }
}
