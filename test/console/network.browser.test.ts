/** The network page before a server that says what a test tells it: every state, outages, a lost line. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type NetworkMessage, type NetworkSite, PATHS } from '../../pipeline/console/api.ts';
import { type Browser, haveBrowser, launchBrowser } from '../support/browser.ts';
import { type Sampled, sampleAnswers } from '../support/pages/answers.ts';
import { LOOKS, openPage, violations } from '../support/pages/browser.ts';
import { CSRF, networkOf, sessionInfo } from '../support/pages/samples.ts';
import { failure, PagesServer } from '../support/pages/server.ts';

describe.skipIf(!haveBrowser())('the network in a browser', () => {
  let browser: Browser;
  let server: PagesServer;
  /** To whoever listens. */
  let say: (message: NetworkMessage) => void;

  function begin(sampled: Sampled = {}): void {
    const network = sampled.network ?? networkOf(12, 130);
    const answers = sampleAnswers({ ...sampled, network });
    Object.assign(server.handlers, answers, {
      [PATHS.network]: () => ({
        kind: 'stream',
        speak: (tell: (message: NetworkMessage) => void) => {
          say = tell;
          tell({ kind: 'network', sites: network });
        },
      }),
    });
  }

  beforeAll(async () => {
    browser = await launchBrowser();
    server = await PagesServer.open({}, CSRF);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(() => begin());

  const two: readonly NetworkSite[] = [
    {
      site: 'gare',
      name: 'Gare de Sète',
      kind: 'station',
      waiting: 0,
      claimed: 0,
      outages: [],
      cameras: ['quai-a', 'quai-b'].map((camera) => ({
        camera,
        state: 'live',
        framesPerSecond: 5,
        observedAtMs: Date.now(),
        zones: [{ zone: 'voies', people: 0 }],
        candidates: 0,
      })),
    },
  ];

  describe('the network page', () => {
    it('shows a camera that goes blind, with why, and that it is not quiet', async () => {
      begin({ network: two });
      const { page, errors } = await openPage(browser, `${server.url}#/network`);
      const tile = page.getByRole('button', { name: /quai-a/ });
      expect(await tile.textContent()).toContain('live');
      const cameras = [
        { camera: 'quai-a', state: 'blind', why: 'covered', zones: [{ zone: 'voies' }], candidates: 0 },
      ] as const;
      say({ kind: 'changes', sites: [{ site: 'gare', waiting: 2, cameras }] });
      await page.getByRole('button', { name: /quai-a.*blind.*covered/ }).click();
      const details = page.getByRole('complementary', { name: 'Details' });
      expect(await details.textContent()).toContain('This is not a quiet view');
      expect(await details.getByRole('row', { name: /voies/ }).textContent()).toContain('not known');
      await page.getByText('2 waiting').waitFor();
      await page.getByRole('button', { name: '1 blind' }).waitFor();
      expect(page.url()).toContain('#/network/gare/quai-a');
      expect(await details.getByRole('link', { name: 'Zones and rules' }).getAttribute('href')).toBe(
        '#/zones/gare/quai-a',
      );
      expect(errors).toEqual([]);
      await page.context().close();
    });

    it('is shown when the address changes after another page was drawn and before it listens', async () => {
      const { page } = await openPage(browser, `${server.url}#/queue`);
      await page.addInitScript(`
        const listen = addEventListener;
        addEventListener = (kind, ...rest) => {
          if (kind === 'hashchange') history.replaceState(null, '', '#/network');
          listen(kind, ...rest);
        };`);
      await page.reload();
      await page.getByRole('button', { name: /quai/ }).first().waitFor();
      await page.context().close();
    });

    it('filters by state, by text, and to what needs attention', async () => {
      const { page } = await openPage(browser, `${server.url}#/network`);
      const shown = page.getByText(/of 130 cameras shown/);
      await shown.waitFor();
      await page.getByRole('checkbox', { name: 'Only what needs attention' }).check();
      await page.getByText('12 of 130 cameras shown').waitFor();
      await page.getByRole('button', { name: '5 moved' }).click();
      await page.getByText('5 of 130 cameras shown').waitFor();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByRole('searchbox', { name: 'Site or camera' }).fill('sete');
      await page.getByText('22 of 130 cameras shown').waitFor();
      await page.getByRole('searchbox').fill('nowhere at all');
      await page.getByText('No camera fits these filters.').waitFor();
      await page.context().close();
    });

    it('is gone through with the arrow keys, beyond what is drawn', async () => {
      begin({ network: networkOf(3, 600) });
      const { page } = await openPage(browser, `${server.url}#/network`);
      await page.locator('.net-tile[tabindex="0"]').focus();
      expect(await page.locator('.net-tile').count()).toBeLessThan(120);
      for (let step = 0; step < 45; step++) {
        await page.keyboard.press('ArrowDown');
        const camera = `quai-${((step + 1) * 5) % 200}`;
        const focused = 'document.activeElement.dataset.camera';
        await expect.poll(() => page.evaluate<string>(focused), { timeout: 10_000 }).toMatch(camera);
      }
      await page.keyboard.press('Enter');
      // 45 rows of five down: 40 in the first site.
      expect(page.url()).toContain('#/network/site-001/quai-25');
      const box = await page.locator(':focus').boundingBox();
      expect(box!.y + box!.height).toBeLessThan(720);
      await page.context().close();
    });

    it('says that what it shows is old: the line, a site, the session', async () => {
      const { page } = await openPage(browser, `${server.url}#/network/site-001`);
      const details = page.getByRole('complementary', { name: 'Details' });
      await details.getByText('Sète').waitFor();
      say({ kind: 'site', site: 'site-001', why: 'no connection' });
      await details.getByText(/does not answer: no connection/).waitFor();
      say({ kind: 'site', site: 'site-001' });
      await details.getByText(/does not answer/).waitFor({ state: 'hidden' });
      server.handlers[PATHS.session] = () => failure(401, 'session_missing', { way: 'token' });
      say({ kind: 'over', code: 'session_idle' });
      await page.getByText('logged out because nothing was done').waitFor();
      await page.context().close();
    });

    it('a link leads to its camera, however far down', async () => {
      begin({ network: networkOf(12, 900) });
      const { page } = await openPage(browser, `${server.url}#/network/site-010/quai-33`);
      const tile = page.locator('.net-tile[aria-current="true"]');
      await tile.waitFor();
      const box = (await tile.boundingBox())!;
      expect(box.y).toBeGreaterThan(150);
      expect(box.y + box.height).toBeLessThan(720);
      await page.context().close();
    });

    it('links to no page that the role does not open', async () => {
      begin({ network: two, info: sessionInfo('auditor') });
      const { page } = await openPage(browser, `${server.url}#/network/gare/quai-a`);
      await page.getByText('Measured last').waitFor();
      expect(await page.getByRole('link', { name: 'Zones and rules' }).count()).toBe(0);
      await page.context().close();
    });

    it.each(LOOKS)('has nothing for axe: $language $theme', async (look) => {
      const { page, errors } = await openPage(browser, `${server.url}#/network/site-002/quai-3`, look);
      await page.locator('.net-people').waitFor();
      expect(await violations(page)).toEqual([]);
      expect(errors).toEqual([]);
      await page.context().close();
    });
  });
});
