import { holds, notice, openBot, row } from './hands.ts';
import type { Part } from './scene.ts';

/** A sample of what the form's own reading is tested with in test/admin/inputs.test.ts. */
const typed: readonly (readonly [string, string | RegExp])[] = [
  ['8.8.8.8', '8.8.8.8'],
  ['  8.8.8.8\t', '8.8.8.8'],
  ['8.8.8.0/24', '8.8.8.0 – 8.8.8.255'],
  ['8.8.8.1 - 8.8.8.9', '8.8.8.1 – 8.8.8.9'],
  ['8.8.8.8 # a note', '8.8.8.8'],
  ['0.0.0.0/0', '0.0.0.0 – 255.255.255.255'],
  ['8.8.8.5/24', /is a network|first address/],
  ['8.8.8.9 - 8.8.8.1', /must/],
  ['010.1.1.1', /leading zeros/],
  ['8.8.8', /exactly four numbers/],
  ['8.8.8.256', /above 255/],
  ['8.8. 8.8', /must not contain spaces/],
  ['８.8.8.8', /must be an IPv4 address/],
  ['::1', /not IPv4/],
  ['__proto__', /must be an IPv4 address/],
];

/** Ranges as they are typed, and as they come in files. */
export const ranges: Record<string, Part> = {
  async 'what is typed is read as it is meant, or refused by name'(t, { signedIn, home, call }) {
    const page = await signedIn('super-admin');
    await openBot(page, home, 'typed');
    await page.getByRole('button', { name: 'Add IP range' }).click();
    for (const [text, expected] of typed) {
      await page.getByLabel('End IP range').fill('');
      await page.getByLabel('Start IP range').fill(text);
      await page.getByLabel('Note').click();
      if (typeof expected === 'string') {
        await page.locator('.preview strong').filter({ hasText: expected }).waitFor();
        t.equal(await page.locator('.preview strong').innerText(), expected, text);
      } else {
        await page.locator('form button[type=submit]').click();
        t.match(await page.locator('.error').first().innerText(), expected, text);
      }
    }
    t.match(await call('GET', '/whitelists/bot%3Atyped'), { total: 0 }, 'none was saved unasked');
  },

  async 'lists and files: all or nothing, bad lines by number'(t, { signedIn, home, call }) {
    const page = await signedIn('super-admin');
    await openBot(page, home, 'files');
    await page.getByRole('button', { name: 'Add a list or a file' }).click();
    const save = page.locator('.panel button.primary');
    const choose = (text: string) =>
      page
        .getByLabel('or a file', { exact: true })
        .setInputFiles({ name: 'ranges.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    await choose('start,end,note\n8.8.8.8,8.8.8.9,"one, two"\n8.8.8.300,8.8.8.9,\n1.1.1.1,1.1.1.0,x\n');
    await page.getByText('2 lines cannot be read').waitFor();
    t.match(await page.locator('.bad-lines').innerText(), /Line 3 .*start must[\s\S]*Line 4 .*end must/);
    t.equal(await save.getAttribute('aria-disabled'), 'true');
    const lines = Array.from({ length: 3000 }, (_, i) => `9.${i >> 8}.${i & 255}.1,,n${i}`).join('\n');
    await choose(`start,end,note\n${lines}\n8.8.8.8,8.8.8.9,"one, two"\n`);
    await page.getByText('3,001 ranges understood. 3,001 are new.').waitFor();
    // As over a slow line: what is on its way is shown.
    const line = await page.context().newCDPSession(page);
    const speed = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
    await line.send('Network.emulateNetworkConditions', speed);
    await save.click();
    const saving = page.getByRole('progressbar', { name: 'Saving' });
    await page.getByText('Sending 3,001 ranges…').waitFor();
    const share = `document.querySelector('[aria-label=Saving]')?.value`;
    await holds(page, `${share} > 0 && ${share} < 1`);
    await notice(page).filter({ hasText: 'Added 3,001 ranges.' }).waitFor();
    t.equal(await saving.count(), 0);
    await line.send('Network.emulateNetworkConditions', { ...speed, uploadThroughput: -1 });
    await page.getByText('1 – 50 of 3,001').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('51 – 100 of 3,001').waitFor();
    await page.getByLabel('Search ranges').fill('9.11.183.1');
    await row(page, '9.11.183.1').filter({ hasText: 'n2999' }).waitFor();
    t.equal(await page.locator('table.ranges tbody tr').count(), 1);
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await notice(page).filter({ hasText: 'Undone' }).waitFor();
    t.match(await call('GET', '/whitelists/bot%3Afiles'), { total: 0 });
  },
};
