/**
 * Tracks that go out and come on again where they were: the glow of hazard lights, of a beacon or of a sign, which is a
 * region as long as the lamp is on. It is carried on between by prediction, hops over its own patches and comes to stand;
 * nothing else tells it from somebody.
 *
 * Lamps of vehicles blink at 1 to 2 Hz (UN Regulation 48: 90 +- 30 times a minute), on for half of it: none is seen for
 * longer than 0.5 s without a break. Somebody who is hidden now and then is.
 */
import type { Track } from '../../model.ts';

/** As often as this it has gone out within the window. */
const OUT_MIN = 2;
const WINDOW_MS = 4_000;
/** Seen for as long as this without a break, it is no lamp. */
const UNBROKEN_MS = 600;

/** Times in ms; changed in place. */
interface Sight {
  /** Since when it has been seen without a break; undefined while it is not. */
  sinceMs: number | undefined;
  /** When it was last seen for long enough. */
  unbrokenAtMs: number;
  /** The last `OUT_MIN` times at which it went out. */
  outAtMs: readonly number[];
}

export class Blinking {
  readonly #sights = new Map<number, Sight>();

  save() {
    return this.#sights;
  }

  restore(sights: ReturnType<Blinking['save']>): void {
    this.#sights.clear();
    for (const [track, sight] of sights) this.#sights.set(track, { ...sight });
  }

  step(tracks: readonly Track[], now: number): void {
    const alive = new Set(tracks.map(({ id }) => id));
    for (const id of this.#sights.keys()) if (!alive.has(id)) this.#sights.delete(id);
    for (const { id, seen } of tracks) {
      const sight = this.#sights.get(id) ?? {
        sinceMs: undefined,
        unbrokenAtMs: Number.NEGATIVE_INFINITY,
        outAtMs: [],
      };
      this.#sights.set(id, sight);
      if (seen) {
        sight.sinceMs ??= now;
        if (now - sight.sinceMs >= UNBROKEN_MS) sight.unbrokenAtMs = now;
      } else if (sight.sinceMs !== undefined) {
        sight.sinceMs = undefined;
        sight.outAtMs = [...sight.outAtMs, now].slice(-OUT_MIN);
      }
    }
  }

  /** Whether all that was seen of a track within the window is what a lamp shows. */
  is({ id }: Track, now: number): boolean {
    const sight = this.#sights.get(id);
    if (sight === undefined || now - sight.unbrokenAtMs <= WINDOW_MS) return false;
    return sight.outAtMs.length === OUT_MIN && now - sight.outAtMs[0]! <= WINDOW_MS;
  }
}
