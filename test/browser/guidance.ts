import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addRange, lookAgain, notice, openBot, row } from './hands.ts';
import { ADMIN_ADDRESS, OTHER_SITE } from './scene.ts';
import type { Part } from './scene.ts';

/** What is typed as a range, and what must be said of it before it is saved. */
const warnings: readonly (readonly [string, RegExp])[] = [
  ['8.8.8.128/25', /Already covered by 8\.8\.8\.0 – 8\.8\.8\.255 \(Office\): nobody new is let in/],
  ['8.8.8.0/24', /This range is in the list already \(Office\)/],
  ['8.8.8.200 - 8.8.9.10', /Overlaps 8\.8\.8\.0 – 8\.8\.8\.255 \(Office\)/],
  ['8.8.0.0/16', /Covers 8\.8\.8\.0 – 8\.8\.8\.255 \(Office\)/],
  ['9.0.0.0/15', /Very wide: 131,072 addresses, more than a \/16/],
  ['0.0.0.0/0', /every IPv4 address there is/],
  ['192.168.1.0/24', /192\.168\.0\.0\/16 are private/],
  ['10.0.0.1', /10\.0\.0\.0\/8 are private/],
  ['127.0.0.1', /127\.0\.0\.1 is a proxy in front of this gateway, not a visitor/],
  ['127.0.0.1', /the gateway’s own machine/],
  ['100.64.0.0/24', /carrier-grade NAT/],
  [ADMIN_ADDRESS, /Your own address, 198\.51\.100\.7, is in this range/],
];

/** What the dashboard says before and after, and whom it refuses. */
export const guidance: Record<string, Part> = {
  async 'what a change would do is said before it is done'(t, { signedIn, home, call }) {
    await call('POST', '/whitelists/bot%3Asaid/ranges', {
      start: '8.8.8.0',
      end: '8.8.8.255',
      note: 'Office',
    });
    const page = await signedIn('super-admin');
    await openBot(page, home, 'said');
    await page.getByRole('button', { name: 'Add IP range' }).click();
    for (const [text, said] of warnings) {
      await page.getByLabel('End IP range').fill('');
      await page.getByLabel('Start IP range').fill(text);
      await page.getByLabel('Note').click();
      const message = page.locator('.preview .message').filter({ hasText: said });
      await message.waitFor();
      t.ok(await message.isVisible(), `${text}: ${String(said)}`);
    }
    await page.getByLabel('Start IP range').fill('9.0.0.0/15');
    await page.locator('form button[type=submit]').click();
    await page.getByText('I mean all 131,072 addresses.').click();
    await page.locator('form button[type=submit]').click();
    await row(page, '9.0.0.0').waitFor();
    t.match(
      await call('GET', '/whitelists/bot%3Asaid'),
      { total: 2 },
      'a very wide one only when it is meant',
    );
  },

  async 'whether one would still be in'(t, { signedIn, home, call }) {
    const page = await signedIn('super-admin');
    await openBot(page, home, 'still');
    await page.getByRole('switch').click();
    await addRange(page, ADMIN_ADDRESS, ADMIN_ADDRESS);
    await row(page, ADMIN_ADDRESS).getByText('you').waitFor();
    await page.getByRole('switch').click();
    await page.getByText('it would no longer let you in').waitFor();
    await page.getByRole('button', { name: 'Keep it on' }).click();
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByText('Your own address, 198.51.100.7, would no longer be in this list.').waitFor();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await addRange(page, '198.51.100.0', '198.51.100.255');
    await page.getByRole('button', { name: `Delete ${ADMIN_ADDRESS}` }).click();
    await page.getByText('stays in this list: 198.51.100.0 – 198.51.100.255 holds it too').waitFor();
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByRole('button', { name: 'Edit 198.51.100.0' }).click();
    const { revision } = await call('GET', '/whitelists/bot%3Astill');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    t.match(
      await call('GET', '/whitelists/bot%3Astill'),
      { revision },
      'saving what is there changes nothing',
    );
    await page.getByRole('button', { name: 'Edit 198.51.100.0' }).click();
    await page.getByRole('dialog').getByLabel('Start IP range').fill('198.51.100.9');
    await page.getByText(`stays in this list: ${ADMIN_ADDRESS} holds it too`).waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await row(page, '198.51.100.9').waitFor();
    t.equal(await page.locator('table.ranges tbody tr').count(), 2);
  },

  async 'settings: what opens more is asked once, and undone'(t, { signedIn, home, visit }) {
    const page = await signedIn('super-admin');
    await openBot(page, home, 'set');
    const mode = page.getByRole('group', { name: 'Mode' });
    t.equal(await visit('set', '8.8.4.4'), 401);
    await mode.getByLabel('Report').check();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByRole('dialog').getByText('In report mode nobody is refused').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Report mode: nobody is refused.').waitFor();
    t.equal(await visit('set', '8.8.4.4'), 200);
    const undo = page.getByRole('button', { name: 'Undo', exact: true });
    await undo.click();
    const lockout = page.getByRole('dialog').filter({ hasText: 'You would shut yourself out' });
    await lockout.getByRole('button', { name: 'Cancel' }).click();
    await lockout.waitFor({ state: 'detached' });
    t.equal(await visit('set', '8.8.4.4'), 200, 'nothing was done');
    await undo.click();
    await lockout.getByRole('button', { name: 'Do it all the same' }).click();
    await page.getByText('Report mode: nobody is refused.').waitFor({ state: 'detached' });
    t.equal(await visit('set', '8.8.4.4'), 401);
    await page.getByRole('group', { name: 'Require login' }).getByLabel('Yes').check();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await addRange(page, '8.8.4.4', '8.8.4.4');
    await page.getByRole('switch').click();
    await page.getByText('sees this bot’s transcripts, once they are signed in.').waitFor();
    t.equal(await visit('set', '8.8.4.4'), 401, 'a listed address is not enough then');
  },

  async 'settings: what another admin made of one meanwhile is told before it is overwritten'(t, scene) {
    const page = await scene.signedIn('super-admin');
    await openBot(page, scene.home, 'both');
    const when = page.getByRole('group', { name: 'When off' });
    const login = page.getByRole('group', { name: 'Require login' });
    await login.getByLabel('No', { exact: true }).check();
    await scene.call('PATCH', '/whitelists/bot%3Aboth', { enabled: true, requireLogin: true });
    await lookAgain(page);
    await page.getByRole('switch', { checked: true }).waitFor();
    const save = page.getByRole('button', { name: 'Save settings' });
    await save.click();
    await page.getByText('Not saved yet: the list was changed meanwhile.').waitFor();
    t.match(await scene.call('GET', '/whitelists/bot%3Aboth'), { requireLogin: true }, 'not overwritten');
    t.ok(await login.getByLabel('No', { exact: true }).isChecked(), 'what was chosen is kept');
    await save.click();
    await notice(page).filter({ hasText: 'Settings saved' }).waitFor();
    await when.getByLabel('Members').check();
    await scene.call('PATCH', '/whitelists/bot%3Aboth', { enabled: false });
    await lookAgain(page);
    await page.getByRole('switch', { checked: false }).waitFor();
    await save.click();
    await page.getByText('Not saved yet').waitFor({ state: 'detached' });
    await notice(page).filter({ hasText: 'Settings saved' }).waitFor();
    const stored = { enabled: false, requireLogin: false, whenOff: 'members' };
    t.match(
      await scene.call('GET', '/whitelists/bot%3Aboth'),
      stored,
      'another key of theirs is no conflict',
    );
  },

  async 'the change log: filters, and undoing'(t, { signedIn, home, call }) {
    const page = await signedIn('super-admin');
    await call('POST', '/whitelists/bot%3Alogged/ranges', { start: '4.4.4.4', end: '4.4.4.4', note: 'Fair' });
    await call('PATCH', '/whitelists/bot%3Alogged', { enabled: true });
    await page.goto(`${home}#/changes`);
    await page.getByLabel('List', { exact: true }).fill('logged');
    await page.keyboard.press('Enter');
    await page.getByText('Only Bot logged.').waitFor();
    const entries = page.locator('.change');
    await entries.nth(1).waitFor();
    await page.getByLabel('What').selectOption('Switched on or off');
    await page.getByText('1 change', { exact: true }).waitFor();
    t.match(await entries.allInnerTexts(), [/Switched IP whitelisting on/]);
    await page.getByLabel('What').selectOption('Anything');
    await page.getByLabel('Address or note').fill('fair');
    await page.getByText('Added 4.4.4.4 (Fair)').waitFor();
    await page.getByText('1 change', { exact: true }).waitFor();
    t.match(await entries.allInnerTexts(), [/Added 4\.4\.4\.4 \(Fair\)/]);
    await page.getByLabel('By whom').fill('nobody of that name');
    await page.getByText('0 changes', { exact: true }).waitFor();
    await page.getByLabel('By whom').fill('person-super-admin');
    await entries.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Undo it' }).click();
    await notice(page).filter({ hasText: 'is undone' }).waitFor();
    t.match(
      await call('GET', '/whitelists/bot%3Alogged'),
      { total: 0, enabled: true },
      'the later change is kept',
    );
  },

  async 'other sites: no frame around it, no form into it'(t, { signedIn, home, call, gateway }) {
    const api = `${gateway.publicUrl}/_gateway/api/v1`;
    const site = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<iframe src="${home}"></iframe><form method="post" enctype="text/plain"
        action="${api}/changes/1/revert"><button>Win</button></form>`);
    });
    await new Promise<void>((resolve) => void site.listen(0, OTHER_SITE, resolve));
    t.teardown(() => site.close());
    await call('PATCH', '/whitelists/bot%3Aframed', { enabled: true });
    const page = await signedIn('super-admin');
    const elsewhere = `http://${OTHER_SITE}:${(site.address() as AddressInfo).port}/`;
    const { revision } = await call('GET', '/whitelists/platform');
    await page.goto(elsewhere);
    const frame = page.frames()[1];
    t.equal(
      await frame?.evaluate<number>('document.querySelectorAll("#app").length'),
      0,
      'the frame stays empty',
    );
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/revert')),
      page.getByRole('button', { name: 'Win' }).click(),
    ]);
    t.ok([401, 403, 415].includes(answer.status()), `refused with ${answer.status()}`);
    t.match(await call('GET', '/whitelists/platform'), { revision }, 'nothing was changed');
    const { headers } = await fetch(home);
    t.match(Object.fromEntries(headers), {
      'x-frame-options': 'DENY',
      'content-security-policy': /frame-ancestors 'none'.*require-trusted-types-for 'script'/,
      'cache-control': 'no-cache',
    });
  },
};
