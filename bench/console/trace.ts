/**
 * What the browser's own trace says of the page's main thread: how long each piece of work took. A frame cannot come
 * sooner than the piece of work that runs, so the longest pieces are the longest frames.
 */
import type { Page } from '../../test/support/browser.ts';

export interface Work {
  /** Pieces of work of the page's main thread. */
  readonly pieces: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** Longer than 50 ms: the browser's own limit for work that people feel. */
  readonly long: number;
  /** Share of the time that the thread was at work. */
  readonly busy: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly args?: { readonly name?: string };
}

export const LONG_MS = 50;

/** Runs `act` under trace. Throws when the trace shows no work at all. */
export async function traced(page: Page, act: () => Promise<void>): Promise<Work> {
  const devtools = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  devtools.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise<void>((resolve) => devtools.on('Tracing.tracingComplete', () => resolve()));
  await devtools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'],
    },
  });
  await act();
  await devtools.send('Tracing.end');
  await complete;
  await devtools.detach();
  return workOf(events);
}

export function workOf(events: readonly TraceEvent[]): Work {
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const tasks = events.filter(({ name, ph }) => ph === 'X' && /RunTask$/.test(name));
  // Of several renderers, the page's is the one that worked most.
  const byThread = mains.map(({ pid, tid }) => tasks.filter((task) => task.pid === pid && task.tid === tid));
  const total = (of: readonly TraceEvent[]) => of.reduce((sum, { dur = 0 }) => sum + dur, 0);
  const own = byThread.sort((a, b) => total(b) - total(a))[0] ?? [];
  if (own.length === 0) throw new Error('the trace shows no work of the page');
  const ms = own.map(({ dur = 0 }) => dur / 1000).sort((a, b) => a - b);
  const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))]!;
  const first = Math.min(...own.map(({ ts }) => ts));
  const last = Math.max(...own.map(({ ts, dur = 0 }) => ts + dur));
  return {
    pieces: ms.length,
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    longestMs: ms.at(-1)!,
    long: ms.filter((one) => one > LONG_MS).length,
    busy: total(own) / (last - first),
  };
}
