/**
 * What the set checker looks at: everything that the log holds, decoded, and what subscribers say they were given.
 *
 * Frames are kept as one line per session: a day of a large site has a thousand million of them. All else is small.
 */
import type { Candidate, Frame, Rejected, Verdict, VerifiedEvent } from '../../model.ts';

export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A record that could be read. `atMs`: the log's append time. */
export interface Said<T> extends Place {
  readonly value: T;
  readonly atMs: number;
}

/** A record, or a part of a record of frames, that could not be read. */
export interface Unread extends Place {
  readonly code: string;
  readonly length: number;
}

/** One camera's frames of one epoch. */
export interface Session {
  readonly site: string;
  readonly camera: string;
  readonly epoch: number;
  /** Of the first frame that is kept. */
  readonly partition: number;
  first: number;
  last: number;
  frames: number;
  /** Numbers at or below one that came before: sent again, or late. */
  again: number;
  /** How often each distance between two numbers was seen; of a decoder that decimates there are a handful. */
  readonly strides: Map<number, number>;
}

export interface Received {
  readonly event: VerifiedEvent;
  /** Next offset by partition, from the resume token that came with it. */
  readonly next?: readonly number[];
}

export interface Subscriber {
  readonly name: string;
  readonly received: readonly Received[];
  /** Offsets from which it must have everything. Absent: from its first token on. */
  readonly from?: readonly number[];
  /** Offsets up to which it must have everything. Absent: up to its last token. */
  readonly until?: readonly number[];
  /** What it asked for. Absent: everything. */
  readonly wanted?: (event: VerifiedEvent) => boolean;
}

export interface History {
  /** Of the topics that go by camera. */
  readonly partitions: number;
  readonly sessions: readonly Session[];
  readonly candidates: readonly Said<Candidate>[];
  readonly verdicts: readonly Said<Verdict>[];
  readonly events: readonly Said<VerifiedEvent>[];
  readonly rejected: readonly Said<Rejected>[];
  readonly unread: readonly Unread[];
  readonly subscribers: readonly Subscriber[];
}

/** Frames as they come, in the log's order, folded into sessions. */
export class Sessions {
  readonly #open = new Map<string, Session>();

  take({ site, camera, epoch, number }: Frame, partition: number): void {
    const key = `${site}/${camera}/${epoch}`;
    const known = this.#open.get(key);
    if (known === undefined) {
      const start = { first: number, last: number, frames: 1, again: 0, strides: new Map() };
      this.#open.set(key, { site, camera, epoch, partition, ...start });
      return;
    }
    if (number <= known.last) {
      known.again += 1;
      known.first = Math.min(known.first, number);
      return;
    }
    const stride = number - known.last;
    known.strides.set(stride, (known.strides.get(stride) ?? 0) + 1);
    known.last = number;
    known.frames += 1;
  }

  all(): readonly Session[] {
    return [...this.#open.values()];
  }
}

/** Numbers that are missing where the usual distance between two frames was exceeded. */
export function missingIn({ strides }: Session): number {
  const usual = Math.min(...strides.keys());
  let missing = 0;
  for (const [stride, times] of strides) missing += times * (Math.round(stride / usual) - 1);
  return missing;
}

/** The same for two values that say the same, whatever the order of their fields. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
