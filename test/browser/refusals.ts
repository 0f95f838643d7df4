import type { Page } from 'playwright-core';
import { holds, notice, openBot, recorded, row } from './hands.ts';
import type { Part, Scene } from './scene.ts';

const entry = (page: Page, address: string) =>
  page
    .locator('table.refusals tbody tr')
    .filter({ has: page.getByRole('link', { name: address, exact: true }) });

async function open(page: Page, { home }: Scene): Promise<void> {
  await page.goto(`${home}#/refusals`);
  await page.getByRole('heading', { level: 1, name: 'Refusals' }).waitFor();
}

/** Who was turned away, let in or dismissed; and ranges in use. */
export const refusals: Record<string, Part> = {
  async 'refusals: a colleague is let in until Friday, and it can be undone'(t, scene) {
    const { call, visit, signedIn } = scene;
    await call('PATCH', '/whitelists/bot%3Adesk.one', { enabled: true });
    for (let times = 0; times < 2; times += 1) await visit('desk.one', '203.0.113.30');
    const page = await signedIn('super-admin');
    await open(page, scene);
    t.match(await entry(page, '203.0.113.30').innerText(), /desk\.one[^]*2[^]*nobody/);
    await page.getByRole('button', { name: 'Allow 203.0.113.30 at desk.one' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 visits from 1 address would have been let in.').waitFor();
    await dialog.getByLabel('Its /24').check();
    await dialog.getByText('203.0.113.0 – 203.0.113.255: 256 addresses').waitFor();
    await dialog.getByLabel('This address').check();
    t.ok(await dialog.getByLabel(/^Until Friday /).isChecked());
    await dialog.getByRole('button', { name: 'Allow' }).click();
    await notice(page).filter({ hasText: 'Allowed 203.0.113.30 at desk.one.' }).waitFor();
    await entry(page, '203.0.113.30').waitFor({ state: 'detached' });
    t.equal(await visit('desk.one', '203.0.113.30'), 200, 'the colleague is in');
    const { ranges } = (await call('GET', '/whitelists/bot%3Adesk.one')) as {
      ranges: { expiresAt: string }[];
    };
    const until = new Date(ranges[0]?.expiresAt ?? '');
    t.equal(until.getDay(), 5, 'until Friday');
    t.ok(until.getTime() > Date.now() && until.getTime() < Date.now() + 8 * 86_400_000);
    await page.getByRole('button', { name: 'Undo' }).click();
    await notice(page).filter({ hasText: 'Undone' }).waitFor();
    t.equal(await visit('desk.one', '203.0.113.30'), 401);
  },

  async 'refusals: where only networks are recorded, only a network is offered'(t, { another, signedIn }) {
    const at = await another({ log: { clientIp: 'truncated' } });
    await at.call('PATCH', '/whitelists/bot%3Adesk.two', { enabled: true });
    await at.visit('desk.two', '203.0.113.33');
    const page = await signedIn('super-admin', { at });
    await page.goto(`${at.home}#/refusals`);
    await entry(page, '203.0.113.0/24').waitFor();
    await page.getByText('Of an address only its network is recorded.').waitFor();
    await page.getByRole('button', { name: 'Allow 203.0.113.0/24 at desk.two' }).click();
    const dialog = page.getByRole('dialog', { name: 'Let 203.0.113.0/24 in?' });
    await dialog.getByText('203.0.113.0 – 203.0.113.255, 256 addresses').waitFor();
    await dialog.getByText('only the network of an address is recorded here').waitFor();
    t.equal(await dialog.getByLabel('This address').count(), 0, 'its own is not known');
    await dialog.getByRole('button', { name: 'Allow' }).click();
    await notice(page).filter({ hasText: 'Allowed 203.0.113.0 – 203.0.113.255 at desk.two.' }).waitFor();
    await entry(page, '203.0.113.0/24').waitFor({ state: 'detached' });
    t.equal(await at.visit('desk.two', '203.0.113.33'), 200);
    await page.goto(`${at.home}#/lookup?q=203.0.113.33`);
    await page.getByRole('heading', { name: 'Seen as address: 203.0.113.0/24' }).waitFor();
    await page.goto(`${at.home}#/activity?last=1h`);
    await page.getByRole('cell', { name: '203.0.113.0/24' }).first().waitFor();
    t.equal(await page.getByText('203.0.113.0', { exact: true }).count(), 0, 'nowhere as an address');
  },

  async 'refusals: dismissed for every admin, recalled, and an owner’s alone'(t, scene) {
    const { visit, signedIn } = scene;
    await visit('dropped', '203.0.113.31');
    await visit('sales', '203.0.113.32');
    const page = await signedIn('super-admin');
    await open(page, scene);
    await page.getByRole('button', { name: 'Dismiss 203.0.113.31 at dropped' }).click();
    await page.getByRole('dialog').getByText('Nobody is let in or shut out by it.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Dismiss' }).click();
    await notice(page).filter({ hasText: 'Dismissed: 203.0.113.31 at dropped.' }).waitFor();
    await entry(page, '203.0.113.31').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await entry(page, '203.0.113.31').waitFor();
    await page.getByRole('button', { name: 'Dismiss 203.0.113.31 at dropped' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Dismiss' }).click();
    await entry(page, '203.0.113.31').waitFor({ state: 'detached' });
    const other = await signedIn('super-admin');
    await open(other, scene);
    await entry(other, '203.0.113.32').waitFor();
    t.equal(await entry(other, '203.0.113.31').count(), 0, 'for another admin, too');
    await other.getByRole('link', { name: /dismissed entr/ }).click();
    await entry(other, '203.0.113.31').getByText('Dismissed by').waitFor();
    await other.getByRole('button', { name: 'Recall 203.0.113.31 at dropped' }).click();
    await entry(other, '203.0.113.31').waitFor({ state: 'detached' });
    const owner = await signedIn('owner');
    await open(owner, scene);
    await entry(owner, '203.0.113.32').waitFor();
    t.equal(await entry(owner, '203.0.113.31').count(), 0);
  },

  async 'ranges in use: last use, filters, and many deleted by one change'(t, scene) {
    const { call, visit, signedIn, home } = scene;
    const lines = Array.from({ length: 60 }, (_, at) => ({ start: `198.18.0.${at}`, end: `198.18.0.${at}` }));
    await call('POST', '/whitelists/bot%3Aused/import', { ranges: lines });
    await call('PATCH', '/whitelists/bot%3Aused', { enabled: true });
    await visit('used', '198.18.0.7');
    await recorded(scene, 'used', 1);
    const page = await signedIn('super-admin');
    await openBot(page, home, 'used');
    await row(page, '198.18.0.7').first().getByText('1 visit in 30 days').waitFor();
    await page.getByLabel('Show', { exact: true }).selectOption('No use on record');
    await page.getByText('More than 50 of 60 ranges found').waitFor();
    await holds(page, `!document.querySelector('table.ranges').innerText.includes('198.18.0.7 ')`);
    await page.getByLabel('Sort by').selectOption('Id');
    await holds(
      page,
      `(() => {
      const ids = [...document.querySelectorAll('td.quad .by')].map((one) => one.textContent);
      return ids.length === 50 && ids.join() === [...ids].sort().join();
    })()`,
    );
    await page.getByLabel('Select all of this page').check();
    await page.getByText('50 selected').waitFor();
    await page.getByRole('button', { name: 'Select all that are found' }).click();
    await page.getByText('59 selected').waitFor();
    await page.getByRole('button', { name: 'Delete selected' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('No recorded visit').or(dialog.getByText('would')).first().waitFor();
    await dialog.getByLabel('Reason').fill('Nobody came');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await notice(page).filter({ hasText: 'Deleted 59 ranges.' }).waitFor();
    t.match(await call('GET', '/whitelists/bot%3Aused'), { total: 1, ranges: [{ start: '198.18.0.7' }] });
    t.match(await call('GET', '/changes?scope=bot%3Aused&limit=1'), {
      changes: [{ reason: 'Nobody came', removedCount: 59 }],
    });
    await page.getByRole('button', { name: 'Undo' }).click();
    await notice(page).filter({ hasText: 'Undone' }).waitFor();
    t.match(await call('GET', '/whitelists/bot%3Aused'), { total: 60 }, 'by one undo');
  },
};
