import type { Page } from 'playwright-core';
import { startRedis } from '../support/redis.ts';
import { addRange, lookAgain, lookAway, lookBack, notice, openBot, row } from './hands.ts';
import type { Part } from './scene.ts';

const LIST = '/whitelists/bot%3Ashared';
const everywhere = 'Live on 2 of 2 gateways';

/** On how many gateways the newest change is live, as the page keeps saying. */
const chip = (page: Page) => page.locator('.gateways');

/** Two gateways with one policy, in a real Redis. */
export const replicas: Record<string, Part> = {
  async 'two gateways, two admins, one Redis'(t, { another, signedIn }) {
    const redis = await startRedis();
    t.teardown(() => redis.stop());
    const store = { redis: { url: redis.url } };
    const [a, b] = await Promise.all([another({ store }), another({ store })]);
    const [ann, bea] = [await signedIn('super-admin', { at: a }), await signedIn('super-admin', { at: b })];
    await openBot(ann, a.home, 'shared');
    await openBot(bea, b.home, 'shared');

    await ann.getByRole('switch').click();
    await notice(ann)
      .filter({ hasText: `IP whitelisting is on. ${everywhere}.` })
      .waitFor();
    await addRange(ann, '5.5.5.0', '5.5.5.255', 'by Ann');
    t.equal(await b.visit('shared', '5.5.5.5'), 200, 'the other gateway lets them in at once');
    await chip(ann).filter({ hasText: everywhere }).waitFor();
    await row(bea, '5.5.5.0').waitFor();
    const shown = await row(bea, '5.5.5.0').innerText();
    t.match(shown, /by Ann/, 'a change made at one gateway shows on the page that is open at the other');

    for (const [page, start] of [
      [ann, '6.6.6.6'],
      [bea, '7.7.7.7'],
    ] as const) {
      await page.getByRole('button', { name: 'Add IP range' }).click();
      await page.getByLabel('Start IP range').fill(start);
      await page.getByLabel('Note').fill(`typed before ${start}`);
      await lookAway(page);
    }
    const submit = (page: Page) => page.locator('form button[type=submit]');
    await Promise.all([submit(ann).click(), submit(bea).click()]);
    const settled = (page: Page) =>
      page.getByText('Not saved yet').or(notice(page).filter({ hasText: /^Added [67]/ }));
    for (const page of [ann, bea]) await settled(page).first().waitFor();
    const late = (await ann.getByText('Not saved yet').isVisible()) ? ann : bea;
    await late.getByText('Not saved yet: the list was changed meanwhile.').waitFor();
    t.match(await late.getByLabel('Note').inputValue(), /^typed before/, 'the later one loses nothing typed');
    await submit(late).click();
    for (const page of [ann, bea]) {
      await lookBack(page);
      await row(page, '6.6.6.6').waitFor();
      await row(page, '7.7.7.7').waitFor();
    }
    const added = Array.from({ length: 8 }, (_, i) => ({ start: `9.9.9.${i}`, end: `9.9.9.${i}` }));
    await Promise.all(added.map((range, i) => (i % 2 === 0 ? a : b).call('POST', `${LIST}/ranges`, range)));
    for (const gateway of [a, b]) t.match(await gateway.call('GET', LIST), { total: 11 }, 'nothing is lost');
    await lookAgain(ann);
    await row(ann, '9.9.9.7').waitFor();

    b.signal('SIGSTOP');
    t.teardown(() => b.signal('SIGCONT'));
    await addRange(ann, '4.4.4.4', '4.4.4.4');
    const partly = 'Live on 1 of 2 gateways. The others are still to follow.';
    await notice(ann).filter({ hasText: partly }).waitFor();
    await chip(ann)
      .filter({ hasText: /still serves revision/ })
      .waitFor();
    await lookAgain(bea);
    await chip(bea).filter({ hasText: 'does not answer now' }).waitFor();
    await chip(ann)
      .filter({ hasText: /Live on 1 of 2 .* last confirmed ([3-9]|\d\d) s ago/ })
      .waitFor();
    t.equal(await notice(ann).filter({ hasText: partly }).count(), 1, 'and it keeps saying so');
    b.signal('SIGCONT');
    await chip(ann).filter({ hasText: everywhere }).waitFor();
    await notice(ann)
      .filter({ hasText: `${everywhere}.` })
      .waitFor();
    t.equal(await b.visit('shared', '4.4.4.4'), 200, 'it follows as soon as it goes on');
    await lookAgain(bea);
    await chip(bea).filter({ hasText: everywhere }).waitFor();
    await row(bea, '4.4.4.4').waitFor();

    await b.stop();
    await addRange(ann, '3.3.3.3', '3.3.3.3');
    await notice(ann).filter({ hasText: 'Live on 1 of 1 gateway.' }).waitFor();
    const live = await notice(ann).innerText();
    t.match(live, /Live on 1 of 1 gateway/, 'a gateway that was stopped in order is waited for by nobody');
  },
};
