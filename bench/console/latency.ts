/** From a candidate that is appended to the log until its row stands in a browser. */
import { setTimeout as wait } from 'node:timers/promises';
import { launchBrowser, sitDown } from '../../test/support/browser.ts';
import { startConsole } from '../../test/support/console.ts';

export interface Latency {
  readonly candidates: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly longestMs: number;
}

/** Notes in the page when a row with a camera's name is first drawn. */
const LOOK = `
  globalThis.vigieSeen = {};
  const look = () => {
    for (const row of document.querySelectorAll('[role="option"]')) {
      const name = /mark-\\d+/.exec(row.textContent)?.[0];
      if (name) vigieSeen[name] ??= Date.now();
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
`;

/** One after the other, each a camera of its own, and never at the beat of anything. */
export async function benchLatency(candidates: number): Promise<Latency> {
  const running = await startConsole();
  const browser = await launchBrowser();
  try {
    const { page } = await sitDown(browser, running.url, { name: 'A. Martin' });
    await page.getByText('Queue', { exact: false }).first().waitFor();
    await wait(500);
    await page.evaluate(LOOK);
    const appended = new Map<string, number>();
    for (let n = 0; n < candidates; n++) {
      const camera = `mark-${n}`;
      appended.set(camera, Date.now());
      // The most urgent stands first in the list, so it is drawn however many wait.
      const [one] = await running.raise({ camera, severity: 'critical', type: 'fire' });
      await wait(150 + 100 * ((n * 0.618) % 1));
      await running.client!.decide({
        id: `bench-${n}`,
        candidate: one!.id,
        by: { name: 'bench', role: 'agent' },
        act: { kind: 'reject', reason: 'test' },
      });
    }
    await wait(1_000);
    const seen = await page.evaluate<Record<string, number>>('vigieSeen');
    const ms = [...appended].map(([camera, atMs]) => {
      const shownAtMs = seen[camera];
      if (shownAtMs === undefined) throw new Error(`the candidate of ${camera} was never shown`);
      return shownAtMs - atMs;
    });
    ms.sort((a, b) => a - b);
    const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))]!;
    return { candidates, medianMs: at(0.5), p95Ms: at(0.95), longestMs: ms.at(-1)! };
  } finally {
    await browser.close();
    await running.stop();
  }
}
