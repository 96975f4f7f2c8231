/**
 * Turns what one run of the chain said into the lists of the JSON file, in frame numbers of the source.
 */
import type { Candidate, LineCrossing, Measured, Point } from '../../model.ts';
import type { Camera, Line } from '../../site/site.ts';
import type { Alert, Crossing, Travel } from './result.ts';

export interface Clip {
  readonly name: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
}

export interface Collected {
  readonly alerts: readonly Alert[];
  /** zone -> people per source frame, null while unknown. */
  readonly counts: Readonly<Record<string, readonly (number | null)[]>>;
  readonly crossings: readonly Crossing[];
}

/** Gathers one run over one clip. Hand it everything in order, then ask for the result once. */
export class Collector {
  readonly #clip: Clip;
  readonly #camera: Camera;
  readonly #open = new Map<string, Alert>();
  readonly #alerts: Alert[] = [];
  readonly #crossings: Crossing[] = [];
  readonly #counts = new Map<string, (number | null)[]>();

  constructor(clip: Clip, camera: Camera) {
    this.#clip = clip;
    this.#camera = camera;
    for (const zone of camera.zones) this.#counts.set(zone.id, []);
  }

  /** People hold for the source frames that were skipped until the next analysed one; crossings are dated. */
  measured(measured: Measured): void {
    const { number, view } = measured.frame;
    for (const crossing of measured.crossings) this.#crossings.push(this.#crossing(crossing));
    // The last word of a stream is that the view is lost: it measures nothing, so what was last known holds.
    if (view === 'lost' && number >= this.#clip.frames) return;
    for (const [zone, counts] of this.#counts) {
      hold(counts, Math.min(number, this.#clip.frames));
      counts[number] = measured.zones.find((found) => found.zone === zone)?.people ?? null;
    }
  }

  /** One alert per claim: from the frame that raised it to the frame that ended it, over all places it named. */
  candidate(candidate: Candidate): void {
    const { x0, y0, x1, y1 } = candidate.region;
    const rule = this.#camera.rules.find((one) => one.id === candidate.rule);
    const before = this.#open.get(candidate.id);
    const alert: Alert = {
      clip: this.#clip.name,
      type: candidate.type,
      rule: candidate.rule,
      zone: rule && 'zone' in rule ? (rule.zone ?? null) : null,
      region: before ? around(before.region, [x0, y0, x1, y1]) : [x0, y0, x1, y1],
      start_frame: before?.start_frame ?? this.#within(candidate.frame),
      end_frame: this.#within(candidate.frame),
      score: Math.max(candidate.score, before?.score ?? 0),
    };
    if (candidate.phase === 'end') {
      this.#open.delete(candidate.id);
      this.#alerts.push(alert);
    } else {
      this.#open.set(candidate.id, alert);
    }
  }

  result(): Collected {
    const end = this.#clip.frames - 1;
    const unended = [...this.#open.values()].map((alert) => ({ ...alert, end_frame: end }));
    for (const counts of this.#counts.values()) hold(counts, this.#clip.frames);
    return {
      alerts: [...this.#alerts, ...unended].sort((a, b) => a.start_frame - b.start_frame),
      counts: Object.fromEntries(this.#counts),
      crossings: this.#crossings,
    };
  }

  #crossing(crossing: LineCrossing): Crossing {
    const line = this.#camera.lines.find((one) => one.id === crossing.line);
    if (!line) throw new Error(`crossing of line '${crossing.line}', which the camera does not have`);
    return {
      clip: this.#clip.name,
      line: crossing.line,
      frame: this.#within(crossing.frame),
      direction: travel(line, crossing.direction, this.#clip),
    };
  }

  #within(frame: number): number {
    return Math.max(0, Math.min(this.#clip.frames - 1, frame));
  }
}

/** Repeats the last value up to index `to`, exclusive; nothing is known before the first. */
function hold(counts: (number | null)[], to: number): void {
  const value = counts.at(-1) ?? null;
  while (counts.length < to) counts.push(value);
}

/**
 * Which way somebody goes in the picture who crosses from one side of a line to the other. With y down, the left
 * of d = (dx, dy) is (dy, -dx); so left to right is travel along (-dy, dx).
 */
export function travel(
  line: Line,
  direction: LineCrossing['direction'],
  view: { readonly width: number; readonly height: number },
): Travel {
  const first = line.points[0] as Point;
  const last = line.points.at(-1) as Point;
  const dx = (last.x - first.x) * view.width;
  const dy = (last.y - first.y) * view.height;
  const sign = direction === 'left_to_right' ? 1 : -1;
  if (Math.abs(dy) >= Math.abs(dx)) return -dy * sign > 0 ? 'right' : 'left';
  return dx * sign > 0 ? 'down' : 'up';
}

function around(a: Alert['region'], b: Alert['region']): Alert['region'] {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
