/** What a station does not do on demand: known clips, lost lines, thousands that wait, two people, both themes. */
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Browser,
  haveBrowser,
  launchBrowser,
  type Page,
  type Seat,
  type SeatWish,
  sitDown,
} from '../support/browser.ts';
import { LOOKS } from '../support/pages/browser.ts';
import { type Scene, type ScriptedConsole, startScriptedConsole } from '../support/scripted-console.ts';
import { plainClip } from '../support/scripted-reviews.ts';

const rows = (page: Page) => page.locator('.row');
const stands = (page: Page) => page.locator('.stands');
const toast = (page: Page, text: string | RegExp) =>
  page.locator('.toast', { hasText: text }).first().waitFor();
const act = (page: Page, command: string) => page.locator(`[data-act=${command}]`);
const texts = (page: Page) => rows(page).locator('.where').allTextContents();
const fewRows = (page: Page, wanted: number) => expect.poll(() => rows(page).count()).toBe(wanted);

describe.skipIf(!haveBrowser())('the queue’s page', () => {
  let browser: Browser;
  let here: ScriptedConsole;
  let seats: Seat[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const complaints = seats.flatMap((seat) => seat.complaints);
    for (const seat of seats) await seat.context.close();
    seats = [];
    await here.stop();
    expect(complaints).toEqual([]);
  });

  async function begin(scene: Partial<Scene> = {}): Promise<void> {
    here = await startScriptedConsole(scene);
  }
  async function sit(wish: Partial<SeatWish> = {}): Promise<Page> {
    const seat = await sitDown(browser, here.url, { name: 'A. Martin', ...wish });
    seats.push(seat);
    await seat.page.locator('.side-list').waitFor();
    return seat.page;
  }

  describe('the clip', () => {
    it('must have run through before anybody can confirm', async () => {
      await begin({ clip: plainClip(10) });
      here.raise({});
      const page = await sit();
      await rows(page).first().waitFor();
      await page.keyboard.press('n');
      await act(page, 'confirm').waitFor();
      expect(await act(page, 'confirm').isDisabled()).toBe(true);
      expect(await page.locator('#confirm-hurdle').textContent()).toMatch(/clip/);
      await page.keyboard.press('v');
      await toast(page, 'clip');
      expect(here.decisions.filter(({ body }) => body.act.kind === 'confirm')).toEqual([]);
      await expect.poll(() => act(page, 'confirm').isEnabled(), { timeout: 10_000 }).toBe(true);
      await page.keyboard.press('v');
      await toast(page, 'Confirmed');
      expect(here.decisions.at(-1)).toMatchObject({ body: { act: { kind: 'confirm' } }, answered: 'ok' });
    });

    it('is not seen when it runs too fast, and is when stepped through', async () => {
      await begin({ clip: plainClip(6) });
      here.raise({});
      const page = await sit();
      await rows(page).first().click();
      await page.locator('.timeline input').waitFor();
      await page.keyboard.press(' ');
      await page.keyboard.press('c');
      await act(page, 'confirm').waitFor();
      const shown = () => page.locator('.timeline .offset').textContent();
      for (let step = 0; step < 6; step++) {
        const before = await shown();
        await page.keyboard.press('.');
        await expect.poll(shown).not.toBe(before);
      }
      await expect.poll(() => act(page, 'confirm').isEnabled()).toBe(true);
    });

    it('is drawn: the picture’s colours are on the canvas, and the overlay comes and goes', async () => {
      await begin({ clip: plainClip(6) });
      here.raise({ region: { x0: 0.2, y0: 0.2, x1: 0.8, y1: 0.8 } });
      const page = await sit();
      await rows(page).first().click();
      await page.locator('.timeline input').waitFor();
      await page.keyboard.press(' ');
      /** How many pixels are of the ink of claims. */
      const inked = () =>
        page.locator('.screen canvas').evaluate((canvas) => {
          const { width, height } = canvas as unknown as { width: number; height: number };
          const pen = (canvas as unknown as { getContext(kind: string): Pen }).getContext('2d');
          const { data } = pen.getImageData(0, 0, width, height);
          let [ink, light] = [0, 0];
          for (let at = 0; at < data.length; at += 4) {
            if (data[at]! > 240 && data[at + 1]! > 95 && data[at + 1]! < 120 && data[at + 2]! < 150) ink++;
            if (data[at]! > 130 && data[at] === data[at + 1] && data[at] === data[at + 2]) light++;
          }
          return { ink: ink > 300, light: light > (width * height) / 20 };
        });
      await expect.poll(inked).toEqual({ ink: true, light: true });
      await page.keyboard.press('b');
      await expect.poll(inked).toEqual({ ink: false, light: true });
    });

    it('that is not there is said, and one decides from the numbers', async () => {
      await begin({ clip: undefined });
      here.raise({});
      const page = await sit();
      await rows(page).first().waitFor();
      await page.keyboard.press('n');
      await expect.poll(() => page.locator('.corner').textContent()).toContain('out of reach');
      await expect.poll(() => act(page, 'confirm').isEnabled()).toBe(true);
    });

    it('of a camera that shows no picture shows what was seen', async () => {
      const parts = plainClip(6).parts.map(() => new Uint8Array());
      await begin({ clip: { info: { kind: 'none', width: 0, height: 0, mediaType: '' }, parts } });
      here.raise({});
      const page = await sit();
      await rows(page).first().waitFor();
      await page.keyboard.press('n');
      await expect.poll(() => page.locator('.corner').textContent()).toContain('shows no picture');
      await expect.poll(() => act(page, 'confirm').isEnabled(), { timeout: 10_000 }).toBe(true);
    });
  });

  it('two people must confirm a weapon, and the first is not the second', async () => {
    await begin({ clip: undefined });
    here.raise({ type: 'weapon', confirmers: 2 });
    const [anna, ben] = [await sit({ name: 'Anna' }), await sit({ name: 'Ben' })];
    await rows(anna).first().waitFor();
    await anna.keyboard.press('n');
    await expect.poll(() => act(anna, 'confirm').isEnabled()).toBe(true);
    expect(await act(anna, 'confirm').textContent()).toContain('1 of 2');
    await anna.keyboard.press('v');
    await toast(anna, 'second person');
    await expect.poll(() => stands(anna).textContent()).toContain('You gave the first confirmation');
    await anna.keyboard.press('n');
    await toast(anna, 'Nothing waits');
    await anna.keyboard.press('c');
    await act(anna, 'confirm').waitFor();
    expect(await act(anna, 'confirm').isDisabled()).toBe(true);
    await anna.keyboard.press('x');
    await toast(anna, 'Released');
    await rows(ben).first().waitFor();
    await expect.poll(() => rows(ben).first().textContent()).toContain('1 of 2');
    await ben.keyboard.press('n');
    await expect.poll(() => act(ben, 'confirm').isEnabled()).toBe(true);
    await ben.keyboard.press('v');
    await toast(ben, 'Confirmed');
    await fewRows(ben, 0);
  });

  it('a lost line is said, what is shown is marked, and afterwards nothing is missing', async () => {
    await begin();
    const [gone] = here.raise({}, {}, {});
    const page = await sit();
    await fewRows(page, 3);
    here.goAway();
    await page.locator('.wrong.bad').waitFor();
    expect(await rows(page).count()).toBe(3);
    await page.locator('.list.stale').waitFor();
    // What happens meanwhile: one is gone without a word, two come.
    here.reviews.delete(gone!.candidate.id);
    here.raise({}, {});
    here.comeBack();
    await expect.poll(() => page.locator('.wrong').count(), { timeout: 20_000 }).toBe(0);
    await fewRows(page, 4);
    expect(await page.locator('.list.stale').count()).toBe(0);
  });

  it('an act that is not answered is asked again under the same id', async () => {
    await begin();
    here.raise({});
    const page = await sit();
    await rows(page).first().click();
    let asked = 0;
    const ids = new Set<string>();
    await page.route('**/api/decide', async (route) => {
      ids.add((route.request().postDataJSON() as { id: string }).id);
      if (++asked > 2) return route.continue();
      const body = JSON.stringify({ code: 'not_read_back', message: 'not yet' });
      return route.fulfill({ status: 504, contentType: 'application/json', body });
    });
    await page.keyboard.press('c');
    await expect.poll(() => stands(page).textContent(), { timeout: 10_000 }).toContain('You have claimed');
    expect([asked, ids.size]).toEqual([3, 1]);
  });

  describe('the list', () => {
    it('does not move under the pointer: what comes is counted, what goes is struck out', async () => {
      await begin();
      const calm = { severity: 'low', waitedMs: 1_000 } as const;
      const [first] = here.raise(
        ...Array.from({ length: 5 }, (_, number) => ({ ...calm, camera: `calm-${number}` })),
      );
      const page = await sit();
      await fewRows(page, 5);
      const before = await texts(page);
      const third = rows(page).nth(2);
      await third.hover();
      const box = await third.boundingBox();
      here.raise({ severity: 'critical', camera: 'new-1' }, { severity: 'critical', camera: 'new-2' });
      const by = { name: 'B', role: 'agent' } as const;
      const { id, site, camera } = first!.candidate;
      const verdict = {
        id: 'v',
        candidate: id,
        site,
        camera,
        by,
        atMs: 1,
        act: { kind: 'confirm' },
      } as const;
      here.tell({ ...first!, state: { kind: 'confirmed', verdict } });
      await expect.poll(() => page.locator('.new-ones').textContent()).toContain('2 new');
      await page.locator('.row.gone').waitFor();
      expect(await texts(page)).toEqual(before);
      expect(await third.boundingBox()).toEqual(box);
      await page.mouse.move(900, 300);
      await fewRows(page, 6);
      expect((await texts(page))[0]).toMatch(/new-/);
    });

    it('shows the new ones when asked to', async () => {
      await begin();
      here.raise({ severity: 'low' });
      const page = await sit();
      await rows(page).first().hover();
      here.raise({ severity: 'critical' });
      await page.locator('.new-ones').waitFor();
      await page.keyboard.press('l');
      await fewRows(page, 2);
    });

    it('holds 5,000 in few elements, and every one can be reached', async () => {
      await begin();
      here.raise(...Array.from({ length: 5_000 }, () => ({})));
      const page = await sit();
      await expect
        .poll(() => page.locator('.top h1').textContent(), { timeout: 15_000 })
        .toBe('5000 waiting');
      expect(await rows(page).count()).toBeLessThan(40);
      await page.keyboard.press('k');
      await expect
        .poll(() => page.locator('.row[aria-current=true]').getAttribute('aria-posinset'))
        .toBe('5000');
      expect(await rows(page).count()).toBeLessThan(40);
    });

    it('filters, and says when nothing fits', async () => {
      await begin();
      here.raise({ severity: 'low', type: 'fire' }, { severity: 'high', type: 'weapon' });
      const page = await sit();
      await fewRows(page, 2);
      await page.locator('.count.high').click();
      await fewRows(page, 1);
      await page.getByLabel('Type').selectOption('fire');
      await expect.poll(() => page.locator('.side-list .empty').textContent()).toContain('Nothing fits');
      await page.getByRole('button', { name: 'Clear the filters' }).click();
      await fewRows(page, 2);
    });

    it('what lapses is shown openly', async () => {
      await begin();
      const [one] = here.raise({}, {});
      const page = await sit();
      await fewRows(page, 2);
      const { id, site, camera } = one!.candidate;
      const by = { name: 'review', role: 'producer' } as const;
      const verdict = { id: 'v', candidate: id, site, camera, by, atMs: 1, act: { kind: 'lapse' } } as const;
      here.tell({ ...one!, state: { kind: 'lapsed', verdict } });
      await page.getByText('1 lapsed').click();
      await page.getByRole('dialog').getByText('no confirmation').waitFor();
    });

    it('rejects several only with a reason, and says how many', async () => {
      await begin();
      here.raise({}, {}, {}, {});
      const page = await sit();
      await fewRows(page, 4);
      await page.keyboard.press('m');
      await rows(page).nth(0).click();
      await rows(page)
        .nth(2)
        .click({ modifiers: ['Shift'] });
      await page.getByRole('button', { name: 'Reject the selected' }).click();
      const dialog = page.getByRole('dialog');
      const go = dialog.getByRole('button', { name: 'Reject 3' });
      expect(await go.isDisabled()).toBe(true);
      expect(await dialog.locator('input:checked').count()).toBe(0);
      await dialog.getByRole('radio').nth(2).check();
      await go.click();
      await toast(page, '3 rejected');
      await fewRows(page, 1);
      const reasons = here.decisions.map(({ body: { act: one } }) => one.kind === 'reject' && one.reason);
      expect(reasons).toEqual(['test', 'test', 'test']);
    });

    it('hands over all that somebody has', async () => {
      await begin();
      here.raise({}, {}, {});
      const page = await sit();
      await fewRows(page, 3);
      for (const name of [1, 2]) {
        await page.keyboard.press('n');
        await expect.poll(() => here.decisions.length).toBe(name);
        await act(page, 'reject').waitFor();
      }
      await page.keyboard.press('h');
      await page.getByRole('dialog').getByLabel('Note').fill('fin de service');
      await page.getByRole('button', { name: 'Release 2' }).click();
      await toast(page, '2 handed over');
      const notes = here.decisions.slice(2).map(({ body }) => body.act);
      expect(notes).toEqual([
        { kind: 'release', note: 'fin de service' },
        { kind: 'release', note: 'fin de service' },
      ]);
    });
  });

  it('a claim goes on while its holder is at work, and runs out openly when they are not', async () => {
    await begin({ info: { leaseMs: 4_000 } });
    here.raise({});
    const page = await sit();
    await rows(page).first().click();
    await page.keyboard.press('c');
    await act(page, 'reject').waitFor();
    const claims = () => here.decisions.filter(({ body }) => body.act.kind === 'claim').length;
    await expect
      .poll(
        async () => {
          await page.keyboard.press('s');
          return claims();
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThanOrEqual(3);
    // Hands off.
    await expect.poll(() => stands(page).textContent(), { timeout: 20_000 }).toContain('Your claim ran out');
    expect(await act(page, 'confirm').count()).toBe(0);
    await act(page, 'claim').waitFor();
  });

  it('sounds for what comes, by the worst of it, once somebody has asked for sound', async () => {
    await begin();
    here.raise({});
    const page = await sit();
    await fewRows(page, 1);
    await page.evaluate(`
      window.heard = [];
      window.AudioContext = class {
        currentTime = 0;
        resume() { return Promise.resolve(); }
        createOscillator() {
          const frequency = { value: 0 };
          return { frequency, connect: (to) => to, start: () => window.heard.push(frequency.value), stop() {} };
        }
        createGain() {
          const gain = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
          return { gain, connect: (to) => to };
        }
      };
    `);
    const heard = () => page.evaluate<number[]>('window.heard');
    here.raise({ severity: 'critical' });
    await fewRows(page, 2);
    expect(await heard()).toEqual([]);
    await page.getByRole('button', { name: 'Sound off' }).click();
    const by = { name: 'B', role: 'agent' } as const;
    here.raise({ severity: 'critical', state: { kind: 'claimed', by, untilMs: Date.now() + 60_000 } });
    await fewRows(page, 3);
    expect(await heard()).toEqual([]);
    here.raise({ severity: 'low' }, { severity: 'high' });
    await expect.poll(heard).toEqual([659, 784]);
    // It becomes overdue a moment later, and sounds again.
    here.raise({ severity: 'low', waitedMs: 5_000, waitMs: 10_000 });
    await expect.poll(heard, { timeout: 10_000 }).toEqual([659, 784, 440, 440]);
  });

  it('keys do nothing while somebody types, and letters can be switched off', async () => {
    await begin();
    here.raise({});
    const page = await sit();
    await rows(page).first().waitFor();
    await page.keyboard.press('n');
    await act(page, 'reject').click();
    await page.getByPlaceholder('Note').pressSequentially('vx1nu');
    expect(here.decisions).toHaveLength(1);
    await page.keyboard.press('Escape');
    await act(page, 'reject').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.keyboard.press('r');
    expect(await page.locator('.reasons').count()).toBe(0);
    expect(here.decisions).toHaveLength(1);
  });

  describe('is open to everybody', () => {
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    /** axe needs to be in the page, whose policy takes no script from elsewhere: playwright's own world is exempt. */
    async function faults(page: Page): Promise<string[]> {
      const { readFile } = await import('node:fs/promises');
      await page.evaluate(await readFile(axe, 'utf8'));
      const { violations } = (await page.evaluate(
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
      )) as { violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] };
      return violations.flatMap(({ id, nodes }) =>
        nodes.map((one) => `${id}: ${one.html}: ${one.failureSummary}`),
      );
    }
    it.each(LOOKS)(
      'in $language, $theme',
      async ({ language, theme }) => {
        await begin({ clip: plainClip(6) });
        const page = await sit({ language, theme });
        await page.locator('.side-list .empty').waitFor();
        expect(await faults(page), 'empty').toEqual([]);
        const by = { name: 'Étienne', role: 'agent' } as const;
        const until = Date.now() + 60_000;
        here.raise(
          ...Array.from({ length: 9 }, (_, number) => ({ waitedMs: number * 100_000 })),
          { state: { kind: 'claimed', by, untilMs: until } },
          { type: 'weapon', confirmers: 2 },
        );
        await rows(page).first().waitFor();
        await page.keyboard.press('n');
        await act(page, 'confirm').waitFor();
        await expect.poll(() => act(page, 'confirm').isEnabled(), { timeout: 10_000 }).toBe(true);
        expect(await faults(page), 'claimed').toEqual([]);
        await page.keyboard.press('r');
        await page.locator('.reasons').waitFor();
        expect(await faults(page), 'reasons').toEqual([]);
        await page.keyboard.press('Escape');
        await page.keyboard.press('m');
        await rows(page).nth(3).click();
        await page.locator('.several').waitFor();
        expect(await faults(page), 'several').toEqual([]);
        await page.locator('.several .button').first().click();
        expect(await faults(page), 'bulk').toEqual([]);
        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        await page.locator('.keys').waitFor();
        expect(await faults(page), 'help').toEqual([]);
        await page.keyboard.press('Escape');
        here.goAway();
        await page.locator('.wrong.bad').waitFor();
        expect(await faults(page), 'lost').toEqual([]);
      },
      90_000,
    );
  });
});

interface Pen {
  getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
}
