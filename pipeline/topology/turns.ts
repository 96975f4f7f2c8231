/**
 * What waits to be measured in one partition: a queue per camera, served in turns.
 *
 *   add -> [camera a: ........]  \
 *          [camera b: .]          > take: some of a, some of b, some of c, some of a ...
 *          [camera c: ..]        /
 *
 * So ten minutes of a train's frames that arrive at once hold up nobody but the train. Within a camera the order stays
 * that of the log.
 */
import type { Frame } from '../model.ts';

export interface Waiting<Source> {
  readonly frame: Frame;
  /** What it came in, and what may be read again until it is done. */
  readonly source: Source;
}

/** What becomes of a backlog: all of it is measured, or the oldest of a camera is passed over. */
export type Overload = 'keep_all' | 'keep_fresh';

/**
 * Frames that a camera may have in a row: enough that its state stays in the processor's caches, few enough that 60
 * cameras (2,000 on 32 partitions) are once around within some 50 ms.
 */
export const QUANTUM = 16;
/** A backlog older than this is passed over under `keep_fresh`, ms of the camera's time. */
export const FRESH_MS = 2_000;

export class Turns<Source> {
  /** Only cameras of which something waits, the one whose turn it is first. */
  readonly #queues = new Map<string, Waiting<Source>[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(camera: string, waiting: Waiting<Source>): void {
    const queue = this.#queues.get(camera);
    if (queue === undefined) this.#queues.set(camera, [waiting]);
    else queue.push(waiting);
    this.#size += 1;
  }

  /** Takes `max` at most, and hands them on in turns. */
  take(max: number, hand: (waiting: Waiting<Source>, camera: string) => void): void {
    for (let left = max; left > 0 && this.#size > 0; ) left -= this.#turn(Math.min(QUANTUM, left), hand);
  }

  /** Takes `max` at most, of every camera the first alone, and hands them on. */
  takeFirst(max: number, hand: (waiting: Waiting<Source>, camera: string) => void): void {
    for (let left = Math.min(max, this.#queues.size); left > 0; left--) this.#turn(1, hand);
  }

  /** Of the camera whose turn it is; returns how many it was. */
  #turn(max: number, hand: (waiting: Waiting<Source>, camera: string) => void): number {
    const [camera, queue] = this.#queues.entries().next().value!;
    const turn = queue.splice(0, max);
    this.#queues.delete(camera);
    if (queue.length > 0) this.#queues.set(camera, queue);
    this.#size -= turn.length;
    for (const waiting of turn) hand(waiting, camera);
    return turn.length;
  }

  /**
   * Takes what is older than `FRESH_MS` before the camera's newest, and beyond `max` in all, to pass over it: all but
   * the frames that say that the view is lost, without which a dead camera would look like a quiet one.
   */
  freshen(max: number, hand: (waiting: Waiting<Source>, camera: string, passed: boolean) => void): void {
    const share = this.#size > max ? Math.ceil(max / this.#queues.size) : Number.POSITIVE_INFINITY;
    for (const [camera, queue] of this.#queues) {
      const newestMs = queue.at(-1)!.frame.capturedAtMs;
      const fresh = queue.findIndex(
        ({ frame }, index) => newestMs - frame.capturedAtMs <= FRESH_MS && queue.length - index <= share,
      );
      const stale = queue.splice(0, fresh);
      this.#size -= stale.length;
      for (const waiting of stale) hand(waiting, camera, waiting.frame.view !== 'lost');
    }
  }

  waitingOf(camera: string): number {
    return this.#queues.get(camera)?.length ?? 0;
  }

  /** What came first of each camera. */
  *heads(): Generator<Waiting<Source>> {
    for (const queue of this.#queues.values()) yield queue[0]!;
  }
}
