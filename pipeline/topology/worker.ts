/**
 * The middle of a station, by partition: frames -> admit -> measure -> detect -> candidates and observations.
 * Built afresh for every partition that is assigned, from the cameras that live there.
 */
import {
  decodeCandidate,
  decodeFrameBatchLenient,
  encodeCandidate,
  encodeObservation,
} from '../../proto/messages.ts';
import { Admit } from '../admit.ts';
import { detect } from '../detect/detect.ts';
import type { Effect, Refusal, Work } from '../drive.ts';
import { partitionFor } from '../log/partition.ts';
import type { Log, LogRecord, TopicPartition } from '../log/port.ts';
import { measure } from '../measure/measure.ts';
import { observations } from '../measure/observations.ts';
import { type Candidate, cameraKey, type Frame, type Measured } from '../model.ts';
import type { Site } from '../site/site.ts';
import { TOPICS } from '../topics.ts';
import { readThrough } from './history.ts';
import { Orphans } from './orphans.ts';
import type { Tally } from './tally.ts';

export interface WorkerOptions {
  readonly log: Log;
  readonly site: Site;
  readonly partitions: number;
  /** Cited by every candidate. */
  readonly build: string;
  /** Other workers on this log watch other sites: their frames are theirs to judge. */
  readonly shared: boolean;
  readonly tally: Tally;
}

/** State for one partition of `rail.frames`, aware of what was claimed there before. */
export async function frameWork(at: TopicPartition, options: WorkerOptions): Promise<Work> {
  const claimed: Candidate[] = [];
  await readThrough(options.log, [{ topic: TOPICS.candidates, partition: at.partition }], (record) => {
    const candidate = ours(record, options.site);
    if (candidate !== undefined) claimed.push(candidate);
  });
  return new FrameWork(at.partition, options, new Orphans(claimed));
}

class FrameWork implements Work {
  readonly #partition: number;
  readonly #options: WorkerOptions;
  readonly #orphans: Orphans;
  readonly #admit: Admit;
  readonly #measure;
  readonly #detect;
  readonly #observations;

  constructor(partition: number, options: WorkerOptions, orphans: Orphans) {
    this.#partition = partition;
    this.#options = options;
    this.#orphans = orphans;
    const { site, partitions } = options;
    const here = site.cameras.filter(
      ({ id }) => partitionFor(cameraKey(site.id, id), partitions) === partition,
    );
    const part = { ...site, cameras: here };
    this.#admit = new Admit(part);
    this.#measure = measure(part);
    this.#detect = detect(part, options.build);
    this.#observations = observations();
  }

  step(record: LogRecord): Effect[] {
    const { site, shared, tally } = this.#options;
    const { frames, faults } = decodeFrameBatchLenient(record.value);
    const effects: Effect[] = [];
    const refusals = new Refusals();
    for (const { index, code, detail, site, camera } of faults) {
      refusals.add(code, `frames[${index}]: ${detail}`, site, camera);
    }
    for (const frame of frames) {
      if (shared && frame.site !== site.id) {
        tally.foreign += 1;
        continue;
      }
      this.#take(frame, refusals, effects);
    }
    for (const [refusal, count] of refusals) {
      tally.refuse(refusal.code, count);
      effects.push({ kind: 'reject', refusal });
    }
    return effects;
  }

  #take(frame: Frame, refusals: Refusals, effects: Effect[]): void {
    const camera = this.#options.tally.cameras.get(frame.camera);
    const admission = this.#admit.step(frame);
    if (admission.kind === 'refused') {
      const { code, at, message } = admission.fault;
      refusals.add(code, `frame ${frame.number}: ${at} ${message}`, frame.site, frame.camera);
      return;
    }
    if (admission.kind === 'repeat') {
      if (camera !== undefined) camera.repeats += 1;
      return;
    }
    if (camera !== undefined && admission.clamped) camera.clamped += 1;
    for (const measured of this.#measure.step(admission.frame)) this.#judge(measured, effects);
  }

  #judge(measured: Measured, effects: Effect[]): void {
    const { frame, zones } = measured;
    const { tally } = this.#options;
    const camera = tally.cameras.get(frame.camera);
    if (camera !== undefined) {
      camera.frames += 1;
      camera.view = frame.view;
      for (const { zone, people } of zones) camera.people.set(zone, people);
    }
    for (const candidate of this.#orphans.step(frame, this.#detect.step(measured))) {
      effects.push(this.#append(TOPICS.candidates, frame, encodeCandidate(candidate)));
    }
    for (const observation of this.#observations.step(measured)) {
      effects.push(this.#append(TOPICS.observations, frame, encodeObservation(observation)));
    }
  }

  #append(topic: string, { site, camera }: Frame, value: Uint8Array): Effect {
    return {
      kind: 'append',
      record: { topic, partition: this.#partition, key: cameraKey(site, camera), value },
    };
  }
}

/** One refusal per reason and camera of a record: a flood of bad frames must not become a flood of refusals. */
class Refusals {
  readonly #found = new Map<string, { refusal: Refusal; count: number }>();

  add(code: string, detail: string, site?: string, camera?: string): void {
    const key = JSON.stringify([code, site, camera]);
    const found = this.#found.get(key);
    if (found !== undefined) {
      found.count += 1;
      return;
    }
    const whose = { ...(site !== undefined && { site }), ...(camera !== undefined && { camera }) };
    this.#found.set(key, { refusal: { code, detail, ...whose }, count: 1 });
  }

  *[Symbol.iterator](): Generator<[Refusal, number]> {
    for (const { refusal, count } of this.#found.values()) {
      const more = count > 1 ? ` (and ${count - 1} more of this kind in the record)` : '';
      yield [{ ...refusal, detail: `${refusal.detail}${more}` }, count];
    }
  }
}

/** What cannot be read here is put aside by review, which reads every candidate. */
function ours(record: LogRecord, site: Site): Candidate | undefined {
  try {
    const candidate = decodeCandidate(record.value);
    return candidate.site === site.id ? candidate : undefined;
  } catch {
    return undefined;
  }
}
