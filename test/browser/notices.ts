import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { addRange, holds, lookAgain, notice, openBot } from './hands.ts';
import type { Part } from './scene.ts';

const pictures = process.env['SCREENSHOTS'];

/** How many rows of pixels two elements share; 0 where neither covers the other. */
const shared = (one: string, other: string): string => `(() => {
  const [a, b] = [${JSON.stringify(one)}, ${JSON.stringify(other)}].map((name) =>
    document.querySelector(name).getBoundingClientRect());
  return Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
})()`;

/** What is said of changes, and of what counts now. */
export const notices: Record<string, Part> = {
  async 'a notice covers nothing, and leaves with its page'(t, { signedIn, home }) {
    const page = await signedIn('super-admin');
    await page.setViewportSize({ width: 700, height: 500 });
    await openBot(page, home, 'noticed');
    for (let last = 1; last < 9; last += 1) await addRange(page, `8.8.8.${last}`, `8.8.8.${last}`);
    await notice(page).filter({ hasText: 'Live on 1 of 1 gateway.' }).waitFor();
    t.equal(await page.evaluate<number>(shared('.notice', '.scroller')), 0, 'it stands below the page');
    t.ok(
      await page.evaluate(`document.querySelector('.notice').getBoundingClientRect().bottom <= innerHeight`),
    );
    t.ok(
      await page.evaluate(`(() => {
        const scroller = document.querySelector('.scroller');
        scroller.scrollTo(0, scroller.scrollHeight);
        const links = document.querySelector('.more').getBoundingClientRect();
        return links.bottom <= document.querySelector('.notice').getBoundingClientRect().top;
      })()`),
      'the end of the page is seen above it',
    );
    await page.getByRole('link', { name: 'Change log', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Change log' }).waitFor();
    await holds(page, `document.querySelector('.notice > [role=status]').textContent === ''`);
    t.equal(await page.getByRole('button', { name: 'Undo', exact: true }).count(), 0);
  },

  async 'a notice leaves after a while, but not from under the pointer'(t, { signedIn, home }) {
    const page = await signedIn('super-admin');
    await page.clock.install();
    await openBot(page, home, 'awhile');
    await page.getByRole('switch').click();
    await notice(page).filter({ hasText: 'IP whitelisting is on.' }).waitFor();
    await page.locator('.notice').hover();
    await page.clock.runFor(25_000);
    t.match(await notice(page).innerText(), /is on/);
    await page.mouse.move(5, 5);
    await page.clock.runFor(25_000);
    await holds(page, `document.querySelector('.notice > [role=status]').textContent === ''`);
    t.equal(await notice(page).innerText(), '', 'it left');
  },

  async 'the list says what counts, and forced colours show switch and tab'(t, scene) {
    const { signedIn, home, call, gateway } = scene;
    await call('PATCH', '/whitelists/platform', { enabled: true, mode: 'report' });
    await call('PATCH', '/whitelists/bot%3Acounts', { enabled: true });
    await call('PATCH', '/whitelists/bot%3Aapart', { mode: 'enforce', inheritPlatform: false });
    const page = await signedIn('super-admin');
    const cells = (bot: string) =>
      page
        .locator('table.bots tr')
        .filter({ has: page.getByRole('link', { name: bot, exact: true }) })
        .innerText();
    await page.getByRole('link', { name: 'counts', exact: true }).waitFor();
    t.match(await cells('counts'), /On\s+0\s+counts too\s+report inherited/);
    t.match(await cells('apart'), /Off\s+0\s+does not count\s+enforce$/);
    await call('PATCH', '/whitelists/platform', { mode: null });
    await page.emulateMedia({ forcedColors: 'active' });
    await openBot(page, home, 'counts');
    const colour = (name: string, what: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector(${JSON.stringify(name)})).${what}`);
    const on = await colour('.switch .track', 'backgroundColor');
    t.not(
      await colour('.bar nav a[aria-current]', 'borderBottomColor'),
      await colour('.bar', 'backgroundColor'),
    );
    t.equal(await colour('.bar nav a[aria-current]', 'borderBottomWidth'), '4px');
    if (pictures !== undefined) {
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, 'forced-colours.png') });
    }
    await openBot(page, home, 'apart');
    t.not(await colour('.switch .track', 'backgroundColor'), on, 'on is not as off');
    t.not(
      await colour('.switch .thumb', 'backgroundColor'),
      await colour('.switch .track', 'backgroundColor'),
    );
    const bare = await fetch(`${gateway.privateUrl}/`, { redirect: 'manual' });
    t.match([bare.status, bare.headers.get('location')], [302, '/_gateway/'], 'the bare door leads here');
    await lookAgain(page);
  },

  async 'a store that is down is not green'(t, { signedIn, home }) {
    const page = await signedIn('super-admin');
    await page.locator('.gateways.ok').waitFor();
    await page.route('**/api/v1/replicas', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as object;
      const store = { state: 'down', detail: 'the disk is gone' };
      await route.fulfill({ response: answer, json: { ...body, store } });
    });
    await lookAgain(page);
    await page.locator('.gateways.warn').filter({ hasText: 'The store is down' }).waitFor();
    t.equal(await page.locator('.gateways.ok').count(), 0);
    await page.goto(`${home}#/`);
  },
};
