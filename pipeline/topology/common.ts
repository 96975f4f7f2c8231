/** What every part of a running station is given. */
import { encodeRejected } from '../../proto/messages.ts';
import type { Log, NewRecord } from '../log/port.ts';
import type { Rejected } from '../model.ts';
import type { Patience } from '../patience.ts';
import type { Site } from '../site/site.ts';
import { TOPICS } from '../topics.ts';
import type { Tally } from './tally.ts';

export interface Common {
  readonly log: Log;
  readonly site: Site;
  /** Of the topics that go by camera. */
  readonly partitions: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly tally: Tally;
}

/** A part of a site that runs: its cameras, its workers or its desk; alone in a process, or all in one. */
export interface Part {
  /** Rejects when it failed for good; resolves after the stop. */
  readonly failed: Promise<void>;
  /** Finishes what is at hand. */
  stop(): Promise<void>;
}

/** The consumer group of a site's workers: its positions say how far frames are measured. */
export function workerGroup({ id }: Site): string {
  return `vigie-worker-${id}`;
}

/** Waits outages out and shows them under `who`, who takes them down again when the log answers. */
export function patienceOf({ signal, tally }: Common, who: string): Patience {
  return { signal, onOutage: (outage) => tally.outages.set(who, outage) };
}

export function toRejected(rejected: Rejected): NewRecord {
  return { topic: TOPICS.rejected, partition: 0, value: encodeRejected(rejected) };
}
