/**
 * What a draft would have claimed: the frames that the log keeps of one camera, through fresh stages.
 *
 * It runs beside the serving, so it gives way every SLICE_MS, and is bounded by frames, claims and time. An hour at
 * 5 frames a second is 18,000 frames of some 53 us: a second. What costs more on a large network is that the frames of
 * a partition's other cameras lie between; they are passed over unread.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeFramesOf } from '../../proto/messages.ts';
import { partitionFor } from '../log/partition.ts';
import type { Log } from '../log/port.ts';
import { type Candidate, cameraKey, type Frame } from '../model.ts';
import type { Camera, Site } from '../site/site.ts';
import { TOPICS } from '../topics.ts';
import { release } from './build.ts';
import { Chain } from './chain.ts';

export interface Trial {
  readonly log: Log;
  readonly site: Site;
  readonly partitions: number;
  /** With the draft. */
  readonly camera: Camera;
  /** Event time from which claims count. */
  readonly fromMs: number;
  readonly signal: AbortSignal;
  readonly msMax: number;
}

export interface Tried {
  readonly candidates: readonly Candidate[];
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly frames: number;
}

/** An hour at 10 frames a second: two seconds of work. */
export const FRAMES_MAX = 36_000;
/** Nobody looks through more; of 700 bytes each they fill a sixth of an answer. */
export const CLAIMS_MAX = 1_000;
/** Stages that have just begun know nothing: they see the frames before, and what they say of them is left out. */
const WARM_MS = 15_000;
/** What a camera's clock may be ahead of the log's. */
const AHEAD_MS = 2_000;
const SLICE_MS = 20;
const BATCH_MAX = 128;
const WAIT_MS = 1_000;

/** Share of the time after which it is known how far the rest of it goes. */
const PROBE = 1 / 10;
/** Room for what the newest frames cost more than the oldest. */
const SPARE = 4 / 5;

/** Undefined when the signal aborted. Throws what the log throws. `clockMs`: of no begin in particular. */
export async function tryOut(trial: Trial, clockMs = () => performance.now()): Promise<Tried | undefined> {
  const { log, site, partitions, camera, fromMs, signal, msMax } = trial;
  const begunAtMs = clockMs();
  const at = { topic: TOPICS.frames, partition: partitionFor(cameraKey(site.id, camera.id), partitions) };
  const end = await log.endOffset(at);
  const first = Math.max(
    await log.firstOffset(at),
    await log.offsetAt(at, Math.max(0, fromMs - WARM_MS - AHEAD_MS)),
  );
  let trying = new Trying(trial, fromMs);
  if (first >= end) return trying.tried();
  let offset = first;
  let probed = false;
  let reader = await log.reader([{ ...at, offset }]);
  let sliceAtMs = clockMs();
  const giveWay = async () => {
    if (clockMs() - sliceAtMs < SLICE_MS) return;
    await nextTurn();
    sliceAtMs = clockMs();
  };
  try {
    while (offset < end && !trying.isFull) {
      for (const record of await reader.read(BATCH_MAX, WAIT_MS)) {
        offset = record.offset + 1;
        for (const frame of decodeFramesOf(record.value, site.id, camera.id)) {
          trying.step(frame);
          await giveWay();
          if (signal.aborted) return undefined;
        }
        await giveWay();
        if (signal.aborted) return undefined;
        if (trying.isFull || offset >= end) break;
      }
      if (signal.aborted) return undefined;
      const spentMs = clockMs() - begunAtMs;
      if (spentMs > msMax) break;
      if (probed || spentMs < msMax * PROBE || offset === first) continue;
      probed = true;
      // Of more than there is time for, the newest says most about the draft.
      const fits = Math.floor(((msMax * SPARE - spentMs) * (offset - first)) / spentMs);
      if (fits <= 0 || end - offset <= fits) continue;
      await reader.close();
      offset = end - fits;
      trying = new Trying(trial);
      reader = await log.reader([{ ...at, offset }]);
    }
  } finally {
    await reader.close().catch(() => undefined);
  }
  return trying.tried();
}

class Trying {
  readonly #chain: Chain;
  #fromMs: number | undefined;
  readonly #begun: Candidate[] = [];
  #firstMs: number | undefined;
  #lastMs: number | undefined;
  #frames = 0;

  /** `fromMs`: absent, claims count once the stages have seen something of the view. */
  constructor({ site, camera }: Trial, fromMs?: number) {
    this.#chain = new Chain({ ...site, cameras: [camera] }, `${release()}+preview`);
    this.#fromMs = fromMs;
  }

  get isFull(): boolean {
    return this.#frames >= FRAMES_MAX || this.#begun.length >= CLAIMS_MAX;
  }

  step(frame: Frame): void {
    this.#fromMs ??= frame.capturedAtMs + WARM_MS;
    const fromMs = this.#fromMs;
    if (frame.capturedAtMs < fromMs - WARM_MS || this.isFull) return;
    const { admit, measure, detect } = this.#chain;
    for (const admission of admit.step(frame)) {
      if (admission.kind !== 'admitted') continue;
      const atMs = admission.frame.capturedAtMs;
      if (atMs >= fromMs) {
        this.#frames += 1;
        this.#firstMs ??= atMs;
        this.#lastMs = atMs;
      }
      for (const measured of measure.step(admission.frame))
        for (const candidate of detect.step(measured))
          if (candidate.phase === 'begin' && candidate.beganAtMs >= fromMs) this.#begun.push(candidate);
    }
  }

  tried(): Tried {
    return {
      candidates: this.#begun,
      ...(this.#firstMs !== undefined && { fromMs: this.#firstMs }),
      ...(this.#lastMs !== undefined && { untilMs: this.#lastMs }),
      frames: this.#frames,
    };
  }
}
