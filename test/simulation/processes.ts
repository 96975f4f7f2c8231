/**
 * The processes of a simulated installation, each of production parts on its own link to the log and its own clock:
 * `ingest` (batches), `worker` (the middle as it is wired), `serve` (ReviewRoom, EventFeed, ReviewDesk). Only the sockets
 * between them and their callers are not real.
 */
import type { Log } from '../../pipeline/log/port.ts';
import { patiently } from '../../pipeline/patience.ts';
import { NO_AUDIT } from '../../pipeline/serve/audit.ts';
import { EventFeed } from '../../pipeline/serve/events/events.ts';
import { ReviewDesk } from '../../pipeline/serve/review.ts';
import { TOPICS } from '../../pipeline/topics.ts';
import { FrameBatches } from '../../pipeline/topology/batches.ts';
import { type Common, patienceOf } from '../../pipeline/topology/common.ts';
import { lastEpochs } from '../../pipeline/topology/epochs.ts';
import { startMiddle } from '../../pipeline/topology/middle.ts';
import { ReviewRoom } from '../../pipeline/topology/review.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { FRAME_MS, frameAt, lostFrame, type Scene, site } from './cameras.ts';
import { Link, type LinkWorld } from './link.ts';
import type { Planted } from './planted.ts';
import type { Stream } from './stream.ts';

export const PARTITIONS = 3;
const DECIDE_MS_MAX = 2_500;
const PROGRESS_MS = 700;

export interface World extends LinkWorld {
  readonly planted: Planted;
  /** A part of a process ended in a way that only a mistake explains. */
  readonly onBroken: (who: string, error: unknown) => void;
}

/** What is the same for all: a name, a way to the log, a clock that may be wrong, an end. */
abstract class Process {
  readonly name: string;
  readonly link: Link;
  readonly world: World;
  readonly stop = new AbortController();
  skewMs = 0;
  isUp = true;

  constructor(name: string, world: World) {
    this.name = name;
    this.world = world;
    this.link = new Link(name, world);
  }

  readonly nowMs = (): number => this.world.time.nowMs + this.skewMs;

  common(log: Log = this.link): Common {
    return {
      log,
      site,
      partitions: PARTITIONS,
      nowMs: this.nowMs,
      signal: this.stop.signal,
      tally: new Tally(site),
    };
  }

  /** kill -9: from now on nothing that it does reaches anybody. */
  kill(): void {
    this.isUp = false;
    this.link.note('killed');
    this.link.kill();
  }

  protected watch(part: Promise<unknown>): void {
    part.catch((error: unknown) => {
      if (this.isUp) this.world.onBroken(this.name, error);
    });
  }
}

export class WorkerProcess extends Process {
  constructor(name: string, world: World) {
    super(name, world);
    const log =
      world.planted.workerLog?.(this.link, { nowMs: this.nowMs, wait: (ms) => world.time.wait(ms) }) ??
      this.link;
    this.watch(startMiddle({ ...this.common(log), shared: false, writer: name }).failed);
  }
}

export class ServeProcess extends Process {
  readonly room: ReviewRoom;
  readonly desk: ReviewDesk;
  readonly #feed: EventFeed;
  readonly #streams = new Set<Stream>();
  isReady = false;

  constructor(name: string, world: World) {
    super(name, world);
    const onFailure = (error: unknown) => this.link.note(`failed ${String(error)}`);
    this.room = new ReviewRoom(this.common());
    this.watch(this.room.run());
    void this.room.caughtUp.then(() => {
      this.isReady = true;
    });
    this.desk = new ReviewDesk({
      review: this.room,
      // The audit follows a verdict and changes nothing about it; test/topology/audit.test.ts sees it through outages.
      audit: NO_AUDIT,
      decideMsMax: DECIDE_MS_MAX,
      now: this.nowMs,
      onFailure,
    });
    this.#feed = new EventFeed({
      log: this.link,
      topic: TOPICS.events,
      progressMs: PROGRESS_MS,
      subscribersMax: 100,
      now: this.nowMs,
      onWithheld: ({ code, detail }) => world.onBroken(name, new Error(`withheld ${code}: ${detail}`)),
      onFailure,
    });
  }

  connect(stream: Stream): void {
    this.#streams.add(stream);
    void this.#feed.subscribe(stream.call).finally(() => this.#streams.delete(stream));
  }

  override kill(): void {
    super.kill();
    for (const stream of this.#streams) stream.cut('the server has gone');
  }
}

/** A camera as its ingest process sees it. */
export interface Watched {
  readonly camera: string;
  readonly scene: Scene;
  /** The camera's own clock against the world's. */
  skewMs: number;
  /** Frames are held back until then, as in a tunnel, and come all at once. */
  tunnelUntilMs: number;
}

export class IngestProcess extends Process {
  readonly #batches: FrameBatches;
  readonly #watched: readonly Watched[];
  readonly #endMs: number;

  constructor(name: string, world: World, watched: readonly Watched[], endMs: number, skewMs: number) {
    super(name, world);
    this.skewMs = skewMs;
    this.#watched = watched;
    this.#endMs = endMs;
    this.#batches = new FrameBatches(this.link, PARTITIONS, patienceOf(this.common(), 'ingest'));
    this.watch(this.#begin());
  }

  async #begin(): Promise<void> {
    const cameras = this.#watched.map(({ camera }) => camera);
    const asked = await patiently('read', patienceOf(this.common(), 'ingest'), () =>
      lastEpochs({ log: this.link, site, partitions: PARTITIONS, cameras }),
    );
    if (asked === undefined) return;
    await Promise.all(this.#watched.map((one) => this.#session(one, asked.value.get(one.camera) ?? 0)));
  }

  /** Resolves when everything taken in so far is on the log. */
  flush(): Promise<void> {
    return this.#batches.flush();
  }

  watches(camera: string): boolean {
    return this.#watched.some((one) => one.camera === camera);
  }

  async #session(watched: Watched, lastEpoch: number): Promise<void> {
    const { time, chance } = this.world;
    const { camera, scene } = watched;
    const epoch = Math.max(this.nowMs(), lastEpoch + 1);
    const moment = (number: number) => ({
      camera,
      epoch,
      number,
      capturedAtMs: time.nowMs + watched.skewMs,
      receivedAtMs: this.nowMs(),
    });
    await time.wait(chance.below(FRAME_MS));
    let number = 0;
    const held: ReturnType<typeof frameAt>[] = [];
    while (time.elapsedMs < this.#endMs && this.isUp) {
      held.push(frameAt(scene, time.elapsedMs, moment(number++)));
      if (watched.tunnelUntilMs <= time.nowMs)
        for (const frame of held.splice(0)) await this.#batches.add({ ...frame, receivedAtMs: this.nowMs() });
      await time.wait(FRAME_MS);
    }
    if (!this.isUp) return;
    for (const frame of held) await this.#batches.add({ ...frame, receivedAtMs: this.nowMs() });
    await this.#batches.add(lostFrame(moment(number)));
    await this.#batches.flush();
  }
}
