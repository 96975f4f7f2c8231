/**
 * The whole job in one process, wired as the diagram has it:
 *
 *   sources -> observe -> batches -> [rail.frames] -> worker -> [rail.candidates] -> review -> [rail.events] -> serve
 *                                                           \-> [rail.observations]    ^
 *                                                                     agent -> [rail.verdicts]
 */
import { drive } from './drive.ts';
import { openSource } from './ingest/camera.ts';
import type { PictureSource } from './ingest/picture.ts';
import type { Log } from './log/port.ts';
import { pause } from './patience.ts';
import { type Serving, serve } from './serve/serve.ts';
import type { Camera, Site } from './site/site.ts';
import { partitionsByCamera, TOPICS } from './topics.ts';
import { FrameBatches } from './topology/batches.ts';
import { buildOf } from './topology/build.ts';
import { type Common, patienceOf, toRejected } from './topology/common.ts';
import { partitionsOf } from './topology/history.ts';
import { ingest, type Pace } from './topology/ingest.ts';
import { ReviewRoom } from './topology/review.ts';
import { Tally } from './topology/tally.ts';
import { frameWork } from './topology/worker.ts';

export interface StationOptions {
  /** With its topics created. Closed by whoever opened it, after stop(). */
  readonly log: Log;
  readonly site: Site;
  readonly pace: Pace;
  /** Sources begin again when they end. */
  readonly loop: boolean;
  /** Stations of other sites run on the same log. */
  readonly shared: boolean;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly nowMs?: () => number;
  readonly open?: (camera: Camera, startMs: number) => Promise<PictureSource>;
}

export interface Station {
  readonly site: Site;
  readonly tally: Tally;
  readonly review: ReviewRoom;
  readonly serving: Serving;
  /** Resolves when every source has ended and its frames are on the log. */
  readonly ingested: Promise<void>;
  /** Rejects when a part of the station failed for good; resolves after the stop. */
  readonly failed: Promise<void>;
  /** Records of `rail.frames` that are not measured yet. */
  lag(): Promise<number>;
  /** Ends the sources, lets the frames at hand run through, then ends the rest. */
  stop(): Promise<void>;
}

/** How long a stop waits for frames that are on the log to be measured; the rest waits there for the next start. */
const DRAIN_MS = 5_000;

/** Throws InputError: topics missing or at odds, the port taken. */
export async function startStation(options: StationOptions): Promise<Station> {
  const { log, site, shared, host, port, nowMs = Date.now } = options;
  const partitions = await partitionsByCamera(log);
  const tally = new Tally(site);
  const edge = new AbortController();
  const middle = new AbortController();
  const common: Common = { log, site, partitions, nowMs, signal: middle.signal, tally };
  const group = `vigie-worker-${site.id}`;

  // A stop does not wait for a log that is away.
  const patience = { ...patienceOf(common, 'ingest'), signal: edge.signal };
  const batches = new FrameBatches(log, partitions, patience, () => tally.outages.delete('ingest'));
  const review = new ReviewRoom(common);
  const reviewing = review.run();
  await Promise.race([review.caughtUp, reviewing]);
  let serving: Serving;
  try {
    serving = await serve({
      log,
      review,
      host,
      port,
      topic: TOPICS.events,
      onWithheld: ({ code }) => tally.refuse(code),
      onFailure: (error) => tally.fail(error),
    });
  } catch (error) {
    middle.abort();
    await reviewing;
    throw error;
  }

  const build = buildOf(site);
  const working = drive({
    ...patienceOf(common, 'worker'),
    log,
    nowMs,
    toRejected,
    group,
    topics: [TOPICS.frames],
    workFor: (at) => frameWork(at, { log, site, partitions, build, shared, tally }),
    onProgress: () => tally.outages.delete('worker'),
  });
  const ingesting = ingest({
    site,
    batches,
    tally,
    nowMs,
    open: options.open ?? ((camera, startMs) => openSource(camera, { startMs })),
    pace: options.pace,
    loop: options.loop,
    signal: edge.signal,
  }).then(() => batches.flush());

  const failed = Promise.all([ingesting, working, reviewing]).then(() => undefined);
  for (const part of [ingesting, failed]) part.catch(() => edge.abort());

  const lag = async () => {
    const lags = await Promise.all(
      partitionsOf(TOPICS.frames, partitions).map(async (at) => {
        const next = (await log.committed(group, at)) ?? (await log.firstOffset(at));
        return Math.max(0, (await log.endOffset(at)) - next);
      }),
    );
    return lags.reduce((sum, one) => sum + one, 0);
  };

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    edge.abort();
    await ingesting.catch(() => undefined);
    await Promise.race([drained(lag), failed.catch(() => undefined)]);
    middle.abort();
    await serving.close();
    await Promise.allSettled([working, reviewing]);
  };
  return {
    site,
    tally,
    review,
    serving,
    ingested: ingesting,
    failed,
    lag,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function drained(lag: () => Promise<number>): Promise<void> {
  const late = AbortSignal.timeout(DRAIN_MS);
  // A log that is away has nothing to wait for.
  while (!late.aborted && (await lag().catch(() => 0)) > 0) await pause(20, late);
}
