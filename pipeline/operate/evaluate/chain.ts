/**
 * The real path for one camera without waiting for anybody's clock: observe, encode, a memory log, decode, admit,
 * measure, detect. The log stands between so that what is evaluated is what the wire carries, rounding included.
 */
import { decodeFrameBatch, encodeFrameBatch } from '../../../proto/messages.ts';
import { Admit } from '../../admit/admit.ts';
import { detect } from '../../detect/detect.ts';
import type { PictureSource } from '../../ingest/picture.ts';
import { openMemoryLog } from '../../log/memory.ts';
import { measure } from '../../measure/measure.ts';
import type { Candidate, Frame, Measured } from '../../model.ts';
import { viewLost } from '../../observe/lost.ts';
import { Observer } from '../../observe/observer.ts';
import { type Camera, isVehicle, needsFlicker, type Site } from '../../site/site.ts';
import { TOPICS } from '../../topics.ts';

/** What one run cost. Times are totals in ms of this thread's own work, decoding of video not included. */
export interface ChainCost {
  frames: number;
  bytes: number;
  observeMs: number;
  wireMs: number;
  decideMs: number;
}

/**
 * Runs `source` to its end and closes it. Callbacks come in order, for every analysed frame and every candidate
 * record; at the end the stages are told that the view is lost, which ends what is still claimed.
 * Throws what the source throws (InputError for a broken file) after everything before the fault was handed on.
 */
export async function runChain(
  source: PictureSource,
  site: Site,
  camera: Camera,
  onMeasured: (measured: Measured) => void,
  onCandidate: (candidate: Candidate) => void,
): Promise<ChainCost> {
  const cost: ChainCost = { frames: 0, bytes: 0, observeMs: 0, wireMs: 0, decideMs: 0 };
  const log = openMemoryLog();
  await log.createTopics([{ topic: TOPICS.frames, partitions: 1 }]);
  const at = { topic: TOPICS.frames, partition: 0 };
  const reader = await log.reader([{ ...at, offset: 0 }]);
  const admitting = new Admit(site);
  const measuring = measure(site);
  const detecting = detect(site, 'evaluate');
  let observer: Observer | undefined;
  let last: Frame | undefined;

  const admitted = (decoded: Frame): Frame => {
    const [admission, ...more] = admitting.step(decoded);
    if (admission?.kind === 'admitted' && more.length === 0) return admission.frame;
    throw new Error(
      `frame ${decoded.number} of our own making was not admitted: ${JSON.stringify(admission)}`,
    );
  };
  const hand = async (frame: Frame) => {
    last = frame;
    const t0 = performance.now();
    const value = encodeFrameBatch({ frames: [frame] });
    await log.append([{ ...at, value }]);
    const [record] = await reader.read(1, 1000);
    if (record === undefined) throw new Error('the memory log did not give back what was appended');
    const { frames } = decodeFrameBatch(record.value);
    const t1 = performance.now();
    cost.wireMs += t1 - t0;
    cost.frames += 1;
    cost.bytes += value.length;
    let handedMs = 0;
    for (const measured of frames.flatMap((decoded) => measuring.step(admitted(decoded)))) {
      const candidates = detecting.step(measured);
      const h0 = performance.now();
      onMeasured(measured);
      candidates.forEach(onCandidate);
      handedMs += performance.now() - h0;
    }
    cost.decideMs += performance.now() - t1 - handedMs;
  };

  try {
    for await (const picture of source.pictures()) {
      observer ??= new Observer({
        site: site.id,
        camera: camera.id,
        epoch: picture.capturedAtMs,
        width: source.width,
        height: source.height,
        aboard: isVehicle(site),
        flames: needsFlicker(camera),
      });
      const t0 = performance.now();
      if (picture.between) {
        observer.glance(picture);
        cost.observeMs += performance.now() - t0;
        continue;
      }
      const frame = observer.observe(picture, picture.capturedAtMs);
      cost.observeMs += performance.now() - t0;
      await hand(frame);
    }
  } finally {
    try {
      if (last) await hand(viewLost(last, source));
    } finally {
      observer?.close();
      await source.close();
      await reader.close();
      await log.close();
    }
  }
  return cost;
}
