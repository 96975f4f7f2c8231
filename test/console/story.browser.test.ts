/**
 * The whole way, in a browser: somebody walks onto the tracks, an agent watches the clip that the edge cut and confirms by
 * keyboard, and a subscriber hears of it. Then the agent thinks again, and the subscriber hears of that.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifiedEvent } from '../../pipeline/model.ts';
import { TOPICS } from '../../pipeline/topics.ts';
import { decodeAuditEntry } from '../../proto/messages.ts';
import { type Browser, haveBrowser, launchBrowser, sitDown } from '../support/browser.ts';
import { type RunningConsole, startConsole } from '../support/console.ts';
import { walkedSite, walker } from '../support/walker.ts';

describe.skipIf(!haveBrowser())('from the camera to a subscriber, through a browser', () => {
  let browser: Browser;
  let running: RunningConsole;
  beforeAll(async () => {
    browser = await launchBrowser();
    running = await startConsole({
      site: walkedSite('gare', ['quai']),
      station: { open: async (_, startMs) => walker(startMs) },
    });
  });
  afterAll(async () => {
    await browser.close();
    await running.stop();
  });

  it('what an agent saw and confirmed comes out, and what they take back is taken back', {
    timeout: 120_000,
  }, async () => {
    const heard: VerifiedEvent[] = [];
    const stop = new AbortController();
    // Heard until the end of the test, whatever becomes of it.
    const listening = (async () => {
      for await (const one of running.client!.subscribe({ fromStart: true, signal: stop.signal }))
        if (one.kind === 'event') heard.push(one.event);
    })().catch(() => {});
    const { page, complaints } = await sitDown(browser, running.url, { name: 'Léa Marchand' });
    page.setDefaultTimeout(20_000);
    await page.locator('[role="option"]').first().waitFor();
    await page.keyboard.press('n');
    const confirm = page.locator('.acts .verdict').first();
    await confirm.waitFor();
    expect(await confirm.isDisabled()).toBe(true);
    // It must have run through, at the pace of what was filmed.
    await expect.poll(() => confirm.isDisabled(), { timeout: 60_000 }).toBe(false);
    await page.keyboard.press('v');
    await expect.poll(() => heard.map(({ change }) => change), { timeout: 20_000 }).toContain('verified');
    const [event] = heard;
    expect(event!.verdict.by).toEqual({ name: 'Léa Marchand', role: 'agent' });

    await page.locator('.toast', { hasText: 'Confirmed' }).waitFor();
    await page.keyboard.press('u');
    await expect.poll(() => heard.at(-1)?.change, { timeout: 20_000 }).toBe('retracted');
    stop.abort();
    await listening;

    // Who looked stands in the audit, before what they decided.
    const end = await running.log.endOffset({ topic: TOPICS.audit, partition: 0 });
    const reader = await running.log.reader([{ topic: TOPICS.audit, partition: 0, offset: 0 }]);
    const records = await reader.read(end, 2_000);
    await reader.close();
    const entries = records.map(({ value }) => decodeAuditEntry(value));
    expect(entries.find(({ act }) => act === 'view')?.who).toBe('Léa Marchand');
    const acts = entries.map(({ act }) => act);
    expect(acts.indexOf('view')).toBeGreaterThanOrEqual(0);
    expect(acts.indexOf('view')).toBeLessThan(acts.lastIndexOf('verdict'));
    expect(complaints).toEqual([]);
    expect(running.failures).toEqual([]);
  });
});
