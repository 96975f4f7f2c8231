/**
 * `vigie reconcile`: reads everything on the log, and what subscribers wrote, and says whether it agrees.
 *
 * Memory: the claims, verdicts and events that the log keeps, some 2 KB each; frames are counted as they pass.
 */
import { type LogChoice, openLog } from '../log.ts';
import { plain } from '../told.ts';
import { gather, readSubscriber } from './gather.ts';
import { type Figures, type Reconciliation, reconcile } from './reconcile.ts';
import type { Violation } from './violation.ts';

export interface ReconcileWords {
  readonly log: LogChoice;
  /** Files that `vigie subscribe --json` wrote. */
  readonly received: readonly string[];
  /** The installation is at work: what was decided a moment ago may still be on its way. */
  readonly live: boolean;
  readonly json: boolean;
}

/** Exit codes: 0 all agrees, 1 something does not. Throws InputError: topics or files that cannot be read. */
export async function reconcileLog(words: ReconcileWords): Promise<number> {
  const subscribers = await Promise.all(words.received.map(readSubscriber));
  const { log, close } = await openLog(words.log, { beside: true });
  try {
    const found = reconcile(await gather(log, subscribers), { settled: !words.live });
    process.stdout.write(words.json ? `${JSON.stringify(found)}\n` : `${page(found)}\n`);
    return found.violations.length === 0 ? 0 : 1;
  } finally {
    await close();
  }
}

/** Of one kind; the rest is counted. */
const SHOWN_MAX = 10;

export function page({ figures, violations }: Reconciliation): string {
  const lines = [...figureLines(figures), ''];
  if (violations.length === 0)
    return [...lines, 'all agrees: nothing missing, nothing twice, nothing that no agent confirmed'].join(
      '\n',
    );
  for (const code of new Set(violations.map((one) => one.code))) {
    const some = violations.filter((one) => one.code === code);
    lines.push(`${code}: ${some.length}`);
    lines.push(...some.slice(0, SHOWN_MAX).map(violationLine));
    if (some.length > SHOWN_MAX) lines.push(`  and ${some.length - SHOWN_MAX} more`);
  }
  return [...lines, '', `${count(violations.length, 'violation')}`].join('\n');
}

function violationLine({ at, message }: Violation): string {
  return plain(`  ${at}: ${message}`);
}

function figureLines(of: Figures): readonly string[] {
  const line = (what: string, text: string) => `${what.padEnd(11)}${text}`;
  return [
    line(
      'frames',
      `${of.frames} of ${count(of.cameras, 'camera')} in ${count(of.sessions, 'session')}; ` +
        `${of.framesAgain} sent again or late, ${of.framesMissing} numbers missing`,
    ),
    line('claims', `${of.claims}, of which ${of.claimsOpen} have not ended`),
    line(
      'verdicts',
      `${of.verdicts}: ${of.confirmed} confirmed, ${of.retracted} of them taken back; now rejected ${of.rejectedByAgents}, lapsed ${of.lapsed}`,
    ),
    line('events', `${of.events}, ${of.eventsAgain} records say one again`),
    line('refused', count(of.refused, 'record')),
    line(
      'received',
      of.subscribers === 0
        ? 'no subscriber was named'
        : `${of.deliveries} by ${count(of.subscribers, 'subscriber')}, ${of.deliveriesAgain} of them again`,
    ),
  ];
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
