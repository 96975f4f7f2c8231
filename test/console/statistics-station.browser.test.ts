/** Statistics over a real station: what agents decided stands on the page and in the file. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATHS, type SessionInfo } from '../../pipeline/console/api.ts';
import type { VerdictAct } from '../../pipeline/model.ts';
import { type Browser, haveBrowser, launchBrowser, sitDown } from '../support/browser.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';

describe.skipIf(!haveBrowser())('statistics over a station', () => {
  let browser: Browser;
  let running: RunningConsole;
  beforeAll(async () => {
    browser = await launchBrowser();
    running = await startConsole();
  });
  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  it('shows what was decided, few as it is', async () => {
    const raised = await running.raise(...Array.from({ length: 4 }, () => ({ camera: 'hall' })));
    const { page, complaints } = await sitDown(browser, running.url, { name: 'Éloïse', role: 'supervisor' });
    const { csrf } = (await (await page.request.get(`${running.url}${PATHS.session}`)).json()) as SessionInfo;
    const decide = async (at: number, act: VerdictAct) => {
      const answer = await page.request.post(`${running.url}${PATHS.decide}`, {
        headers: { origin: running.url, 'x-vigie-csrf': csrf },
        data: { id: `verdict-${at}-${act.kind}`, candidate: raised[at]!.id, act },
      });
      expect(answer.status(), await answer.text()).toBe(200);
    };
    for (const at of [0, 1, 2]) await decide(at, { kind: 'claim', leaseMs: 60_000 });
    await decide(0, { kind: 'reject', reason: 'false' });
    await decide(1, { kind: 'reject', reason: 'true_but_irrelevant' });
    await decide(2, { kind: 'reject', reason: 'test' });

    await page.goto(`${running.url}/#/statistics`);
    const table = page.getByRole('table');
    const cells = async () => {
      await page.reload();
      const row = table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: /^hall/ }) });
      await row.waitFor();
      return row.getByRole('cell').allTextContents();
    };
    await expect
      .poll(cells, { timeout: 15_000, interval: 500 })
      .toEqual([...['4', '0', '1', '1', '1', '0'], '0%few, n = 2', '5 sfew, n = 3', '5 sfew, n = 3']);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    const text = await readFile(await (await download).path(), 'utf8');
    expect(text.startsWith('\uFEFFday,site,camera')).toBe(true);
    expect(text).toContain('gare,hall,forbidden_zone,no-tracks,4,0,1,1,1,0');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
