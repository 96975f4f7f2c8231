/**
 * The whole job, wired as the diagram has it. Each part can run in a process of its own, any number of them, when the
 * log is one that machines share; a station is one of each in one process.
 *
 *   edge     sources -> observe -> batches -> [rail.frames]
 *   middle                                    [rail.frames] -> worker -> [rail.candidates], [rail.observations]
 *   desk     [rail.candidates], [rail.verdicts] -> review -> [rail.events] -> serve
 *                                ^ agent
 */
import type { PictureSource } from './ingest/picture.ts';
import type { Log } from './log/port.ts';
import type { ServeOptions, Serving } from './serve/serve.ts';
import type { Camera, Site } from './site/site.ts';
import { partitionsByCamera } from './topics.ts';
import { type ClipSpace, openClips } from './topology/clips.ts';
import type { Part } from './topology/common.ts';
import { type Desk, startDesk } from './topology/desk.ts';
import { type Edge, type SpoolSpace, startEdge } from './topology/edge.ts';
import type { Pace } from './topology/ingest.ts';
import { type Middle, startMiddle } from './topology/middle.ts';
import type { ReviewRoom } from './topology/review.ts';
import { Tally } from './topology/tally.ts';
import type { Overload } from './topology/turns.ts';

export interface StationOptions extends Pick<ServeOptions, 'gatekeeper' | 'tls' | 'inside'> {
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
  /** What becomes of more frames than can be measured. Default `keep_all`. */
  readonly overload?: Overload;
  /** Where frames wait while the log is away. */
  readonly spool?: SpoolSpace;
  /** Where clips are kept, and for how long. Default: in memory, a day. */
  readonly clipSpace?: ClipSpace;
  readonly nowMs?: () => number;
  readonly open?: (camera: Camera, startMs: number) => Promise<PictureSource>;
}

export interface Station extends Part {
  readonly site: Site;
  readonly tally: Tally;
  readonly review: ReviewRoom;
  readonly serving: Serving;
  /** Resolves when every source has ended and its frames are on the log. */
  readonly ingested: Promise<void>;
  /** Records of `rail.frames` that are not measured yet. */
  lag(): Promise<number>;
  /** Ends the sources, lets the frames at hand run through, then ends the rest. */
  stop(): Promise<void>;
}

/** Throws InputError: topics missing or at odds, the port taken. */
export async function startStation(options: StationOptions): Promise<Station> {
  const { log, site, nowMs = Date.now } = options;
  const partitions = await partitionsByCamera(log);
  const tally = new Tally(site);
  const { clipSpace: space } = options;
  const clips = openClips({ site, tally, nowMs, ...(space && { space }) });
  const all = { ...options, partitions, tally, nowMs, clips };
  const desk = await startDesk(all);
  const middle = startMiddle(all);
  const edge = startEdge(all);
  const failed = Promise.all([edge, middle, desk].map((part) => part.failed)).then(() => undefined);
  // Frames that nobody measures any more are not taken any more.
  failed.catch(() => void edge.stop());
  let stopped: Promise<void> | undefined;
  return {
    site,
    tally,
    review: desk.review,
    serving: desk.serving,
    ingested: edge.ingested,
    failed,
    lag: middle.lag,
    stop() {
      stopped ??= stopAll(edge, middle, desk);
      return stopped;
    },
  };
}

async function stopAll(edge: Edge, middle: Middle, desk: Desk): Promise<void> {
  await edge.stop();
  await middle.drained();
  await middle.stop();
  await desk.stop();
}
