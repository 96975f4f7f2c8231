/** One look at a running part of a site, as plain data: what the page shows and `--json` prints. */
import type { ReviewPort } from '../serve/port.ts';
import type { Serving } from '../serve/serve.ts';
import type { Site } from '../site/site.ts';
import type { CameraTally, Tally } from '../topology/tally.ts';

/** `station`: all parts in one process. */
export type PartName = 'station' | 'ingest' | 'worker' | 'serve';

/** What is looked at. A part has of this what is its business. */
export interface Watched {
  readonly part: PartName;
  readonly site: Site;
  readonly tally: Tally;
  /** Ids of the cameras that are this process's business now. Default: all. */
  cameras?(): ReadonlySet<string>;
  /** Records of `rail.frames` that are not measured yet. */
  lag?(): Promise<number>;
  readonly review?: ReviewPort;
  readonly serving?: Serving;
  /** Where its console is. */
  readonly console?: string;
}

export interface View extends Partial<DeskView> {
  readonly part: PartName;
  readonly site: string;
  readonly atMs: number;
  readonly upMs: number;
  readonly cameras: readonly CameraView[];
  readonly framesPerSecond: number;
  /** Absent where nothing is measured, and while the log does not answer. */
  readonly lag?: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Partitions that were taken over without the state of who had them before, and why. */
  readonly afresh: readonly string[];
  /** Why the log does not answer, as each part of the station sees it. */
  readonly outages: readonly string[];
  /** Clips that were deleted before their time because the space for them was full. */
  readonly clipsDropped: number;
  readonly failure?: string;
}

/** Where agents and subscribers are served. */
export interface DeskView {
  readonly address: string;
  readonly waiting: number;
  readonly claimed: number;
  /** Verified, as long as they are kept; of the partitions whose events this process appends. */
  readonly events: number;
  readonly subscribers: number;
  /** Where the console is, when it runs in this process. */
  readonly console?: string;
}

export interface CameraView {
  readonly camera: string;
  readonly source: CameraTally['source']['kind'];
  /** Why the source failed. */
  readonly why?: string;
  /** What the view is worth; absent until the first frame. */
  readonly view?: string;
  readonly framesPerSecond: number;
  /** null: unknown. */
  readonly people: Readonly<Record<string, number | null>>;
  readonly repeats: number;
  readonly clamped: number;
  /** Times its clock jumped. */
  readonly stepped: number;
  readonly waiting: number;
  readonly late: number;
  readonly skipped: number;
  readonly spooled: number;
  readonly dropped: number;
}

const LAG_MS = 1_000;

/** Rates are means over the last seconds. */
const RATE_MS = 4_000;

/** Turns counters into rates. */
export class Watch {
  readonly #watched: Watched;
  readonly #sinceMs = Date.now();
  #lagNow: { readonly atMs: number; readonly lag: number | undefined } | undefined;
  readonly #past: { readonly atMs: number; readonly frames: ReadonlyMap<string, number> }[] = [];

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  async look(atMs: number): Promise<View> {
    const { part, tally, site } = this.#watched;
    const lag = await this.#lag(atMs);
    const rates = this.#rates(atMs);
    const cameras = [...this.#cameras()].map(([camera, one]) =>
      cameraView(camera, one, rates.get(camera) ?? 0),
    );
    const desk = this.#desk();
    return {
      part,
      site: site.id,
      atMs,
      upMs: atMs - this.#sinceMs,
      cameras,
      framesPerSecond: sumOf(cameras.map(({ framesPerSecond }) => framesPerSecond)),
      ...(lag === undefined ? {} : { lag }),
      ...desk,
      rejected: Object.fromEntries(tally.rejected),
      afresh: [...tally.restored].flatMap(([partition, { why }]) =>
        why === undefined ? [] : [`partition ${partition}: ${why}`],
      ),
      outages: [...tally.outages].map(
        ([who, { doing, error, attempt }]) => `${who}: cannot ${doing}, attempt ${attempt}: ${error.message}`,
      ),
      clipsDropped: tally.clipsDropped,
      ...(tally.failure === undefined ? {} : { failure: tally.failure.message }),
    };
  }

  #cameras(): ReadonlyMap<string, CameraTally> {
    const { part, tally, cameras } = this.#watched;
    if (part === 'serve') return new Map();
    const here = cameras?.();
    return here === undefined ? tally.cameras : new Map([...tally.cameras].filter(([id]) => here.has(id)));
  }

  #desk(): DeskView | undefined {
    const { review, serving, tally, console } = this.#watched;
    if (review === undefined || serving === undefined) return undefined;
    const reviews = review.list({ statuses: [], sites: [] });
    const claimed = reviews.filter(({ state }) => state.kind === 'claimed').length;
    return {
      address: serving.address,
      waiting: reviews.length - claimed,
      claimed,
      events: sumOf(tally.events.values()),
      subscribers: serving.subscribers().length,
      ...(console !== undefined && { console }),
    };
  }

  /** Asked for once a second at most: on Kafka it is a question per partition. */
  async #lag(atMs: number): Promise<number | undefined> {
    if (this.#lagNow === undefined || atMs - this.#lagNow.atMs >= LAG_MS) {
      const asked = this.#watched.lag?.();
      const lag = asked === undefined ? undefined : await within(asked, LAG_MS).catch(() => undefined);
      this.#lagNow = { atMs, lag };
    }
    return this.#lagNow.lag;
  }

  #rates(atMs: number): ReadonlyMap<string, number> {
    const { part, tally } = this.#watched;
    const counted = part === 'ingest' ? 'taken' : 'frames';
    const frames = new Map([...tally.cameras].map(([camera, one]) => [camera, one[counted]]));
    this.#past.push({ atMs, frames });
    while (this.#past.length > 2 && this.#past[1]!.atMs <= atMs - RATE_MS) this.#past.shift();
    const then = this.#past[0]!;
    const seconds = (atMs - then.atMs) / 1_000;
    if (seconds <= 0) return new Map();
    return new Map(
      [...frames].map(([camera, count]) => [camera, (count - then.frames.get(camera)!) / seconds]),
    );
  }
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function cameraView(camera: string, one: CameraTally, framesPerSecond: number): CameraView {
  const { source, view, people, repeats, clamped, stepped, waiting, late, skipped, spooled, dropped } = one;
  return {
    camera,
    source: source.kind,
    ...(source.kind === 'failed' ? { why: source.why } : {}),
    ...(view === undefined ? {} : { view }),
    framesPerSecond,
    people: Object.fromEntries([...people].map(([zone, count]) => [zone, count ?? null])),
    repeats,
    clamped,
    stepped,
    waiting,
    late,
    skipped,
    spooled,
    dropped,
  };
}

function within<T>(promised: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('late')), ms);
    promised.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
