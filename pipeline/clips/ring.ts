/**
 * The last seconds of one camera, by capture time: what a clip is cut from. Nobody sees any of it unless it is asked for.
 *
 *   add --> [ oldest ... newest ] --> between(from, until)
 *
 * Bounds. By age: SECONDS_MS of capture time. While frames of the camera cannot reach the log (a train in a tunnel), its
 * candidates come minutes late and must still find their pictures, so the ring holds on, and whenever the bytes are
 * full what is held goes on a wider spacing, so that the whole tunnel stays, more thinly. By bytes: BYTES_MAX =
 * 16,000,000 a camera. The largest plane, 320x180 in 4:2:0, is 86,400 bytes: 30 s of 5 a second are 150 x 86,400 =
 * 12,960,000. The usual one, 160x90, is 21,600: 150 are 3,240,000, and ten minutes in a tunnel (3,000) are thinned to
 * one or two a second. A frame beside it is counted as FRAME_BYTES.
 */
import type { ClipKind, ClipPicture } from '../clip.ts';

const SECONDS_MS = 30_000;
export const BYTES_MAX = 16_000_000;
const FRAME_BYTES = 2_000;
/** Between held pictures, at first; doubled as often as it takes. */
const SPACING_MS = 250;
/** Share of the bytes that thinning leaves taken. */
const THINNED = 0.75;
/** However long a tunnel is. */
const HELD_MS_MAX = 3_600_000;
/** After the frames have reached the log they are measured and judged; the ring lets go only then. */
const JUDGED_MS = 60_000;

export interface RingPicture extends ClipPicture {
  readonly epoch: number;
  readonly kind: ClipKind;
  /** Pixels; 0 without a picture. */
  readonly width: number;
  readonly height: number;
}

export interface RingOptions {
  readonly ageMsMax?: number;
  readonly bytesMax?: number;
}

export class Ring {
  readonly #ageMsMax: number;
  readonly #bytesMax: number;
  #pictures: RingPicture[] = [];
  /** What lies before is gone; cut off now and then, because to shift an array costs its length. */
  #first = 0;
  #bytes = 0;
  #holdUntilMs = Number.NEGATIVE_INFINITY;
  #spacingMs = SPACING_MS;

  constructor({ ageMsMax = SECONDS_MS, bytesMax = BYTES_MAX }: RingOptions = {}) {
    this.#ageMsMax = ageMsMax;
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#pictures.length - this.#first;
  }

  get newest(): RingPicture | undefined {
    return this.length === 0 ? undefined : this.#pictures.at(-1);
  }

  /** `isHeld`: frames of this camera do not reach the log now. */
  add(picture: RingPicture, isHeld = false): void {
    this.#pictures.push(picture);
    this.#bytes += bytesOf(picture);
    const nowMs = picture.capturedAtMs;
    if (isHeld) this.#holdUntilMs = nowMs + JUDGED_MS;
    const holds = Math.abs(this.#holdUntilMs - nowMs) <= JUDGED_MS && nowMs < this.#holdUntilMs;
    if (!holds) this.#spacingMs = SPACING_MS;
    else if (this.#bytes > this.#bytesMax) this.#thin();
    const ageMs = holds ? HELD_MS_MAX : this.#ageMsMax;
    // Either way: of a camera whose clock was set back, what lies in the future is no younger.
    while (this.length > 1 && (this.#bytes > this.#bytesMax || this.#isOld(nowMs, ageMs))) this.#drop();
  }

  /** In the order in which they were taken. */
  between(fromMs: number, untilMs: number, epoch: number): readonly RingPicture[] {
    return this.#pictures.filter(
      (one, index) =>
        index >= this.#first &&
        one.epoch === epoch &&
        one.capturedAtMs >= fromMs &&
        one.capturedAtMs <= untilMs,
    );
  }

  #isOld(nowMs: number, ageMs: number): boolean {
    return Math.abs(nowMs - this.#pictures[this.#first]!.capturedAtMs) > ageMs;
  }

  #drop(): void {
    this.#bytes -= bytesOf(this.#pictures[this.#first]!);
    this.#first += 1;
    if (this.#first * 2 <= this.#pictures.length) return;
    this.#pictures = this.#pictures.slice(this.#first);
    this.#first = 0;
  }

  /** What is older than the usual seconds goes on a wider spacing, so that room is made for as much again. */
  #thin(): void {
    const newestMs = this.#pictures.at(-1)!.capturedAtMs;
    const roomMs = this.#ageMsMax;
    for (; this.#bytes > this.#bytesMax * THINNED && this.#spacingMs < roomMs; this.#spacingMs *= 2) {
      let lastMs = Number.NEGATIVE_INFINITY;
      this.#pictures = this.#pictures.slice(this.#first).filter(({ capturedAtMs }) => {
        const stays = newestMs - capturedAtMs <= roomMs || capturedAtMs - lastMs >= this.#spacingMs;
        if (stays) lastMs = capturedAtMs;
        return stays;
      });
      this.#first = 0;
      this.#bytes = this.#pictures.reduce((sum, one) => sum + bytesOf(one), 0);
    }
    this.#spacingMs = Math.max(SPACING_MS, this.#spacingMs / 2);
  }
}

function bytesOf({ data }: RingPicture): number {
  return data.length + FRAME_BYTES;
}
