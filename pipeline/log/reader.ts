/** Reading partitions of a Store, in turn and within bounds. Used by plain readers and by group members. */
import { LogClosedError, type LogRecord, OffsetGoneError, type Position, type Reader } from './port.ts';
import { READ_BYTES_MAX, type Store } from './store.ts';

export class StoreReader implements Reader {
  readonly #store: Store;
  readonly #cursors: Cursors;
  #closed = false;

  constructor(store: Store, from: readonly Position[]) {
    this.#store = store;
    this.#cursors = new Cursors(store);
    for (const position of from) {
      store.bounds(position);
      this.#cursors.set(position);
    }
  }

  async read(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    if (this.#closed) throw new LogClosedError('this reader was closed');
    return patiently(
      this.#store,
      waitMs,
      () => this.#closed,
      () => this.#cursors.next(max),
      // Nobody but this process appends: it will wake us.
      Number.isFinite(this.#store.pollMsMax) ? FIRST_POLL_MS : Number.POSITIVE_INFINITY,
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#store.wakeups.wake();
  }
}

const FIRST_POLL_MS = 1;

/** Asks again at every append until something came, the time is over or the reader was closed. */
export async function patiently(
  store: Store,
  waitMs: number,
  isClosed: () => boolean,
  attempt: () => readonly LogRecord[] | Promise<readonly LogRecord[]>,
  firstPollMs = FIRST_POLL_MS,
): Promise<readonly LogRecord[]> {
  const deadline = performance.now() + waitMs;
  let pollMs = Math.min(firstPollMs, store.pollMsMax);
  for (;;) {
    const count = store.wakeups.count;
    const records = await attempt();
    const leftMs = deadline - performance.now();
    if (records.length > 0 || leftMs <= 0 || isClosed()) return records;
    // setTimeout takes at most 2^31 - 1.
    await store.wakeups.sleep(count, Math.min(leftMs, pollMs, 2 ** 31 - 1));
    if (isClosed()) return [];
    pollMs = Math.min(pollMs * 2, store.pollMsMax);
  }
}

/** Where each partition is read next. A partition with a long backlog cannot starve the others. */
export class Cursors {
  readonly #store: Store;
  readonly #positions = new Map<string, Position>();
  #turn = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  set(position: Position): void {
    this.#positions.set(`${position.topic}/${position.partition}`, position);
  }

  delete(place: string): void {
    this.#positions.delete(place);
  }

  get(place: string): Position | undefined {
    return this.#positions.get(place);
  }

  next(max: number, isPaused: (place: string) => boolean = () => false): LogRecord[] {
    const ready: { place: string; at: Position; end: number }[] = [];
    for (const [place, at] of this.#positions) {
      if (isPaused(place)) continue;
      const { first, end } = this.#store.bounds(at);
      if (at.offset < first) throw new OffsetGoneError(at, at.offset, first);
      if (at.offset < end) ready.push({ place, at, end });
    }
    const records: LogRecord[] = [];
    if (ready.length === 0) return records;
    this.#turn = (this.#turn + 1) % ready.length;
    let bytesLeft = READ_BYTES_MAX;
    for (let i = 0; i < ready.length && records.length < max && bytesLeft > 0; i++) {
      const { place, at, end } = ready[(this.#turn + i) % ready.length]!;
      const fairShare = Math.ceil((max - records.length) / (ready.length - i));
      const got = this.#store.scan(at, at.offset, Math.min(fairShare, end - at.offset), bytesLeft);
      for (const record of got) {
        records.push(record);
        bytesLeft -= record.value.length;
      }
      const last = got.at(-1);
      if (last !== undefined) this.#positions.set(place, { ...at, offset: last.offset + 1 });
    }
    return records;
  }
}
