import { performance } from 'node:perf_hooks';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { startRedis } from '../support/redis.ts';
import { holds, notice, openBot, row } from './hands.ts';
import type { Gateway, Part, Scene } from './scene.ts';

const COUNT = 100_000;

/** One address of every four: no two of them touch. */
function addressAt(index: number): string {
  const value = 0x0b000000 + index * 4;
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

function file(): { name: string; mimeType: string; buffer: Buffer } {
  const lines = Array.from({ length: COUNT }, (_, i) => `${addressAt(i)},${addressAt(i)},Person ${i}`);
  return {
    name: 'ranges.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`start,end,note\n${lines.join('\n')}\n`),
  };
}

/** Says how long each step took, as a comment of the test. */
async function timed(t: Test, what: string, step: () => Promise<unknown>): Promise<void> {
  const from = performance.now();
  await step();
  t.comment(`${what}: ${((performance.now() - from) / 1000).toFixed(2)} s`);
}

async function find(page: Page, text: string, start: string): Promise<void> {
  await page.getByLabel('Search ranges').fill(text);
  await row(page, start).waitFor();
  await holds(page, `document.querySelectorAll('table.ranges tbody tr').length === 1`);
}

async function manyAt(t: Test, { signedIn }: Scene, at: Gateway): Promise<void> {
  const page = await signedIn('super-admin', { at });
  page.setDefaultTimeout(120_000);
  await openBot(page, at.home, 'many');
  await page.getByRole('button', { name: 'Add a list or a file' }).click();
  await timed(t, 'file chosen → read, checked and shown', async () => {
    await page.getByLabel('or a file', { exact: true }).setInputFiles(file());
    await page.getByText('100,000 are new.').waitFor();
  });
  await timed(t, 'saved → live, and the list is shown', async () => {
    await page.locator('.panel button.primary').click();
    await notice(page).filter({ hasText: 'Added 100,000 ranges. Live on' }).waitFor();
    await page.getByText('1 – 50 of 100,000').waitFor();
  });
  await timed(t, 'page opened anew', async () => {
    await page.reload();
    await page.getByText('1 – 50 of 100,000').waitFor();
  });
  await timed(t, 'next page', async () => {
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('51 – 100 of 100,000').waitFor();
  });
  await timed(t, 'search by address', () => find(page, addressAt(77_777), 'Person 77777'));
  await timed(t, 'search by note', () => find(page, 'person 99999', addressAt(99_999)));
  await timed(t, 'one range added', async () => {
    await page.getByRole('button', { name: 'Add IP range' }).click();
    await page.getByLabel('Start IP range').fill('8.8.8.8');
    await page.locator('form button[type=submit]').click();
    await notice(page).filter({ hasText: 'Added 8.8.8.8. Live on' }).waitFor();
  });
  t.equal(await at.visit('many', addressAt(5)), 401, 'the list is still off');
  await timed(t, 'switched on', async () => {
    await page.getByRole('switch').click();
    await notice(page).filter({ hasText: 'is on. Live on' }).waitFor();
  });
  t.equal(await at.visit('many', addressAt(99_999)), 200, 'the last of them is let in');
  t.equal(await at.visit('many', '11.0.0.1'), 401, 'and nobody between them');
}

/** 100,000 ranges: too long for every run, so only with MANY=1, and with figures. */
export const many: Record<string, Part> = {
  async '100,000 ranges in a file store'(t, scene) {
    await manyAt(t, scene, scene.gateway);
  },
  async '100,000 ranges in Redis'(t, scene) {
    const redis = await startRedis();
    t.teardown(() => redis.stop());
    await manyAt(t, scene, await scene.another({ store: { redis: { url: redis.url } } }));
  },
};
