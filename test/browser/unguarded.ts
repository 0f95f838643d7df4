import type { Part } from './scene.ts';

/** What no route guards: canaries that were found there, and all else that passes. */
export const unguarded: Record<string, Part> = {
  async 'a canary is told on the first page, and what passes unguarded is listed'(t, scene) {
    const { signedIn, gateway, home } = scene;
    for (const target of ['/history?botId=canary', '/history?botId=other', '/feedback'])
      await (await fetch(`${gateway.publicUrl}${target}`)).arrayBuffer();
    const page = await signedIn('super-admin');
    const alarm = page.getByRole('alert').filter({ hasText: 'GET /history?botId' });
    await alarm.filter({ hasText: 'shows transcripts, and no route guards it' }).waitFor();
    t.match(await alarm.innerText(), /canary made-up [1-9]\d* times?.*It was passed on\./s);
    const alerts = page.getByRole('region', { name: 'Alerts' });
    await alerts.getByRole('listitem').first().waitFor();
    for (const older of await alerts.locator('summary').all()) await older.click();
    await alerts.getByText('GET /history?botId shows transcripts', { exact: false }).waitFor();
    t.equal(await alerts.getByRole('listitem').filter({ hasText: 'canary made-up' }).count(), 1);
    const list = page.locator('details').filter({ hasText: 'passed on unguarded' });
    await list.locator('summary').click();
    await list.getByRole('rowheader', { name: 'GET /feedback' }).waitFor();
    t.notMatch(await list.innerText(), /canary|other/, 'no value is shown');
    const owner = await signedIn('owner');
    await owner.getByRole('heading', { name: 'Bots' }).waitFor();
    t.equal(await owner.getByText('passed on unguarded').count(), 0, 'it is of no one bot');
    await page.goto(`${home}#/changes`);
    await page.getByLabel('List', { exact: true }).waitFor();
    const desk = page.locator('datalist option[value=desk]');
    await desk.first().waitFor({ state: 'attached' });
    t.equal(await desk.count(), 1, 'a bot that a route names is there to be picked');
  },
};
