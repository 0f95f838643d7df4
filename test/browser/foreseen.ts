import { barOf, openBot, recorded } from './hands.ts';
import type { Part } from './scene.ts';

const LIST = '/whitelists/bot%3Aforeseen';

/** What a change would have changed of real visits, said before it is made. */
export const foreseen: Record<string, Part> = {
  async 'foreseen: whose visits a change would have ended'(t, { call, visit, signedIn, home }) {
    const office = { start: '203.0.113.50', end: '203.0.113.59', note: 'Office' };
    await call('POST', `${LIST}/ranges`, office);
    await call('PATCH', LIST, { enabled: true });
    for (const address of ['203.0.113.50', '203.0.113.50', '203.0.113.51'])
      t.equal(await visit('foreseen', address), 200);
    const page = await signedIn('super-admin');
    const says = (text: string) => page.getByText(text, { exact: false }).first().waitFor();
    const three = '3 visits from 2 addresses would have been refused.';

    await openBot(page, home, 'foreseen');
    await page.getByRole('switch').click();
    await says(three);
    await page.getByText('Show who').click();
    await page.getByRole('cell', { name: '203.0.113.51' }).waitFor();
    await says('The record is short');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Delete' }).first().click();
    await says(three);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Edit' }).first().click();
    await page.getByLabel('Start IP range').fill('203.0.113.51');
    await says('2 visits from 1 address would have been refused.');
    await page.keyboard.press('Escape');

    await call('PATCH', LIST, { mode: 'report', enabled: false });
    t.equal(await visit('foreseen', '203.0.113.99'), 200, 'mode report only watches');
    await openBot(page, home, 'foreseen');
    await page.getByRole('link', { name: 'What enforcing would change' }).click();
    await says('4 visits from 3 addresses would have been refused.');
    await page.getByRole('cell', { name: '203.0.113.99' }).waitFor();
    await call('PATCH', LIST, { mode: 'enforce' });
    t.not(await visit('foreseen', '203.0.113.99'), 200, 'and afterwards exactly these are refused');
    t.not(await visit('foreseen', '203.0.113.50'), 200);
  },

  async 'foreseen: an empty list that is switched on shuts out who came by the link alone'(t, scene) {
    const { call, visit, signedIn, home } = scene;
    const settings = { whenOff: 'anyone', inheritPlatform: false };
    await call('PATCH', '/whitelists/bot%3Aemptied', settings);
    t.equal(await visit('emptied', '203.0.113.60'), 200);
    await recorded(scene, 'emptied', 1);
    const page = await signedIn('super-admin');
    await openBot(page, home, 'emptied');
    await page.getByText('What switching it on would change').click();
    await page.getByText('1 visit from 1 address would have been refused.').waitFor();
    await page.getByLabel('On trial').check();
    await page.getByRole('switch').click();
    const asked = page.getByRole('dialog').filter({ hasText: 'You would shut yourself out' });
    await asked.getByRole('button', { name: 'Do it all the same' }).click();
    const takeBack = barOf(page, 'emptied').getByRole('button', { name: 'Take it back' });
    await takeBack.waitFor();
    t.not(await visit('emptied', '203.0.113.60'), 200);
    await takeBack.click();
    await page.getByRole('switch', { checked: false }).waitFor();
    t.equal(await visit('emptied', '203.0.113.60'), 200, 'taken back');
  },
};
