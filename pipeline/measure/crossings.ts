/** Which tracks of one camera pass which lines. A foot that trembles on a line passes nothing (kernels/zones.ts). */
import type { Frame, LineCrossing, Point } from '../model.ts';
import type { Line } from '../site/site.ts';
import { cross, type Passage } from './geometry.ts';
import { footOf, type Tracked } from './tracker.ts';

/** A foot must be this far from a line, as a share of the view's longer side, before it counts as clear of it. */
const HYSTERESIS = 0.012;

/** Where a track's foot was on the last frame, and where it stands with every line. */
interface Walk {
  foot: Point;
  readonly passages: readonly Passage[];
}

export class Crossings {
  readonly #lines: readonly Line[];
  readonly #width: number;
  readonly #height: number;
  /** By track, of those that are alive. */
  readonly #walks = new Map<number, Walk>();

  /** Width and height of the plane. */
  constructor(lines: readonly Line[], width: number, height: number) {
    this.#lines = lines;
    this.#width = width;
    this.#height = height;
  }

  save() {
    return { lines: this.#lines.map((line) => line.id), walks: this.#walks };
  }

  /** A track stands with a line that was not there as if it had just appeared. */
  restore({ lines, walks }: ReturnType<Crossings['save']>): void {
    const before = this.#lines.map((line) => lines.indexOf(line.id));
    for (const [id, { foot, passages }] of walks)
      this.#walks.set(id, { foot, passages: before.map((l) => passages[l] ?? { armed: 0, net: 0 }) });
  }

  step(tracked: readonly Tracked[], frame: Frame): readonly LineCrossing[] {
    const crossings: LineCrossing[] = [];
    const alive = new Set(tracked.map((track) => track.id));
    for (const id of this.#walks.keys()) if (!alive.has(id)) this.#walks.delete(id);
    for (const track of tracked) {
      const foot = footOf(track, this.#width, this.#height);
      const walk = this.#walks.get(track.id) ?? {
        foot,
        passages: this.#lines.map(() => ({ armed: 0, net: 0 })),
      };
      const from = walk.foot;
      walk.foot = foot;
      this.#walks.set(track.id, walk);
      this.#lines.forEach((line, l) => {
        const direction = cross(
          walk.passages[l]!,
          from,
          foot,
          line.points,
          { width: this.#width, height: this.#height },
          HYSTERESIS,
        );
        if (direction === undefined || frame.view !== 'ok') return;
        for (let person = 0; person < Math.max(1, Math.round(track.people)); person++)
          crossings.push({
            line: line.id,
            track: track.id,
            frame: frame.number,
            atMs: frame.capturedAtMs,
            direction,
            velocity: { x: track.vx / this.#width, y: track.vy / this.#height },
          });
      });
    }
    return crossings;
  }
}
