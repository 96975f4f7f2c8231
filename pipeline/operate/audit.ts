/** `vigie audit list`: who did what, and who was kept from what. */
import { DecodeError, decodeAuditEntry } from '../../proto/messages.ts';
import type { Log } from '../log/port.ts';
import type { AuditEntry } from '../model.ts';
import { TOPICS } from '../topics.ts';
import { type LogChoice, openLog } from './log.ts';
import { processTerminal, say } from './terminal.ts';
import { plain } from './told.ts';

export interface AuditOptions {
  readonly log: LogChoice;
  readonly json: boolean;
  /** Ms since the Unix epoch. */
  readonly sinceMs?: number;
  readonly who?: string;
}

/** Exit code 0. */
export async function listAudit(options: AuditOptions): Promise<number> {
  const { output, stop } = processTerminal();
  const { log, close } = await openLog(options.log, { beside: true });
  let count = 0;
  try {
    for await (const one of entries(log, options.sinceMs)) {
      if (stop.aborted) break;
      if (options.who !== undefined && one.who !== options.who) continue;
      if (count === 0 && !options.json) await say(output, HEAD);
      count++;
      await say(output, options.json ? JSON.stringify(one) : row(one));
    }
    if (count === 0 && !options.json) await say(output, 'nothing is in the audit');
  } finally {
    await close();
  }
  return 0;
}

const AT = { topic: TOPICS.audit, partition: 0 } as const;
const BATCH_MAX = 1_024;
const WAIT_MS = 1_000;

/** Oldest first, up to where the topic ended when it was asked. */
async function* entries(log: Log, sinceMs: number | undefined): AsyncGenerator<AuditEntry> {
  const end = await log.endOffset(AT);
  let next = sinceMs === undefined ? await log.firstOffset(AT) : await log.offsetAt(AT, sinceMs);
  if (next >= end) return;
  const reader = await log.reader([{ ...AT, offset: next }]);
  try {
    while (next < end) {
      for (const { offset, value } of await reader.read(BATCH_MAX, WAIT_MS)) {
        next = offset + 1;
        if (offset < end) yield readable(value, offset);
      }
    }
  } finally {
    await reader.close();
  }
}

/** An audit has no gaps: what cannot be read is shown as that. */
function readable(value: Uint8Array, offset: number): AuditEntry {
  try {
    return decodeAuditEntry(value);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const nobody = { atMs: 0, who: '', proof: '', peer: '', repeats: 0 };
    const object = `${TOPICS.audit}/0/${offset}`;
    return { ...nobody, act: 'audit', object, result: 'entry_undecodable', why: error.message };
  }
}

const HEAD = `${'time'.padEnd(19)}  ${'who'.padEnd(24)}  ${'act'.padEnd(8)}  ${'result'.padEnd(22)}  what, why, from where`;

function row({ atMs, who, act, object, result, why, peer, repeats }: AuditEntry): string {
  const at = new Date(atMs);
  const time = `${at.toLocaleDateString('sv')} ${at.toLocaleTimeString('sv')}`;
  const more = repeats === 0 ? '' : `  (and ${repeats} before)`;
  const rest = `${object}  ${why}  ${peer}${more}`;
  return plain(`${time}  ${(who || '-').padEnd(24)}  ${act.padEnd(8)}  ${result.padEnd(22)}  ${rest}`);
}
