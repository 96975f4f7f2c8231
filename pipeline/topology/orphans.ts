/**
 * Ends claims whose worker went away without ending them.
 *
 * A worker starts from the committed offset with fresh state, so it knows nothing of what its predecessor had
 * claimed. What is still open on `rail.candidates` is either claimed again while the frames after the committed
 * offset are stepped once more (the same frames give the same id, and the claim goes on), or it is ended as soon as
 * the camera's frames pass the last one that it speaks of. An ended claim stays ended.
 */
import type { Candidate, Frame } from '../model.ts';

export class Orphans {
  /** Last record of every claim that is open, by id. */
  readonly #open = new Map<string, Candidate>();
  readonly #ended = new Set<string>();

  /** `records`: every candidate record of the partition, in order. */
  constructor(records: Iterable<Candidate>) {
    for (const candidate of records) {
      const known = this.#open.get(candidate.id);
      if (candidate.phase === 'end') {
        this.#open.delete(candidate.id);
        this.#ended.add(candidate.id);
      } else if (
        !this.#ended.has(candidate.id) &&
        (known === undefined || known.revision < candidate.revision)
      ) {
        this.#open.set(candidate.id, candidate);
      }
    }
    // What ended long ago cannot be claimed again: only the ids that this start ends must be remembered.
    this.#ended.clear();
  }

  get size(): number {
    return this.#open.size;
  }

  /** What `detect` made of one frame, without claims that are over and with the ends that are due. */
  step(frame: Frame, candidates: readonly Candidate[]): readonly Candidate[] {
    if (this.#open.size === 0 && this.#ended.size === 0) return candidates;
    for (const { id } of candidates) this.#open.delete(id);
    const ends: Candidate[] = [];
    for (const last of this.#open.values()) {
      if (last.site !== frame.site || last.camera !== frame.camera || !isPast(frame, last)) continue;
      this.#open.delete(last.id);
      this.#ended.add(last.id);
      ends.push(endOf(last));
    }
    return [...ends, ...candidates.filter(({ id }) => !this.#ended.has(id))];
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
