/**
 * Who crosses a line goes on: a moment later they are farther on its other side. A foot that hops over it, because regions
 * join there, light changes or a track is passed from one person to the next, comes back or stays where it is.
 *
 * Plain data; bounded by those who cross within that moment.
 */
import type { Point, Track } from '../../model.ts';

const AFTER_MS = 400;
/** People's heights: 0.1 m. Whoever walks is four times as far by then. */
const FARTHER_MIN = 0.06;

interface Crossed {
  readonly track: number;
  /** Where they were when it was seen. */
  readonly foot: Point;
  readonly atMs: number;
}

export class GoesOn {
  #crossed: readonly Crossed[] = [];

  save() {
    return this.#crossed;
  }

  restore(crossed: ReturnType<GoesOn['save']>): void {
    this.#crossed = crossed;
  }

  forget(): void {
    this.#crossed = [];
  }

  /**
   * Those who crossed a moment ago and have gone on. `crossing`: who crosses now; `over`: how far a motion on the view goes
   * over the line to that side, people's heights.
   */
  step(
    crossing: readonly Track[],
    tracks: readonly Track[],
    over: (track: Track, motion: Point) => number,
    now: number,
  ): readonly Track[] {
    const isDue = ({ atMs }: Crossed) => now - atMs >= AFTER_MS;
    const due = this.#crossed.filter(isDue);
    this.#crossed = [
      ...this.#crossed.filter((one) => !isDue(one)),
      ...crossing.map(({ id, foot }) => ({ track: id, foot, atMs: now })),
    ];
    return due.flatMap(({ track: id, foot }) => {
      const track = tracks.find((one) => one.id === id);
      if (track === undefined) return [];
      const since = { x: track.foot.x - foot.x, y: track.foot.y - foot.y };
      return over(track, since) >= FARTHER_MIN ? [track] : [];
    });
  }
}
