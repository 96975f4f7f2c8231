/** A clip's time: where the loop stands, which picture that is, and whether somebody has seen it all. Pure. */

export const SPEEDS = [0.5, 1, 2, 4] as const;
export type Speed = (typeof SPEEDS)[number];
/** Faster is leafing through, not seeing. */
const SPEED_SEEN_MAX = 2;

/** Of a clip of one picture, or the last one of any. */
const LAST_SHOWN_MS = 200;

/** When the loop ends: the last picture is shown as long as the others. `times` ascend. */
export function loopEndMs(times: readonly number[]): number {
  const last = times.at(-1) ?? 0;
  const meanMs = times.length > 1 ? (last - times[0]!) / (times.length - 1) : LAST_SHOWN_MS;
  return last + Math.max(1, meanMs);
}

/** The last picture taken at `atMs` or before; the first where there is none. -1 without pictures. */
export function pictureAt(times: readonly number[], atMs: number): number {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle]! <= atMs) low = middle;
    else high = middle - 1;
  }
  return high < 0 ? -1 : low;
}

/** Where the loop is `passedMs` later; begins again behind its end. */
export function advanced(times: readonly number[], atMs: number, passedMs: number): number {
  if (times.length === 0) return atMs;
  const from = times[0]!;
  const loopMs = loopEndMs(times) - from;
  const into = Math.max(0, atMs - from) + passedMs;
  return from + (into % loopMs);
}

/** Which pictures of a clip were looked at, slowly enough. */
export class Coverage {
  readonly #seen = new Set<number>();

  /** One that was stepped to, or that playing began with. */
  look(picture: number): void {
    if (picture >= 0) this.#seen.add(picture);
  }

  /** Playing went from one to another, perhaps past the end, perhaps over some that the screen was too slow for. */
  play(from: number, to: number, pictures: number, speed: number): void {
    if (speed > SPEED_SEEN_MAX || from < 0 || to < 0 || pictures === 0) return;
    for (let at = from; at !== to; at = (at + 1) % pictures) this.#seen.add(at);
    this.#seen.add(to);
  }

  /** 0..1 */
  share(pictures: number): number {
    if (pictures === 0) return 0;
    let count = 0;
    for (const one of this.#seen) if (one < pictures) count++;
    return count / pictures;
  }
}
