/** What `drive` drives: work on the records of one partition, and what follows from it. */
import { createHash } from 'node:crypto';
import type { LogRecord, NewRecord, OffsetGoneError } from './log/port.ts';
import type { Rejected } from './model.ts';
import type { Stage } from './stage.ts';

/** Why a record, or a part of it, was put aside. */
export interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly site?: string;
  readonly camera?: string;
}

/** What follows from one record. */
export type Effect =
  | { readonly kind: 'append'; readonly record: NewRecord }
  /** `record`: what was refused, where it is not the record at hand. */
  | { readonly kind: 'reject'; readonly refusal: Refusal; readonly record?: LogRecord };

/**
 * Decodes, steps, encodes. `step` throws InputError when the record as a whole cannot be understood; it may leave some
 * of it for later, and the rest of the interface is for work that does, or that outlives the process.
 */
export interface Work extends Stage<LogRecord, Effect> {
  /** Goes on with a bounded amount of what was left for later. */
  turn?(): readonly Effect[];
  isWaiting?(): boolean;
  /** So much waits that no more should be read. */
  isFull?(): boolean;
  /** The first offset that is not done with; undefined: everything that was stepped is. */
  resumeAt?(): number | undefined;
  /** So much was stepped since the last `save` that it is due before its time. */
  isHeavy?(): boolean;
  /** The state, as records of one partition that nothing else is written to meanwhile; `resumeAt` belongs to it. */
  save?(resumeAt: number): Promise<readonly NewRecord[]>;
}

/** What is kept about a bad record: never its bytes, they could be a picture. */
export function rejectedOf(refusal: Refusal, record: LogRecord, atMs: number): Rejected {
  return {
    ...refusal,
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    length: record.value.length,
    sha256: createHash('sha256').update(record.value).digest('hex'),
    atMs,
  };
}

/** What retention took before it was read. */
export function goneOf({ at, asked, first, message }: OffsetGoneError, atMs: number): Rejected {
  const nothing = { ...at, offset: asked, value: new Uint8Array(0), headers: {}, timestampMs: atMs };
  return rejectedOf(
    { code: 'offset_gone', detail: `${message}: ${first - asked} records were lost` },
    nothing,
    atMs,
  );
}
