import type { Page } from 'playwright-core';
import { barOf, notice, openBot } from './hands.ts';
import type { Part, Scene } from './scene.ts';

const TRIAL = /^On trial: take it back after 5 minutes/;

/** A choice of what is open now: of a dialog, or of the page. */
const choose = (page: Page): Promise<void> => page.getByLabel(TRIAL).last().check();

/** What the gateway has on trial of a bot. */
async function onTrial({ call }: Scene, bot: string): Promise<number> {
  const { trials } = (await call('GET', '/trials')) as { trials: { scope: string; secondsLeft: number }[] };
  return trials.filter(({ scope, secondsLeft }) => scope === `bot:${bot}` && secondsLeft > 60).length;
}

type Begin = (page: Page) => Promise<void>;

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).last().click();

/** Each way to change a list; each finds it as the one before left it, and is taken back. */
const ways: Readonly<Record<string, Begin>> = {
  async adding(page) {
    await press(page, 'Add IP range');
    await page.getByLabel('Start IP range').fill('203.0.113.141');
    await choose(page);
    await page.locator('form button[type=submit]').click();
  },
  async importing(page) {
    await press(page, 'Add a list or a file');
    await page.getByLabel('List of ranges').fill('203.0.113.142\n203.0.113.143');
    await choose(page);
    await press(page, 'Add 2 ranges');
  },
  async editing(page) {
    await page.getByRole('button', { name: /^Edit/ }).first().click();
    await page.getByLabel('Note').fill('Another');
    await choose(page);
    await press(page, 'Save');
  },
  async deleting(page) {
    await page
      .getByRole('button', { name: /^Delete/ })
      .first()
      .click();
    await choose(page);
    await press(page, 'Delete');
  },
  async 'deleting many'(page) {
    await page.getByLabel('Select all of this page').check();
    await press(page, 'Delete selected');
    await choose(page);
    await press(page, 'Delete');
  },
  async 'switching on'(page) {
    await page.getByText('What switching it on would change').click();
    await choose(page);
    await page.getByRole('switch').click();
  },
  async settings(page) {
    await page.getByRole('group', { name: 'Require login' }).getByLabel('Yes').check();
    await choose(page);
    await press(page, 'Save settings');
  },
};

/** Trials are begun where lists are changed. */
export const trialsBegun: Record<string, Part> = {
  async 'trials: each change of a list can be made on trial'(t, scene) {
    const { signedIn, home, call } = scene;
    const path = '/whitelists/bot%3Abegun';
    await call('POST', `${path}/ranges`, { start: '203.0.113.140', end: '203.0.113.140' });
    const before = await call('GET', path);
    const page = await signedIn('super-admin');
    const bar = barOf(page, 'begun');
    for (const [name, begin] of Object.entries(ways)) {
      await openBot(page, home, 'begun');
      t.equal(await onTrial(scene, 'begun'), 0);
      await begin(page);
      await notice(page).filter({ hasText: 'It is on trial: keep it within 5 minutes' }).waitFor();
      await bar.waitFor();
      t.equal(await onTrial(scene, 'begun'), 1, `${name}: it is on trial`);
      await bar.getByRole('button', { name: 'Take it back' }).click();
      await bar.waitFor({ state: 'detached' });
      const { enabled, requireLogin, ranges } = before;
      t.match(await call('GET', path), { enabled, requireLogin, ranges }, `${name}: it is taken back`);
      await page.goto(`${home}#/`);
    }
  },

  async 'trials: switching off, undoing and bringing back; a choice that was not made is none'(t, scene) {
    const { signedIn, home, call } = scene;
    const path = '/whitelists/bot%3Abegun.two';
    await call('PATCH', path, { enabled: true });
    const page = await signedIn('super-admin');
    const bar = barOf(page, 'begun.two');
    const kept = async (name: string) => {
      await bar.waitFor();
      t.equal(await onTrial(scene, 'begun.two'), 1, `${name}: it is on trial`);
      await bar.getByRole('button', { name: 'Keep it' }).click();
      await bar.waitFor({ state: 'detached' });
    };
    await openBot(page, home, 'begun.two');
    await page.getByRole('switch').click();
    await choose(page);
    await press(page, 'Keep it on');
    await page.getByRole('switch').click();
    t.notOk(await page.getByLabel(TRIAL).last().isChecked(), 'it was chosen for what was not done');
    await choose(page);
    await press(page, 'Switch off');
    await kept('switching off');
    await page.getByRole('switch').click();
    await notice(page).filter({ hasText: 'IP whitelisting is on. Live' }).waitFor();
    t.equal(await onTrial(scene, 'begun.two'), 0, 'the next change is no trial');
    await page.goto(`${home}#/changes/bots/begun.two`);
    await page.getByRole('button', { name: /^Undo/ }).first().click();
    await choose(page);
    await press(page, 'Undo it');
    await kept('undoing');
    await page.locator('.change').filter({ hasText: 'stay' }).nth(1).waitFor();
    await page
      .getByRole('button', { name: /^Bring back/ })
      .last()
      .click();
    await choose(page);
    await press(page, 'Bring it back');
    await kept('bringing back');
    t.match(await call('GET', path), { enabled: true });
  },

  async 'trials: what shuts out who makes it can be tried'(t, scene) {
    const { signedIn, home, call } = scene;
    const path = '/whitelists/bot%3Abegun.three';
    await call('PATCH', path, { mode: 'report' });
    const page = await signedIn('super-admin');
    await openBot(page, home, 'begun.three');
    await page.getByRole('group', { name: 'Mode' }).getByLabel('Enforce').check();
    await press(page, 'Save settings');
    const lockout = page.getByRole('dialog').filter({ hasText: 'You would shut yourself out' });
    await lockout.getByLabel(TRIAL).check();
    await lockout.getByRole('button', { name: 'Do it all the same' }).click();
    await notice(page).filter({ hasText: 'It is on trial' }).waitFor();
    t.equal(await onTrial(scene, 'begun.three'), 1);
    t.match(await call('GET', path), { mode: 'enforce' });
    await barOf(page, 'begun.three').getByRole('button', { name: 'Take it back' }).click();
    await notice(page)
      .filter({ hasText: /^Change \d+ is taken back/ })
      .waitFor();
    t.match(await call('GET', path), { mode: 'report' });
  },
};
