import type { Page } from 'playwright-core';
import { addRange, lookAgain, notice, openBot } from './hands.ts';
import type { Part } from './scene.ts';

/** A change on trial, made by who sits at the browser. */
export const tryOut = (page: Page, bot: string, change: object, within = '5m'): Promise<unknown> =>
  page.evaluate(`fetch('api/v1/whitelists/bot%3A${bot}?confirmWithin=${within}', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify(change))},
  }).then((answer) => answer.text())`);

/** Changes that lapse, the way back, and what each would do. */
export const trials: Record<string, Part> = {
  async 'trials: a change on trial is told on every page, kept, or taken back'(t, scene) {
    const { signedIn, home, call } = scene;
    const page = await signedIn('super-admin');
    const bar = page.getByRole('region', { name: 'On trial' });
    await tryOut(page, 'tried', { enabled: true });
    await lookAgain(page);
    await bar.getByText('is on trial', { exact: false }).waitFor();
    t.match(await bar.getByRole('timer').innerText(), /^[45]:\d\d$/);
    await page.goto(`${home}#/people`);
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
    await bar.getByRole('button', { name: 'Keep it' }).click();
    await notice(page).filter({ hasText: 'stays.' }).waitFor();
    await bar.waitFor({ state: 'detached' });
    t.match(await call('GET', '/whitelists/bot%3Atried'), { enabled: true });

    await tryOut(page, 'tried', { requireLogin: true });
    await lookAgain(page);
    await bar.getByRole('button', { name: 'Take it back' }).click();
    await notice(page).filter({ hasText: 'is taken back.' }).waitFor();
    t.match(await call('GET', '/whitelists/bot%3Atried'), { enabled: true, requireLogin: null });

    await scene.hostileAdmin('PATCH', '/whitelists/bot%3Atried?confirmWithin=10s', { enabled: false });
    await lookAgain(page);
    await bar.getByText('who made it, confirms it', { exact: false }).waitFor();
    t.equal(await bar.getByRole('button', { name: 'Keep it' }).count(), 0);
    await bar.waitFor({ state: 'detached' });
    t.match(await call('GET', '/whitelists/bot%3Atried'), { enabled: true }, 'nobody kept it');
    const owner = await signedIn('owner');
    await tryOut(page, 'tried', { requireLogin: true }, '10s');
    await lookAgain(owner);
    await owner.getByRole('heading', { name: 'Bots' }).waitFor();
    t.equal(await owner.getByRole('region', { name: 'On trial' }).count(), 0, 'of their own bots only');
  },

  async 'trials: two revisions are compared, and a list is brought back'(t, scene) {
    const { signedIn, home, call, visit } = scene;
    const path = '/whitelists/bot%3Areturned';
    await call('POST', `${path}/ranges`, { start: '203.0.113.80', end: '203.0.113.89', note: 'Office' });
    const { revision } = await call('PATCH', path, { enabled: true });
    t.equal(await visit('returned', '203.0.113.81'), 200);
    await call('POST', `${path}/ranges`, { start: '203.0.113.90', end: '203.0.113.99', note: 'Branch' });
    t.equal(await visit('returned', '203.0.113.91'), 200);
    const page = await signedIn('super-admin');
    await page.goto(`${home}#/changes/bots/returned`);
    await page.getByText('Compare two revisions').click();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('status').getByText('Added 203.0.113.90 – 203.0.113.99 (Branch)').waitFor();

    await page.getByRole('button', { name: `as it was after revision ${String(revision)}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Deleted 203.0.113.90', { exact: false }).waitFor();
    await dialog.getByText('1 visit from 1 address would have been refused', { exact: false }).waitFor();
    await dialog.getByRole('button', { name: 'Bring it back' }).click();
    await notice(page).filter({ hasText: 'is as it was after change' }).waitFor();
    t.not(await visit('returned', '203.0.113.91'), 200);
    t.equal(await visit('returned', '203.0.113.81'), 200);
  },

  async 'trials: adding, importing, switching on and undoing are foreseen'(t, scene) {
    const { signedIn, home, call, visit } = scene;
    for (const address of ['203.0.113.120', '203.0.113.121']) await visit('ahead', address);
    const page = await signedIn('super-admin');
    const says = (text: string) => page.getByText(text, { exact: false }).first().waitFor();
    await call('PATCH', '/whitelists/bot%3Aahead', { enabled: true });
    await openBot(page, home, 'ahead');
    await page.getByRole('button', { name: 'Add IP range' }).click();
    await page.getByLabel('Start IP range').fill('203.0.113.120');
    await page.getByLabel('End IP range').fill('203.0.113.120');
    await says('1 visit from 1 address would have been let in');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Add a list or a file' }).click();
    await page.getByLabel('List of ranges').fill('203.0.113.120\n203.0.113.121');
    await page.getByText('What adding them would change').click();
    await says('2 visits from 2 addresses would have been let in');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await addRange(page, '203.0.113.121', '203.0.113.121');
    await call('PATCH', '/whitelists/bot%3Aahead', { enabled: false });
    await openBot(page, home, 'other');
    await openBot(page, home, 'ahead');
    await page.getByText('What switching it on would change').click();
    await says('1 visit from 1 address would have been let in');
    t.not(await visit('ahead', '203.0.113.121'), 200, 'nothing was changed');
    await call('PATCH', '/whitelists/bot%3Aahead', { enabled: true });
    await page.goto(`${home}#/changes/bots/ahead`);
    await page.getByRole('button', { name: /^Undo/ }).nth(2).click();
    await says('2 visits from 1 address would have been refused');
  },

  async 'trials: who read the record of visits is beside the changes'(t, { signedIn, home, call }) {
    await call('GET', '/lookup?q=somebody-looked-for');
    const page = await signedIn('super-admin');
    await page.goto(`${home}#/changes`);
    await page.getByText('Who read the record of visits').click();
    const reading = page.getByRole('listitem').filter({ hasText: '“somebody-looked-for”' });
    t.match(await reading.innerText(), /person-super-admin \(platform\) looked up “/);
  },
};
