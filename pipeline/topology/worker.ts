/**
 * The middle of a station, by partition: frames -> turns -> admit -> measure -> detect -> candidates and observations.
 * Built afresh for every partition that is assigned, from the cameras that live there.
 */
import {
  decodeCandidate,
  decodeFrameBatchLenient,
  encodeCandidate,
  encodeObservation,
} from '../../proto/messages.ts';
import { type Admission, Admit } from '../admit/admit.ts';
import { detect } from '../detect/detect.ts';
import type { Effect, Work } from '../drive.ts';
import type { Fault } from '../errors.ts';
import { partitionFor } from '../log/partition.ts';
import type { Log, LogRecord, TopicPartition } from '../log/port.ts';
import { measure } from '../measure/measure.ts';
import { observations } from '../measure/observations.ts';
import { type Candidate, cameraKey, type Frame, type Measured } from '../model.ts';
import type { Site } from '../site/site.ts';
import { TOPICS } from '../topics.ts';
import { readThrough } from './history.ts';
import { Orphans } from './orphans.ts';
import { Refusals } from './refusals.ts';
import type { Tally } from './tally.ts';
import { type Overload, Turns, type Waiting } from './turns.ts';

export interface WorkerOptions {
  readonly log: Log;
  readonly site: Site;
  readonly partitions: number;
  /** Cited by every candidate. */
  readonly build: string;
  /** Other workers on this log watch other sites: their frames are theirs to judge. */
  readonly shared: boolean;
  readonly tally: Tally;
  /** What becomes of more frames than can be measured. Default `keep_all`. */
  readonly overload?: Overload;
}

/** Measured between two appends at most, per partition: some 50 ms of work. */
const TURN_FRAMES = 1_024;
/** From here on the partition is not read: 8,192 frames are some 8 MB, 100 MB were all of them as large as they get. */
export const WAITING_MAX = 8_192;

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
  /** Ids of the cameras that live in this partition. */
  readonly #cameras: readonly string[];
  readonly #orphans: Orphans;
  readonly #admit: Admit;
  readonly #measure;
  readonly #detect;
  readonly #observations;
  readonly #turns = new Turns<LogRecord>();
  readonly #refusals = new Refusals();

  constructor(partition: number, options: WorkerOptions, orphans: Orphans) {
    this.#partition = partition;
    this.#options = options;
    this.#orphans = orphans;
    const { site, partitions } = options;
    const here = site.cameras.filter(
      ({ id }) => partitionFor(cameraKey(site.id, id), partitions) === partition,
    );
    const part = { ...site, cameras: here };
    this.#cameras = here.map(({ id }) => id);
    this.#admit = new Admit(part);
    this.#measure = measure(part);
    this.#detect = detect(part, options.build);
    this.#observations = observations();
  }

  step(record: LogRecord): Effect[] {
    const { site, shared, tally } = this.#options;
    const { frames, faults } = decodeFrameBatchLenient(record.value);
    for (const { index, code, detail, site, camera } of faults) {
      this.#refusals.add(record, code, `frames[${index}]: ${detail}`, site, camera);
    }
    for (const frame of frames) {
      if (shared && frame.site !== site.id) {
        tally.foreign += 1;
        continue;
      }
      const stranger = this.#admit.stranger(frame);
      if (stranger !== undefined) this.#refuse(record, frame, stranger);
      else this.#turns.add(frame.camera, { frame, source: record });
    }
    return this.#refused();
  }

  turn(): Effect[] {
    const effects: Effect[] = [];
    this.#turns.take(TURN_FRAMES, (waiting) => {
      this.#admitted(waiting, this.#admit.step(waiting.frame), effects);
    });
    if (this.#options.overload === 'keep_fresh') {
      this.#turns.freshen(WAITING_MAX / 2, (waiting, id) => {
        const camera = this.#options.tally.cameras.get(id);
        if (camera !== undefined) camera.skipped += 1;
        this.#admitted(waiting, this.#admit.skip(waiting.frame), effects);
      });
    }
    for (const id of this.#cameras) {
      const camera = this.#options.tally.cameras.get(id);
      if (camera !== undefined) camera.waiting = this.#turns.waitingOf(id);
    }
    return [...this.#refused(), ...effects];
  }

  isWaiting(): boolean {
    return this.#turns.size > 0;
  }

  isFull(): boolean {
    return this.#turns.size >= WAITING_MAX;
  }

  resumeAt(): number | undefined {
    let oldest: number | undefined;
    for (const { source } of this.#turns.heads()) oldest = Math.min(oldest ?? source.offset, source.offset);
    return oldest;
  }

  #admitted(
    { frame, source }: Waiting<LogRecord>,
    admissions: readonly Admission[],
    effects: Effect[],
  ): void {
    const camera = this.#options.tally.cameras.get(frame.camera);
    for (const admission of admissions) {
      if (admission.kind === 'refused') {
        this.#refuse(source, frame, admission.fault);
        if (camera !== undefined && admission.fault.code === 'late') camera.late += 1;
      } else if (admission.kind === 'repeat') {
        if (camera !== undefined) camera.repeats += 1;
      } else {
        if (camera !== undefined && admission.clamped) camera.clamped += 1;
        if (camera !== undefined && admission.stepped) camera.stepped += 1;
        for (const measured of this.#measure.step(admission.frame)) this.#judge(measured, effects);
      }
    }
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

  #refuse(record: LogRecord, frame: Frame, { code, at, message }: Fault): void {
    this.#refusals.add(record, code, `frame ${frame.number}: ${at} ${message}`, frame.site, frame.camera);
  }

  #refused(): Effect[] {
    return this.#refusals.take((code, frames) => this.#options.tally.refuse(code, frames));
  }

  #append(topic: string, { site, camera }: Frame, value: Uint8Array): Effect {
    return {
      kind: 'append',
      record: { topic, partition: this.#partition, key: cameraKey(site, camera), value },
    };
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
