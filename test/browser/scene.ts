import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Test } from 'tap';
import { startChromium } from '../support/chromium.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { startPlatform, type Person, type Platform } from '../support/platform.ts';

/** Where the admin's browser comes from, as the proxy in front says. */
export const ADMIN_ADDRESS = '198.51.100.7';

/** Where other sites are, whose pages a test opens. */
export const OTHER_SITE = 'localhost';

/** One thing that is tried in the browser. */
export type Part = (t: Test, scene: Scene) => Promise<void>;

export type Call = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

/** A gateway, as the browser and scripts come to it. */
export interface Gateway extends GatewayProcess {
  /** The dashboard on the public door. */
  readonly home: string;
  /** Status of a transcript's URL, asked for from an address, without any login. */
  readonly visit: (bot: string, address: string) => Promise<number>;
  /** The admin API as a script uses it. */
  readonly call: Call;
}

interface SignedInOptions extends BrowserContextOptions {
  readonly at?: Gateway;
}

/** A gateway in front of a chat platform, as an operator runs them, and a browser. */
export interface Scene extends Pick<Gateway, 'home' | 'visit' | 'call'> {
  readonly platform: Platform;
  readonly gateway: Gateway;
  /** A new browser profile; what goes wrong in its pages is noted. */
  readonly open: (options?: BrowserContextOptions) => Promise<Page>;
  /** Signed in as the platform's login page does it, and come to a place of the dashboard. */
  readonly signedIn: (person: Person, options?: SignedInOptions) => Promise<Page>;
  /** A gateway in front of the same platform, configured otherwise. */
  readonly another: (config: object) => Promise<Gateway>;
  /** The admin API as it is used by somebody whose very name is hostile. */
  readonly hostileAdmin: Call;
  /** Ends every browser profile that is open. */
  readonly closePages: () => Promise<void>;
  /** Script errors, refusals of the content policy, and requests to anywhere else. */
  readonly troubles: readonly string[];
}

export async function openScene(t: Test, chromium: string): Promise<Scene> {
  const platform = await startPlatform();
  t.teardown(() => platform.stop());
  const troubles: string[] = [];
  const origins = new Set<string>();
  const another = async (other?: object): Promise<Gateway> => {
    const started = await startGateway({ config: { ...configFor(platform), ...other } });
    t.teardown(() => started.stop());
    for (const url of [started.publicUrl, started.privateUrl]) origins.add(url);
    const call = caller(started, await platform.token('super-admin'));
    return { ...started, home: `${started.publicUrl}/_gateway/`, visit: visitor(started), call };
  };
  const [gateway, browser] = await Promise.all([another(), startChromium(chromium)]);
  t.teardown(() => browser.close());
  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width: 1100, height: 800 },
      extraHTTPHeaders: { 'x-forwarded-for': ADMIN_ADDRESS },
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    watch(page, origins, troubles);
    return page;
  };
  const signedIn: Scene['signedIn'] = async (person, { at = gateway, ...options } = {}) => {
    const page = await open(options);
    const value = await platform.token(person);
    await page.context().addCookies([{ name: 'session', value, url: at.publicUrl, httpOnly: true }]);
    await page.goto(at.home);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  };
  const closePages = async (): Promise<void> => {
    for (const context of browser.contexts()) await context.close();
  };
  const hostileAdmin = caller(gateway, hostileToken());
  const { home, visit, call } = gateway;
  return {
    platform,
    gateway,
    another,
    home,
    open,
    signedIn,
    closePages,
    troubles,
    visit,
    call,
    hostileAdmin,
  };
}

const scripts = createSigner('HS256', 'scripts-1');

/** A super admin whose issuer lets people choose their name. */
function hostileToken(): string {
  const claims = { sub: '<img src=x onerror=window.hit=1>', roles: ['super_admin'], exp: seconds(600) };
  return scripts.sign({ iss: 'https://scripts.example/', aud: 'transcript-gateway', ...claims });
}

function configFor(platform: Platform): Record<string, unknown> {
  return {
    upstream: { url: platform.url },
    routes: [{ path: '/transcripts/:botId/:conversationId' }, { path: '/desk/:conversationId', bot: 'desk' }],
    canaries: [{ name: 'made-up', phrase: 'History of canary' }],
    listUnguarded: 'always',
    alerts: {},
    identity: {
      issuers: [
        {
          name: 'platform',
          issuer: 'stand-in',
          audience: 'transcript-gateway',
          keys: [{ jwksUrl: `${platform.url}/jwks.json` }],
          from: ['bearer', 'cookie:session'],
          grants: ['member', 'contact', 'admin'],
        },
        {
          name: 'scripts',
          issuer: 'https://scripts.example/',
          audience: 'transcript-gateway',
          keys: [{ kid: 'scripts-1', algorithm: 'HS256', secretBase64: scripts.secret.toString('base64') }],
          from: ['bearer'],
          grants: ['admin'],
        },
      ],
    },
    login: { url: '/login', returnParam: 'return_to' },
    trustedProxies: { cidrs: ['127.0.0.1/32', '10.9.9.9/32'] },
    admin: { public: true },
  };
}

function visitor(gateway: GatewayProcess): Gateway['visit'] {
  return async (bot, address) => {
    const url = `${gateway.publicUrl}/transcripts/${bot}/1001`;
    const answer = await fetch(url, { headers: { 'x-forwarded-for': address }, redirect: 'manual' });
    await answer.arrayBuffer();
    return answer.status;
  };
}

function caller(gateway: GatewayProcess, token: string): Call {
  return async (method, path, body) => {
    const answer = await fetch(`${gateway.publicUrl}/_gateway/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
}

/** Refusals that a test asks for: of requests, and of the frame that another site puts around the dashboard. */
const expected = /^Failed to load resource|frame-ancestors|X-Frame-Options/i;

/** What a browser complains of. */
function watch(page: Page, origins: ReadonlySet<string>, troubles: string[]): void {
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.test(message.text()))
      troubles.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { origin, protocol, hostname } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== OTHER_SITE && !origins.has(origin))
      troubles.push(`request: ${request.url()}`);
  });
}
