/**
 * Verified events as they stand, folded by id from the log of events, and bounded: the newest by their first
 * confirmation. Every process that reads the same log folds the same.
 *
 * A change that was appended twice changes nothing: what an earlier verdict confirmed and a reversal took back stays
 * taken back, and an older revision does not replace a newer one.
 *
 * Memory: EVENTS_MAX entries of some 1 KB are 20 MB, and the last change of each as it lies on the log, at most
 * BYTES_MAX: 52 MB together.
 */
import type { StoredEventState } from '../../../proto/messages.ts';
import type { EventType, Severity, VerifiedEvent } from '../../model.ts';

/** An installation of 500 verified events a day keeps 40 days. */
const EVENTS_MAX = 20_000;
/** 20,000 records of 1.6 KB: twice what one usually takes. */
export const BYTES_MAX = 32_000_000;

/** What an event is found by, and what it is. */
export interface IndexedEvent extends StoredEventState {
  readonly id: string;
  readonly site: string;
  readonly camera: string;
  readonly place: string | undefined;
  readonly type: EventType;
  readonly severity: Severity;
}

/** Place in the order of first confirmation; never moves. */
export interface Place {
  readonly verifiedAtMs: number;
  readonly id: string;
}

interface Entry {
  readonly shown: IndexedEvent;
  readonly changeId: string;
  readonly revision: number;
  /** Confirming verdicts that were taken back. */
  readonly takenBack: Set<string>;
}

export interface Bounds {
  readonly eventsMax?: number;
  readonly bytesMax?: number;
}

export class EventIndex {
  readonly #eventsMax: number;
  readonly #bytesMax: number;
  readonly #entries = new Map<string, Entry>();
  /** Oldest first. */
  readonly #order: Place[] = [];
  /** Of each site, those that are not retracted. */
  readonly #standing = new Map<string, number>();
  #bytes = 0;
  #completeSinceMs: number | undefined;

  constructor({ eventsMax = EVENTS_MAX, bytesMax = BYTES_MAX }: Bounds = {}) {
    this.#eventsMax = eventsMax;
    this.#bytesMax = bytesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Of the records that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Present once something was dropped: what was first confirmed from then on is here whole. */
  get completeSinceMs(): number | undefined {
    return this.#completeSinceMs;
  }

  /** `bytes`: the event as it lies on the log. */
  take(event: VerifiedEvent, bytes: Uint8Array): void {
    const before = this.#entries.get(event.id);
    const entry = folded(before, event, bytes);
    if (entry === before) return;
    if (before === undefined) this.#insert(entry.shown);
    this.#entries.set(event.id, entry);
    if (before !== undefined) this.#count(before.shown, -1);
    this.#count(entry.shown, 1);
    this.#bytes += bytes.length - (before?.shown.event.length ?? 0);
    while (this.#entries.size > this.#eventsMax || this.#bytes > this.#bytesMax) this.#dropOldest();
  }

  get(id: string): IndexedEvent | undefined {
    return this.#entries.get(id)?.shown;
  }

  /** Events of a site that are not retracted. */
  standing(site: string): number {
    return this.#standing.get(site) ?? 0;
  }

  /** In the order of first confirmation, beginning after `after`. */
  *walk(oldestFirst: boolean, after?: Place): Generator<IndexedEvent> {
    const step = oldestFirst ? 1 : -1;
    let at = oldestFirst ? 0 : this.#order.length - 1;
    if (after !== undefined) {
      const found = this.#firstAtOrAfter(after);
      const itself = this.#order[found]?.id === after.id;
      at = oldestFirst ? found + (itself ? 1 : 0) : found - 1;
    }
    for (; at >= 0 && at < this.#order.length; at += step)
      yield this.#entries.get(this.#order[at]!.id)!.shown;
  }

  #insert({ verifiedAtMs, id }: Place): void {
    const place = { verifiedAtMs, id };
    this.#order.splice(this.#firstAtOrAfter(place), 0, place);
  }

  #count({ site, state }: IndexedEvent, change: 1 | -1): void {
    if (state !== 'retracted') this.#standing.set(site, this.standing(site) + change);
  }

  #dropOldest(): void {
    const { id, verifiedAtMs } = this.#order.shift()!;
    const { shown } = this.#entries.get(id)!;
    this.#bytes -= shown.event.length;
    this.#count(shown, -1);
    this.#entries.delete(id);
    this.#completeSinceMs = Math.max(this.#completeSinceMs ?? 0, verifiedAtMs + 1);
  }

  #firstAtOrAfter(place: Place): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#order[middle]!, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isBefore(a: Place, b: Place): boolean {
  return a.verifiedAtMs === b.verifiedAtMs ? a.id < b.id : a.verifiedAtMs < b.verifiedAtMs;
}

/** The same entry when the event says nothing new. */
function folded(before: Entry | undefined, event: VerifiedEvent, bytes: Uint8Array): Entry {
  const { candidate, verdict, changeId } = event;
  const shown = before?.shown;
  const takenBack = before?.takenBack ?? new Set<string>();
  const revision = Math.max(before?.revision ?? 0, candidate.revision);
  const common = { ...whereOf(event), ...timesOf(shown, event), event: bytes };
  if (verdict.act.kind === 'reverse') {
    if (takenBack.has(verdict.act.of)) return before!;
    takenBack.add(verdict.act.of);
    const retracted = { ...common, retractedAtMs: verdict.atMs, state: 'retracted' } as const;
    return { shown: retracted, changeId, revision, takenBack };
  }
  if (takenBack.has(verdict.id)) return before!;
  if (before !== undefined && shown?.state !== 'retracted' && isKnown(before, event)) return before;
  const state = common.endedAtMs === undefined ? event.change : 'ended';
  return { shown: { ...common, state }, changeId, revision, takenBack };
}

/** Told before, or overtaken by what was told since. */
function isKnown(
  { revision, changeId }: Entry,
  { candidate, change, changeId: news }: VerifiedEvent,
): boolean {
  if (candidate.revision < revision || changeId === news || change === 'verified') return true;
  return change === 'updated' && candidate.revision === revision;
}

function whereOf({ id, candidate }: VerifiedEvent) {
  const { site, camera, place, type, severity } = candidate;
  return { id, site, camera, place, type, severity };
}

function timesOf(shown: IndexedEvent | undefined, { candidate, verdict }: VerifiedEvent) {
  const endedAtMs = candidate.phase === 'end' ? candidate.atMs : shown?.endedAtMs;
  return {
    beganAtMs: candidate.beganAtMs,
    updatedAtMs: candidate.atMs,
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    verifiedAtMs: shown?.verifiedAtMs ?? verdict.atMs,
  };
}
