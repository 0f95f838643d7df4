import type { Page } from 'playwright-core';
import { startRedis } from '../support/redis.ts';
import { holds, notice, openBot, row } from './hands.ts';
import type { Part } from './scene.ts';

const VISITOR = '192.0.2.77';
const LIST = '/whitelists/bot%3Awhynot';

/** What is pasted as a token, and what is said of it: any text is taken. */
const pasted: readonly (readonly [token: string, said: RegExp])[] = [
  ['opaque-session-id', /not-a-token/],
  ['x'.repeat(20_000), /it has 20000 characters/],
  ['a.b.c.d.e', /encrypted/],
];

/** Asks what a visitor would be answered, as it is typed. */
async function askAbout(page: Page, home: string, address = VISITOR): Promise<void> {
  await page.goto(`${home}#/test`);
  await page.getByLabel('URL').fill('/transcripts/whynot/1');
  await page.getByLabel('Address', { exact: true }).fill(address);
  await page.locator('form button[type=submit]').click();
  await page.getByRole('heading', { name: 'Step by step' }).waitFor();
}

/** The step that says so. */
const step = (page: Page, said: RegExp) => page.locator('.steps > div').filter({ hasText: said });

/** Follows the link of a step, and comes to a list's page. */
async function follow(page: Page, said: RegExp, title: string): Promise<void> {
  await step(page, said).first().getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  await page.getByRole('switch', { name: 'IP whitelisting' }).waitFor();
}

const outcome = (page: Page, said: string) => page.locator('.result h2').filter({ hasText: said }).waitFor();

/** From why somebody is not let in to the place that mends it, and what shows that something is wrong now. */
export const mending: Record<string, Part> = {
  async 'explain says why not, and each step leads to the place that mends it'(t, scene) {
    const { signedIn, home, call } = scene;
    const expiresAt = new Date(Date.now() + 2_000).toISOString();
    await call('POST', `${LIST}/ranges`, { start: '192.0.2.70', end: '192.0.2.79', note: 'Fair', expiresAt });
    await call('PATCH', '/whitelists/bot%3AWhyNot', { enabled: true });
    await call('PATCH', LIST, { requireLogin: true, inheritPlatform: false });
    const page = await signedIn('super-admin');
    await page.waitForTimeout(2_500);

    await askAbout(page, home);
    await outcome(page, 'Asked to log in');
    await follow(
      page,
      /192\.0\.2\.70 - 192\.0\.2\.79 \([0-9a-f]+\) would match, but expired at/,
      'Bot whynot',
    );
    await row(page, '192.0.2.70').getByRole('button', { name: /^Edit/ }).click();
    await page.getByRole('dialog').getByLabel('Expires').fill('');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await askAbout(page, home);
    await follow(page, /would match, but the list is off/, 'Bot whynot');
    await page.getByRole('switch').click();
    await page.getByRole('switch', { checked: true }).waitFor();

    await askAbout(page, home);
    await follow(page, /for visitors who are signed in only/, 'Bot whynot');
    await page.getByRole('group', { name: 'Require login' }).getByLabel('No', { exact: true }).check();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await notice(page).filter({ hasText: 'Settings saved' }).waitFor();

    await askAbout(page, home);
    await outcome(page, 'Let in');
    await page.locator('.result').getByText('192.0.2.70 – 192.0.2.79').waitFor();
    await page.locator('.result p').getByRole('link', { name: 'Bot whynot' }).click();
    await row(page, '192.0.2.70').waitFor();

    await askAbout(page, home, '192.0.2.81');
    await follow(
      page,
      /the nearest range is 192\.0\.2\.70 - 192\.0\.2\.79 \([0-9a-f]+\), 2 addresses away/,
      'Bot whynot',
    );
    await askAbout(page, home, '192.0.2.81');
    await follow(page, /the platform's list does not count/, 'Bot whynot');
    await page
      .getByRole('group', { name: /platform/i })
      .getByLabel(/^Yes|counts/)
      .first()
      .check();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await notice(page).filter({ hasText: 'Settings saved' }).waitFor();
    t.match(await notice(page).innerText(), /Settings saved/, 'each was followed, and mended it');

    await askAbout(page, home, '192.0.2.81');
    await follow(
      page,
      /there is a list of WhyNot, which differs from whynot in letter case only/,
      'Bot WhyNot',
    );
    await askAbout(page, home, '2001:db8::7');
    await step(page, /2001:db8::7 came over IPv6, and lists hold IPv4 addresses only/).waitFor();
    await page.getByText('A token', { exact: true }).click();
    for (const [token, said] of pasted) {
      await page.getByLabel('Token', { exact: true }).fill(token);
      await page.locator('form button[type=submit]').click();
      await step(page, said).first().waitFor();
    }
  },

  async 'the change log is searched by the gateway, not on the page'(t, { signedIn, home, call }) {
    await call('POST', '/whitelists/bot%3Asearched/ranges', {
      start: '4.4.4.5',
      end: '4.4.4.5',
      note: 'Fete',
    });
    const page = await signedIn('super-admin');
    await page.goto(`${home}#/changes`);
    const search = (part: RegExp) => page.waitForRequest((request) => part.test(request.url()));
    const asked = search(/\/changes\?(?=.*q=fete)/i);
    await page.getByLabel('Address or note').fill('fete');
    await asked;
    await page.getByText('Added 4.4.4.5 (Fete)').waitFor();
    const byWhom = search(/\/changes\?(?=.*by=person-super)/);
    await page.getByLabel('By whom').fill('person-super');
    await byWhom;
    const kind = search(/\/changes\?(?=.*kind=)/);
    await page.getByLabel('What').selectOption('Switched on or off');
    t.match(
      (await kind).url(),
      /\?(?=.*q=fete)(?=.*by=person-super)(?=.*kind=)/,
      'each filter is a search on the server',
    );
  },

  async 'a Redis that is gone is not green'(t, { another, signedIn }) {
    const redis = await startRedis();
    const at = await another({ store: { redis: { url: redis.url } } });
    const page = await signedIn('super-admin', { at });
    await openBot(page, at.home, 'red');
    await page.locator('.gateways.ok').waitFor();
    await redis.stop();
    await holds(
      page,
      `(() => { document.dispatchEvent(new Event('visibilitychange')); return document.querySelector('.gateways.ok') === null; })()`,
    );
    await page
      .locator('.gateways')
      .filter({ hasText: /store|Redis/i })
      .waitFor();
    t.equal(await page.locator('.gateways.ok').count(), 0);
  },
};
