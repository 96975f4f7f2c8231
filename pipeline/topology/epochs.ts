/**
 * The last epoch of cameras, as far as the log tells. An ingest process asks before it begins: epochs are read from
 * its clock, and where that is behind the clock with which the camera was watched last (it was set back, or another
 * machine was ahead), workers would take all that it sends for frames of a session that is over, until it caught up.
 *
 * Workers do not judge which of two epochs is the newer by anything but the number: a record that comes twice, a
 * spool that was held for an hour or a process that was taken for dead also bring frames 0 of lower epochs late, and
 * no bound on time tells those from a clock that was set back. Whoever begins a session knows that it does.
 *
 * Read per partition: the newest checkpoint, which knows the epoch of every camera that a worker has seen, and the
 * frames after it. Bound: TAIL_RECORDS records of frames, more than come between two checkpoints; when no worker is
 * there for longer, a camera whose last session lies before them counts by the clock alone.
 */
import { decodeFrameBatchLenient } from '../../proto/messages.ts';
import { epochIn } from '../admit/admit.ts';
import { partitionFor } from '../log/partition.ts';
import type { Log, LogRecord } from '../log/port.ts';
import { cameraKey } from '../model.ts';
import type { Site } from '../site/site.ts';
import { TOPICS } from '../topics.ts';
import { findCheckpoint } from './checkpoints.ts';
import { workerGroup } from './common.ts';
import { readThrough } from './history.ts';

export interface LastEpochsOptions {
  readonly log: Log;
  readonly site: Site;
  /** Of the topics that go by camera. */
  readonly partitions: number;
  /** Camera ids. */
  readonly cameras: Iterable<string>;
}

export type Epochs = ReadonlyMap<string, number>;

const TAIL_RECORDS = 1_024;

/** By camera id; without those of which the log knows nothing. Throws what the log throws. */
export async function lastEpochs({ log, site, partitions, cameras }: LastEpochsOptions): Promise<Epochs> {
  const wanted = new Set(cameras);
  const last = new Map<string, number>();
  const note = (of: string, camera: string, epoch: number | undefined) => {
    if (of !== site.id || epoch === undefined || !wanted.has(camera)) return;
    last.set(camera, Math.max(epoch, last.get(camera) ?? 0));
  };
  const places = new Set([...wanted].map((id) => partitionFor(cameraKey(site.id, id), partitions)));
  for (const partition of places) {
    const at = { topic: TOPICS.frames, partition };
    const found = await findCheckpoint(log, workerGroup(site), partition);
    const saved = found.kind === 'found' ? found : undefined;
    for (const one of saved?.cameras ?? []) note(one.site, one.camera, one.admit && epochIn(one.admit));
    const offset = Math.max(saved?.seal.framesOffset ?? 0, (await log.endOffset(at)) - TAIL_RECORDS);
    await readThrough(log, [{ ...at, offset }], (record) => {
      for (const frame of framesIn(record)) note(frame.site, frame.camera, frame.epoch);
    });
  }
  return last;
}

/** None where a worker will say why it cannot be read. */
function framesIn({ value }: LogRecord) {
  try {
    return decodeFrameBatchLenient(value).frames;
  } catch {
    return [];
  }
}
