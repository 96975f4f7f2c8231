/**
 * Frames that producers push, on their way to the log: those of cameras whose frames come from outside, each in the
 * partition of its camera, with the time at which it came here. What is refused is listed among what was put aside, with
 * the hash of the request that it came in.
 *
 * A frame is written anew from the fields that are known: a field of which nobody knows what it holds could hold a picture.
 */
import type { FrameRejection, PushResponse } from '../../proto/messages.ts';
import { FUTURE_MS_MAX } from '../admit/admit.ts';
import { persist } from '../drive.ts';
import { type Fault, fault } from '../errors.ts';
import { partitionFor } from '../log/partition.ts';
import type { LogRecord } from '../log/port.ts';
import { cameraKey, type Frame } from '../model.ts';
import type { IngestPort, PushedRequest } from '../serve/port.ts';
import { rejectedOf } from '../work.ts';
import { frameRecords } from './batches.ts';
import { type Common, patienceOf, toRejected } from './common.ts';
import { Refusals } from './refusals.ts';

/** Where a refused frame came from: not from the log. Its offset is the request's sequence. */
const PUSHED = 'grpc.push';

export class Intake implements IngestPort {
  readonly #common: Common;
  /** Whether frames of a camera come from outside, by id. */
  readonly #isExternal: ReadonlyMap<string, boolean>;

  constructor(common: Common) {
    this.#common = common;
    this.#isExternal = new Map(common.site.cameras.map(({ id, source }) => [id, source === undefined]));
  }

  async take(
    requests: readonly PushedRequest[],
    mayPush: (site: string) => boolean,
  ): Promise<readonly PushResponse[]> {
    const { log, nowMs, tally } = this.#common;
    const atMs = nowMs();
    const accepted: Frame[] = [];
    const refusals = new Refusals();
    const answers = requests.map((request): PushResponse => {
      const source = recordOf(request, atMs);
      const rejections: FrameRejection[] = [];
      const refuse = (index: number, code: string, detail: string, site?: string, camera?: string) => {
        rejections.push({ index, code, detail });
        refusals.add(source, code, `frames[${index}]: ${detail}`, site, camera);
      };
      for (const { index, code, detail, site, camera } of request.faults) {
        refuse(index, code, detail, site, camera);
      }
      const before = accepted.length;
      for (const [i, frame] of request.frames.entries()) {
        const why = mayPush(frame.site) ? this.#whyNot(frame, atMs) : outsideScope(frame);
        if (why === undefined) accepted.push({ ...frame, receivedAtMs: atMs });
        else refuse(request.indices[i]!, why.code, `${why.at} ${why.message}`, frame.site, frame.camera);
      }
      rejections.sort((a, b) => a.index - b.index);
      return { sequence: request.sequence, accepted: accepted.length - before, rejections };
    });
    const rejected = refusals
      .take((code, frames) => tally.refuse(code, frames))
      .flatMap((effect) =>
        effect.kind === 'reject' ? [toRejected(rejectedOf(effect.refusal, effect.record!, atMs))] : [],
      );
    const records = [...this.#records(accepted), ...rejected];
    if ((await persist(log, records, patienceOf(this.#common, 'push'))) === undefined) {
      throw new Error('stopped before the frames were on the log');
    }
    tally.outages.delete('push');
    for (const { camera } of accepted) tally.cameras.get(camera)!.taken += 1;
    return answers;
  }

  #whyNot(frame: Frame, atMs: number): Fault | undefined {
    const { site } = this.#common;
    if (frame.site !== site.id)
      return fault('unknown_camera', 'site', `is '${frame.site}', expected '${site.id}'`);
    const isExternal = this.#isExternal.get(frame.camera);
    if (isExternal === undefined) {
      return fault('unknown_camera', 'camera', `'${frame.camera}' is not declared in site '${site.id}'`);
    }
    if (!isExternal) {
      return fault(
        'camera_has_source',
        'camera',
        `'${frame.camera}' is watched by Vigie itself, expected one without a source in the site file`,
      );
    }
    const aheadMs = frame.capturedAtMs - atMs;
    if (aheadMs <= FUTURE_MS_MAX) return undefined;
    return fault(
      'time_in_future',
      'captured_at_ms',
      `is ${aheadMs} ms ahead of this server, at most ${FUTURE_MS_MAX} ms can be a wrong clock`,
    );
  }

  #records(frames: readonly Frame[]) {
    const byPartition = new Map<number, Frame[]>();
    for (const frame of frames) {
      const partition = partitionFor(cameraKey(frame.site, frame.camera), this.#common.partitions);
      const there = byPartition.get(partition);
      if (there === undefined) byPartition.set(partition, [frame]);
      else there.push(frame);
    }
    return frameRecords(byPartition);
  }
}

function recordOf({ sequence, message }: PushedRequest, timestampMs: number): LogRecord {
  return { topic: PUSHED, partition: 0, offset: sequence, value: message, headers: {}, timestampMs };
}

function outsideScope({ site }: Frame): Fault {
  return fault('outside_scope', 'site', `'${site}' is outside the scope of whoever pushes`);
}
