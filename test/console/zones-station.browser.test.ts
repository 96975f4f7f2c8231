/** The zone editor over a real station that watches a rendered scene: tried on its frames, saved, in force, brought back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CameraSetup, PATHS } from '../../pipeline/console/api.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import { type Browser, haveBrowser, launchBrowser, sitDown } from '../support/browser.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';

const SITE = `
site: gare
name: Gare d'Évreux
kind: station
cameras:
  - id: quai
    source: scene:tracks
    zones:
      - { id: corner, polygon: [[0, 0], [0.1, 0], [0.1, 0.1], [0, 0.1]] }
    rules:
      - { id: no-tracks, event: forbidden_zone, zone: corner }
`;

describe.skipIf(!haveBrowser())('the zone editor over a station', () => {
  let browser: Browser;
  let running: RunningConsole;
  beforeAll(async () => {
    browser = await launchBrowser();
    running = await startConsole({
      site: parseSite(SITE, { file: 'gare.yaml', dev: true }),
      station: { pace: 'real', loop: true },
    });
  });
  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  it('tries a draft on the frames that are kept, saves it, and brings the old one back', async () => {
    const { page, complaints } = await sitDown(browser, running.url, { name: 'Éloïse', role: 'supervisor' });
    page.setDefaultTimeout(20_000);
    const inForce = async () => {
      const answer = await page.request.get(`${running.url}${PATHS.setups}?site=gare`);
      return ((await answer.json()) as CameraSetup[])[0]!;
    };
    await page.goto(`${running.url}/#/zones/gare/quai`);
    await page.getByRole('button', { name: /^corner/ }).click();
    // Frames come while one looks.
    await expect
      .poll(
        async () => {
          await page.getByRole('combobox', { name: 'How far back' }).selectOption('600000');
          await page.getByRole('combobox', { name: 'How far back' }).selectOption('3600000');
          await page.getByText(/Would have raised|No frames/).waitFor();
          return page.getByText(/Would have raised nothing in the last/).count();
        },
        { timeout: 25_000, interval: 500 },
      )
      .toBe(1);

    // There are frames, so there is a picture.
    await page.getByRole('button', { name: 'Show the picture' }).click();
    await page.getByText(/^Picture of \d\d:\d\d:\d\d/).waitFor();

    await page.getByRole('spinbutton', { name: 'Point 3, x' }).fill('0.05');
    await page.getByRole('spinbutton', { name: 'Point 2, y' }).fill('0.9');
    await page
      .getByText(/fault: it cannot be saved so|faults: it cannot be saved so/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Save …' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page
      .getByText(/cannot be saved so/)
      .first()
      .waitFor({ state: 'hidden' });

    await page.getByRole('spinbutton', { name: 'Point 3, x' }).fill('0.2');
    await page.getByRole('button', { name: 'Save …' }).click();
    await page.getByLabel('Note for whoever').fill('Plus large');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText(/Saved as version 1/).waitFor();
    // It holds from the frames that come next, not from those that were taken already.
    await expect.poll(async () => (await inForce()).version, { timeout: 10_000 }).toBe(1);
    const saved = await inForce();
    expect(saved).toMatchObject({ note: 'Plus large', author: { name: 'Éloïse' } });
    expect(saved.setup.zones[0]!.polygon[2]).toEqual([0.2, 0.1]);

    await page.getByRole('button', { name: 'Bring back version 0' }).click();
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await page.getByText('brings back version 0').waitFor();
    await expect.poll(async () => (await inForce()).version, { timeout: 10_000 }).toBe(2);
    const back = await inForce();
    expect(back.revertsTo).toBe(0);
    expect(back.setup.zones[0]!.polygon[2]).toEqual([0.1, 0.1]);
    expect(complaints).toEqual([]);
    expect(running.failures).toEqual([]);
    await page.context().close();
  });

  it('the network shows the camera as it is measured', async () => {
    const { page } = await sitDown(browser, running.url, { name: 'Éloïse', role: 'supervisor' });
    await page.goto(`${running.url}/#/network/gare/quai`);
    await page.getByRole('button', { name: /^quai.*live/ }).waitFor({ timeout: 20_000 });
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.getByRole('row', { name: /corner/ }).waitFor();
    expect(await details.textContent()).toContain('Gare d’Évreux'.replace('’', "'"));
    await page.context().close();
  });
});
