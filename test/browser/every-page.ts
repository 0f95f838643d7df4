import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { places } from './places.ts';
import type { Part, Scene } from './scene.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Where pictures of every page go, for people to look at; none are taken where it is not said. */
const pictures = process.env['SCREENSHOTS'];

const everyRule = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Colours are all that differs in the dark, places and sizes on a phone; with pictures, all is asked everywhere. */
const looks = [
  { name: 'light', colorScheme: 'light', width: 1100, height: 800, rules: everyRule },
  { name: 'dark', colorScheme: 'dark', width: 1100, height: 800, rules: ['color-contrast'] },
  { name: 'phone', colorScheme: 'light', width: 320, height: 640, rules: ['target-size', 'color-contrast'] },
  { name: 'dark phone', colorScheme: 'dark', width: 320, height: 640, rules: [] },
] as const;

type Look = (typeof looks)[number];

/** What axe finds on the page as it stands. */
async function findings(page: Page, rules: readonly string[]): Promise<readonly string[]> {
  if (await page.evaluate<boolean>('window.axe === undefined')) await page.evaluate(axe);
  return page.evaluate<string[]>(`axe
    .run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html)))`);
}

/** Hostile text in every field that is stored, or shown again. */
async function fill({ call, hostileAdmin, gateway }: Scene): Promise<void> {
  // A canary, and more that no route guards.
  for (const target of ['/history?botId=canary', '/%3Cimg%20src=x%20onerror=window.hit=1%3E?<b>=1'])
    await (await fetch(`${gateway.publicUrl}${target}`)).arrayBuffer();
  const hostile = [
    `<img src=x onerror="window.hit=1">`,
    `"><script>window.hit=1</script>`,
    `'};window.hit=1;//`,
    'javascript:window.hit=1',
    '{{constructor.constructor("window.hit=1")()}}',
  ];
  for (const [index, note] of hostile.entries()) {
    const address = `8.8.${index}.1`;
    await hostileAdmin('POST', '/whitelists/bot%3Ahostile/ranges', { start: address, end: address, note });
  }
  await call('PATCH', '/whitelists/platform', { enabled: true });
  await call('PATCH', '/whitelists/bot%3Aon', { enabled: true });
  await call('POST', '/whitelists/bot%3Asales/ranges', { start: '8.8.8.1', end: '8.8.8.9', note: 'Office' });
}

async function isUntouched(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    `window.hit === undefined && document.querySelectorAll('main img, main script, iframe').length === 0`,
  );
}

async function look(t: Test, page: Page, place: string, how: Look): Promise<void> {
  const { name, colorScheme, width, height } = how;
  const rules = pictures === undefined ? how.rules : everyRule;
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height });
  const title = `${place}, ${name}`;
  if (rules.length > 0) t.same(await findings(page, rules), [], `${title}: axe finds nothing`);
  const widest = await page.evaluate<number>(
    `Math.max(document.documentElement.scrollWidth, document.querySelector('.scroller').scrollWidth)`,
  );
  t.ok(widest <= width, `${title}: nothing sticks out`);
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  const whole = await page.evaluate<number>(`document.querySelector('.scroller').scrollHeight + 120`);
  await page.setViewportSize({ width, height: Math.max(height, whole) });
  await page.screenshot({ path: join(pictures, `${title.replace(/\W+/g, '-')}.png`), fullPage: true });
}

/** Every page in each of its states, as it looks to anyone; and nothing that was stored is run. */
export const everyPage: Record<string, Part> = {
  async 'every page, light, dark and on a phone'(t, scene) {
    await fill(scene);
    const bare = await scene.open();
    await bare.goto(scene.home);
    await bare.getByLabel('Or paste a token').waitFor();
    await bare.evaluate(`document.querySelector('label').remove()`);
    t.match(await findings(bare, ['wcag2a']), [/^label: /], 'axe sees what is missing');
    for (const [who, ways] of Object.entries(places)) {
      const page =
        who === 'nobody' ? await scene.open() : await scene.signedIn(who as 'super-admin' | 'owner');
      for (const [place, come] of Object.entries(ways)) {
        await come(page, scene);
        await page.getByRole('heading', { level: 1 }).waitFor();
        for (const how of looks) await look(t, page, `${who}, ${place}`, how);
        t.ok(await isUntouched(page), `${place}: nothing that was stored is run`);
        await page.emulateMedia({ colorScheme: 'light' });
        await page.setViewportSize({ width: 1100, height: 800 });
        await page.keyboard.press('Escape');
        await page.evaluate('sessionStorage.clear()');
      }
      await page.context().close();
    }
  },
};
