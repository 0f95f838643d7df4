import type { Page } from 'playwright-core';
import { focused, holds, tabTo } from './hands.ts';
import type { Part, Scene } from './scene.ts';

/** Visits that are told apart by their bot. */
async function fill({ visit, call }: Scene, bot: string): Promise<void> {
  const list = `/whitelists/bot%3A${bot}`;
  await call('POST', `${list}/ranges`, { start: '203.0.113.20', end: '203.0.113.20', note: 'Office' });
  await call('PATCH', list, { enabled: true });
  await visit(bot, '203.0.113.20');
  for (let times = 0; times < 3; times += 1) await visit(bot, '203.0.113.21');
}

const rows = (page: Page) => page.getByRole('table', { name: 'Decisions' }).locator('tbody tr:not(.opened)');

async function shows(page: Page, count: number): Promise<void> {
  await holds(page, `document.querySelectorAll('table.events tbody tr:not(.opened)').length === ${count}`);
}

/** Drags over the bars, from one share of their width to another. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  const box = await page.locator('.plot .u-over').boundingBox();
  if (box === null) throw new Error('there is no plot');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, y, { steps: 5 });
  await page.mouse.up();
}

/** What was decided: over days, as it comes, narrowed, and each whole. */
export const activity: Record<string, Part> = {
  async 'activity: narrowed by links, and a row opens to the whole decision'(t, scene) {
    await fill(scene, 'acted');
    const page = await scene.signedIn('super-admin');
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
    await page.goto(`${scene.home}#/activity?last=1h&bot=acted`);
    await shows(page, 4);
    await page.getByRole('region', { name: 'Most frequent: Addresses' }).getByText('203.0.113.21').click();
    await shows(page, 3);
    t.match(
      page.url(),
      /#\/activity\?last=1h&bot=acted&address=203\.0\.113\.21$/,
      'the address holds it all',
    );
    const other = await scene.signedIn('super-admin');
    await other.goto(page.url());
    await shows(other, 3);
    t.match(await rows(other).first().innerText(), /Asked to log in\s+no-credential/);
    await rows(page).first().getByRole('button', { name: 'Open' }).click();
    const whole = page.locator('tr.opened');
    await whole.getByText('If it came now').waitFor();
    t.match(await whole.innerText(), /GET \/transcripts\/:botId\/:conversationId[^]*203\.0\.113\.21/);
    await scene.call('POST', '/whitelists/bot%3Aacted/ranges', {
      start: '203.0.113.21',
      end: '203.0.113.21',
    });
    await page.getByRole('button', { name: 'Close' }).click();
    await rows(page).first().getByRole('button', { name: 'Open' }).click();
    await whole.getByText('The address is in the bot’s list.').waitFor();
    await whole.getByText('Step by step').click();
    await page.getByRole('link', { name: 'Not only 203.0.113.21' }).click();
    await shows(page, 4);
    await page.goto(`${scene.home}#/activity?bot=never.asked`);
    await page.getByText('Nothing was decided in this time that matches.').waitFor();
  },

  async 'activity: as it comes, paused and on again'(t, scene) {
    await fill(scene, 'live');
    const page = await scene.signedIn('super-admin');
    await page.goto(`${scene.home}#/activity?bot=live`);
    await page.getByText('New ones appear as they come').waitFor();
    await shows(page, 4);
    await scene.visit('live', '203.0.113.22');
    await rows(page).filter({ hasText: '203.0.113.22' }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await scene.visit('live', '203.0.113.23');
    await scene.visit('other.live', '203.0.113.24');
    await page.getByRole('button', { name: 'Go on' }).click();
    await rows(page).filter({ hasText: '203.0.113.23' }).waitFor();
    t.equal(await rows(page).count(), 6, 'nothing is missed, nothing comes twice, and no other bot');
  },

  async 'activity: the plot is dragged over, and a table says the same'(t, scene) {
    await fill(scene, 'plotted');
    const page = await scene.signedIn('super-admin');
    await page.goto(`${scene.home}#/activity?last=15m&bot=plotted`);
    await page.locator('.plot canvas').waitFor();
    t.match(await page.locator('.legend').innerText(), /Let in 1[^]*Asked to log in 3/);
    await page.getByText('The bars as a table').click();
    const bars = page.getByRole('region', { name: 'The bars' });
    t.match(await bars.locator('tbody tr').last().innerText(), /3/);
    await drag(page, 0.2, 0.4);
    await page.getByText('Nothing was decided in this time that matches.').waitFor();
    t.match(page.url(), /bot=plotted&?.*/);
    t.match(page.url(), /from=20.*to=20/);
    await page.goBack();
    await shows(page, 4);
    await page.getByText('The bars as a table').focus();
    await tabTo(page, /^\d+ \w+ \d{4}, \d\d:\d\d$/);
    await page.keyboard.press('Enter');
    await holds(page, `location.hash.includes('from=')`);
    t.ok((await rows(page).count()) <= 4, 'by the keyboard, too');
  },

  async 'activity: an owner has their bot alone'(t, scene) {
    await fill(scene, 'sales');
    await fill(scene, 'not-theirs');
    const page = await scene.signedIn('owner');
    await page.goto(`${scene.home}#/activity`);
    await rows(page).first().waitFor();
    t.notMatch(await page.locator('main').innerText(), /not-theirs/);
    await page.goto(`${scene.home}#/activity?bot=not-theirs`);
    await page.getByText('You do not manage this.').waitFor();
  },

  async 'look-up: what a visitor reads out, an address and a bot, from any page'(t, scene) {
    const { signedIn, home, gateway } = scene;
    await fill(scene, 'sought');
    const answer = await fetch(`${gateway.publicUrl}/transcripts/sought/77`, {
      headers: { accept: 'application/json', 'x-forwarded-for': '203.0.113.25' },
    });
    await answer.arrayBuffer();
    const id = answer.headers.get('x-request-id') ?? '';
    const page = await signedIn('super-admin');
    await page.keyboard.press('/');
    t.equal(await page.evaluate('document.activeElement.getAttribute("aria-label")'), 'Look up');
    await page.keyboard.type(`${id.slice(0, 4)} ${id.slice(4, 8)}`);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Request ${id}` }).waitFor();
    await page.getByText('203.0.113.25').first().waitFor();
    t.match(await focused(page), id.slice(0, 4), 'the heading is read out');
    await page.goto(`${home}#/bots/sought`);
    await page.getByRole('button', { name: 'Add IP range' }).click();
    await page.getByLabel('Start IP range').press('/');
    t.equal(await page.getByLabel('Start IP range').inputValue(), '/', 'in a field it is itself');
    await page.getByLabel('Look up').fill('203.0.113.20');
    await page.keyboard.press('Enter');
    const list = page.getByRole('region', { name: 'In these lists' });
    await list.getByText('Office').first().waitFor();
    t.match(await list.innerText(), /Bot sought\s+On[^]*1 visit in 30 days/);
    await page.goto(`${home}#/lookup?q=nothing%20of%20that`);
    await page.getByText('Nothing is known by “nothing of that”.').waitFor();
    await page.goto(`${home}#/lookup?q=sought`);
    await page.getByRole('link', { name: 'All activity of the bot' }).click();
    await shows(page, 5);
  },
};
