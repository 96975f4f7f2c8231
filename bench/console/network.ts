/**
 * The network page while five updates a second come in, each with a fifth of all cameras: looked at, scrolled, filtered
 * and gone through by keys. Throws when the page does not show at the end what was said last.
 */
import { type NetworkMessage, PATHS } from '../../pipeline/console/api.ts';
import { launchBrowser, type Page } from '../../test/support/browser.ts';
import { sampleAnswers } from '../../test/support/pages/answers.ts';
import { openPage } from '../../test/support/pages/browser.ts';
import { CSRF, cameraOf, networkOf, sessionInfo } from '../../test/support/pages/samples.ts';
import { PagesServer } from '../../test/support/pages/server.ts';
import { random } from '../../test/support/random.ts';
import { traced, type Work } from './trace.ts';

export interface NetworkSize {
  readonly cameras: number;
  readonly sites: number;
  /** Of each kind of use. */
  readonly seconds: number;
}

const UPDATE_MS = 200;
/** As fast as a key repeats that is held down. */
const KEY_MS = 33;

export async function benchNetwork({ cameras, sites, seconds }: NetworkSize): Promise<Record<string, Work>> {
  const network = networkOf(sites, cameras);
  const chance = random(7);
  let say: (message: NetworkMessage) => void = () => undefined;
  const info = sessionInfo('supervisor', Date.now());
  const server = await PagesServer.open(
    {
      ...sampleAnswers({ info, network }),
      [PATHS.network]: () => ({
        kind: 'stream',
        speak: (tell) => {
          say = tell;
          say({ kind: 'network', sites: network });
        },
      }),
    },
    CSRF,
  );
  const browser = await launchBrowser();
  let updates = 0;
  const updating = setInterval(() => {
    const part = updates++ % 5;
    const changed = network.map(({ site, cameras: of }) => ({
      site,
      framesPerSecond: 5 * of.length - chance.unit(),
      cameras: of.flatMap(({ camera }, index) =>
        index % 5 === part ? [{ ...cameraOf(index, chance.unit, Date.now()), camera }] : [],
      ),
    }));
    say({ kind: 'changes', sites: changed });
  }, UPDATE_MS);
  try {
    const { page } = await openPage(browser, `${server.url}#/network`);
    await page.locator('.net-tile').first().waitFor();
    const found: Record<string, Work> = {};
    for (const [name, use] of Object.entries(USES))
      found[name] = await traced(page, () => use(page, seconds));
    clearInterval(updating);
    await showsTheLast(page, () => {
      const camera = { ...network[0]!.cameras[0]!, state: 'blind', why: 'covered' } as const;
      say({ kind: 'changes', sites: [{ site: network[0]!.site, cameras: [camera] }] });
    });
    return found;
  } finally {
    clearInterval(updating);
    await browser.close();
    await server.close();
  }
}

type Use = (page: Page, seconds: number) => Promise<void>;

const USES: Readonly<Record<string, Use>> = {
  'looked at': (page, seconds) => page.waitForTimeout(seconds * 1000),
  scrolled: async (page, seconds) => {
    await page.mouse.move(400, 500);
    await during(seconds, async (step) => {
      await page.mouse.wheel(0, step % 40 < 20 ? 400 : -400);
      await page.waitForTimeout(40);
    });
  },
  filtered: async (page, seconds) => {
    const field = page.getByRole('searchbox');
    const attention = page.getByRole('checkbox');
    await during(seconds, async (step) => {
      await field.fill(['quai-1', 'sete', 'grandes', ''][step % 4]!);
      if (step % 4 === 3) await attention.click();
      await page.waitForTimeout(60);
    });
    await field.fill('');
    await attention.uncheck();
  },
  'gone through by keys': async (page, seconds) => {
    await page.locator('.net-tile[tabindex="0"]').focus();
    await during(seconds, async () => {
      await page.keyboard.press('ArrowDown');
      await page.waitForTimeout(KEY_MS);
    });
  },
};

async function during(seconds: number, step: (number: number) => Promise<void>): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  for (let number = 0; performance.now() < endMs; number++) await step(number);
}

async function showsTheLast(page: Page, say: () => void): Promise<void> {
  await page.keyboard.press('Home');
  say();
  await page
    .getByRole('button', { name: /^quai-0.*blind.*covered/ })
    .first()
    .waitFor();
}
