import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { notice, openBot, row } from './hands.ts';
import { needsChromium, openScene } from './scene.ts';
import type { Scene } from './scene.ts';

const chromium = needsChromium(t);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const everyRule = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds on the page as it stands. */
async function findings(page: Page, rules: readonly string[] = everyRule): Promise<readonly string[]> {
  await page
    .evaluate(`window.axe === undefined`)
    .then((missing) => (missing === true ? page.evaluate(axe) : missing));
  return page.evaluate<string[]>(`axe
    .run(document, { runOnly: ${JSON.stringify(rules)} })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html)))`);
}

const hostile = [
  `<img src=x onerror="window.hit=1">`,
  `"><script>window.hit=1</script>`,
  `'};window.hit=1;//`,
  'javascript:window.hit=1',
  '{{constructor.constructor("window.hit=1")()}}',
];

/** Every page in each of its states, and how to come to it. */
const places: Record<string, (page: Page, home: string) => Promise<unknown>> = {
  overview: (page, home) => page.goto(`${home}#/`),
  'no such page': (page, home) => page.goto(`${home}#/nowhere`),
  platform: (page, home) => page.goto(`${home}#/platform`),
  'bot, adding': async (page, home) => {
    await openBot(page, home, 'shown');
    await page.getByRole('button', { name: 'Add IP range' }).click();
    await page.getByLabel('Start IP range').fill('10.0.0.0/7');
    await page.getByLabel('Note').click();
    await page.getByText('I mean all').waitFor();
    await page.getByLabel('End IP range').fill('10.0.0.999');
    await page.getByText('must not have a number above 255').waitFor();
  },
  'bot, a list': async (page, home) => {
    await openBot(page, home, 'listed');
    await page.getByRole('button', { name: 'Add a list or a file' }).click();
    await page.getByLabel('List of ranges').fill('8.8.8.8\n1.2.3\n10.0.0.0/7');
    await page.getByText('1 line cannot be read').waitFor();
  },
  'bot, editing': async (page, home) => {
    await openBot(page, home, 'hostile');
    await page.getByRole('button', { name: /^Edit/ }).first().click();
    await page.getByRole('dialog').getByLabel('Start IP range').waitFor();
  },
  'bot, deleting': async (page, home) => {
    await openBot(page, home, 'hostile');
    await page
      .getByRole('button', { name: /^Delete/ })
      .first()
      .click();
    await page.getByRole('dialog').waitFor();
  },
  'change log': async (page, home) => {
    await page.goto(`${home}#/changes`);
    await page.getByText('window.hit').first().waitFor();
  },
  'test access': async (page, home) => {
    await page.goto(`${home}#/test`);
    await page.getByLabel('URL').fill('/transcripts/hostile/%3Cimg%20src=x%20onerror=window.hit=1%3E');
    await page.getByLabel('Forwarding header').fill('8.8.4.4, 10.9.9.9');
    await page.getByLabel('Address', { exact: true }).fill('127.0.0.1');
    await page.getByText('Somebody').click();
    await page.locator('form button[type=submit]').click();
    await page.getByRole('heading', { name: 'Step by step' }).waitFor();
    await page.getByText('10.9.9.9 (x-forwarded-for): trusted proxy').waitFor();
  },
};

/** Colours are all that differs in the dark, places and sizes on a phone. */
const looks = [
  { colorScheme: 'light', viewport: { width: 1100, height: 800 }, rules: everyRule },
  { colorScheme: 'dark', viewport: { width: 1100, height: 800 }, rules: ['color-contrast'] },
  { colorScheme: 'light', viewport: { width: 320, height: 640 }, rules: ['target-size', 'color-contrast'] },
] as const;

/** Hostile text in every field that is stored, or shown again. */
async function fill({ call, hostileAdmin }: Scene): Promise<void> {
  for (const [index, note] of hostile.entries()) {
    const address = `8.8.${index}.1`;
    await hostileAdmin('POST', '/whitelists/bot%3Ahostile/ranges', { start: address, end: address, note });
  }
  await call('PATCH', '/whitelists/platform', { enabled: true });
}

async function isUntouched(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    `window.hit === undefined && document.querySelectorAll('main img, main script, iframe').length === 0`,
  );
}

async function everyPage(t: Test, scene: Scene): Promise<void> {
  const bare = await scene.open();
  await bare.goto(scene.home);
  await bare.getByLabel('Or paste a token').waitFor();
  await bare.evaluate(`document.querySelector('label').remove()`);
  t.match(await findings(bare, ['wcag2a']), [/^label: /], 'axe sees what is missing');
  for (const look of looks) {
    const page = await scene.signedIn('super-admin', '', look);
    for (const [name, come] of Object.entries(places)) {
      await come(page, scene.home);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const title = `${name}, ${look.colorScheme}, ${look.viewport.width} px`;
      t.same(await findings(page, look.rules), [], `${title}: axe finds nothing`);
      t.ok(await isUntouched(page), `${title}: nothing that was stored is run`);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      t.ok(width <= look.viewport.width, `${title}: nothing sticks out`);
      await page.keyboard.press('Escape');
      await page.evaluate('sessionStorage.clear()');
    }
    await page.context().close();
  }
}

const typed: readonly (readonly [string, string | RegExp])[] = [
  ['8.8.8.8', '8.8.8.8'],
  ['  8.8.8.8\t', '8.8.8.8'],
  ['8.8.8.0/24', '8.8.8.0 – 8.8.8.255'],
  ['8.8.8.8/32', '8.8.8.8'],
  ['8.8.8.1 - 8.8.8.9', '8.8.8.1 – 8.8.8.9'],
  ['8.8.8.1–8.8.8.9', '8.8.8.1 – 8.8.8.9'],
  ['8.8.8.8 # a note', '8.8.8.8'],
  ['0.0.0.0/0', '0.0.0.0 – 255.255.255.255'],
  ['8.8.8.5/24', /is a network|first address/],
  ['8.8.8.0/33', /must|network/],
  ['8.8.8.0/08', /must|network/],
  ['8.8.8.9 - 8.8.8.1', /must/],
  ['010.1.1.1', /leading zeros/],
  ['0x8.8.8.8', /must be an IPv4 address/],
  ['8.8.8', /exactly four numbers/],
  ['134744072', /exactly four numbers/],
  ['8.8.8.8.8', /exactly four numbers/],
  ['8.8.8.256', /above 255/],
  ['8.8.8.-1', /must be/],
  ['8.8. 8.8', /must not contain spaces/],
  ['８.8.8.8', /must be an IPv4 address/],
  ['٨.8.8.8', /must be an IPv4 address/],
  ['8。8。8。8', /must be an IPv4 address/],
  ['::1', /not IPv4/],
  ['::ffff:8.8.8.8', /not IPv4/],
  ['8.8.8.8:80', /not IPv4/],
  ['localhost', /must be an IPv4 address/],
  ['__proto__', /must be an IPv4 address/],
  ['8.8.8.8;1', /must be an IPv4 address/],
  ['8.8.8.*', /must be an IPv4 address/],
];

const parts: Record<string, (t: Test, scene: Scene) => Promise<void>> = {
  'every page, light, dark and on a phone': everyPage,

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
    await save.click();
    await notice(page).filter({ hasText: 'Added 3,001 ranges.' }).waitFor();
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

if (chromium !== undefined) {
  t.test('the pages of the dashboard', async (t) => {
    const scene = await openScene(t, chromium);
    await fill(scene);
    for (const [name, part] of Object.entries(parts)) await t.test(name, (t) => part(t, scene));
    t.same(scene.troubles, [], 'no script error, no refusal of the content policy, no byte from elsewhere');
  });
}
