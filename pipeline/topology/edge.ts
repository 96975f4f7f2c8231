/**
 * The edge of a site: cameras -> observe -> batches -> [rail.frames].
 *
 * Any number of processes share the cameras of a site; who watches which is said on their command lines.
 */
import { openSource } from '../ingest/camera.ts';
import type { PictureSource } from '../ingest/picture.ts';
import type { Camera } from '../site/site.ts';
import { FrameBatches } from './batches.ts';
import { type Common, type Part, patienceOf } from './common.ts';
import { ingest, type Pace } from './ingest.ts';

export interface EdgeOptions extends Omit<Common, 'signal'> {
  readonly pace: Pace;
  /** Sources begin again when they end. */
  readonly loop: boolean;
  /** Ids of the cameras that are watched here. Default: all that have a source. */
  readonly cameras?: ReadonlySet<string>;
  readonly open?: (camera: Camera, startMs: number) => Promise<PictureSource>;
}

export interface Edge extends Part {
  /** Resolves when every source has ended and its frames are on the log. */
  readonly ingested: Promise<void>;
}

export function startEdge(options: EdgeOptions): Edge {
  const { log, site, partitions, tally, nowMs, pace, loop, cameras } = options;
  const stopping = new AbortController();
  const common: Common = { ...options, signal: stopping.signal };
  const batches = new FrameBatches(log, partitions, patienceOf(common, 'ingest'), () =>
    tally.outages.delete('ingest'),
  );
  const ingested = ingest({
    site,
    ...(cameras !== undefined && { cameras }),
    batches,
    tally,
    nowMs,
    open: options.open ?? ((camera, startMs) => openSource(camera, { startMs })),
    pace,
    loop,
    signal: stopping.signal,
  }).then(() => batches.flush());
  ingested.catch(() => stopping.abort());
  return {
    ingested,
    failed: ingested,
    async stop() {
      stopping.abort();
      await ingested.catch(() => undefined);
    },
  };
}
