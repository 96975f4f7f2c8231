/**
 * Who crosses a line goes on: a moment later they are farther on its other side. A foot that hops over it, because regions
 * join there, light changes or a track is passed from one person to the next, comes back or stays where it is.
 *
 * Plain data; bounded by those who cross within that moment.
 */
import type { LineCrossing, Point, Track } from '../../model.ts';

const AFTER_MS = 400;
/** People's heights: 0.1 m. Whoever walks is four times as far by then. */
const FARTHER_MIN = 0.06;

interface Crossed {
  readonly crossing: LineCrossing;
  /** Where they were when it was seen. */
  readonly foot: Point;
  readonly atMs: number;
}

export interface WentOn {
  readonly crossing: LineCrossing;
  readonly track: Track;
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
    crossing: readonly WentOn[],
    tracks: readonly Track[],
    over: (track: Track, motion: Point) => number,
    now: number,
  ): readonly WentOn[] {
    const isDue = ({ atMs }: Crossed) => now - atMs >= AFTER_MS;
    const wentOn = this.#crossed.filter(isDue).flatMap(({ crossing, foot }): WentOn[] => {
      const track = tracks.find(({ id }) => id === crossing.track);
      if (track === undefined) return [];
      const since = { x: track.foot.x - foot.x, y: track.foot.y - foot.y };
      return over(track, since) >= FARTHER_MIN ? [{ crossing, track }] : [];
    });
    this.#crossed = [
      ...this.#crossed.filter((one) => !isDue(one)),
      ...crossing.map(({ crossing, track }) => ({ crossing, foot: track.foot, atMs: now })),
    ];
    return wentOn;
  }
}
