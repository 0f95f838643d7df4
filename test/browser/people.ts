import { notice } from './hands.ts';
import type { Part } from './scene.ts';

/** People: signed out everywhere, and let in again. */
export const people: Record<string, Part> = {
  async 'a person is signed out everywhere, and that is lifted'(t, { home, signedIn, platform, gateway }) {
    const token = await platform.token('member');
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    const { sub, bots } = JSON.parse(claims) as { sub: string; bots: readonly string[] };
    const read = async (): Promise<number> => {
      const url = `${gateway.publicUrl}/transcripts/${bots[0] ?? ''}/1001`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      await answer.arrayBuffer();
      return answer.status;
    };

    t.equal(await read(), 200);

    const page = await signedIn('super-admin');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
    await page.getByRole('button', { name: 'Open their page' }).click();
    await page.getByText('Say whom.').waitFor();
    await page.getByLabel('platform').check();
    await page.getByLabel('Person').fill(sub);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: sub }).waitFor();
    await page.getByText('Nothing of theirs is').waitFor();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await notice(page)
      .filter({ hasText: `${sub} is signed out everywhere. Live on 1 of 1 gateway.` })
      .waitFor();
    t.equal(await read(), 401, 'at once');
    await page.getByText('1 entry').waitFor();

    await page.goto(`${home}#/people`);
    await page.getByRole('link', { name: sub, exact: true }).waitFor();
    await page.getByRole('button', { name: `Lift ${sub}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
    await notice(page)
      .filter({ hasText: `Lifted: ${sub}.` })
      .waitFor();
    t.equal(await read(), 200, 'lifted');

    const owner = await signedIn('owner');
    t.equal(await owner.getByRole('link', { name: 'People', exact: true }).count(), 0, 'not for owners');
    await owner.goto(`${home}#/people`);
    await owner.getByText('You do not manage this.').waitFor();
  },
};
