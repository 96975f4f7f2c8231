/** The statistics page before a server that says what a test tells it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PATHS } from '../../pipeline/console/api.ts';
import { type Browser, haveBrowser, launchBrowser } from '../support/browser.ts';
import { sampleAnswers } from '../support/pages/answers.ts';
import { LOOKS, openPage, violations } from '../support/pages/browser.ts';
import { CSRF, sessionInfo, statisticsOf } from '../support/pages/samples.ts';
import { failure, json, PagesServer } from '../support/pages/server.ts';

describe.skipIf(!haveBrowser())('statistics in a browser', () => {
  let browser: Browser;
  let server: PagesServer;
  const rows = statisticsOf(30, Date.now());

  beforeAll(async () => {
    browser = await launchBrowser();
    server = await PagesServer.open({}, CSRF);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(() => {
    server.asked.length = 0;
    Object.assign(server.handlers, sampleAnswers({ info: sessionInfo('supervisor', Date.now()) }), {
      [PATHS.statistics]: () => json(rows),
    });
  });

  const asked = () =>
    server.asked.filter((one) => one.path === PATHS.statistics).map((one) => Object.fromEntries(one.query));

  it('sums up, says where numbers are few, and sorts by keys', async () => {
    const { page, errors } = await openPage(browser, `${server.url}#/statistics`);
    const table = page.getByRole('table');
    const first = () => table.getByRole('row').nth(1).getByRole('rowheader').textContent();
    await table.waitFor();
    expect(await first()).toContain('quai-a-01');
    expect(await table.getByText(/few, n = \d/).count()).toBeGreaterThan(0);
    const header = table.getByRole('columnheader', { name: 'Raised' });
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    await header.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    expect(await first()).toContain('voiture-3');
    await page.getByRole('button', { name: 'Event', exact: true }).click();
    await table.getByRole('rowheader', { name: 'Person on the ground' }).waitFor();
    await page.getByRole('combobox', { name: 'Site' }).selectOption('ter-8812');
    expect(await table.getByRole('rowheader').count()).toBe(2);
    const total = rows.filter(({ site }) => site === 'ter-8812').reduce((sum, { raised }) => sum + raised, 0);
    expect(await table.getByRole('row').last().textContent()).toContain(`All${total}`);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('asks for the days that are chosen, and the file is of the same', async () => {
    const { page } = await openPage(browser, `${server.url}#/statistics`);
    const days = (one: { fromMs?: string; untilMs?: string }) =>
      (Number(one.untilMs) - Number(one.fromMs)) / 86_400_000;
    await page.getByRole('table').waitFor();
    await page.getByRole('button', { name: '90 days' }).click();
    await expect.poll(() => asked().map(days)).toEqual([30, 90]);
    await page.getByRole('button', { name: 'Own' }).click();
    await page.getByLabel('From').fill('2026-11-01');
    await page.getByLabel('Until').fill('2026-11-03');
    await expect
      .poll(() => asked().at(-1))
      .toEqual({ fromMs: String(Date.UTC(2026, 10, 1)), untilMs: String(Date.UTC(2026, 10, 4)) });
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    expect((await download).url()).toContain(
      `fromMs=${Date.UTC(2026, 10, 1)}&untilMs=${Date.UTC(2026, 10, 4)}`,
    );
    const before = asked().length;
    await page.getByLabel('Until').fill('2026-10-01');
    await page.getByText('must not be after the last').waitFor();
    expect(asked()).toHaveLength(before);
    await page.context().close();
  });

  it('says when there is nothing, when it did not work, and to whom it is not shown', async () => {
    server.handlers[PATHS.statistics] = () => failure(503, 'server_away');
    const { page } = await openPage(browser, `${server.url}#/statistics`);
    await page.getByText(/That did not work/).waitFor();
    server.handlers[PATHS.statistics] = () => json([]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Nothing was raised in these days.').waitFor();
    server.handlers[PATHS.session] = () => json(sessionInfo('agent', Date.now()));
    await page.reload();
    await page.getByText('Your role does not open this page.').waitFor();
    await page.context().close();
  });

  it('the skip link leads to the page that is shown', async () => {
    const { page } = await openPage(browser, `${server.url}#/statistics`);
    await page.getByRole('table').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(page.url()).toContain('#/statistics');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    await page.context().close();
  });

  it.each(LOOKS)('has nothing for axe: $language $theme', async (look) => {
    const { page, errors } = await openPage(browser, `${server.url}#/statistics`, look);
    await page.getByRole('table').waitFor();
    await page.getByRole('button', { name: /^(Own|Autre)$/ }).click();
    await page.getByRole('button', { name: /^(Rule|Règle)$/ }).click();
    expect(await violations(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
