import type { Locator, Page } from 'playwright-core';
import type { Scene } from './scene.ts';

/** Puts a text on the clipboard and pastes it where the focus is, as people do. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.keyboard.press('ControlOrMeta+V');
}

/** What has the focus: its label or text. */
export function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const element = document.activeElement;
    const label = element.labels?.[0] ?? document.getElementById(element.getAttribute('aria-labelledby') ?? '');
    return (label ?? element).textContent.trim();
  })()`);
}

/** Presses Tab until the focus is on what is called so; fails where it never comes there. */
export async function tabTo(page: Page, name: string | RegExp, most = 60): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (typeof name === 'string' ? at === name : name.test(at)) return;
    seen.push(at.slice(0, 40));
  }
  throw new Error(`the keyboard does not reach ${String(name)}: ${seen.join(' | ')}`);
}

/** The row of a range, by its first address. */
export function row(page: Page, start: string): Locator {
  return page.locator('table.ranges tbody tr').filter({ hasText: start });
}

/** The bar that says what was done. */
export function notice(page: Page): Locator {
  return page.locator('.notice > [role=status]');
}

/** Comes to a bot's page and waits for its list. */
export async function openBot(page: Page, home: string, bot: string): Promise<void> {
  await page.goto(`${home}#/bots/${bot}`);
  await page.getByRole('heading', { level: 1, name: `Bot ${bot}` }).waitFor();
  await page.getByRole('switch', { name: 'IP whitelisting' }).waitFor();
}

/** Adds a range by its fields. */
export async function addRange(page: Page, start: string, end: string, note = ''): Promise<void> {
  await page.getByRole('button', { name: 'Add IP range' }).click();
  await page.getByLabel('Start IP range').fill(start);
  await page.getByLabel('End IP range').fill(end);
  await page.getByLabel('Note').fill(note);
  await page.locator('form button[type=submit]').click();
  await row(page, start).waitFor();
}

/** Reads again at once what a page reads every few seconds. */
export async function lookAgain(page: Page): Promise<void> {
  await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
}

/** Keeps a page from reading by itself, as in a tab that nobody looks at. */
export async function lookAway(page: Page): Promise<void> {
  await page.evaluate(
    `Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })`,
  );
}

/** Ends that. */
export async function lookBack(page: Page): Promise<void> {
  await page.evaluate('delete document.visibilityState');
  await lookAgain(page);
}

/**
 * Waits until an expression holds in the page. Playwright's own way evaluates it from within, which the content policy
 * of the dashboard forbids from the second look on.
 */
export async function holds(page: Page, expression: string): Promise<void> {
  for (const end = performance.now() + 30_000; !(await page.evaluate<boolean>(expression));) {
    if (performance.now() > end) throw new Error(`not within 30 s: ${expression}`);
    await page.waitForTimeout(20);
  }
}

/** Waits until so many visits of a bot are on record: they are written some moments later. */
export async function recorded({ call }: Pick<Scene, 'call'>, bot: string, count: number): Promise<void> {
  for (let left = 300; left > 0; left -= 1) {
    const { events } = (await call('GET', `/activity?bot=${bot}`)) as { events: unknown[] };
    if (events.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the record does not have it within 15 s');
}

/** What the bar says of a bot's change; there may be others' beside it. */
export const barOf = (page: Page, bot: string) =>
  page
    .getByRole('region', { name: 'On trial' })
    .locator('.message')
    .filter({ hasText: `Bot ${bot}:` });
