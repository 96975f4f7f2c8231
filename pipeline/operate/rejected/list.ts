/** `vigie rejected list`: what was put aside, why, and where it came from. */
import type { Rejected } from '../../model.ts';
import { type LogChoice, openLog } from '../log.ts';
import { processTerminal, say } from '../terminal.ts';
import { plain } from '../told.ts';
import { type Selection, selected } from './select.ts';

export interface ListOptions extends Selection {
  readonly log: LogChoice;
  readonly json: boolean;
}

/** Exit code 0. */
export async function listRejected(options: ListOptions): Promise<number> {
  const { output, stop } = processTerminal();
  const { log, close } = await openLog(options.log, { beside: true });
  const counts = new Map<string, number>();
  try {
    for await (const one of selected(log, options)) {
      if (stop.aborted) break;
      if (counts.size === 0 && !options.json) await say(output, HEAD);
      counts.set(one.code, (counts.get(one.code) ?? 0) + 1);
      await say(output, options.json ? JSON.stringify(one) : row(one));
    }
    if (!options.json) await say(output, totals(counts));
  } finally {
    await close();
  }
  return 0;
}

const HEAD = `${'time'.padEnd(19)}  ${'reason'.padEnd(20)}  ${'record'.padEnd(28)}  ${'camera'.padEnd(20)}  what was wrong`;

function row({ atMs, code, topic, partition, offset, site, camera, detail }: Rejected): string {
  const whose = camera === undefined ? '-' : `${site ?? '?'}/${camera}`;
  const place = `${topic}/${partition}/${offset}`;
  return plain(`${timeOf(atMs)}  ${code.padEnd(20)}  ${place.padEnd(28)}  ${whose.padEnd(20)}  ${detail}`);
}

function totals(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return 'nothing was put aside';
  const most = [...counts].sort(([, a], [, b]) => b - a);
  const sum = most.reduce((total, [, count]) => total + count, 0);
  return `${sum} put aside: ${most.map(([code, count]) => `${plain(code)} ${count}`).join(', ')}`;
}

/** Local time, as the status and the subscriber print it. */
function timeOf(ms: number): string {
  const at = new Date(ms);
  return `${at.toLocaleDateString('sv')} ${at.toLocaleTimeString('sv')}`;
}
