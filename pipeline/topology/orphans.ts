/**
 * The claims of one partition: those that this worker goes on with, and those whose worker went away without ending
 * them.
 *
 * A worker that found its predecessor's checkpoint goes on with the claims that were open then. What else is open on
 * `rail.candidates` is either claimed again while the frames after the committed offset are stepped once more (the
 * same frames give the same id, and the claim goes on), or it is ended as soon as the camera's frames pass the last
 * one that it speaks of. An ended claim stays ended.
 */
import { type Candidate, cameraKey, type Frame } from '../model.ts';

/** As a checkpoint has them. */
export interface CameraClaims {
  /** Claims that a rule machine of this worker goes on with, as last told. */
  readonly open: readonly Candidate[];
  /** Claims that nobody goes on with. */
  readonly orphaned: readonly Candidate[];
}

export class Orphans {
  /** Last record of every claim that nobody goes on with, by id. */
  readonly #orphaned = new Map<string, Candidate>();
  readonly #ended = new Set<string>();
  /** What is claimed here and goes on, by camera and id: as many as the camera has rules. */
  readonly #open = new Map<string, Map<string, Candidate>>();

  /** `records`: the candidate records of the partition in order, all of them or those since `kept` was saved. */
  constructor(records: Iterable<Candidate>, kept: CameraClaims = { open: [], orphaned: [] }) {
    for (const candidate of kept.open) this.#tell(candidate);
    for (const candidate of kept.orphaned) this.#orphaned.set(candidate.id, candidate);
    for (const candidate of records) this.#recall(candidate);
    // What ended long ago cannot be claimed again: only the ids that this start ends must be remembered.
    this.#ended.clear();
  }

  /** How many nobody goes on with. */
  get size(): number {
    return this.#orphaned.size;
  }

  /** Cameras of which a claim is open, by `cameraKey`. */
  get cameras(): ReadonlySet<string> {
    return new Set([
      ...this.#open.keys(),
      ...[...this.#orphaned.values()].map(({ site, camera }) => cameraKey(site, camera)),
    ]);
  }

  of(camera: string): CameraClaims {
    const orphaned = [...this.#orphaned.values()].filter((one) => cameraKey(one.site, one.camera) === camera);
    return { open: [...(this.#open.get(camera)?.values() ?? [])], orphaned };
  }

  /** What `detect` made of one frame, without claims that are over and with the ends that are due. */
  step(frame: Frame, candidates: readonly Candidate[]): readonly Candidate[] {
    const told = this.#ended.size === 0 ? candidates : candidates.filter(({ id }) => !this.#ended.has(id));
    for (const candidate of told) this.#tell(candidate);
    if (this.#orphaned.size === 0) return told;
    for (const { id } of told) this.#orphaned.delete(id);
    const ends: Candidate[] = [];
    for (const last of this.#orphaned.values()) {
      if (last.site !== frame.site || last.camera !== frame.camera || !isPast(frame, last)) continue;
      this.#orphaned.delete(last.id);
      this.#ended.add(last.id);
      ends.push(endOf(last));
    }
    return [...ends, ...told];
  }

  #tell(candidate: Candidate): void {
    const key = cameraKey(candidate.site, candidate.camera);
    const ofCamera = this.#open.get(key) ?? new Map<string, Candidate>();
    if (candidate.phase === 'end') ofCamera.delete(candidate.id);
    else ofCamera.set(candidate.id, candidate);
    if (ofCamera.size === 0) this.#open.delete(key);
    else this.#open.set(key, ofCamera);
  }

  #recall(candidate: Candidate): void {
    // Goes on here, whatever became of it there: the same frames will say so again.
    if (this.#open.get(cameraKey(candidate.site, candidate.camera))?.has(candidate.id)) return;
    const known = this.#orphaned.get(candidate.id);
    if (candidate.phase === 'end') {
      this.#orphaned.delete(candidate.id);
      this.#ended.add(candidate.id);
    } else if (
      !this.#ended.has(candidate.id) &&
      (known === undefined || known.revision < candidate.revision)
    ) {
      this.#orphaned.set(candidate.id, candidate);
    }
  }
}

function isPast(frame: Frame, last: Candidate): boolean {
  return frame.epoch > last.epoch || (frame.epoch === last.epoch && frame.number > last.frame);
}

/** Says nothing that is not known: the claim ends where it was last seen. The same at every start. */
function endOf(last: Candidate): Candidate {
  return {
    ...last,
    phase: 'end',
    revision: last.revision + 1,
    explanation: `${last.explanation} (watching was interrupted; how it ended was not seen)`,
  };
}
