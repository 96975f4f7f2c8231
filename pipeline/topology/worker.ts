/**
 * The middle of a station, by partition: frames -> turns -> admit -> measure -> detect -> candidates and observations.
 * Built afresh for every partition that is assigned, from the cameras that live there.
 */
import {
  type CameraCheckpoint,
  decodeFrameBatchLenient,
  encodeCandidate,
  encodeObservation,
} from '../../proto/messages.ts';
import type { Admission } from '../admit/admit.ts';
import type { Fault } from '../errors.ts';
import { partitionFor } from '../log/partition.ts';
import type { Log, LogRecord, NewRecord, TopicPartition } from '../log/port.ts';
import { type Candidate, cameraKey, type Frame, type Measured } from '../model.ts';
import { Setups } from '../setup/setups.ts';
import type { Site } from '../site/site.ts';
import { TOPICS } from '../topics.ts';
import type { Effect, Work } from '../work.ts';
import { Chain } from './chain.ts';
import { drawCheckpoint } from './checkpoints.ts';
import type { Orphans } from './orphans.ts';
import { Refusals } from './refusals.ts';
import type { SetupLog } from './setups.ts';
import { takeOver } from './takeover.ts';
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
  /** The consumer group whose positions say which checkpoint is the newest. */
  readonly group: string;
  /** Unique among all works that ever were: tells their checkpoints apart. */
  readonly writer: string;
  /** What becomes of more frames than can be measured. Default `keep_all`. */
  readonly overload?: Overload;
  /** What cameras watch for, by event time. Default: what the site file says. */
  readonly setups?: Pick<SetupLog, 'setups' | 'current'>;
}

const NONE: readonly Candidate[] = [];

/** Measured in one turn at most, per partition: some 50 ms of work. */
const TURN_FRAMES = 1_024;
/** From here on the partition is not read: 8,192 frames are some 8 MB, 100 MB were all of them as large as they get. */
export const WAITING_MAX = 8_192;

/** Stepped again after a crash at most, as long as checkpoints can be written: half a second of work. */
const UNSAVED_MAX = 8_192;

/** State for one partition of `rail.frames`: what its last owner saved, and what was claimed there since. */
export async function frameWork(at: TopicPartition, options: WorkerOptions): Promise<Work> {
  const { site, partitions, build } = options;
  const { partition } = at;
  const cameras = site.cameras.filter(
    ({ id }) => partitionFor(cameraKey(site.id, id), partitions) === partition,
  );
  const chain = new Chain({ ...site, cameras }, build);
  // Those who measured the frames after the checkpoint knew of what was set by then.
  await options.setups?.current();
  const setups = options.setups?.setups ?? new Setups(site);
  const orphans = await takeOver(partition, chain, { ...options, setups });
  return new FrameWork(partition, options, chain, orphans, setups);
}

class FrameWork implements Work {
  readonly #partition: number;
  readonly #options: WorkerOptions;
  readonly #chain: Chain;
  readonly #orphans: Orphans;
  readonly #setups: Setups;
  readonly #turns = new Turns<LogRecord>();
  readonly #refusals = new Refusals();
  /** Tells this owner's checkpoints from any other's. */
  readonly #writer: string;
  #saves = 0;
  /** Frames taken since the last one. */
  #unsaved = 0;
  /** Event time of the last frame of each camera: a setup that holds from before it was read too late. */
  readonly #lastMs = new Map<string, number>();
  /** How many waited when the tally was last told. */
  #waited = 0;

  constructor(partition: number, options: WorkerOptions, chain: Chain, orphans: Orphans, setups: Setups) {
    this.#partition = partition;
    this.#options = options;
    this.#chain = chain;
    this.#orphans = orphans;
    this.#setups = setups;
    this.#writer = options.writer;
  }

  step(record: LogRecord): Effect[] {
    const { site, shared, tally, overload } = this.#options;
    const { frames, faults } = decodeFrameBatchLenient(record.value);
    for (const { index, code, detail, site, camera } of faults) {
      this.#refusals.add(record, code, `frames[${index}]: ${detail}`, site, camera);
    }
    for (const frame of frames) {
      if (shared && frame.site !== site.id) {
        tally.foreign += 1;
        continue;
      }
      const stranger = this.#chain.admit.stranger(frame);
      if (stranger !== undefined) this.#refuse(record, frame, stranger);
      else this.#turns.add(frame.camera, { frame, source: record });
    }
    const effects: Effect[] = [];
    // Measured at once, a frame is gone before the garbage collector has to keep it; of a burst of one camera the rest
    // waits. Which frames are stale is known only from all that wait.
    if (overload !== 'keep_fresh')
      this.#turns.takeFirst(frames.length, (waiting) => this.#step(waiting, effects));
    if (this.#turns.size === 0 && this.#waited > 0) this.#tellWaiting();
    return this.#refusedBefore(effects);
  }

  turn(): Effect[] {
    const effects: Effect[] = [];
    this.#turns.take(TURN_FRAMES, (waiting) => this.#step(waiting, effects));
    if (this.#options.overload === 'keep_fresh') {
      this.#turns.freshen(WAITING_MAX / 2, (waiting, id, passed) => {
        const { admit } = this.#chain;
        const camera = this.#options.tally.cameras.get(id);
        if (camera !== undefined && passed) camera.skipped += 1;
        this.#admitted(waiting, passed ? admit.skip(waiting.frame) : admit.step(waiting.frame), effects);
      });
    }
    this.#tellWaiting();
    return this.#refusedBefore(effects);
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

  isHeavy(): boolean {
    return this.#unsaved >= UNSAVED_MAX;
  }

  async save(framesOffset: number): Promise<readonly NewRecord[]> {
    const { log, site, build, tally } = this.#options;
    // Everything that was claimed here is on the log by now; what another owner adds will be claimed here again.
    const candidatesOffset = await log.endOffset({ topic: TOPICS.candidates, partition: this.#partition });
    this.#unsaved = 0;
    const id = `${this.#writer}/${this.#saves++}`;
    const here = this.#chain.cameras.map((camera) => cameraKey(site.id, camera));
    const cameras = [...new Set([...here, ...this.#orphans.cameras])].flatMap((key): CameraCheckpoint[] => {
      const camera = key.slice(site.id.length + 1);
      const state = this.#chain.save(camera);
      const claims = this.#orphans.of(key);
      if (state === undefined && claims.open.length + claims.orphaned.length === 0) return [];
      return [{ kind: 'camera', id, site: site.id, camera, held: [], ...state, ...claims }];
    });
    const seal = { id, build, framesOffset, candidatesOffset };
    const { records, tooLarge } = drawCheckpoint(this.#partition, cameras, seal);
    if (tooLarge.length > 0) tally.refuse('checkpoint_too_large', tooLarge.length);
    return records;
  }

  #step(waiting: Waiting<LogRecord>, effects: Effect[]): void {
    this.#unsaved += 1;
    this.#admitted(waiting, this.#chain.admit.step(waiting.frame), effects);
  }

  #tellWaiting(): void {
    for (const id of this.#chain.cameras) {
      const camera = this.#options.tally.cameras.get(id);
      if (camera !== undefined) camera.waiting = this.#turns.waitingOf(id);
    }
    this.#waited = this.#turns.size;
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
        const ends = this.#setUp(admission.frame);
        for (const measured of this.#chain.measure.step(admission.frame))
          this.#judge(measured, ends, effects);
      }
    }
  }

  /** Puts the setup in force that holds at the frame's event time. Returns what ends with the one before. */
  #setUp({ camera, capturedAtMs }: Frame): readonly Candidate[] {
    const inForce = this.#setups.at(camera, capturedAtMs);
    const known = this.#lastMs.get(camera) ?? Number.NEGATIVE_INFINITY;
    this.#lastMs.set(camera, capturedAtMs);
    const before = this.#chain.version(camera);
    if (inForce === undefined || inForce.version === before) return NONE;
    const { tally } = this.#options;
    if (inForce.version > before && known >= inForce.fromMs) tally.refuse('setup_late');
    tally.setUp(inForce.camera);
    return this.#chain.use(inForce);
  }

  #judge(measured: Measured, ends: readonly Candidate[], effects: Effect[]): void {
    const { frame, zones } = measured;
    const { tally } = this.#options;
    const camera = tally.cameras.get(frame.camera);
    if (camera !== undefined) {
      camera.frames += 1;
      camera.view = frame.view;
      for (const { zone, people } of zones) camera.people.set(zone, people);
    }
    const candidates = this.#chain.detect.step(measured);
    const told = ends.length === 0 ? candidates : [...ends, ...candidates];
    for (const candidate of this.#orphans.step(frame, told)) {
      effects.push(this.#append(TOPICS.candidates, frame, encodeCandidate(candidate)));
    }
    for (const observation of this.#chain.observations.step(measured)) {
      effects.push(this.#append(TOPICS.observations, frame, encodeObservation(observation)));
    }
  }

  #refuse(record: LogRecord, frame: Frame, { code, at, message }: Fault): void {
    this.#refusals.add(record, code, `frame ${frame.number}: ${at} ${message}`, frame.site, frame.camera);
  }

  #refusedBefore(effects: Effect[]): Effect[] {
    const refused = this.#refusals.take((code, frames) => this.#options.tally.refuse(code, frames));
    return refused.length === 0 ? effects : [...refused, ...effects];
  }

  #append(topic: string, { site, camera }: Frame, value: Uint8Array): Effect {
    return {
      kind: 'append',
      record: { topic, partition: this.#partition, key: cameraKey(site, camera), value },
    };
  }
}
