/**
 * `npm run screenshots`: the pictures of docs/console/, taken from a real console over the rendered demo station, by
 * itself: no footage, nobody's station. Needs a Chromium; takes two minutes, because candidates take their time.
 */
import { mkdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { serveConsole } from '../../pipeline/console/server.ts';
import { demoSite } from '../../pipeline/ingest/scenes/index.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { openClient, type VigieClient } from '../../pipeline/serve/client/client.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import { createTopics } from '../../pipeline/topics.ts';
import { startStation } from '../../pipeline/topology.ts';
import { launchBrowser, type Page, sitDown } from '../../test/support/browser.ts';

const OUT = 'docs/console';
const DESK = { width: 1280, height: 720 };
const WALL = { width: 1920, height: 1080 };
/** Until the demo has raised enough to choose from, and measured enough to plot. */
const RAISED_MS = 100_000;

const site = parseSite(demoSite(), { file: 'demo', dev: true });
const log = openMemoryLog();
await createTopics(log);
const station = await startStation({
  ...{ log, site, pace: 'real', loop: true, shared: false, host: '127.0.0.1', port: 0 },
});
const served = await serveConsole({ servers: [{ address: station.serving.address, access: {} }], port: 0 });
const client = openClient(station.serving.address);
const browser = await launchBrowser();
try {
  await mkdir(OUT, { recursive: true });
  await wait(RAISED_MS);
  await decideSome(client);
  const person = { name: 'Léa Marchand', role: 'supervisor' } as const;
  const desk = await sitDown(browser, served.url, { ...person, size: DESK });
  await shoot(desk.page, 'queue', async (page) => {
    await page.locator('[role="option"]').first().waitFor();
    await page.keyboard.press('n');
    await page.locator('canvas').first().waitFor();
    await wait(9_000);
  });
  const wall = await sitDown(browser, served.url, { ...person, language: 'fr', theme: 'dark', size: WALL });
  await shoot(wall.page, 'queue-fr-dark', async (page) => {
    await page.locator('[role="option"]').first().waitFor();
    await page.keyboard.press('n');
    await page.locator('canvas').first().waitFor();
    await wait(9_000);
  });
  await shoot(desk.page, 'network', (page) => open(page, served.url, 'network'));
  await shoot(desk.page, 'zones', async (page) => {
    await open(page, served.url, `zones/${site.id}/${site.cameras[0]!.id}`);
    await page
      .getByRole('button', { name: /show the picture|fetch/i })
      .first()
      .click()
      .catch(() => undefined);
    await wait(4_000);
  });
  await shoot(desk.page, 'statistics', (page) => open(page, served.url, 'statistics'));
} finally {
  await browser.close();
  client.close();
  await served.close();
  await station.stop();
  await log.close();
}

async function open(page: Page, url: string, place: string): Promise<void> {
  await page.goto(`${url}/#/${place}`);
  await wait(2_500);
}

async function shoot(page: Page, name: string, before: (page: Page) => Promise<void>): Promise<void> {
  await before(page);
  await page.screenshot({ path: `${OUT}/${name}.png` });
  console.log(`${OUT}/${name}.png`);
}

/** So that statistics and earlier verdicts have something to say. */
async function decideSome(of: VigieClient): Promise<void> {
  const waiting = await of.listCandidates();
  const by = { name: 'Karim Benali', role: 'agent' } as const;
  for (const [n, { candidate }] of waiting.entries()) {
    if (n % 3 === 0) continue;
    const reason = n % 2 === 0 ? 'false' : 'true_but_irrelevant';
    const act = n % 3 === 1 ? ({ kind: 'confirm' } as const) : ({ kind: 'reject', reason } as const);
    await of.decide({ id: `shot-${n}`, candidate: candidate.id, by, act });
  }
}
