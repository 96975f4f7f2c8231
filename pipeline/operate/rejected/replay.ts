/**
 * `vigie rejected replay`: puts records that were refused through again, for when the reason has gone (a camera that
 * was not declared, a release that could not read them).
 *
 * The record is read again where it came from, checked against the hash that was kept, and appended to `rail.frames`
 * as it was, byte for byte; what the workers have had since then they drop as a repeat. Only frames need this: candidates
 * and verdicts are read from their beginning at every start of the review.
 */
import { createHash } from 'node:crypto';
import { type Log, type LogRecord, OffsetGoneError } from '../../log/port.ts';
import type { Rejected } from '../../model.ts';
import { TOPICS } from '../../topics.ts';
import { type LogChoice, openLog } from '../log.ts';
import { processTerminal, say } from '../terminal.ts';
import { type Selection, selected } from './select.ts';

export interface ReplayOptions extends Selection {
  readonly log: LogChoice;
  readonly json: boolean;
  /** Looks whether it could, and appends nothing. */
  readonly dryRun: boolean;
}

const OUTCOMES = {
  replayed: 'put through again',
  gone: 'not put through: retention has taken the record',
  changed: 'not put through: another record lies there now (the topic was made anew)',
  not_frames: 'not put through: only frames can be, candidates and verdicts are read anew at every start',
} as const;
export type Outcome = keyof typeof OUTCOMES;

/** Places of refused records, by where they lie. One record may have been refused for several reasons. */
type Places = Map<string, Rejected>;

/** Exit codes: 0 all were put through, 1 some could not be. */
export async function replayRejected(options: ReplayOptions): Promise<number> {
  const { output } = processTerminal();
  const { log, close } = await openLog(options.log, { beside: true });
  const counts = new Map<Outcome, number>();
  try {
    const places: Places = new Map();
    for await (const one of selected(log, options))
      places.set(`${one.topic} ${one.partition} ${one.offset}`, one);
    for await (const { rejected, outcome } of replay(log, [...places.values()], options.dryRun)) {
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      const { topic, partition, offset, code } = rejected;
      if (options.json) await say(output, JSON.stringify({ topic, partition, offset, code, outcome }));
    }
    if (!options.json) await say(output, report(counts, options.dryRun));
  } finally {
    await close();
  }
  return [...counts.keys()].every((outcome) => outcome === 'replayed') ? 0 : 1;
}

export interface Replayed {
  readonly rejected: Rejected;
  readonly outcome: Outcome;
}

/** Each of `places` once, in the order of where they lie. */
export async function* replay(
  log: Log,
  places: readonly Rejected[],
  dryRun: boolean,
): AsyncGenerator<Replayed> {
  for (const rejected of places) {
    if (rejected.topic !== TOPICS.frames) yield { rejected, outcome: 'not_frames' };
  }
  const frames = places.filter(({ topic }) => topic === TOPICS.frames);
  for (const partition of new Set(frames.map((one) => one.partition))) {
    const here = frames.filter((one) => one.partition === partition).sort((a, b) => a.offset - b.offset);
    for await (const { rejected, record } of recordsOf(log, here)) {
      const outcome = outcomeOf(rejected, record);
      if (record !== undefined && outcome === 'replayed' && !dryRun) {
        const { topic, partition, key, value, headers } = record;
        await log.append([{ topic, partition, ...(key !== undefined && { key }), value, headers }]);
      }
      yield { rejected, outcome };
    }
  }
}

function outcomeOf(rejected: Rejected, record: LogRecord | undefined): Outcome {
  if (record === undefined) return 'gone';
  const sha256 = createHash('sha256').update(record.value).digest('hex');
  return sha256 === rejected.sha256 ? 'replayed' : 'changed';
}

/** A new reader costs as much as reading so many records. */
const GAP_MAX = 1_000;
const BATCH_MAX = 256;
const WAIT_MS = 1_000;

/** Of one partition, by offset. Undefined: it is not there any more. */
async function* recordsOf(
  log: Log,
  wanted: readonly Rejected[],
): AsyncGenerator<{ readonly rejected: Rejected; readonly record: LogRecord | undefined }> {
  const at = { topic: TOPICS.frames, partition: wanted[0]!.partition };
  const end = await log.endOffset(at);
  let run: Rejected[] = [];
  for (const [i, one] of wanted.entries()) {
    run.push(one);
    const next = wanted[i + 1];
    if (next !== undefined && next.offset - one.offset <= GAP_MAX) continue;
    const found = await readRun(log, at, run, end);
    for (const rejected of run) yield { rejected, record: found.get(rejected.offset) };
    run = [];
  }
}

async function readRun(
  log: Log,
  at: { readonly topic: string; readonly partition: number },
  run: readonly Rejected[],
  end: number,
): Promise<ReadonlyMap<number, LogRecord>> {
  const offsets = new Set(run.map(({ offset }) => offset));
  const found = new Map<number, LogRecord>();
  let next = Math.max(run[0]!.offset, await log.firstOffset(at));
  const last = Math.min(run.at(-1)!.offset, end - 1);
  if (next > last) return found;
  const reader = await log.reader([{ ...at, offset: next }]);
  try {
    while (next <= last) {
      for (const record of await reader.read(BATCH_MAX, WAIT_MS)) {
        next = record.offset + 1;
        if (offsets.has(record.offset)) found.set(record.offset, record);
      }
    }
  } catch (error) {
    // Retention went on meanwhile.
    if (!(error instanceof OffsetGoneError)) throw error;
  } finally {
    await reader.close();
  }
  return found;
}

function report(counts: ReadonlyMap<Outcome, number>, dryRun: boolean): string {
  if (counts.size === 0) return 'nothing was put aside';
  const lines = [...counts].map(
    ([outcome, count]) => `${count} record${count === 1 ? '' : 's'} ${OUTCOMES[outcome]}`,
  );
  return [...(dryRun ? ['a dry run: nothing was appended'] : []), ...lines].join('\n');
}
