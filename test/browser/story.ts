import type { Page } from 'playwright-core';
import { notice, openBot, recorded, row } from './hands.ts';
import type { Part, Scene } from './scene.ts';

const COLLEAGUE = '203.0.113.61';
const OTHER = '203.0.113.62';

/** A colleague's browser, somewhere else: signed in, and without access to this bot. */
async function colleague({ open, platform, gateway }: Scene): Promise<Page> {
  const page = await open({ extraHTTPHeaders: { 'x-forwarded-for': COLLEAGUE } });
  const value = await platform.token('outsider');
  await page.context().addCookies([{ name: 'session', value, url: gateway.publicUrl, httpOnly: true }]);
  return page;
}

/** The short id that a refused visitor reads out. */
async function refusedId(page: Page, { gateway }: Scene): Promise<string> {
  const answer = await page.goto(`${gateway.publicUrl}/transcripts/story/1001`);
  if (answer?.status() !== 403) throw new Error(`not refused: ${answer?.status()}`);
  return (await page.locator('#id').innerText()).trim();
}

async function logIn(page: Page, home: string): Promise<void> {
  await page.goto(`${home}#/`);
  await page.getByRole('link', { name: 'Log in' }).click();
  await page.getByRole('button', { name: /Super admin/ }).click();
  await page.getByRole('heading', { name: 'Access control' }).waitFor();
}

/** What super admins are for, from a colleague's call to what is enforced in the end. */
export const story: Record<string, Part> = {
  async 'story: a colleague is refused, found by the id they read out, and let in until Friday'(t, scene) {
    const { call, visit, gateway, open, home } = scene;
    await call('PATCH', '/whitelists/bot%3Astory', { enabled: true });
    const visitor = await colleague(scene);
    const id = await refusedId(visitor, scene);
    t.match(id, /^[0-9a-f]{4}\s?[0-9a-f]{4}$/, 'short enough to be read out');

    const page = await open();
    await logIn(page, home);
    await page.keyboard.press('/');
    await page.keyboard.type(id);
    await page.keyboard.press('Enter');
    const decision = page.getByRole('main');
    await decision.getByText(COLLEAGUE).first().waitFor();
    await decision.getByText('no-access').first().waitFor();
    t.match(await decision.innerText(), /story[^]*outsider/, 'who it was, and at which bot');

    await page.getByRole('link', { name: 'Refusals' }).click();
    await page.getByRole('button', { name: `Allow ${COLLEAGUE} at story` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 visit from 1 address (1 person signed in) would have been let in.').waitFor();
    t.ok(await dialog.getByLabel(/^Until Friday /).isChecked());
    await dialog.getByRole('button', { name: 'Allow' }).click();
    await notice(page)
      .filter({ hasText: `Allowed ${COLLEAGUE} at story.` })
      .waitFor();

    const answer = await visitor.goto(`${gateway.publicUrl}/transcripts/story/1001`);
    t.equal(answer?.status(), 200, 'the colleague is in');
    await recorded(scene, 'story', 2);
    await openBot(page, home, 'story');
    await row(page, COLLEAGUE).getByText('1 visit in 30 days').waitFor();
    const report = await call('GET', '/reports/access?bot=story&conversation=1001');
    t.match(JSON.stringify(report), new RegExp(`outsider[^]*whitelisted-bot|whitelisted-bot[^]*outsider`));
    t.equal(await visit('story', OTHER), 401, 'and nobody else');
  },

  async 'story: what the forecast names is what enforcing refuses, and nothing else'(t, scene) {
    const { call, visit, signedIn, home } = scene;
    await call('PATCH', '/whitelists/bot%3Aforetold', { enabled: true, mode: 'report' });
    await call('POST', '/whitelists/bot%3Aforetold/ranges', { start: COLLEAGUE, end: COLLEAGUE });
    const addresses = [COLLEAGUE, OTHER, '203.0.113.63', '203.0.113.63'];
    for (const address of addresses)
      t.equal(await visit('foretold', address), 200, 'mode report only watches');
    await recorded(scene, 'foretold', addresses.length);
    const page = await signedIn('super-admin');
    await openBot(page, home, 'foretold');
    await page.getByRole('link', { name: 'What enforcing would change' }).click();
    await page.getByText('3 visits from 2 addresses would have been refused.').waitFor();
    const named = await page.locator('td[data-label="Address"]').allInnerTexts();
    t.same(named.sort(), [OTHER, '203.0.113.63']);
    await openBot(page, home, 'foretold');
    await page.getByRole('group', { name: 'Mode' }).getByLabel('Enforce').check();
    await page.getByText('3 visits from 2 addresses would have been refused.').waitFor();
    await page.getByRole('button', { name: 'Save settings' }).click();
    // From where the admin sits it would be refused, too.
    await page.getByRole('button', { name: 'Do it all the same' }).click();
    await notice(page).filter({ hasText: 'Settings saved.' }).waitFor();
    for (const address of new Set(addresses))
      t.equal((await visit('foretold', address)) !== 200, named.includes(address), `${address}: as foreseen`);
  },
};
