import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { WebSocket } from 'undici';
import type { Environment } from '../../config/index.ts';

const PROGRAMS = [
  ...['chromium-headless-shell', 'chromium', 'chromium-browser'],
  ...['google-chrome', 'google-chrome-stable', 'microsoft-edge', 'chrome'],
];
const START_MS = 30_000;

/** A browser of the Chromium family in PATH; undefined where there is none. */
export function findBrowser(env: Environment): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Told an event of the Chrome DevTools Protocol: its name, what it says, and of which page or frame. */
export type OnEvent = (method: string, params: object, sessionId: string | undefined) => void;

export interface Browser {
  /** One call of the protocol; rejects where the browser refuses it, or is gone. */
  send(method: string, params?: object, sessionId?: string): Promise<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

/** Starts a browser with a fresh profile, that reaches no host but the one that `rules` name. */
export async function startBrowser(path: string, rules: string, onEvent: OnEvent): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'transcript-gateway-hunt-'));
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const flags = [
    ...['--headless', '--disable-gpu', '--no-first-run', '--no-default-browser-check', '--disable-sync'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-quic', ...asRoot],
    ...[`--user-data-dir=${profile}`, '--remote-debugging-port=0', `--host-resolver-rules=${rules}`],
  ];
  const child = spawn(path, [...flags, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const socket = await connect(await addressOf(child, gone));
    return { send: createCalls(socket, gone, onEvent), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where it listens, as it says itself. */
function addressOf(child: ChildProcess, gone: Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (): void => reject(new Error(said.split('\n')[0] ?? ''));
    const timer = setTimeout(fail, START_MS);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-10_000);
      const address = /DevTools listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
    void gone.then(() => (clearTimeout(timer), fail()));
  });
}

function connect(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address);
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => reject(new Error('the browser refuses to be driven')));
  });
}

/** What comes over the socket: an answer to a call, or an event. */
interface Message {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: object;
  readonly sessionId?: string;
}

function createCalls(socket: WebSocket, gone: Promise<void>, onEvent: OnEvent): Browser['send'] {
  const waiting = new Map<number, { done(message: Message): void; fail(error: Error): void }>();
  let last = 0;
  const failAll = (): void => {
    for (const { fail } of waiting.values()) fail(new Error('the browser is gone'));
    waiting.clear();
  };
  socket.addEventListener('close', failAll);
  void gone.then(failAll);
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.method !== undefined) onEvent(message.method, message.params ?? {}, message.sessionId);
    if (message.id === undefined) return;
    waiting.get(message.id)?.done(message);
    waiting.delete(message.id);
  });
  return (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      const id = (last += 1);
      const done = ({ result = {}, error }: Message): void =>
        error === undefined ? resolve(result) : reject(new Error(error.message));
      waiting.set(id, { done, fail: reject });
      socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }));
    });
}
