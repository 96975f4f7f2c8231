/** An agent at work, over a real station: what the page shows is what the ledger holds. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Browser,
  haveBrowser,
  launchBrowser,
  type Page,
  type Seat,
  sitDown,
} from '../support/browser.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';

const rows = (page: Page) => page.locator('.row:not(.gone)');
const stands = (page: Page) => page.locator('.stands');
const toast = (page: Page, text: string | RegExp) =>
  page.locator('.toast', { hasText: text }).first().waitFor();
const act = (page: Page, command: string) => page.locator(`[data-act=${command}]`);
const open = (page: Page) => page.locator('.decision').waitFor();

async function count(page: Page, wanted: number): Promise<void> {
  await expect.poll(() => rows(page).count(), { timeout: 10_000 }).toBe(wanted);
}

describe.skipIf(!haveBrowser())('the queue in a browser', () => {
  let browser: Browser;
  let here: RunningConsole;
  let seats: Seat[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    seats = [];
    here = await startConsole();
  });
  afterEach(async () => {
    const complaints = seats.flatMap((seat) => seat.complaints);
    for (const seat of seats) await seat.context.close();
    await here.stop();
    expect(complaints).toEqual([]);
  });

  async function sit(name: string): Promise<Page> {
    const seat = await sitDown(browser, here.url, { name });
    seats.push(seat);
    await seat.page.locator('.side-list').waitFor();
    return seat.page;
  }
  const stateOf = async (candidate: string) => {
    const statuses = ['waiting', 'claimed', 'confirmed', 'rejected'] as const;
    const reviews = await here.client!.listCandidates({ statuses });
    return reviews.find((one) => one.candidate.id === candidate)?.state;
  };

  it('claims, says that there is no clip, confirms from the numbers, and takes it back', async () => {
    const page = await sit('A. Martin');
    await expect.poll(() => page.locator('.side-list .empty').textContent()).toContain('Nothing waits');
    const [one] = await here.raise({ severity: 'critical' });
    await count(page, 1);
    // Written a moment after the list is.
    await expect.poll(() => page.title()).toContain('(1)');
    await page.keyboard.press('n');
    await open(page);
    await expect.poll(() => stands(page).textContent()).toContain('You have claimed this');
    expect(await stateOf(one!.id)).toMatchObject({
      kind: 'claimed',
      by: { name: 'A. Martin', role: 'agent' },
    });
    await expect.poll(() => page.locator('#confirm-hurdle').textContent()).toContain('from the numbers');
    await page.keyboard.press('v');
    await toast(page, 'Confirmed');
    await count(page, 0);
    expect(await stateOf(one!.id)).toMatchObject({
      kind: 'confirmed',
      verdict: { by: { name: 'A. Martin' } },
    });
    await page.keyboard.press('u');
    await toast(page, 'Taken back');
    await count(page, 1);
    expect(await stateOf(one!.id)).toMatchObject({ kind: 'waiting' });
  });

  it('rejects with a reason that somebody chose, and none before', async () => {
    const page = await sit('A. Martin');
    const [one] = await here.raise({});
    await count(page, 1);
    // Not claimed yet: neither key does anything.
    await rows(page).first().click();
    await open(page);
    await page.keyboard.press('r');
    await page.keyboard.press('1');
    await page.keyboard.press('v');
    expect(await stateOf(one!.id)).toEqual({ kind: 'waiting' });
    await act(page, 'claim').click();
    await act(page, 'reject').click();
    await page.locator('.reasons').waitFor();
    // Nothing is chosen: Enter chooses nothing.
    await page.keyboard.press('Enter');
    await page.getByPlaceholder('Note').fill('v 1: a bird');
    expect(await stateOf(one!.id)).toMatchObject({ kind: 'claimed' });
    await page.locator('[data-reason=true_but_irrelevant]').click();
    await toast(page, 'True but irrelevant');
    expect(await stateOf(one!.id)).toMatchObject({
      kind: 'rejected',
      verdict: { act: { kind: 'reject', reason: 'true_but_irrelevant', note: 'v 1: a bird' } },
    });
    await page.locator('.toast button').first().click();
    await toast(page, 'Taken back');
    expect(await stateOf(one!.id)).toMatchObject({ kind: 'waiting' });
  });

  it('of two who race for one, one has it and the other sees at once who', async () => {
    const [anna, ben] = [await sit('Anna'), await sit('Ben')];
    const [one] = await here.raise({});
    await Promise.all([count(anna, 1), count(ben, 1)]);
    for (const page of [anna, ben]) {
      await rows(page).first().click();
      await open(page);
    }
    await Promise.all([anna.keyboard.press('c'), ben.keyboard.press('c')]);
    await expect.poll(() => stateOf(one!.id)).toMatchObject({ kind: 'claimed' });
    const state = await stateOf(one!.id);
    const winner = state?.kind === 'claimed' ? state.by.name : '';
    const [won, lost] = winner === 'Anna' ? [anna, ben] : [ben, anna];
    await expect.poll(() => stands(won).textContent()).toContain('You have claimed this');
    await expect.poll(() => stands(lost).textContent()).toContain(`${winner} has claimed this`);
    await expect.poll(() => rows(lost).first().textContent()).toContain(winner);
    expect(await act(lost, 'confirm').count()).toBe(0);
    // Who was not first does not take the one that is taken.
    await lost.keyboard.press('n');
    await toast(lost, 'Nothing waits that nobody has');
    await won.keyboard.press('x');
    await toast(won, 'Released');
    await act(lost, 'claim').waitFor();
    await lost.keyboard.press('c');
    await expect.poll(() => stands(lost).textContent()).toContain('You have claimed this');
  });

  it('tells that a site’s server is away, keeps what it knew, and learns anew what was decided meanwhile', async () => {
    const page = await sit('A. Martin');
    await here.raise({}, {});
    await count(page, 2);
    await here.goAway();
    await page.locator('.wrong').first().waitFor();
    await count(page, 2);
    await here.comeBack();
    await expect.poll(() => page.locator('.wrong').count(), { timeout: 20_000 }).toBe(0);
    await here.raise({});
    await count(page, 3);
  }, 60_000);

  it('takes at most three actions from seen to decided, by keyboard alone', async () => {
    const page = await sit('A. Martin');
    const wishes = Array.from(
      { length: 12 },
      (_, number) => ({ severity: number % 2 ? 'high' : 'low' }) as const,
    );
    await here.raise(...wishes);
    await count(page, 12);
    const taken: number[] = [];
    for (let left = 12; left > 0; left--) {
      let actions = 0;
      const press = async (key: string) => {
        actions++;
        await page.keyboard.press(key);
      };
      await press('n');
      await act(page, 'reject').waitFor();
      if (left % 2) {
        await expect.poll(() => act(page, 'confirm').isEnabled()).toBe(true);
        await press('v');
      } else {
        await press('r');
        await page.locator('.reasons').waitFor();
        await press('1');
      }
      await expect.poll(() => page.locator('.side-list .top h1').textContent()).toBe(`${left - 1} waiting`);
      taken.push(actions);
    }
    taken.sort((a, b) => a - b);
    expect(taken[6]).toBeLessThanOrEqual(3);
    expect(taken.at(-1)).toBeLessThanOrEqual(3);
  }, 60_000);
});
