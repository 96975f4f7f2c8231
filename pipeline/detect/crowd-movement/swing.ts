/**
 * Whether the camera swings: it was knocked against, or hangs in the wind. All that is seen then goes one way from one
 * picture to the next and back in the one after, and every edge of the place is seen as well. People turn round one by one;
 * where the flow of a crowd that runs is wrong they may seem to do so at once, but no more of the view is filled.
 *
 *   cells filled   140 140 130   540 470 280 160 220
 *   mean way             0.1     5.2 down  2.1 up  1.9 up  1.6 up  ..
 */
import type { CellMotion } from '../../model.ts';

/** From here on all goes one way: length of the mean velocity over mean speed. */
const ONE_WAY_MIN = 0.8;
/** Mean speed of all that is seen, m/s; where hardly anything moves, noise turns round as well. */
const SPEED_MIN = 1;
/** A speed counts for no more than this, m/s: flow that is wrong is fast. */
const COUNTED_SPEED_MAX = 6;
/** So many times as many cells are filled as usual, in one of the two pictures between which it turns. */
const FILLS_MIN = 1.3;
const USUAL_MS = 2_000;
/** Of pictures farther apart a crowd has had time to turn. */
const APART_MS_MAX = 450;
/** It goes on swinging for so long after it was last seen to turn. */
const SWINGS_MS = 2_000;

interface Way {
  readonly atMs: number;
  /** Cells that were filled, over what is usual. */
  readonly fills: number;
  readonly x: number;
  readonly y: number;
}

interface State {
  /** Undefined unless all went one way in the last picture. */
  readonly way: Way | undefined;
  readonly turnedAtMs: number | undefined;
  /** Cells that are filled, smoothed; undefined before the first look, whose time is `atMs`. */
  readonly usual: number | undefined;
  readonly atMs: number;
}

const RESTS: State = { way: undefined, turnedAtMs: undefined, usual: undefined, atMs: 0 };

export class Swing {
  #state = RESTS;

  save(): State {
    return this.#state;
  }

  restore(state: State): void {
    this.#state = state;
  }

  forget(): void {
    this.#state = RESTS;
  }

  /** `motion`: of the whole view. */
  step(now: number, motion: readonly CellMotion[]): boolean {
    const { way: before, usual = motion.length, atMs } = this.#state;
    const way = wayOf(now, motion, motion.length / Math.max(1, usual));
    const turns =
      way !== undefined &&
      before !== undefined &&
      now - before.atMs <= APART_MS_MAX &&
      Math.max(way.fills, before.fills) >= FILLS_MIN &&
      way.x * before.x + way.y * before.y < 0;
    const turnedAtMs = turns ? now : this.#state.turnedAtMs;
    const gain = Math.min(1, (now - atMs) / USUAL_MS);
    this.#state = { way, turnedAtMs, usual: usual + gain * (motion.length - usual), atMs: now };
    return turnedAtMs !== undefined && now - turnedAtMs < SWINGS_MS;
  }
}

function wayOf(atMs: number, motion: readonly CellMotion[], fills: number): Way | undefined {
  let [people, length, x, y] = [0, 0, 0, 0];
  for (const cell of motion) {
    const counted = cell.people * (cell.speed > COUNTED_SPEED_MAX ? COUNTED_SPEED_MAX / cell.speed : 1);
    people += cell.people;
    length += counted * cell.speed;
    x += counted * cell.vx;
    y += counted * cell.vy;
  }
  if (length < SPEED_MIN * people || Math.hypot(x, y) < ONE_WAY_MIN * length) return undefined;
  return people === 0 ? undefined : { atMs, fills, x, y };
}
