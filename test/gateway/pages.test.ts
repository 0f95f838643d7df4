import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { problems } from '../../src/errors.ts';
import { compilePages, type PageOptions } from '../../src/gateway/pages/page.ts';
import { findChromium, startChromium } from '../support/chromium.ts';
import { ask, lines, type RawResponse } from '../support/raw.ts';
import { startUpstream } from '../support/upstreams.ts';
import { startDoor, type DoorOptions } from './door.ts';

t.setTimeout(180_000);

const html = 'Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';
const get = (target: string, ...more: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, 'Host: chat.example', html, ...more);

const upstream = await startUpstream((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html', 'Cache-Control': 'max-age=60', ETag: '"login"' });
  response.end(`<title>${request.url ?? ''}</title>the platform’s own page`);
});
t.teardown(() => upstream.stop());

const plainOptions: PageOptions = { siteName: null, contact: null, showAddress: true, texts: {} };
const login = {
  url: '/login',
  returnParam: 'return_to',
  mode: 'redirect',
  explainFirst: false,
  switchUrl: null,
} as const;

type Settings = NonNullable<DoorOptions['settings']>;
async function doorWith(settings: Settings = {}, deps: DoorOptions['deps'] = {}) {
  const door = await startDoor(upstream.url, { settings, deps });
  return {
    ...door,
    visit: (...args: Parameters<typeof get>): Promise<RawResponse> => ask(door.port, get(...args)),
  };
}

const logo = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
const hostile = `"><script>hit()</script><img src=x onerror=hit()>'`;

t.test('what a page says', async (t) => {
  const pages = compilePages({
    ...plainOptions,
    siteName: `Acme ${hostile}`,
    contact: 'support@chat.example',
    logo,
    texts: {
      de: { 'no-access.next': 'Fragen Sie im Service-Center nach.', from: hostile },
      nl: { 'no-access.title': 'Geen toegang' },
    },
  });
  const door = await doorWith({ pages });
  const refused = await door.visit('/t/signed-in/1');
  t.equal(refused.status, 403);
  t.match(refused.body, /You come from the address <strong>127\.0\.0\.1<\/strong>/);
  t.match(refused.body, /signed in as <strong>zo&#39;|signed in as <strong>/);
  t.match(
    refused.body,
    /<a href="\/login\?return_to=%2Ft%2Fsigned-in%2F1"[^>]*>Sign in with another account/,
  );
  t.match(refused.body, /<a href="mailto:support@chat.example">/);
  t.match(refused.body, /<img src="data:image\/svg\+xml;base64,[^"]+" alt="">/);
  t.notMatch(refused.body, /<script>hit|<img src=x/, 'nothing of it is run');
  const id = refused.headers['x-request-id'] ?? '';
  t.ok(refused.body.includes(`data-id="${id}"><span>${id.slice(0, 4)}</span><span>${id.slice(4, 8)}</span>`));
  t.match(refused.headers, { 'content-language': 'en', 'content-security-policy': /img-src data:/ });
  const german = await door.visit('/t/no-access/1', 'Accept-Language: xx, de-CH;q=0.9, fr;q=0.8');
  t.match(german.body, /<html lang="de">[^]*<h1>Kein Zugang<\/h1>[^]*Fragen Sie im Service-Center nach\./);
  t.match(
    (await door.visit('/t/no-access/1', 'Accept-Language: nl')).body,
    /<h1>Geen toegang<[^]*You do not have access/,
  );
  for (const [language, title] of Object.entries({
    fr: 'Accès refusé',
    es: 'Sin acceso',
    it: 'Accesso negato',
    'pt-BR': 'Sem acesso',
    tlh: 'No access',
  })) {
    const { body } = await door.visit('/t/no-access/1', `Accept-Language: ${language}`);
    t.match(Buffer.from(body, 'latin1').toString(), `<h1>${title}</h1>`);
  }
  await door.stop();
  const quiet = await doorWith({ pages: compilePages({ ...plainOptions, showAddress: false }) });
  t.notMatch((await quiet.visit('/t/no-access/1')).body, /127\.0\.0\.1/, 'a setting leaves the address out');
  t.match((await quiet.visit('/t/ipv6/1')).body, /IPv4 addresses only/);
  await quiet.stop();
});

t.test('every reason that people meet is said in every language that is delivered', (t) => {
  const programs =
    /^token-|^(?:origin-mismatch|method-not-allowed|expectation-failed|rate-limited|too-many-connections)$/;
  const pages = compilePages(plainOptions);
  for (const code of Object.keys(problems) as (keyof typeof problems)[]) {
    if (programs.test(code)) continue;
    for (const acceptLanguage of ['de', 'fr', 'es', 'pt', 'it']) {
      const { body } = pages({ code, requestId: 'r', acceptLanguage });
      for (const part of ['title', 'detail', 'next'] as const)
        t.notOk(body.includes(`>${problems[code][part]}<`), `${acceptLanguage}: ${code}.${part}`);
    }
  }
  t.end();
});

t.test('pages that say “not now” ask again by themselves, a bounded number of times', async (t) => {
  const door = await doorWith();
  for (let i = 0; i < 10; i += 1)
    t.equal((await door.visit('/t/policy-unavailable/1')).headers['refresh'], '5');
  const last = await door.visit('/t/policy-unavailable/1');
  t.notOk('refresh' in last.headers, 'then they wait for a hand');
  t.notMatch(last.body, /by itself/);
  t.match((await door.visit('/t/policy-unavailable/2')).body, /tries again by itself/, 'another page does');
  t.notOk('refresh' in (await door.visit('/t/no-access/1')).headers, 'a refusal does not');
  const posted = await ask(
    door.port,
    lines('POST /t/policy-unavailable/3 HTTP/1.1', 'Host: a', html, 'Content-Length: 0'),
  );
  t.notOk('refresh' in posted.headers, 'nor a POST');
  await door.stop();
  const gone = await startDoor('http://127.0.0.1:9');
  t.match(
    await ask(gone.port, get('/')),
    { status: 502, headers: { refresh: '5' } },
    'nor is the platform there',
  );
  await gone.stop();
});

t.test('ways to the login page', async (t) => {
  const explains = await doorWith({ login: { ...login, explainFirst: true } });
  for (let i = 0; i < 5; i += 1) {
    const page = await explains.visit('/t/no-credential/1');
    t.match(page, {
      status: 401,
      headers: { 'x-gateway-reason': 'no-credential', 'www-authenticate': 'Bearer' },
    });
    t.match(page.body, /<a href="\/login\?return_to=%2Ft%2Fno-credential%2F1"[^>]*>Sign in</);
  }
  await explains.stop();

  const path = await doorWith({
    login: { ...login, mode: 'pathParameter', url: '/user/login/(r)/{returnBase64}' },
  });
  const coded = encodeURIComponent(Buffer.from('/t/no-credential/1?a=b').toString('base64'));
  t.equal((await path.visit('/t/no-credential/1?a=b')).headers['location'], `/user/login/(r)/${coded}`);
  await path.stop();
  const plain = await doorWith({ login: { ...login, mode: 'pathParameter', url: '/in/{return}/x' } });
  t.equal(
    (await plain.visit('/t/no-credential/$&')).headers['location'],
    '/in/%2Ft%2Fno-credential%2F%24%26/x',
  );
  t.equal((await plain.visit('//t/no-credential/1')).status, 200);
  await plain.stop();

  const fragment = await doorWith({ login: { ...login, mode: 'fragment' } });
  const small = await fragment.visit('/t/no-credential/1');
  t.match(small, {
    status: 401,
    body: /<a href="\/login\?return_to=[^"]+" id="sign-in"[^>]* data-fragment data-go>/,
  });
  await fragment.stop();
});

t.test('in place: the login page is shown, and the transcript is not asked for', async (t) => {
  const door = await doorWith({ login: { ...login, mode: 'inPlace', url: '/home' } });
  upstream.take();
  const conditions = ['If-None-Match: "login"', 'If-Modified-Since: x', 'Range: bytes=0-1', 'Cookie: csrf=1'];
  const page = await door.visit('/t/no-credential/1?a=b', ...conditions);
  t.match(page, { status: 200, body: /<title>\/home<\/title>/, headers: { 'cache-control': 'no-store' } });
  const seen = upstream.take();
  t.strictSame(
    seen.map(({ target }) => target),
    ['/home'],
  );
  t.notMatch(seen[0]?.rawHeaders.join(' '), /If-|Range/);
  t.match(seen[0]?.rawHeaders.join(' '), /csrf=1/);
  t.match(door.accesses[0]?.code, 'no-credential', 'it is logged as what it is');
  const api = await ask(
    door.port,
    lines('GET /t/no-credential/1 HTTP/1.1', 'Host: a', 'Accept: application/json'),
  );
  t.match(api, { status: 401 });
  const signedIn = await door.visit('/t/no-access/1');
  t.equal(signedIn.status, 403, 'who is signed in is told');
  await door.stop();
  const guarded = await doorWith({ login: { ...login, mode: 'inPlace', url: '/t/ok/secret' } });
  t.match(await guarded.visit('/t/no-credential/1'), {
    status: 401,
    headers: { 'x-gateway-reason': 'no-credential' },
  });
  t.strictSame(
    upstream.take().map(({ target }) => target),
    [],
    'a guarded page is shown to nobody in place',
  );
  await guarded.stop();
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const pictures = process.env['SCREENSHOTS'];
const looks = [
  { name: 'light', colorScheme: 'light', width: 1100, height: 700 },
  { name: 'dark', colorScheme: 'dark', width: 1100, height: 700 },
  { name: 'phone', colorScheme: 'light', width: 320, height: 640 },
] as const;

async function look(t: Test, page: Page, title: string): Promise<void> {
  for (const { name, colorScheme, width, height } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.evaluate(axe);
    const found = await page.evaluate<string[]>(`axe.run(document, { runOnly: ${JSON.stringify(rules)} })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html)))`);
    t.strictSame(found, [], `${title}, ${name}: axe finds nothing`);
    t.ok(
      (await page.evaluate<number>('document.documentElement.scrollWidth')) <= width,
      `${title}, ${name}: nothing sticks out`,
    );
    if (pictures === undefined) continue;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${title}-${name}.png`), fullPage: true });
  }
}

const chromium = findChromium();
const inBrowser = 'in a real browser: looks, copies, keeps a fragment, works without script';
if (chromium === undefined)
  void t.test(inBrowser, { skip: 'no chromium is to be had here' }, () => undefined);
else
  void t.test(inBrowser, async (t) => {
    const browser = await startChromium(chromium);
    const pages = compilePages({
      ...plainOptions,
      siteName: 'Acme Chat',
      contact: 'support@chat.example',
      logo,
    });
    const door = await doorWith({ pages, login: { ...login, mode: 'fragment' } });
    const at = (path: string): string => `http://127.0.0.1:${door.port}${path}`;
    const context = await browser.newContext({ bypassCSP: false });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
        troubles.push(message.text());
    });
    await page.goto(at('/t/no-credential/zoom#ticket/zoom/17'));
    await page.waitForURL(/\/login\?/);
    const back = new URL(page.url()).searchParams.get('return_to');
    t.equal(back, '/t/no-credential/zoom#ticket/zoom/17', 'what stands behind # comes along');
    await page.goto(at('/t/signed-in/1'));
    const button = page.getByRole('button', { name: 'Copy' });
    await button.click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    t.strictSame(troubles, [], 'the content policy refuses nothing of it');
    const checked = await browser.newContext({ bypassCSP: true });
    const looked = await checked.newPage();
    // A page that asks again by itself would leave while it is looked at.
    await looked.route('**/*', async (route) => {
      const response = await route.fetch();
      const { refresh: _, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    for (const path of ['signed-in', 'ipv6', 'policy-unavailable', 'not-open']) {
      await looked.goto(at(`/t/${path}/1`));
      await look(t, looked, path);
    }
    const bare = await (await browser.newContext({ javaScriptEnabled: false, locale: 'de-DE' })).newPage();
    await bare.goto(at('/t/no-credential/1'));
    t.equal(await bare.getByRole('button').count(), 0, 'no button that would do nothing');
    t.match(await bare.getByRole('heading').textContent(), 'Anmeldung nötig');
    await bare.getByRole('link', { name: 'Anmelden' }).click();
    t.match(bare.url(), /\/login\?return_to=%2Ft%2Fno-credential%2F1$/);
    await browser.close();
    await door.stop();
  });
