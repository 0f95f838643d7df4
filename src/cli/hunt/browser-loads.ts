import { startBrowser, type Browser } from './browser-process.ts';
import { hasPhrase } from './phrase.ts';
import type { Spelling } from './spellings.ts';

/** What a page loaded that shows the phrase. */
export interface Loaded extends Spelling {
  readonly status: number;
}

export interface Visit {
  readonly program: string;
  /** The platform's own origin, at which it is asked. */
  readonly upstream: URL;
  /** What it is asked as. */
  readonly host: string;
  readonly isHttps: boolean;
  readonly target: string;
  readonly phrase: string;
  readonly cookie: string | undefined;
}

/** A page that asks for nothing for so long has loaded; sockets and polls go on. */
const QUIET_MS = 1_500;
const WHOLE_MS = 25_000;
const MOST_REQUESTS = 500;
const MOST_FRAME_TEXT = 4_194_304;

interface Request {
  readonly one: Spelling;
  status: number;
}

/** What events of the protocol hold, as far as it is read here. */
interface Event {
  readonly requestId?: string;
  readonly type?: string;
  readonly url?: string;
  readonly data?: string;
  readonly request?: {
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, string>;
  };
  readonly response?: { readonly status?: number; readonly opcode?: number; readonly payloadData?: string };
  readonly sessionId?: string;
}

/** Follows what all frames of the page load. */
class Loads {
  readonly shown = new Map<string, Loaded>();
  lastMs = performance.now();
  readonly #visit: Visit;
  readonly #requests = new Map<string, Request>();
  readonly #running = new Set<Promise<void>>();
  #open = 0;
  browser: Browser | undefined;

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  readonly hear = (method: string, params: object, sessionId: string | undefined): void => {
    const event = params as Event;
    const name = `${sessionId ?? ''} ${event.requestId ?? ''}`;
    if (method === 'Target.attachedToTarget') return this.#follow(event.sessionId);
    if (method === 'Network.requestWillBeSent' && event.request !== undefined)
      return this.#begin(name, event.request.method, event.request.url, event.request.headers);
    if (method === 'Network.webSocketCreated') return this.#begin(name, 'GET', event.url ?? '', {}, 101);
    const request = this.#requests.get(name);
    if (request === undefined) return;
    if (method === 'Network.responseReceived') request.status = event.response?.status ?? 0;
    if (method === 'Network.webSocketFrameReceived') this.#look(request, event.response?.payloadData ?? '');
    if (method === 'Network.eventSourceMessageReceived') this.#look(request, event.data ?? '');
    if (method === 'Network.loadingFailed') this.#end();
    if (method === 'Network.loadingFinished') {
      this.#end();
      this.#run(this.#readBody(request, event.requestId, sessionId));
    }
  };

  /** True once nothing was asked for, and nothing came, for a while. */
  get isQuiet(): boolean {
    return this.#open <= 0 && this.#running.size === 0 && performance.now() - this.lastMs > QUIET_MS;
  }

  #run(work: Promise<unknown>): void {
    const running = work.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  #follow(sessionId: string | undefined): void {
    const { browser } = this;
    if (browser !== undefined && sessionId !== undefined) this.#run(watchNetwork(browser, sessionId));
  }

  #begin(
    name: string,
    method: string,
    url: string,
    headers: Record<string, string>,
    socketStatus?: number,
  ): void {
    this.lastMs = performance.now();
    const target = targetOf(url, this.#visit);
    if (target === undefined || this.#requests.size >= MOST_REQUESTS) return;
    const isSocket = socketStatus !== undefined;
    const type = Object.entries(headers).find(([header]) => header.toLowerCase() === 'content-type')?.[1];
    const json = method !== 'GET' && type?.includes('json') === true ? { json: '' } : {};
    const one = { method, target, family: isSocket ? 'socket' : 'page', ...json };
    // One that is redirected keeps its id.
    if (!isSocket && !this.#requests.has(name)) this.#open += 1;
    this.#requests.set(name, { one, status: socketStatus ?? 0 });
  }

  #end(): void {
    this.#open -= 1;
    this.lastMs = performance.now();
  }

  async #readBody(
    request: Request,
    requestId: string | undefined,
    sessionId: string | undefined,
  ): Promise<void> {
    const answer = await this.browser?.send('Network.getResponseBody', { requestId }, sessionId);
    const body = String(answer?.['body'] ?? '');
    this.#look(request, answer?.['base64Encoded'] === true ? Buffer.from(body, 'base64').toString() : body);
  }

  #look({ one, status }: Request, text: string): void {
    this.lastMs = performance.now();
    if (!hasPhrase(text.slice(0, MOST_FRAME_TEXT), this.#visit.phrase)) return;
    this.shown.set(`${one.method} ${one.target} ${one.family}`, { ...one, status });
  }
}

/** A URL of the platform's as a target. */
function targetOf(url: string, { host, upstream }: Visit): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || (parsed.host !== host && parsed.host !== upstream.host)) return undefined;
  return /^(?:http|ws)s?:$/.test(parsed.protocol) ? `${parsed.pathname}${parsed.search}` : undefined;
}

async function watchNetwork(browser: Browser, sessionId: string): Promise<void> {
  const follow = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };
  await browser.send('Network.enable', {}, sessionId);
  await browser.send('Target.setAutoAttach', follow, sessionId);
}

/** The site's name leads to the platform, and no other name leads anywhere. */
function resolverRules({ host, upstream }: Visit): string {
  const port = upstream.port === '' ? (upstream.protocol === 'https:' ? 443 : 80) : upstream.port;
  const site = new URL(`http://${host}`).hostname;
  const own = site === upstream.hostname ? '' : `MAP ${site} ${upstream.hostname}:${port}, `;
  return `${own}MAP * ~NOTFOUND, EXCLUDE ${upstream.hostname}`;
}

/** Opens the link in a browser, and names what its page loads that shows the phrase. */
export async function loadInBrowser(visit: Visit): Promise<readonly Loaded[]> {
  const { program, upstream, host, target, cookie = '', isHttps } = visit;
  const loads = new Loads(visit);
  const browser = await startBrowser(program, resolverRules(visit), loads.hear);
  loads.browser = browser;
  try {
    const made = await browser.send('Target.createTarget', { url: 'about:blank' });
    const attached = await browser.send('Target.attachToTarget', {
      targetId: made['targetId'],
      flatten: true,
    });
    const page = String(attached['sessionId']);
    await watchNetwork(browser, page);
    const url = `${upstream.protocol}//${host}${target}`;
    for (const pair of cookie.split('; ').filter((text) => text.includes('='))) {
      const [name = '', ...value] = pair.split('=');
      await browser.send('Network.setCookie', { url, name, value: value.join('=') }, page);
    }
    const headers = isHttps && upstream.protocol === 'http:' ? { 'X-Forwarded-Proto': 'https' } : {};
    await browser.send('Network.setExtraHTTPHeaders', { headers }, page);
    const until = performance.now() + WHOLE_MS;
    await browser.send('Page.navigate', { url }, page);
    while (!loads.isQuiet && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 50));
    return [...loads.shown.values()];
  } finally {
    await browser.close();
  }
}
