import type { Page } from 'playwright-core';
import { openBot, recorded } from './hands.ts';
import type { Way } from './places.ts';

/** The way to what happened, and what would: activity, look-up, refusals, ranges in use, forecasts. */
export const happened: Record<string, Way> = {
  activity: async (page, { home, gateway }) => {
    for (const id of ['1', '2', '3%3Cimg%20src=x%20onerror=window.hit=1%3E'])
      await (await fetch(`${gateway.publicUrl}/transcripts/hostile/${id}`)).arrayBuffer();
    await page.goto(`${home}#/activity`);
    await page.getByText('window.hit').first().waitFor();
    await page.locator('.plot canvas').waitFor();
  },
  'activity, opened': async (page, { home }) => {
    await page.goto(`${home}#/activity?bot=hostile&last=1h`);
    await page.getByText('Narrow what is shown').click();
    await page.getByText('The bars as a table').click();
    await page.getByRole('button', { name: /^Open/ }).first().click();
    await page.getByText('Step by step').click();
  },
  'activity, nothing': async (page, { home }) => {
    await page.goto(`${home}#/activity?bot=nothing&from=2030-01-01T00:00:00Z&to=2030-02-01T00:00:00Z`);
    await page.getByText('Nothing was decided in this time').waitFor();
  },
  'look-up': async (page, { home }) => {
    await page.goto(`${home}#/lookup?q=8.8.1.1`);
    await page.getByRole('heading', { name: 'In these lists' }).waitFor();
    await page.goto(`${home}#/lookup?q=hostile`);
    await page.getByRole('link', { name: 'All activity of the bot' }).waitFor();
  },
  'look-up, nothing': async (page, { home }) => {
    await page.goto(`${home}#/lookup?q=${encodeURIComponent('<img src=x onerror=window.hit=1>')}`);
    await page.getByText('Nothing is known by').waitFor();
  },
  refusals: async (page, { home, visit }) => {
    await visit('hostile', '203.0.113.9');
    await page.goto(`${home}#/refusals`);
    await page.getByRole('button', { name: 'Allow 203.0.113.9 at hostile' }).waitFor();
  },
  'refusals, allowing': async (page) => {
    await page.getByRole('button', { name: 'Allow 203.0.113.9 at hostile' }).click();
    await page.getByRole('dialog').getByText('Since').waitFor();
  },
  'refusals, dismissing': async (page) => {
    await page.getByRole('button', { name: 'Dismiss 203.0.113.9 at hostile' }).click();
    await page.getByRole('dialog').waitFor();
  },
  'refusals, allowing a network': async (page, { another }) => {
    const at = await another({ log: { clientIp: 'truncated' } });
    await at.visit('hostile', '203.0.113.9');
    await page.goto(`${at.home}#/refusals`);
    await page.getByText('Of an address only its network is recorded.').waitFor();
    await page.getByRole('button', { name: 'Allow 203.0.113.0/24 at hostile' }).click();
    await page.getByRole('dialog').getByText('Since').or(page.getByText('so nothing can be said')).waitFor();
  },
  'bot, in use': async (page, scene) => {
    const { home, call, visit } = scene;
    const range = { start: '198.51.100.7', end: '198.51.100.107', note: 'Fair, this week only' };
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    await call('POST', '/whitelists/bot%3Afair/ranges', { ...range, expiresAt });
    await call('PATCH', '/whitelists/bot%3Afair', { enabled: true });
    await visit('fair', '198.51.100.7');
    await recorded(scene, 'fair', 1);
    await openBot(page, home, 'fair');
    await page.getByText('1 visit in 30 days').waitFor();
  },
  'bot, selected': async (page, { home }) => {
    await openBot(page, home, 'hostile');
    await page.getByLabel('Sort by').selectOption('Id');
    await page.getByLabel('Select all of this page').check();
    await page.getByRole('button', { name: 'Delete selected' }).waitFor();
  },
  'bot, deleting many': async (page) => {
    await page.getByRole('button', { name: 'Delete selected' }).click();
    await page.getByRole('dialog').waitFor();
  },
  'bot, a list, foreseen': async (page, { home, call, visit }) => {
    await visit('previewed', '203.0.113.17');
    await call('PATCH', '/whitelists/bot%3Apreviewed', { enabled: true });
    await openBot(page, home, 'previewed');
    await page.getByRole('button', { name: 'Add a list or a file' }).click();
    await page.getByLabel('List of ranges').fill('203.0.113.17\n203.0.113.18');
    await page.getByText('What adding them would change').click();
    await page.getByText('1 visit from 1 address would have been let in').waitFor();
  },
  'bot, switching on, foreseen': async (page, { home, call }) => {
    await call('POST', '/whitelists/bot%3Apreviewed/ranges', { start: '203.0.113.17', end: '203.0.113.17' });
    await call('PATCH', '/whitelists/bot%3Apreviewed', { enabled: false });
    await openBot(page, home, 'shown');
    await openBot(page, home, 'previewed');
    await page.getByText('What switching it on would change').click();
    await page.getByText('1 visit from 1 address would have been let in').waitFor();
    await page.getByText('Show who').click();
  },
  'bot, switching on, counting': async (page, { home }) => {
    await openBot(page, home, 'shown');
    await openBot(page, home, 'previewed');
    await stopHalfway(page);
    await page.getByText('What switching it on would change').click();
    await page.getByText('Not complete').waitFor();
    await page.getByText('Show who').click();
  },
  'bot, locked out': async (page, { home, call }) => {
    await call('PATCH', '/whitelists/bot%3Ashut', { mode: 'report' });
    await openBot(page, home, 'shut');
    await page.getByRole('group', { name: 'Mode' }).getByLabel('Enforce').check();
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByRole('dialog').filter({ hasText: 'You would shut yourself out' }).waitFor();
  },
};

/** The next forecast is told up to the middle of its time, and then nothing more of it comes. */
async function stopHalfway(page: Page): Promise<void> {
  await page.evaluate(`{
    const whole = window.fetch;
    window.fetch = async (input, init) => {
      const answer = await whole(input, init);
      if (!String(input).endsWith('/forecast')) return answer;
      window.fetch = whole;
      const [, data] = /event: forecast\\ndata: (.*)\\n/.exec(await answer.text());
      const forecast = JSON.parse(data);
      const counted = (Date.parse(forecast.from) + Date.parse(forecast.to)) / 2;
      const part = JSON.stringify({ ...forecast, countedFrom: new Date(counted).toISOString() });
      const told = new TextEncoder().encode('event: forecast\\ndata: ' + part + '\\n\\n');
      return new Response(new ReadableStream({ start: (to) => to.enqueue(told) }), answer);
    };
  }`);
}
