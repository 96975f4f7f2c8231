/**
 * The edge of a site: cameras -> observe -> batches -> outbox -> [rail.frames].
 *
 * Any number of processes share the cameras of a site; who watches which is said on their command lines.
 */
import type { Clips } from '../clips/clips.ts';
import { openSource } from '../ingest/camera.ts';
import type { PictureSource } from '../ingest/picture.ts';
import { patiently, pause } from '../patience.ts';
import { type Camera, needsFlicker } from '../site/site.ts';
import { FrameBatches } from './batches.ts';
import { cutClips } from './clips.ts';
import { type Common, type Part, patienceOf } from './common.ts';
import { type Epochs, lastEpochs } from './epochs.ts';
import { ingest, type Pace } from './ingest.ts';
import { Outbox } from './outbox.ts';
import { SetupLog } from './setups.ts';
import { type FrameCounts, openSpool } from './spool.ts';
import type { CameraTally, Tally } from './tally.ts';

export interface SpoolSpace {
  /** Of nobody else. */
  readonly directory: string;
  readonly bytesMax: number;
}

export interface EdgeOptions extends Omit<Common, 'signal'> {
  readonly pace: Pace;
  /** Sources begin again when they end. */
  readonly loop: boolean;
  /** Ids of the cameras that are watched here. Default: all that have a source. */
  readonly cameras?: ReadonlySet<string>;
  /**
   * Where frames wait while the log is away. Default: nowhere, the sources wait; and so they do at the pace `fast`,
   * where waiting loses nothing and a full disk would.
   */
  readonly spool?: SpoolSpace;
  /** Where clips are cut. */
  readonly clips?: Clips;
  readonly open?: (camera: Camera, startMs: number) => Promise<PictureSource>;
}

export interface Edge extends Part {
  /** Resolves when every source has ended and its frames are on the log. */
  readonly ingested: Promise<void>;
}

/** How long cameras wait for the log to tell their last epochs; after that their clock has to do. */
const EPOCHS_MS = 5_000;

/** And to tell how they were set; what is known later is taken up later. */
const SETUPS_MS = 1_000;

export function startEdge(options: EdgeOptions): Edge {
  const { log, site, partitions, tally, nowMs, pace, loop, cameras } = options;
  const spool = pace === 'real' ? options.spool : undefined;
  const stopping = new AbortController();
  const patience = patienceOf({ ...options, signal: stopping.signal }, 'ingest');
  const onTaken = () => tally.outages.delete('ingest');
  const outbox =
    spool &&
    new Outbox({ log, patience, onTaken, openSpool: () => openSpool({ ...spool, ...countIn(tally) }) });
  const batches =
    outbox === undefined
      ? new FrameBatches(log, partitions, patience, onTaken)
      : new FrameBatches(outbox, partitions, patience);
  const setups = new SetupLog({ ...options, signal: stopping.signal }, 'ingest setups');
  // Without it the cameras are watched all the same, as the site file has them.
  const following = setups.run().catch((error: unknown) => tally.fail(error));
  const work = async () => {
    const left = await outbox?.resume();
    await Promise.race([setups.current(), pause(SETUPS_MS, stopping.signal)]);
    await ingest({
      lastEpochs: await known(left),
      site,
      ...(cameras !== undefined && { cameras }),
      ...(options.clips && { clips: options.clips }),
      batches,
      tally,
      nowMs,
      open:
        options.open ??
        ((camera, startMs) =>
          openSource(camera, {
            ...{ startMs, between: needsFlicker(camera) },
            full: options.clips !== undefined && camera.clips === 'full',
          })),
      pace,
      loop,
      asSet: (camera) => setups.setups.newest(camera.id)?.camera ?? camera,
      signal: stopping.signal,
    });
    await batches.flush();
    await outbox?.emptied();
  };
  /** Without a spool the sources wait for the log as long as it takes, and with one not for long. */
  const known = async (left: Epochs = new Map()): Promise<Epochs> => {
    const watched = site.cameras.filter(
      ({ id, source }) => source !== undefined && (cameras?.has(id) ?? true),
    );
    const ids = watched.map(({ id }) => id);
    const asked = patiently('read', patience, () => lastEpochs({ log, site, partitions, cameras: ids }));
    const onLog = await (spool === undefined
      ? asked
      : Promise.race([asked, pause(EPOCHS_MS, patience.signal)]));
    if (onLog !== undefined) onTaken();
    const of = (id: string) => Math.max(left.get(id) ?? 0, onLog?.value.get(id) ?? 0);
    return new Map(ids.map((id) => [id, of(id)]));
  };
  const cutting = options.clips && cutClips({ ...options, clips: options.clips, signal: stopping.signal });
  const ingested = work();
  ingested.catch(() => stopping.abort());
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    stopping.abort();
    await ingested.catch(() => undefined);
    await following;
    await outbox?.close();
    await cutting;
  };
  return {
    ingested,
    failed: ingested,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function countIn(tally: Tally) {
  const each = (frames: FrameCounts, change: (camera: CameraTally, count: number) => void) => {
    for (const [id, count] of frames) {
      const camera = tally.cameras.get(id);
      if (camera !== undefined) change(camera, count);
    }
  };
  return {
    onHeld(frames: FrameCounts) {
      each(frames, (camera, count) => {
        camera.spooled += count;
      });
    },
    onGone(frames: FrameCounts, lost: boolean) {
      each(frames, (camera, count) => {
        camera.spooled -= count;
        if (lost) camera.dropped += count;
      });
    },
  };
}
