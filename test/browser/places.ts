import type { Page } from 'playwright-core';
import { lookAgain, lookAway, lookBack, notice, openBot } from './hands.ts';
import { tryOut } from './trials.ts';
import { happened } from './places-happened.ts';
import type { Scene } from './scene.ts';

export type Way = (page: Page, scene: Scene) => Promise<unknown>;

const dialog = (page: Page) => page.getByRole('dialog').waitFor();

/** The way to the pages that a super admin sees. */
const superAdmin: Record<string, Way> = {
  overview: async (page, { home }) => {
    await page.goto(`${home}#/`);
    await page.getByRole('link', { name: 'hostile' }).waitFor();
    for (const more of await page.locator('main summary').all()) await more.click();
  },
  'overview, no such bot': async (page) => {
    await page.getByLabel('Search bots').fill('no.such-bot');
    await page.getByRole('link', { name: 'Open access control for no.such-bot' }).waitFor();
  },
  'no such page': (page, { home }) => page.goto(`${home}#/nowhere`),
  platform: async (page, { home }) => {
    await page.goto(`${home}#/platform`);
    await page.getByRole('switch').waitFor();
  },
  'bot, adding': async (page, { home }) => {
    await openBot(page, home, 'shown');
    await page.getByRole('button', { name: 'Add IP range' }).click();
    await page.getByLabel('Start IP range').fill('10.0.0.0/7');
    await page.getByLabel('Note').click();
    await page.getByText('I mean all').waitFor();
    await page.getByLabel('End IP range').fill('10.0.0.999');
    await page.getByText('must not have a number above 255').waitFor();
  },
  'bot, adding, what it does': async (page) => {
    await page.getByLabel('Start IP range').fill('198.51.0.0');
    await page.getByLabel('End IP range').fill('198.53.255.255');
    await page.getByText('Your own address').waitFor();
  },
  'bot, a list': async (page, { home }) => {
    await openBot(page, home, 'listed');
    await page.getByRole('button', { name: 'Add a list or a file' }).click();
    await page.getByLabel('List of ranges').fill('8.8.8.8 # one\n1.2.3\n10.0.0.0/7');
    await page.getByText('1 line cannot be read').waitFor();
  },
  'bot, changed meanwhile': async (page, { home, call }) => {
    await openBot(page, home, 'meanwhile');
    await page.getByRole('button', { name: 'Add IP range' }).click();
    await page.getByLabel('Start IP range').fill('5.5.5.5');
    await lookAway(page);
    await call('POST', '/whitelists/bot%3Ameanwhile/ranges', { start: '6.6.6.6', end: '6.6.6.9' });
    await page.locator('form button[type=submit]').click();
    await page.getByText('Not saved yet: the list was changed meanwhile.').waitFor();
  },
  'bot, saved': async (page) => {
    await page.locator('form button[type=submit]').click();
    await notice(page).filter({ hasText: 'Live on 1 of 1 gateway.' }).waitFor();
    await lookBack(page);
  },
  'enforcing, foreseen': async (page, { home, call, visit }) => {
    await call('PATCH', '/whitelists/bot%3Areported', { mode: 'report' });
    await visit('reported', '203.0.113.7');
    await page.goto(`${home}#/enforcing/bots/reported`);
    await page.getByText('would have been refused').waitFor();
  },
  'bot, switching off': async (page, { home }) => {
    await openBot(page, home, 'on');
    await page.getByRole('switch').click();
    await dialog(page);
  },
  'bot, report mode': async (page) => {
    await page.getByRole('group', { name: 'Mode' }).getByLabel('Report').check();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await dialog(page);
  },
  'bot, editing': async (page, { home }) => {
    await openBot(page, home, 'hostile');
    await page.getByRole('button', { name: /^Edit/ }).first().click();
    await page.getByRole('dialog').getByLabel('Start IP range').waitFor();
  },
  'bot, deleting': async (page) => {
    const [first] = await page.getByRole('button', { name: /^Delete/ }).all();
    await first?.click();
    await dialog(page);
  },
  'change log': async (page, { home }) => {
    await page.goto(`${home}#/changes/bots/hostile`);
    await page.getByText('window.hit').first().waitFor();
  },
  'change log, undoing': async (page) => {
    await page.getByRole('button', { name: /^Undo/ }).first().click();
    await dialog(page);
  },
  'change log, on trial, comparing': async (page, { home }) => {
    await tryOut(page, 'compared', { enabled: true });
    await page.goto(`${home}#/changes/bots/compared`);
    await page.getByRole('region', { name: 'On trial' }).waitFor();
    await page.getByText('Compare two revisions').click();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('status').getByText('Switched IP whitelisting on').waitFor();
  },
  'change log, bringing back': async (page) => {
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByRole('region', { name: 'On trial' }).waitFor({ state: 'detached' });
    await page
      .getByRole('button', { name: /^Bring back/ })
      .last()
      .click();
    await page.getByRole('dialog').getByText('The change log will say').waitFor();
    await page.getByRole('dialog').getByText('Switched IP whitelisting on').waitFor();
  },
  'change log, who read': async (page, { home, call }) => {
    await call('GET', '/lookup?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.hit%3D1%3E');
    await page.goto(`${home}#/changes`);
    await page.getByText('Who read the record of visits').click();
    await page.getByRole('listitem').filter({ hasText: 'looked up “<img' }).waitFor();
  },
  ...happened,
  people: async (page, { home, call }) => {
    const subject = '<img src=x onerror=window.hit=1>';
    await call('POST', '/revocations', { issuer: 'scripts', subject: `someone ${subject}`, note: subject });
    await page.goto(`${home}#/people`);
    await page.getByText('window.hit').first().waitFor();
  },
  'people, lifting': async (page) => {
    await page.getByRole('button', { name: /^Lift/ }).first().click();
    await dialog(page);
  },
  'a person': async (page, { home }) => {
    await page.goto(`${home}#/people/scripts/someone%20else`);
    await page.getByText('Nothing of theirs is').waitFor();
  },
  'a person, signing out': async (page) => {
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await dialog(page);
  },
  'test access': async (page, { home }) => {
    await page.goto(`${home}#/test`);
    await page.getByLabel('URL').fill('/transcripts/hostile/%3Cimg%20src=x%20onerror=window.hit=1%3E');
    await page.getByLabel('Forwarding header').fill('8.8.4.4, 10.9.9.9');
    await page.getByLabel('Address', { exact: true }).fill('127.0.0.1');
    await page.getByText('Somebody').click();
    await page.locator('form button[type=submit]').click();
    await page.getByRole('heading', { name: 'Step by step' }).waitFor();
    await page.getByText('10.9.9.9 (x-forwarded-for): trusted proxy').waitFor();
  },
  'session over': async (page, { home }) => {
    await openBot(page, home, 'over');
    await page.context().clearCookies();
    await lookAgain(page);
    await page.getByRole('heading', { name: 'Your session is over' }).waitFor();
  },
};

/** And the others' pages. */
export const places: Record<'nobody' | 'owner' | 'super-admin', Record<string, Way>> = {
  nobody: {
    'log in': async (page, { home }) => {
      await page.goto(home);
      await page.getByLabel('Or paste a token').waitFor();
    },
    'log in, refused': async (page, { gateway }) => {
      await page.goto(`${gateway.privateUrl}/_gateway/`);
      await page.getByLabel('Token').fill('garbage');
      await page.getByRole('button', { name: 'Use this token' }).click();
      await page.getByText('does not take this token').first().waitFor();
    },
  },
  owner: {
    overview: (page) => page.getByRole('link', { name: 'sales' }).waitFor(),
    bot: (page, { home }) => openBot(page, home, 'sales'),
    'not theirs': async (page, { home }) => {
      await page.goto(`${home}#/bots/hostile`);
      await page.getByText('You do not manage this.').waitFor();
    },
  },
  'super-admin': superAdmin,
};
