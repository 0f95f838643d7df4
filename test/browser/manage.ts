import {
  holds,
  addRange,
  focused,
  lookAgain,
  lookAway,
  lookBack,
  notice,
  openBot,
  paste,
  row,
  tabTo,
} from './hands.ts';
import type { Part } from './scene.ts';

/** What super admins and owners do with whitelists. */
export const manage: Record<string, Part> = {
  async 'from login to undo, by mouse'(t, { open, home, visit }) {
    const page = await open();
    await page.goto(`${home}#/`);
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByRole('button', { name: /Super admin/ }).click();
    await page.getByRole('heading', { name: 'Access control' }).waitFor();
    await page.getByLabel('Search bots').fill('people');
    await page.getByRole('link', { name: 'Open access control for people' }).click();
    const toggle = page.getByRole('switch', { name: 'IP whitelisting' });
    await toggle.click();
    await notice(page).filter({ hasText: 'IP whitelisting is on. Live on 1 of 1 gateway.' }).waitFor();
    t.equal(await visit('people', '8.8.4.77'), 401, 'a colleague is asked to log in');

    await page.getByRole('button', { name: 'Add IP range' }).click();
    await page.getByLabel('Start IP range').click();
    await paste(page, ' 8.8.4.0/24\n');
    t.equal(await page.getByLabel('Start IP range').inputValue(), '8.8.4.0');
    t.equal(await page.getByLabel('End IP range').inputValue(), '8.8.4.255');
    await page.getByText('256 addresses, start and end included').waitFor();
    await page.getByLabel('Note').fill('Office');
    await page.locator('form button[type=submit]').click();
    await row(page, '8.8.4.0').waitFor();
    t.equal(await visit('people', '8.8.4.77'), 200, 'the colleague is let in at once');
    t.equal(await visit('sales', '8.8.4.77'), 401, 'to this bot only');

    await page.getByRole('button', { name: 'Delete 8.8.4.0' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await notice(page).filter({ hasText: 'Deleted 8.8.4.0 – 8.8.4.255.' }).waitFor();
    t.equal(await visit('people', '8.8.4.77'), 401, 'deleted: refused');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await row(page, '8.8.4.0').waitFor();
    t.equal(await visit('people', '8.8.4.77'), 200, 'undone: let in again');

    await page.goto(`${home}#/test`);
    await page.getByLabel('URL').fill('https://chat.example.com/transcripts/people/1');
    await page.getByLabel('Address', { exact: true }).fill('8.8.4.77');
    await page.locator('form button[type=submit]').click();
    await page.getByRole('heading', { name: 'Let in' }).waitFor();
    await page.getByText('8.8.4.0 – 8.8.4.255').waitFor();
  },

  async 'by keyboard alone'(t, { signedIn, home, visit }) {
    const page = await signedIn('super-admin');
    await openBot(page, home, 'keys');
    await tabTo(page, 'IP whitelisting');
    await page.keyboard.press('Space');
    await notice(page).filter({ hasText: 'is on' }).waitFor();
    await tabTo(page, 'Add IP range');
    await page.keyboard.press('Enter');
    await page.getByLabel('Start IP range').waitFor();
    t.match(await focused(page), 'Start IP range', 'the form opens with the focus in it');
    await page.keyboard.type('9.9.9.9');
    await page.keyboard.press('Tab');
    t.equal(await page.getByLabel('End IP range').inputValue(), '9.9.9.9', 'one address fills both');
    await page.keyboard.press('Enter');
    await row(page, '9.9.9.9').waitFor();
    t.match(await focused(page), 'Add IP range', 'and goes back to where it came from');
    t.equal(await visit('keys', '9.9.9.9'), 200);
    await tabTo(page, /^Delete 9\.9\.9\.9/);
    await page.keyboard.press('Enter');
    t.equal(await focused(page), 'Keep it', 'the harmless answer first');
    await page.keyboard.press('Escape');
    t.match(await focused(page), /^Delete 9/, 'Escape changes nothing and gives the focus back');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await notice(page).filter({ hasText: 'Deleted 9.9.9.9.' }).waitFor();
    await holds(page, `document.activeElement.textContent === 'Undo'`);
    t.equal(await visit('keys', '9.9.9.9'), 401);
    await page.keyboard.press('Enter');
    await row(page, '9.9.9.9').waitFor();
    t.equal(await visit('keys', '9.9.9.9'), 200);
    await page.keyboard.press('Shift+Tab');
    t.not(await focused(page), '', 'the focus is never lost');
  },

  async 'two admins at one list lose nothing'(t, { signedIn, home, call }) {
    const list = '/whitelists/bot%3Aboth';
    const [ann, bea] = [await signedIn('super-admin'), await signedIn('super-admin')];
    await openBot(ann, home, 'both');
    await openBot(bea, home, 'both');
    await ann.getByRole('button', { name: 'Add IP range' }).click();
    await ann.getByLabel('Start IP range').fill('5.5.5.5');
    await ann.getByLabel('Note').fill('typed by Ann');
    await lookAway(ann);
    await addRange(bea, '6.6.6.6', '6.6.6.9', 'added by Bea');
    await ann.locator('form button[type=submit]').click();
    await ann.getByText('Not saved yet: the list was changed meanwhile.').waitFor();
    await ann.getByText('Added 6.6.6.6 – 6.6.6.9 (added by Bea)').waitFor();
    await row(ann, '6.6.6.6').waitFor();
    t.equal(await ann.getByLabel('Note').inputValue(), 'typed by Ann', 'what was typed is kept');
    await ann.locator('form button[type=submit]').click();
    await row(ann, '5.5.5.5').waitFor();
    t.equal(await ann.locator('table.ranges tbody tr').count(), 2, 'both ranges are there');
    await lookAway(bea);
    await ann.getByRole('switch').click();
    await notice(ann).filter({ hasText: 'is on' }).waitFor();
    await bea.getByRole('switch').click();
    await bea.getByText('Not saved yet').waitFor();
    await bea.getByRole('switch', { checked: true }).waitFor();
    await lookBack(bea);
    await bea.getByRole('button', { name: 'Edit 6.6.6.6' }).click();
    await bea.getByLabel('Note').fill('typed by Bea');
    const { ranges } = (await call('GET', `${list}?q=6.6.6.6`)) as { ranges: { id: string }[] };
    const edited = { start: '6.6.6.6', end: '6.6.6.9', note: 'edited by a script' };
    await call('PUT', `${list}/ranges/${ranges[0]?.id ?? ''}`, edited);
    await lookAgain(bea);
    await row(bea, 'edited by a script').waitFor({ state: 'attached' });
    await bea.getByRole('button', { name: 'Save', exact: true }).click();
    await bea.getByRole('dialog').getByText('Not saved yet: the list was changed meanwhile.').waitFor();
    t.match(await call('GET', `${list}?q=6.6.6.6`), { ranges: [edited] }, 'nothing is overwritten unseen');
    t.equal(await bea.getByLabel('Note').inputValue(), 'typed by Bea');
    await bea.getByRole('button', { name: 'Save', exact: true }).click();
    await row(bea, 'typed by Bea').waitFor();
  },

  async 'the session ends in the middle of it'(t, { signedIn, home }) {
    const page = await signedIn('super-admin');
    await openBot(page, home, 'over');
    await page.getByRole('button', { name: 'Add IP range' }).click();
    await page.getByLabel('Start IP range').fill('7.7.7.7');
    await page.getByLabel('Note').fill('typed before');
    await page.context().clearCookies();
    await page.locator('form button[type=submit]').click();
    await page.getByRole('heading', { name: 'Your session is over' }).waitFor();
    const [login] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: 'Log in, in a new tab' }).click(),
    ]);
    await login.getByRole('button', { name: /Super admin/ }).click();
    await login.getByRole('heading', { name: 'Access control' }).waitFor();
    await login.close();
    const back = page.getByRole('button', { name: 'I have logged in' });
    if (await back.isVisible()) await back.click();
    await page.getByRole('heading', { name: 'Your session is over' }).waitFor({ state: 'detached' });
    t.equal(await page.getByLabel('Note').inputValue(), 'typed before');
    await page.reload();
    t.equal(await page.getByLabel('Note').inputValue(), 'typed before', 'a reload loses nothing either');
    await page.locator('form button[type=submit]').click();
    await row(page, '7.7.7.7').waitFor();
  },

  async 'the private door: a pasted token'(t, { open, gateway, platform }) {
    const page = await open();
    await page.goto(`${gateway.privateUrl}/_gateway`);
    await page.getByLabel('Token').fill(await platform.token('member'));
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByText('You are signed in, but manage nothing here.').waitFor();
    await page.getByLabel('Token').fill(await platform.token('super-admin'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Access control' }).waitFor();
    const [cookie] = await page.context().cookies();
    t.match(cookie, { httpOnly: true, sameSite: 'Strict' });
    await page.reload();
    await page.getByRole('heading', { name: 'Access control' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    t.same(await page.context().cookies(), []);
  },

  async 'an owner has their bot, and nothing else'(t, { signedIn, home, call }) {
    await call('POST', '/whitelists/bot%3Asecret/ranges', { start: '1.1.1.1', end: '1.1.1.1' });
    const page = await signedIn('owner');
    await page.getByRole('link', { name: 'sales' }).waitFor();
    t.equal(await page.locator('table.bots tbody tr').count(), 1, 'one bot is listed');
    t.equal(await page.getByRole('link', { name: 'The platform' }).count(), 0);
    for (const place of ['platform', 'bots/secret']) {
      await page.goto(`${home}#/${place}`);
      await page.getByText('You do not manage this.').waitFor();
      t.equal(await page.getByText('1.1.1.1').count(), 0, place);
    }
    await openBot(page, home, 'sales');
    await page.getByText('Now: enforce.').waitFor();
    t.equal(await page.getByText('The platform’s list is on').count(), 0);
    await call('PATCH', '/whitelists/platform', { enabled: true, requireLogin: true });
    await lookAgain(page);
    await page.getByText('The platform’s list is on, and its addresses count for this bot too.').waitFor();
    await page.getByText('Now: yes.').waitFor();
    await call('PATCH', '/whitelists/platform', { enabled: false, requireLogin: null });
    await lookAgain(page);
    await page.getByText('Now: yes.').waitFor({ state: 'detached' });
    await addRange(page, '3.3.3.3', '3.3.3.3');
    await page.goto(`${home}#/changes`);
    await page.getByText('Added 3.3.3.3', { exact: true }).waitFor();
    t.equal(await page.getByText('secret').count(), 0, 'nor does the log tell of other bots');
  },
};
