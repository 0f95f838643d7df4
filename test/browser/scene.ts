import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Test } from 'tap';
import { findChromium, startChromium } from '../support/chromium.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { startPlatform, type Person, type Platform } from '../support/platform.ts';

/** Where the admin's browser comes from, as the proxy in front says. */
export const ADMIN_ADDRESS = '198.51.100.7';

type Call = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

/** A gateway in front of a chat platform, as an operator runs them, and a browser. */
export interface Scene {
  readonly platform: Platform;
  readonly gateway: GatewayProcess;
  readonly browser: Browser;
  /** The dashboard on the public door. */
  readonly home: string;
  /** A new browser profile; what goes wrong in its pages is noted. */
  readonly open: (options?: BrowserContextOptions) => Promise<Page>;
  /** Signed in on the platform's own login page. */
  readonly signedIn: (person: Person, place?: string, options?: BrowserContextOptions) => Promise<Page>;
  /** Status of a transcript's URL, asked for from an address, without any login. */
  readonly visit: (bot: string, address: string) => Promise<number>;
  /** The admin API as a script uses it. */
  readonly call: Call;
  /** The same by somebody whose very name is hostile. */
  readonly hostileAdmin: Call;
  /** Script errors, refusals of the content policy, and requests to anywhere else. */
  readonly troubles: readonly string[];
}

export async function openScene(t: Test, chromium: string): Promise<Scene> {
  const platform = await startPlatform();
  const gateway = await startGateway({ config: configFor(platform) });
  const browser = await startChromium(chromium);
  t.teardown(async () => {
    await browser.close();
    await gateway.stop();
    await platform.stop();
  });
  const troubles: string[] = [];
  const home = `${gateway.publicUrl}/_gateway/`;
  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width: 1100, height: 800 },
      extraHTTPHeaders: { 'x-forwarded-for': ADMIN_ADDRESS },
      ...options,
    });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    watch(page, new Set([gateway.publicUrl, gateway.privateUrl]), troubles);
    return page;
  };
  const signedIn: Scene['signedIn'] = async (person, place = '', options = {}) => {
    const page = await open(options);
    const back = encodeURIComponent(`/_gateway/${place}`);
    await page.goto(`${gateway.publicUrl}/login?as=${person}&return_to=${back}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  };
  const call = caller(gateway, await platform.token('super-admin'));
  const hostileAdmin = caller(gateway, hostileToken());
  const visit = visitor(gateway);
  return { platform, gateway, browser, home, open, signedIn, troubles, visit, call, hostileAdmin };
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
    routes: [{ path: '/transcripts/:botId/:conversationId' }],
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

function visitor(gateway: GatewayProcess): Scene['visit'] {
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

/** What a browser complains of, but for the 401 that says that nobody is signed in, and refusals that a test asks for. */
function watch(page: Page, origins: ReadonlySet<string>, troubles: string[]): void {
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const expected = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !expected) troubles.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && !origins.has(origin)) troubles.push(`request: ${request.url()}`);
  });
}

/** The one way in: a test without its browser says so once. Browsers are slow on a busy machine. */
export function needsChromium(t: Test): string | undefined {
  t.setTimeout(300_000);
  const path = findChromium();
  if (path === undefined) t.pass('skip: no chromium is to be had here');
  return path;
}
