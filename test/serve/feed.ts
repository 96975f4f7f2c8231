/** EventFeed over the memory log without a socket: what it does to a call is what is looked at. */

import { EventEmitter } from 'node:events';
import { DEVELOPMENT } from '../../pipeline/identity/identity.ts';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { EventFeed, type EventFeedOptions } from '../../pipeline/serve/events/events.ts';
import type { StreamCall } from '../../pipeline/serve/grpc.ts';
import { setCaller } from '../../pipeline/serve/identity/caller.ts';
import {
  decodeSubscribeResponse,
  encodeEvent,
  encodeSubscribeRequest,
  type SubscribeRequest,
  type SubscribeResponse,
} from '../../proto/messages.ts';
import { TOPIC, verified, type Wish } from './world.ts';

export async function memoryLog(partitions = 4) {
  const log = openMemoryLog();
  await log.createTopics([{ topic: TOPIC, partitions }]);
  return log;
}

export function feedOf(log: Log, options: Partial<EventFeedOptions> = {}): EventFeed {
  return new EventFeed({
    log,
    topic: TOPIC,
    progressMs: 50,
    subscribersMax: 1_000,
    now: Date.now,
    onWithheld: () => {},
    onFailure: () => {},
    ...options,
  });
}

/** Event n in partition n % 4, so that order can be told from n alone. */
export async function append(log: Log, from: number, to: number, wish: Wish = {}): Promise<void> {
  const records = [];
  for (let n = from; n < to; n++)
    records.push({ topic: TOPIC, partition: n % 4, value: encodeEvent(verified(n, wish)) });
  await log.append(records);
}

/** A call that takes what it is given, until told not to; write() answers as grpc-js does. */
export class FakeCall extends EventEmitter {
  readonly request: Uint8Array;
  readonly taken: Buffer[] = [];
  cancelled = false;
  /** Messages that nobody took. */
  readonly waiting: Buffer[] = [];
  most = 0;
  mostBytes = 0;
  isStalled = false;
  failure: { code: number; details: string } | undefined;
  readonly #responses: SubscribeResponse[] = [];
  #callbacks: (() => void)[] = [];

  constructor(request: Partial<SubscribeRequest> = {}) {
    super();
    this.request = requestOf(request);
    setCaller(this, DEVELOPMENT);
    this.on('error', (error) => {
      this.failure = error;
    });
  }

  get call(): StreamCall {
    return this as unknown as StreamCall;
  }

  get writableLength(): number {
    return this.waiting.length;
  }

  getPeer(): string {
    return 'fake';
  }

  sendMetadata(): void {}

  write(message: Buffer, done?: () => void): boolean {
    if (!this.isStalled) {
      this.taken.push(message);
      if (done !== undefined) queueMicrotask(done);
      return true;
    }
    this.waiting.push(message);
    if (done !== undefined) this.#callbacks.push(done);
    this.most = Math.max(this.most, this.waiting.length);
    const bytes = this.waiting.reduce((sum, { length }) => sum + length, 0);
    this.mostBytes = Math.max(this.mostBytes, bytes);
    return this.waiting.length < 16;
  }

  /** Takes what waits; goes on taking, unless `isStalled` stays. */
  take(): void {
    this.taken.push(...this.waiting.splice(0));
    for (const done of this.#callbacks.splice(0)) done();
    this.emit('drain');
  }

  go(): void {
    this.isStalled = false;
    this.take();
  }

  cancel(): void {
    this.cancelled = true;
    this.emit('cancelled');
  }

  /** Each is decoded once, however often one asks. */
  responses(): readonly SubscribeResponse[] {
    for (let n = this.#responses.length; n < this.taken.length; n++)
      this.#responses.push(decodeSubscribeResponse(this.taken[n]!));
    return this.#responses;
  }

  /** Numbers of the events taken, in order. */
  numbers(): number[] {
    return this.responses().flatMap((one) => (one.kind === 'event' ? [one.event.candidate.frame] : []));
  }

  kinds(): string[] {
    return this.responses().map(({ kind }) => kind);
  }
}

export function requestOf(request: Partial<SubscribeRequest>): Uint8Array {
  return encodeSubscribeRequest({
    sites: [],
    cameras: [],
    types: [],
    places: [],
    resumeToken: new Uint8Array(0),
    fromStart: false,
    cameraStates: false,
    ...request,
  });
}

/** Polls until it holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Every partition in order, nothing missing, nothing twice. */
export function inOrder(numbers: readonly number[], from: number, to: number): boolean {
  const next = [0, 1, 2, 3].map((partition) => from + ((partition - (from % 4) + 4) % 4));
  for (const n of numbers) {
    if (n !== next[n % 4]) return false;
    next[n % 4]! += 4;
  }
  return numbers.length === to - from;
}
