/** What every rule machine is: a look at one measured frame, and the timing under which looks become a claim. */
import type { Box, Measured, Track } from '../model.ts';
import type { ClaimTiming, Condition } from './claim.ts';

export interface RuleMachine {
  readonly timing: ClaimTiming;
  /** The zone or line that the claim is about. */
  readonly place: string;
  /** Undefined when nothing can be known from this frame. */
  look(measured: Measured): Condition | undefined;
}

/** Union of boxes; the whole view when there is none. */
export function around(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x0: 0, y0: 0, x1: 1, y1: 1 };
  return {
    x0: Math.min(...boxes.map((box) => box.x0)),
    y0: Math.min(...boxes.map((box) => box.y0)),
    x1: Math.max(...boxes.map((box) => box.x1)),
    y1: Math.max(...boxes.map((box) => box.y1)),
  };
}

export function peopleIn(tracks: readonly Track[]): number {
  return Math.max(1, Math.round(tracks.reduce((sum, track) => sum + track.people, 0)));
}

/** "1 person", "3 people" */
export function people(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
