/**
 * What a running station shows: a page that refreshes in place on a terminal, one line every few seconds elsewhere,
 * or JSON lines. The only user of the log-update package.
 */
import { createLogUpdate } from 'log-update';
import type { CameraTally, Tally } from '../topology/tally.ts';
import type { Station } from '../topology.ts';
import { page, summary } from './page.ts';

export type StatusMode = 'page' | 'lines' | 'json';

export interface StatusOptions {
  readonly station: Station;
  readonly mode: StatusMode;
  /** Where the data is, in words. */
  readonly data: string;
  readonly out: NodeJS.WriteStream;
}

/** One look at a station; plain data, as `--json` prints it. */
export interface StationView {
  readonly site: string;
  readonly atMs: number;
  readonly upMs: number;
  readonly address: string;
  readonly cameras: readonly CameraView[];
  readonly framesPerSecond: number;
  readonly waiting: number;
  readonly claimed: number;
  /** Verified, as long as they are kept. */
  readonly events: number;
  readonly subscribers: number;
  /** Records not measured yet; absent while the log does not answer. */
  readonly lag?: number;
  readonly rejected: Readonly<Record<string, number>>;
  /** Why the log does not answer, as each part of the station sees it. */
  readonly outages: readonly string[];
  readonly failure?: string;
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
}

const PAGE_MS = 250;
const LINES_MS = 5_000;
const JSON_MS = 1_000;
const LAG_MS = 1_000;

/** Rates are means over the last seconds. */
const RATE_MS = 4_000;

/** Shows until the returned function is called, which leaves the last page standing. */
export function showStatus(options: StatusOptions): () => Promise<void> {
  const { station, mode, out, data } = options;
  const watch = new Watch(station);
  const update = createLogUpdate(out);
  const show = async () => {
    const view = await watch.look(Date.now());
    if (mode === 'json') out.write(`${JSON.stringify(view)}\n`);
    else if (mode === 'lines') out.write(`${summary(view)}\n`);
    else update(page(view, { data, columns: out.columns ?? 100, rows: out.rows ?? 40 }));
  };
  let showing = Promise.resolve();
  const again = () => {
    showing = showing.then(show).catch(() => undefined);
  };
  again();
  const everyMs = { page: PAGE_MS, lines: LINES_MS, json: JSON_MS }[mode];
  const timer = setInterval(again, everyMs);
  return async () => {
    clearInterval(timer);
    again();
    await showing;
    if (mode === 'page') update.done();
  };
}

/** Turns counters into rates. */
export class Watch {
  readonly #station: Station;
  readonly #sinceMs = Date.now();
  #lagNow: { readonly atMs: number; readonly lag: number | undefined } | undefined;
  readonly #past: { readonly atMs: number; readonly frames: ReadonlyMap<string, number> }[] = [];

  constructor(station: Station) {
    this.#station = station;
  }

  async look(atMs: number): Promise<StationView> {
    const { tally, review, serving, site } = this.#station;
    const lag = await this.#lag(atMs);
    const rates = this.#rates(atMs, tally);
    const reviews = review.list({ statuses: [], sites: [] });
    const claimed = reviews.filter(({ state }) => state.kind === 'claimed').length;
    return {
      site: site.id,
      atMs,
      upMs: atMs - this.#sinceMs,
      address: serving.address,
      cameras: [...tally.cameras].map(([camera, one]) => cameraView(camera, one, rates.get(camera) ?? 0)),
      framesPerSecond: sumOf(rates.values()),
      waiting: reviews.length - claimed,
      claimed,
      events: sumOf(tally.events.values()),
      subscribers: serving.subscribers().length,
      ...(lag === undefined ? {} : { lag }),
      rejected: Object.fromEntries(tally.rejected),
      outages: [...tally.outages].map(
        ([who, { doing, error, attempt }]) => `${who}: cannot ${doing}, attempt ${attempt}: ${error.message}`,
      ),
      ...(tally.failure === undefined ? {} : { failure: tally.failure.message }),
    };
  }

  /** Asked for once a second at most: on Kafka it is a question per partition. */
  async #lag(atMs: number): Promise<number | undefined> {
    if (this.#lagNow === undefined || atMs - this.#lagNow.atMs >= LAG_MS) {
      const lag = await within(this.#station.lag(), LAG_MS).catch(() => undefined);
      this.#lagNow = { atMs, lag };
    }
    return this.#lagNow.lag;
  }

  #rates(atMs: number, tally: Tally): ReadonlyMap<string, number> {
    const frames = new Map([...tally.cameras].map(([camera, one]) => [camera, one.frames]));
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
  const { source, view, people, repeats, clamped } = one;
  return {
    camera,
    source: source.kind,
    ...(source.kind === 'failed' ? { why: source.why } : {}),
    ...(view === undefined ? {} : { view }),
    framesPerSecond,
    people: Object.fromEntries([...people].map(([zone, count]) => [zone, count ?? null])),
    repeats,
    clamped,
  };
}

function within<T>(promised: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('late')), ms);
    promised.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
