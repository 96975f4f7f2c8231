/**
 * The edge of a station: every camera's source -> observe -> frames -> batches on `rail.frames`.
 *
 * One camera that fails is reported and leaves the others alone. At the end of a stream, and when the station is
 * stopped, a last frame says that the view is lost, so that nothing looks like a quiet view.
 */
import type { Clips } from '../clips/clips.ts';
import { InputError } from '../errors.ts';
import type { PictureSource } from '../ingest/picture.ts';
import { unstalled } from '../ingest/stall.ts';
import type { Frame } from '../model.ts';
import { viewLost } from '../observe/lost.ts';
import { Observer } from '../observe/observer.ts';
import { pause } from '../patience.ts';
import { type Camera, isVehicle, needsFlicker, type Site } from '../site/site.ts';
import type { FrameBatches } from './batches.ts';
import type { Epochs } from './epochs.ts';
import type { Tally } from './tally.ts';

export type Pace =
  /** Pictures at the time at which they were taken. */
  | 'real'
  /** As fast as they can be decoded and stored; the time of receipt is then the picture's own. */
  | 'fast';

export interface IngestOptions {
  readonly site: Site;
  /** Ids of the cameras that are watched here. Default: all that have a source. */
  readonly cameras?: ReadonlySet<string>;
  readonly open: (camera: Camera, startMs: number) => Promise<PictureSource>;
  readonly batches: FrameBatches;
  readonly pace: Pace;
  /** Begin again when a source ends or fails. */
  readonly loop: boolean;
  /** A camera as it was set last. Default: as the site file has it. */
  readonly asSet?: (camera: Camera) => Camera;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly tally: Tally;
  /** Where pictures wait for a candidate that asks for them. */
  readonly clips?: Clips;
  /** What epochs must rise above, by camera id (epochs.ts). */
  readonly lastEpochs?: Epochs;
}

const REOPEN_MS = 1_000;
const REOPEN_MS_MAX = 30_000;

/** Resolves when every source has ended, or soon after the stop. */
export async function ingest(options: IngestOptions): Promise<void> {
  const cameras = options.site.cameras.filter(
    ({ id, source }) => source !== undefined && (options.cameras?.has(id) ?? true),
  );
  await Promise.all(cameras.map((camera) => watch(camera, options)));
}

async function watch(camera: Camera, options: IngestOptions): Promise<void> {
  const { signal, loop } = options;
  const tally = options.tally.cameras.get(camera.id)!;
  let epoch = options.lastEpochs?.get(camera.id) ?? 0;
  let failures = 0;
  while (!signal.aborted) {
    const startMs = options.nowMs();
    // Epochs of one camera only rise, also when the clock was set back in between.
    epoch = Math.max(startMs, epoch + 1);
    try {
      tally.source = { kind: 'opening' };
      const asSet = options.asSet?.(camera) ?? camera;
      const why = await session(asSet, { epoch, startMs }, options, ({ view }) => {
        tally.source = { kind: 'live' };
        tally.taken += 1;
        // What is measured in this process says more than what was taken.
        if (tally.frames === 0) tally.view = view;
        failures = 0;
      });
      if (why === 'set_anew') continue;
      tally.source = { kind: 'ended' };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      tally.source = { kind: 'failed', code: error.code, why: error.message };
      failures += 1;
    }
    if (!loop) return;
    if (failures > 0) await pause(Math.min(REOPEN_MS * 2 ** (failures - 1), REOPEN_MS_MAX), signal);
  }
}

/**
 * One epoch: from the first picture to the end of the stream, or until the camera was set so that it takes other pictures
 * (flicker). Throws InputError when the source is broken.
 */
async function session(
  camera: Camera,
  { epoch, startMs }: { readonly epoch: number; readonly startMs: number },
  options: IngestOptions,
  onFrame: (frame: Frame) => void,
): Promise<'ended' | 'set_anew'> {
  const { site, batches, signal, pace, loop } = options;
  const source = await options.open(camera, startMs);
  const { width, height } = source;
  const flames = needsFlicker(camera);
  // A file that is not to begin again would.
  const canReopen = loop || /^(rtsps?|scene):/.test(camera.source ?? '');
  const aboard = isVehicle(site);
  const observer = new Observer({ site: site.id, camera: camera.id, epoch, width, height, flames, aboard });
  let last = undefined as Frame | undefined;
  try {
    for await (const picture of pace === 'real' ? unstalled(source) : source.pictures()) {
      if (picture.between) {
        observer.glance(picture);
        continue;
      }
      const earlyMs = pace === 'real' ? picture.capturedAtMs - options.nowMs() : 0;
      if (earlyMs > 0) await pause(earlyMs, signal);
      if (signal.aborted) break;
      if (canReopen && needsFlicker(options.asSet?.(camera) ?? camera) !== flames) return 'set_anew';
      last = observer.observe(picture, pace === 'real' ? options.nowMs() : picture.capturedAtMs);
      // Before the frame is anywhere, so that whoever claims something of it finds its picture.
      options.clips?.take(source, picture, last);
      onFrame(last);
      await batches.add(last);
    }
    return 'ended';
  } finally {
    observer.close();
    await source.close();
    if (last !== undefined) await batches.add(viewLost(last, source));
  }
}
