/** Which tracks of one camera pass which lines. A foot that trembles on a line passes nothing (kernels/zones.ts). */
import type { Frame, LineCrossing, Point } from '../model.ts';
import type { Line } from '../site/site.ts';
import { type Course, courseOf, cross, type Passage } from './geometry.ts';
import type { Tracked } from './tracker.ts';

/** A foot must be this far from a line, as a share of the view's longer side, before it counts as clear of it. */
const HYSTERESIS = 0.012;

/** Where a track's foot was on the last frame, and where it stands with every line; changed in place. */
interface Walk {
  readonly foot: { x: number; y: number };
  readonly passages: readonly Passage[];
}

export class Crossings {
  readonly #lines: readonly string[];
  readonly #courses: readonly Course[];
  readonly #width: number;
  readonly #height: number;
  /** By track, of those that are alive. */
  readonly #walks = new Map<number, Walk>();

  /** Width and height of the plane. */
  constructor(lines: readonly Line[], width: number, height: number) {
    this.#lines = lines.map((line) => line.id);
    this.#courses = lines.map((line) => courseOf(line.points, width, height));
    this.#width = width;
    this.#height = height;
  }

  save() {
    return { lines: this.#lines, walks: this.#walks };
  }

  /** A track stands with a line that was not there as if it had just appeared. */
  restore({ lines, walks }: ReturnType<Crossings['save']>): void {
    const before = this.#lines.map((line) => lines.indexOf(line));
    for (const [id, { foot, passages }] of walks)
      this.#walks.set(id, { foot, passages: before.map((l) => passages[l] ?? { armed: 0, net: 0 }) });
  }

  /** Forgets tracks other than `alive`. */
  keep(alive: ReadonlySet<number>): void {
    for (const id of this.#walks.keys()) if (!alive.has(id)) this.#walks.delete(id);
  }

  /** `feet` of the tracks on the view, 0..1. */
  step(tracked: readonly Tracked[], feet: readonly Point[], frame: Frame): readonly LineCrossing[] {
    const crossings: LineCrossing[] = [];
    // Without lines nobody has to be remembered.
    if (this.#lines.length === 0) return crossings;
    for (let t = 0; t < tracked.length; t++) {
      const track = tracked[t]!;
      const foot = feet[t]!;
      let walk = this.#walks.get(track.id);
      if (walk === undefined) {
        walk = { foot: { x: foot.x, y: foot.y }, passages: this.#lines.map(() => ({ armed: 0, net: 0 })) };
        this.#walks.set(track.id, walk);
      }
      for (let l = 0; l < this.#lines.length; l++) {
        const direction = cross(walk.passages[l]!, walk.foot, foot, this.#courses[l]!, HYSTERESIS);
        if (direction === undefined || frame.view !== 'ok') continue;
        const crossing = this.#crossing(this.#lines[l]!, track, frame, direction);
        for (let person = 0; person < Math.max(1, Math.round(track.people)); person++)
          crossings.push(crossing);
      }
      walk.foot.x = foot.x;
      walk.foot.y = foot.y;
    }
    return crossings;
  }

  #crossing(line: string, track: Tracked, frame: Frame, direction: LineCrossing['direction']): LineCrossing {
    return {
      line,
      track: track.id,
      frame: frame.number,
      atMs: frame.capturedAtMs,
      direction,
      velocity: { x: track.vx / this.#width, y: track.vy / this.#height },
    };
  }
}
