/**
 * Checkpoints of a worker on `rail.checkpoints`: what it knows of one partition's cameras, so that whoever takes over
 * goes on with every open claim under the same id.
 *
 *   [camera a] [camera b] ... [seal]     committed: rail.frames      -> the seal's frames offset
 *                                                   rail.checkpoints -> the offset of [camera a]
 *
 * Both positions are committed in one request, after everything that the state led to is on the log. So the state that
 * is found belongs to the frames that are read next; they are stepped again, and the same state and the same frames
 * give the same candidates under the same ids. The topic is shared by all sites and by workers that were taken for
 * dead and do not know it yet, so records carry the id of their checkpoint.
 *
 * Why not rewind to the oldest frame that is still needed: what a camera has learned reaches back minutes, and stepping
 * even 20 s of 500 busy cameras again took 10.3 s to the first new frame, restoring them 3.4 s (bench/restore.ts, two
 * loaded cores). A checkpoint of a busy camera is some 4 KB: every 4 s that is a third more than its frames.
 *
 * Where the two do not belong together all the same: frames that are gone (retention, or somebody moved the group
 * ahead) are a gap like any other, and the state goes on after it; a group that was moved back is to judge those
 * frames anew, which a state that has seen them cannot.
 */
import {
  type CameraCheckpoint,
  type CheckpointSeal,
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../proto/messages.ts';
import { type Log, type LogRecord, type NewRecord, OffsetGoneError } from '../log/port.ts';
import { cameraKey } from '../model.ts';
import { TOPICS } from '../topics.ts';

/** Changes when the parts of a checkpoint mean something else; each stage's state has a layout of its own. */
export const LAYOUT = 1;

/** Room below the log's limit of 1,000,000 bytes. */
const BYTES_MAX = 900_000;
const BATCH_MAX = 256;
const WAIT_MS = 1_000;

export type Found =
  /** The group has committed none: everything begins. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unfit'; readonly code: UnfitCode; readonly detail: string }
  | {
      readonly kind: 'found';
      readonly seal: CheckpointSeal;
      readonly cameras: readonly CameraCheckpoint[];
      /** Records of frames between the state and what is read next, that nobody has seen. */
      readonly missed: number;
    };

export type UnfitCode = 'checkpoint_gone' | 'checkpoint_unfit' | 'checkpoint_rewound';

/** What the group `group` committed last for a partition. Throws what the log throws. */
export async function findCheckpoint(log: Log, group: string, partition: number): Promise<Found> {
  const next = await log.committed(group, { topic: TOPICS.frames, partition });
  const offset = await log.committed(group, { topic: TOPICS.checkpoints, partition });
  if (next === undefined || offset === undefined) return { kind: 'none' };
  const records = await readSealed(log, { topic: TOPICS.checkpoints, partition, offset });
  if (!('seal' in records)) return { kind: 'unfit', ...records };
  const { seal, cameras } = records;
  if (seal.framesOffset > next) {
    const detail = `contains frames up to ${seal.framesOffset}, and the group was moved back to ${next}`;
    return { kind: 'unfit', code: 'checkpoint_rewound', detail };
  }
  return { kind: 'found', seal, cameras, missed: next - seal.framesOffset };
}

type Sealed =
  | { readonly seal: CheckpointSeal; readonly cameras: readonly CameraCheckpoint[] }
  | { readonly code: UnfitCode; readonly detail: string };

async function readSealed(
  log: Log,
  from: { topic: string; partition: number; offset: number },
): Promise<Sealed> {
  const end = await log.endOffset(from);
  let offset = from.offset;
  let id: string | undefined;
  const cameras: CameraCheckpoint[] = [];
  const reader = await log.reader([from]);
  try {
    while (offset < end) {
      for (const record of await reader.read(BATCH_MAX, WAIT_MS)) {
        offset = record.offset + 1;
        const part = partOf(record);
        // What cannot be read may be another release's; the count of the seal tells whether it was ours.
        if (part === undefined) continue;
        id ??= part.id;
        if (part.id !== id) continue;
        if (part.kind === 'camera') cameras.push(part);
        else return checked(part, cameras);
      }
    }
  } catch (error) {
    if (!(error instanceof OffsetGoneError)) throw error;
    return { code: 'checkpoint_gone', detail: error.message };
  } finally {
    await reader.close();
  }
  return { code: 'checkpoint_unfit', detail: `has no seal between ${from.offset} and ${end}` };
}

function partOf(record: LogRecord): CameraCheckpoint | CheckpointSeal | undefined {
  try {
    return decodeCheckpoint(record.value);
  } catch {
    return undefined;
  }
}

function checked(seal: CheckpointSeal, cameras: readonly CameraCheckpoint[]): Sealed {
  if (seal.layout !== LAYOUT) {
    return { code: 'checkpoint_unfit', detail: `is of layout ${seal.layout}, expected ${LAYOUT}` };
  }
  if (seal.cameras !== cameras.length) {
    return { code: 'checkpoint_unfit', detail: `has ${cameras.length} cameras, sealed ${seal.cameras}` };
  }
  return { seal, cameras };
}

export interface Drawn {
  readonly records: readonly NewRecord[];
  /** Cameras whose state is too large for a record; they start afresh at the next owner's. */
  readonly tooLarge: readonly string[];
}

/** The records of one checkpoint, the seal last. */
export function drawCheckpoint(
  partition: number,
  cameras: readonly CameraCheckpoint[],
  seal: Omit<CheckpointSeal, 'kind' | 'layout' | 'cameras'>,
): Drawn {
  const topic = TOPICS.checkpoints;
  const records: NewRecord[] = [];
  const tooLarge: string[] = [];
  for (const one of cameras) {
    const value = encodeCheckpoint(one);
    if (value.length > BYTES_MAX) tooLarge.push(one.camera);
    else records.push({ topic, partition, key: cameraKey(one.site, one.camera), value });
  }
  const value = encodeCheckpoint({ ...seal, kind: 'seal', layout: LAYOUT, cameras: records.length });
  return { records: [...records, { topic, partition, value }], tooLarge };
}
