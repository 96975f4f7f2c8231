/**
 * How many people there were in every zone over the last hour, as far as this server has read it.
 *
 *   bin   0      1      2            359     of BIN_MS each, by the camera's clock: ring[bin % BINS]
 *       [mean][mean][unknown] ... [mean]
 *
 * Unknown stays unknown: a bin in which nobody measured is absent, never zero.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeObservation, type HistoryPoint } from '../../proto/messages.ts';
import type { Log } from '../log/port.ts';
import { cameraKey, type Observation } from '../model.ts';
import { type Patience, patiently } from '../patience.ts';

export const BIN_MS = 10_000;
export const BINS = 360;
export const HISTORY_MS = BINS * BIN_MS;

/**
 * A ring is 360 means of 4 bytes and 360 counts of 1, with what the arrays take themselves 2.2 KB. Made when a zone is
 * first counted: 2,300 cameras of 4 zones are 20 MB, 16,384 of 2 zones are at this bound, 72 MB.
 */
export const ZONES_MAX = 32_768;

/** Read at the start at most: some 300 MB and ten seconds of work, in the background. */
const FILL_RECORDS_MAX = 2_000_000;
const FILL_BATCH = 256;
const WAIT_MS = 1_000;

export class History {
  readonly #rings = new Map<string, Ring>();

  take({ site, camera, atMs, zones }: Pick<Observation, 'site' | 'camera' | 'atMs' | 'zones'>): void {
    for (const { zone, people } of zones) {
      if (people !== undefined) this.#add(`${cameraKey(site, camera)}/${zone}`, atMs, people);
    }
  }

  /** Evenly spaced, oldest first, from the bin of `fromMs` to that of `untilMs`; each at the begin of its bin. */
  points(
    of: { readonly site: string; readonly camera: string; readonly zone: string },
    fromMs: number,
    untilMs: number,
  ): readonly HistoryPoint[] {
    const ring = this.#rings.get(`${cameraKey(of.site, of.camera)}/${of.zone}`);
    const [first, last] = [binOf(Math.max(0, fromMs)), binOf(untilMs)];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
      const people = ring?.meanOf(first + i);
      return { atMs: (first + i) * BIN_MS, ...(people !== undefined && { people }) };
    });
  }

  #add(key: string, atMs: number, people: number): void {
    const known = this.#rings.get(key);
    if (known === undefined && this.#rings.size >= ZONES_MAX && !this.#dropSilent(atMs)) return;
    const ring = known ?? new Ring();
    const before = ring.newest;
    ring.add(atMs, people);
    // Set anew with every bin, so that the one that was silent for longest comes first.
    if (known !== undefined && ring.newest !== before) this.#rings.delete(key);
    if (known === undefined || ring.newest !== before) this.#rings.set(key, ring);
  }

  /** False when every zone has said something within the hour: the one too many goes without. */
  #dropSilent(atMs: number): boolean {
    const [key, ring] = this.#rings.entries().next().value!;
    if (ring.newest > binOf(atMs) - BINS) return false;
    return this.#rings.delete(key);
  }
}

class Ring {
  readonly #means = new Float32Array(BINS);
  /** Of what each mean is made; 0: unknown. */
  readonly #counts = new Uint8Array(BINS);
  #newest = 0;

  /** Bin of the last that was added, by time. */
  get newest(): number {
    return this.#newest;
  }

  add(atMs: number, people: number): void {
    const bin = binOf(atMs);
    if (bin <= this.#newest - BINS) return;
    if (bin > this.#newest) {
      for (let passed = Math.max(this.#newest + 1, bin - BINS + 1); passed <= bin; passed++)
        this.#counts[passed % BINS] = 0;
      this.#newest = bin;
    }
    const at = bin % BINS;
    const count = Math.min(255, this.#counts[at]! + 1);
    this.#means[at] = count === 1 ? people : this.#means[at]! + (people - this.#means[at]!) / count;
    this.#counts[at] = count;
  }

  meanOf(bin: number): number | undefined {
    const isHeld = bin <= this.#newest && bin > this.#newest - BINS && this.#counts[bin % BINS]! > 0;
    return isHeld ? this.#means[bin % BINS]! : undefined;
  }
}

function binOf(atMs: number): number {
  return Math.floor(atMs / BIN_MS);
}

/**
 * Reads what the log keeps of the last hour into `history`, giving way to everything else. Of more records than
 * FILL_RECORDS_MAX the newest; what lies before stays unknown. Until done, or until the patience's signal aborts.
 */
export async function fill(
  history: History,
  log: Log,
  topic: string,
  nowMs: number,
  patience: Patience,
): Promise<void> {
  const count = (await patiently('read', patience, () => log.partitionCount(topic)))?.value ?? 0;
  for (let partition = 0; partition < count && !patience.signal.aborted; partition++) {
    const at = { topic, partition };
    const span = await patiently('read', patience, async () => {
      const end = await log.endOffset(at);
      const hourAgo = await log.offsetAt(at, nowMs - HISTORY_MS);
      const from = Math.max(hourAgo, await log.firstOffset(at), end - Math.floor(FILL_RECORDS_MAX / count));
      return { from, end };
    });
    if (span === undefined) return;
    let next = span.value.from;
    await patiently('read', patience, async () => {
      if (next >= span.value.end) return;
      const reader = await log.reader([{ ...at, offset: next }]);
      try {
        while (next < span.value.end && !patience.signal.aborted) {
          for (const { offset, value } of await reader.read(FILL_BATCH, WAIT_MS)) {
            next = offset + 1;
            const observation = observationIn(value);
            if (observation !== undefined) history.take(observation);
          }
          await nextTurn();
        }
      } finally {
        await reader.close().catch(() => undefined);
      }
    });
  }
}

function observationIn(bytes: Uint8Array): Observation | undefined {
  try {
    return decodeObservation(bytes);
  } catch {
    // Written by a worker of ours; who measures is told of it there.
    return undefined;
  }
}
