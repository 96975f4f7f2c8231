/** A queue in which thousands wait and five a second come or change, while somebody works in it by keyboard and wheel. */
import { setTimeout as wait } from 'node:timers/promises';
import { EVENT_TYPES, SEVERITIES } from '../../pipeline/model.ts';
import { launchBrowser, type Page, sitDown } from '../../test/support/browser.ts';
import { startConsole } from '../../test/support/console.ts';
import { traced, type Work } from './trace.ts';

export interface QueueSize {
  readonly waiting: number;
  readonly seconds: number;
}

const PER_SECOND = 5;

export async function benchQueue({ waiting, seconds }: QueueSize): Promise<Work> {
  const running = await startConsole();
  const browser = await launchBrowser();
  try {
    for (let from = 0; from < waiting; from += 500) {
      await running.raise(
        ...Array.from({ length: Math.min(500, waiting - from) }, (_, n) => someCandidate(from + n)),
      );
    }
    const { page } = await sitDown(browser, running.url, { name: 'A. Martin' });
    await page.locator(`[role="option"][aria-setsize="${waiting}"]`).first().waitFor();
    return await traced(page, async () => {
      const until = Date.now() + seconds * 1000;
      const coming = come(until, (n) => running.raise(someCandidate(n)));
      await interact(page, until);
      await coming;
    });
  } finally {
    await browser.close();
    await running.stop();
  }
}

function someCandidate(n: number) {
  const type = EVENT_TYPES[n % EVENT_TYPES.length]!;
  return { type, severity: SEVERITIES[n % SEVERITIES.length]! };
}

async function come(untilMs: number, one: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; Date.now() < untilMs; n++) {
    await one(n);
    await wait(1000 / PER_SECOND);
  }
}

/** What hands do: through the list by keys, by wheel, and another filter now and then. */
async function interact(page: Page, untilMs: number): Promise<void> {
  const list = page.getByRole('listbox').first();
  await list.focus();
  for (let n = 0; Date.now() < untilMs; n++) {
    if (n % 40 < 20) await page.keyboard.press('ArrowDown');
    else {
      await list.hover();
      await page.mouse.wheel(0, n % 2 === 0 ? 900 : -600);
    }
    if (n % 60 === 59)
      await page
        .locator('main select')
        .last()
        .selectOption({ index: n % 120 < 60 ? 1 : 0 });
    await wait(30);
  }
}
