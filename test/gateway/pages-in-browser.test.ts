import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { compilePages } from '../../src/gateway/pages/page.ts';
import { findChromium, startChromium } from '../support/chromium.ts';
import { as, type JudgeOptions } from './judge.ts';
import {
  login,
  logo,
  openDoor,
  overV6,
  plainOptions,
  proxied,
  startPlatform,
  unknowing,
} from './pages-scene.ts';

t.setTimeout(180_000);

const upstream = await startPlatform();
t.teardown(() => upstream.stop());

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

const signedIn = {
  ...{ name: 'session', domain: '127.0.0.1', path: '/' },
  value: as.outsiderCookie.slice('Cookie: session='.length),
};
const refusals: readonly (readonly [title: string, goesBy: JudgeOptions, path: string])[] = [
  ['signed-in', {}, '/t/closed/1'],
  ['ipv6', proxied, '/t/closed/1'],
  ['policy-unavailable', unknowing, '/t/closed/1'],
  ['not-open', { otherPaths: 'reject' }, '/elsewhere'],
];

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
    const door = await openDoor(upstream.url, { pages, login: { ...login, mode: 'fragment' } });
    const at = (path: string): string => `http://127.0.0.1:${door.port}${path}`;
    const context = await browser.newContext({ bypassCSP: false });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
        troubles.push(message.text());
    });
    await page.goto(at('/t/closed/zoom#ticket/zoom/17'));
    await page.waitForURL(/\/login\?/);
    const back = new URL(page.url()).searchParams.get('return_to');
    t.equal(back, '/t/closed/zoom#ticket/zoom/17', 'what stands behind # comes along');
    await context.addCookies([signedIn]);
    await page.goto(at('/t/closed/1'));
    const button = page.getByRole('button', { name: 'Copy' });
    await button.click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    t.strictSame(troubles, [], 'the content policy refuses nothing of it');
    const checked = await browser.newContext({ bypassCSP: true, extraHTTPHeaders: overV6 });
    await checked.addCookies([signedIn]);
    const looked = await checked.newPage();
    // A page that asks again by itself would leave while it is looked at.
    await looked.route('**/*', async (route) => {
      const response = await route.fetch();
      const { refresh: _, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    for (const [title, goesBy, path] of refusals) {
      const refusing = await openDoor(upstream.url, { pages }, goesBy);
      await looked.goto(`http://127.0.0.1:${refusing.port}${path}`);
      await look(t, looked, title);
      await refusing.stop();
    }
    const bare = await (await browser.newContext({ javaScriptEnabled: false, locale: 'de-DE' })).newPage();
    await bare.goto(at('/t/closed/1'));
    t.equal(await bare.getByRole('button').count(), 0, 'no button that would do nothing');
    t.match(await bare.getByRole('heading').textContent(), 'Anmeldung nötig');
    await bare.getByRole('link', { name: 'Anmelden' }).click();
    t.match(bare.url(), /\/login\?return_to=%2Ft%2Fclosed%2F1$/);
    await browser.close();
    await door.stop();
  });
