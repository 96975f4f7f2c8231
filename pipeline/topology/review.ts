/**
 * Review between the log and the agents: candidates and verdicts in, events out, and the port that serve asks.
 *
 * The group says which partitions are this process's; their ledgers are folded from the first offset at every start,
 * after the events that subscribers were told already. Bad records on the two topics are met again at every start and
 * put aside again: the repeat names the same offset.
 */
import {
  DecodeError,
  decodeCandidate,
  decodeEvent,
  decodeVerdict,
  encodeEvent,
  encodeVerdict,
} from '../../proto/messages.ts';
import { drive, type Effect, persist, type Work } from '../drive.ts';
import { fault, InputError } from '../errors.ts';
import { partitionFor } from '../log/partition.ts';
import type { LogRecord, NewRecord, TopicPartition } from '../log/port.ts';
import { type CandidateReview, cameraKey, type Verdict, type VerifiedEvent } from '../model.ts';
import type { Settled } from '../review/ledger.ts';
import { type Review, type ReviewInput, type ReviewOutput, review } from '../review/review.ts';
import { RefusedError, type ReviewFilter, type ReviewPort } from '../serve/port.ts';
import { TOPICS } from '../topics.ts';
import { type Common, patienceOf, toRejected } from './common.ts';
import { readThrough } from './history.ts';

const TICK_MS = 1_000;

/** How far a partition's two topics were read. */
interface Reading {
  readonly next: Map<string, number>;
  /** Where they ended when they were taken over. */
  readonly ends: Map<string, number>;
  /** Append time of the last record of each. */
  readonly lastMs: Map<string, number>;
}

export class ReviewRoom implements ReviewPort {
  readonly #common: Common;
  readonly #ledgers: Review = review();
  readonly #readings = new Map<number, Reading>();
  readonly #watchers = new Set<(review: CandidateReview) => void>();
  readonly #asking = new Map<string, ((settled: Settled) => void)[]>();
  #tickedAtMs = 0;
  #caughtUp: () => void = () => undefined;
  /** Resolves when everything that was on the log at the start has been folded. */
  readonly caughtUp = new Promise<void>((resolve) => {
    this.#caughtUp = resolve;
  });

  constructor(common: Common) {
    this.#common = common;
  }

  /** Until the stop. */
  run(): Promise<void> {
    const { log, site, nowMs, tally } = this.#common;
    return drive({
      ...patienceOf(this.#common, 'review'),
      log,
      nowMs,
      toRejected,
      group: `vigie-review-${site.id}`,
      topics: [TOPICS.candidates, TOPICS.verdicts],
      commits: false,
      workFor: (at) => this.#take(at),
      onDropped: (at) => this.#drop(at.partition),
      onTick: (nowMs, idle) => this.#tick(nowMs, idle),
      onProgress: () => tally.outages.delete('review'),
    });
  }

  list({ statuses, sites }: ReviewFilter): readonly CandidateReview[] {
    const wanted = statuses.length > 0 ? statuses : ['waiting', 'claimed'];
    return this.#ledgers.snapshot().filter(({ candidate, state }) => {
      const here = sites.length === 0 || sites.includes(candidate.site);
      return here && wanted.includes(state.kind);
    });
  }

  watch(listener: (review: CandidateReview) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  find(candidate: string): CandidateReview | undefined {
    return this.#ledgers.get(candidate);
  }

  async decide(verdict: Verdict): Promise<CandidateReview> {
    const { log, nowMs, partitions } = this.#common;
    const refusal = this.#ledgers.validate(verdict, nowMs());
    if (refusal !== undefined) throw new RefusedError(refusal.code, refusal.detail);
    const before = this.#ledgers.settled(verdict.candidate, verdict.id);
    if (before === undefined) {
      const settled = this.#settled(verdict.id);
      const partition = partitionFor(cameraKey(verdict.site, verdict.camera), partitions);
      const record = recordOf(TOPICS.verdicts, partition, verdict, encodeVerdict(verdict));
      if ((await persist(log, [record], patienceOf(this.#common, 'verdicts'))) === undefined) {
        throw new Error('stopped before the verdict was on the log');
      }
      this.#common.tally.outages.delete('verdicts');
      const { refusal } = await settled;
      if (refusal !== undefined) throw new RefusedError(refusal.code, refusal.detail);
    }
    const found = this.#ledgers.get(verdict.candidate);
    if (found === undefined) throw new RefusedError('unknown_candidate', 'the candidate is no longer kept');
    return found;
  }

  #settled(verdictId: string): Promise<Settled> {
    return new Promise((resolve) => {
      this.#asking.set(verdictId, [...(this.#asking.get(verdictId) ?? []), resolve]);
    });
  }

  async #take({ topic, partition }: TopicPartition): Promise<Work> {
    const { log, tally } = this.#common;
    let reading = this.#readings.get(partition);
    if (reading === undefined) {
      reading = { next: new Map(), ends: new Map(), lastMs: new Map() };
      tally.events.set(partition, 0);
      await readThrough(log, [{ topic: TOPICS.events, partition }], (record) => this.#recall(record));
      // Only now: a read that broke off must be done again, and to be told twice is harmless.
      this.#readings.set(partition, reading);
    }
    reading.next.set(topic, await log.firstOffset({ topic, partition }));
    reading.ends.set(topic, await log.endOffset({ topic, partition }));
    return { step: (record) => this.#step(record) };
  }

  #drop(partition: number): void {
    if (this.#readings.delete(partition)) this.#ledgers.drop(partition);
  }

  /** What cannot be read was never told; serve withholds it and says so. */
  #recall(record: LogRecord): void {
    const event = orUndefined(() => decodeEvent(record.value));
    if (event === undefined || event.candidate.site !== this.#common.site.id) return;
    this.#count(event, record.partition);
    this.#ledgers.step({ kind: 'told', event, atMs: record.timestampMs, partition: record.partition });
  }

  #count({ change }: VerifiedEvent, partition: number): void {
    const { events } = this.#common.tally;
    if (change === 'verified') events.set(partition, (events.get(partition) ?? 0) + 1);
  }

  #step(record: LogRecord): Effect[] {
    const reading = this.#readings.get(record.partition);
    reading?.next.set(record.topic, record.offset + 1);
    reading?.lastMs.set(record.topic, record.timestampMs);
    const input = inputOf(record);
    const of = input.kind === 'candidate' ? input.candidate : input.verdict;
    // Another process reviews the other sites on this log.
    if (of.site !== this.#common.site.id) return [];
    return this.#fold({ ...input, partition: record.partition }).map((record) => ({
      kind: 'append',
      record,
    }));
  }

  #tick(nowMs: number, idle: boolean): NewRecord[] {
    const readings = [...this.#readings];
    const caughtUp = readings.length > 0 && readings.every(([, reading]) => isCaughtUp(reading));
    if (caughtUp && idle) this.#caughtUp();
    if (nowMs - this.#tickedAtMs < TICK_MS) return [];
    this.#tickedAtMs = nowMs;
    return readings.flatMap(([partition, reading]) => {
      const untilMs = caughtUp && idle ? nowMs : readUntilMs(reading);
      return untilMs === undefined ? [] : this.#fold({ kind: 'tick', nowMs: untilMs, partition });
    });
  }

  #fold(input: ReviewInput): NewRecord[] {
    return this.#ledgers.step(input).flatMap((output) => this.#act(output));
  }

  #act(output: ReviewOutput): NewRecord[] {
    const { partition } = output;
    switch (output.kind) {
      case 'event':
        this.#count(output.event, partition);
        return [recordOf(TOPICS.events, partition, output.event.candidate, encodeEvent(output.event))];
      case 'lapse':
        return [recordOf(TOPICS.verdicts, partition, output.verdict, encodeVerdict(output.verdict))];
      case 'review':
        for (const watcher of this.#watchers) watcher(output.review);
        return [];
      case 'settled':
        for (const answer of this.#asking.get(output.verdict.id) ?? []) answer(output);
        this.#asking.delete(output.verdict.id);
        return [];
      case 'dropped':
        this.#common.tally.refuse(output.code);
        return [];
    }
  }
}

function isCaughtUp({ next, ends }: Reading): boolean {
  return ends.size === 2 && [...ends].every(([topic, end]) => (next.get(topic) ?? 0) >= end);
}

/** The append time up to which both topics have been read. */
function readUntilMs({ lastMs }: Reading): number | undefined {
  return lastMs.size < 2 ? undefined : Math.min(...lastMs.values());
}

/** Throws InputError. */
function inputOf({ topic, value, timestampMs }: LogRecord) {
  try {
    if (topic === TOPICS.candidates) {
      return { kind: 'candidate', candidate: decodeCandidate(value), atMs: timestampMs } as const;
    }
    return { kind: 'verdict', verdict: decodeVerdict(value), atMs: timestampMs } as const;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new InputError([fault(error.code, topic, error.detail)]);
  }
}

function recordOf(
  topic: string,
  partition: number,
  { site, camera }: { site: string; camera: string },
  value: Uint8Array,
): NewRecord {
  return { topic, partition, key: cameraKey(site, camera), value };
}

function orUndefined<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return undefined;
  }
}
