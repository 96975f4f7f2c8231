/**
 * The JSON of `vigie evaluate` (all that a scorer needs beside the ground truth) and the ground truth itself.
 * Field names are those of the file: snake_case. Frame numbers are those of the source clip, from 0, both ends
 * inclusive; regions are x0, y0, x1, y1 in 0..1, y down.
 */
import { fault, InputError } from '../../errors.ts';
import type { EventType } from '../../model.ts';

/** One claim of one rule from its begin to its end. */
export interface Alert {
  readonly clip: string;
  readonly type: EventType;
  readonly rule: string;
  /** null: the rule is on a line or on the whole view. */
  readonly zone: string | null;
  readonly region: readonly [number, number, number, number];
  readonly start_frame: number;
  readonly end_frame: number;
  readonly score: number;
}

const TRAVELS = ['left', 'right', 'up', 'down'] as const;
/** Travel in the picture: left or right for lines nearer to upright, up or down for the others. */
export type Travel = (typeof TRAVELS)[number];

export interface Crossing {
  readonly clip: string;
  readonly line: string;
  readonly frame: number;
  readonly direction: Travel;
}

/** clip -> zone -> people per source frame, null while unknown. */
export type ZoneCounts = Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;

export interface Evaluation {
  readonly clips: readonly string[];
  readonly alerts: readonly Alert[];
  readonly zone_counts: ZoneCounts;
  readonly crossings: readonly Crossing[];
}

export interface TruthEvent {
  /** An event type, or a word of the source's own (`other_anomaly`), which no alert can match. */
  readonly type: string;
  readonly zone?: string;
  readonly start_frame: number;
  readonly end_frame: number;
  readonly region?: readonly (readonly [number, number])[];
  readonly phase?: string;
  readonly by?: string;
}

export interface TruthCrossing {
  readonly frame: number;
  readonly direction: Travel;
  /** Absent where the clip has only one line. */
  readonly line?: string;
}

/** The ground truth of one clip. */
export interface Truth {
  readonly name: string;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly events: readonly TruthEvent[];
  readonly counts_per_zone?: Readonly<Record<string, readonly number[]>>;
  readonly line_crossings?: readonly TruthCrossing[];
}

/**
 * Reads one ground-truth document; undefined when it describes stills (no `frames`).
 * Throws InputError when a field that scoring needs is missing or impossible.
 */
export function parseTruth(text: string, file: string): Truth | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new InputError([fault('truth_not_json', file, `${error}`)]);
  }
  const truth = raw as Truth;
  if (truth.frames === undefined) return undefined;
  const faults = [];
  const positive = ['fps', 'width', 'height', 'frames'] as const;
  for (const name of positive) {
    if (!(truth[name] > 0)) {
      faults.push(fault('truth_bad_number', `${file}: ${name}`, `is ${truth[name]}, expected more than 0`));
    }
  }
  if (typeof truth.name !== 'string')
    faults.push(fault('truth_no_name', `${file}: name`, 'expected the name of the clip'));
  if (!Array.isArray(truth.events))
    faults.push(fault('truth_no_events', `${file}: events`, 'expected a list, empty for a negative clip'));
  for (const [index, event] of (truth.events ?? []).entries()) {
    const { start_frame, end_frame } = event;
    if (!(start_frame >= 0 && end_frame >= start_frame && end_frame < truth.frames)) {
      faults.push(
        fault(
          'truth_bad_interval',
          `${file}: events[${index}]`,
          `runs from ${start_frame} to ${end_frame}, expected 0 <= start <= end < ${truth.frames}`,
        ),
      );
    }
  }
  if (faults.length > 0) throw new InputError(faults);
  return truth;
}
