/** Pages in a narrow window, or with letters twice as large: nothing is cut off, nothing squeezed to a strip. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, haveBrowser, launchBrowser } from '../support/browser.ts';
import { sampleAnswers } from '../support/pages/answers.ts';
import { openPage } from '../support/pages/browser.ts';
import { CSRF, sessionInfo } from '../support/pages/samples.ts';
import { PagesServer } from '../support/pages/server.ts';

const HEIGHT = 800;

describe.skipIf(!haveBrowser())('in a narrow window', () => {
  let browser: Browser;
  let server: PagesServer;

  beforeAll(async () => {
    browser = await launchBrowser();
    const info = sessionInfo('supervisor', Date.now());
    server = await PagesServer.open(sampleAnswers({ info }), CSRF);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it.each([
    ['queue', '.list-place'],
    ['network', '.net-tiles'],
    ['zones/gare-exemple/quai-a-01', '.zones-stage'],
    ['statistics', '.stats-table'],
  ])('%s fits', async (place, what) => {
    for (const language of ['en', 'fr'] as const) {
      const { page } = await openPage(browser, `${server.url}#/${place}`, {
        width: 760,
        height: HEIGHT,
        language,
      });
      await page.locator(what).first().waitFor();
      for (const width of [760, 400]) {
        await page.setViewportSize({ width, height: HEIGHT });
        const wide = await page.evaluate('document.scrollingElement.scrollWidth');
        expect(wide, `${place} ${language} ${width}`).toBe(width);
        const box = await page.locator(what).first().boundingBox();
        expect(box?.width, `${what} ${language} ${width}`).toBeGreaterThan(width * 0.85);
        expect((box?.x ?? 0) + (box?.width ?? 0), `${what} ${language} ${width}`).toBeLessThanOrEqual(width);
      }
      await page.context().close();
    }
  });
});
