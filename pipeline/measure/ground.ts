/**
 * How tall a standing person is at a foot row of one view, and how much of the plane one person covers.
 *
 * From the site's calibration when there is one (height linear in the foot's y: a pinhole camera over flat ground).
 * Otherwise learned from whole people who walk by themselves (walkers.ts): per band of foot rows a histogram of heights
 * relative to a prior, and through all of them the straight line that most of what was seen lies near. Near is within
 * a third: what lies farther from a line (a piece of somebody, two as one) does not pull at it at all (a redescending
 * estimate; Beaton and Tukey, 1974). The prior speaks for lines like itself as a few sightings would, so that a camera
 * is usable from its first minute.
 */
import type { GroundSample } from '../site/site.ts';

const BANDS = 12;
const BUCKETS = 48;
/** Histograms span a sixth to six times the prior, in equal steps of the logarithm. */
const SPAN = Math.log(6);
const BUCKET = (2 * SPAN) / BUCKETS;
/** Counts are halved beyond this, so that a camera that was moved is learned anew within hours. */
const COUNT_MAX = 4_000;
/** The prior counts like this many sightings of how full an outline is. */
const PRIOR_COUNT = 2;

/**
 * It is known how tall people are here after so many sightings, some 5 s of one who walks, of which so much as this
 * share lies near one line. Where pieces of people are most of what is seen they lie everywhere.
 */
const KNOWN_COUNT = 20;
const KNOWN_SHARE = 0.5;

/** In the logarithm of height: what a sighting's support for a line falls to nothing over. */
const NEAR = 0.4;
/** The prior against a scale, and against a shape, that lies so far from it in the logarithm, in sightings. */
const SCALE_AGAINST = 4;
const SCALE_FAR = 0.85;
const SHAPE_AGAINST = 8;
const SHAPE_FAR = 0.7;

/** Share of a person's height squared that an upright silhouette covers (width 0.36 of the height, three quarters full). */
const FILL_PRIOR = 0.25;
/** Nobody upright covers less; who seems to wears a coat like the floor, and others do not. */
const FILL_MIN = 0.18;

/** Where people's heights are known: what is seen of one person differs by stature and stride, of two by more. */
const STATURE_MIN = 0.8;
const STATURE_MAX = 1.2;

/** Focal length in widths of the view. */
const FOCAL_WIDTHS = 0.9;

/** Height of a standing person by foot y for a camera that nobody calibrated, shares of the view's height. */
function priorHeight(y: number): number {
  return 0.06 + 0.24 * y;
}

/** height = a + b y; `share` of what was seen that lies near it. */
interface Line {
  readonly a: number;
  readonly b: number;
  readonly share: number;
}

const PRIOR_LINE: Line = { a: priorHeight(0), b: priorHeight(1) - priorHeight(0), share: 0 };

export class Ground {
  readonly #calibrated: { a: number; b: number } | undefined;
  readonly #heights = new Float64Array(BANDS * BUCKETS);
  readonly #fills = new Float64Array(BUCKETS);
  /** What follows from the histograms; undefined when they have changed since. */
  #line: Line | undefined = PRIOR_LINE;
  #fill: number | undefined = FILL_PRIOR;
  #sightings: number | undefined = 0;

  constructor(samples: readonly GroundSample[]) {
    const [first, ...rest] = samples;
    const second = rest.find((sample) => sample.foot.y !== first?.foot.y);
    if (first === undefined) return;
    const b = second === undefined ? 0 : (second.height - first.height) / (second.foot.y - first.foot.y);
    this.#calibrated = { a: first.height - b * first.foot.y, b };
  }

  save() {
    return { heights: this.#heights, fills: this.#fills };
  }

  restore({ heights, fills }: ReturnType<Ground['save']>): void {
    this.#heights.set(heights);
    this.#fills.set(fills);
    if (fills.every((count) => count === 0)) return;
    this.#line = undefined;
    this.#fill = undefined;
    this.#sightings = undefined;
  }

  /** The site file says how tall people are. */
  get calibrated(): boolean {
    return this.#calibrated !== undefined;
  }

  /** Before that, they may be half as tall as the prior says, or three times. */
  get known(): boolean {
    this.#sightings ??= this.#fills.reduce((sum, count) => sum + count, 0);
    return this.calibrated || (this.#sightings >= KNOWN_COUNT && this.#fitted().share >= KNOWN_SHARE);
  }

  /** Height of a standing person whose foot is at `y`, share of the view's height, at least 0.02. */
  height(y: number): number {
    const { a, b } = this.#calibrated ?? this.#fitted();
    return Math.max(0.02, Math.min(1.5, a + b * y));
  }

  /**
   * How much farther one walks on the floor for a step up the view than for the same step sideways. With people's
   * heights h = a + b y the camera hangs 1.7 m / b above the floor, and a step along the view's axis is foreshortened
   * by b f / h (pinhole camera), where f is the focal length: 0.9 of the view's width, a lens of 58 degrees.
   */
  depth(y: number, aspect: number): number {
    const { b } = this.#calibrated ?? this.#fitted();
    return Math.max(1, (b * FOCAL_WIDTHS * aspect) / this.height(y));
  }

  /** Heights of a person between the floor and the camera, at least 0.5: a person's height grows by 1 / that of a step down the view. */
  get hangs(): number {
    const { b } = this.#calibrated ?? this.#fitted();
    return 1 / Math.min(2, Math.max(0.001, b));
  }

  /** Share of height squared (in pixels) that one person covers. */
  get fill(): number {
    this.#fill ??= Math.max(FILL_MIN, FILL_PRIOR * medianOf(this.#fills, 0).ratio);
    return this.#fill;
  }

  /**
   * One whole person: foot and height in shares of the view, fill = area / height^2 in pixels; `weight` 0..1 is how
   * much it is to be believed.
   */
  learn(footY: number, height: number, fill: number, weight = 1): void {
    if (this.#calibrated !== undefined && !isWholePerson(height / this.height(footY))) return;
    const band = Math.min(BANDS - 1, Math.max(0, Math.floor(footY * BANDS)));
    count(this.#heights, band * BUCKETS, bucketOf(height / priorHeight(footY)), weight);
    count(this.#fills, 0, bucketOf(fill / FILL_PRIOR), weight);
    // A frame teaches several times and asks once.
    this.#line = undefined;
    this.#fill = undefined;
    this.#sightings = undefined;
  }

  #fitted(): Line {
    this.#line ??= lineThrough(this.#heights);
    return this.#line;
  }
}

function isWholePerson(stature: number): boolean {
  return stature >= STATURE_MIN && stature <= STATURE_MAX;
}

function bucketOf(ratio: number): number {
  const at = Math.floor(((Math.log(ratio) + SPAN) / (2 * SPAN)) * BUCKETS);
  return Math.min(BUCKETS - 1, Math.max(0, at));
}

function count(histogram: Float64Array, from: number, bucket: number, weight: number): void {
  histogram[from + bucket]! += weight;
  let total = 0;
  for (let i = 0; i < BUCKETS; i++) total += histogram[from + i]!;
  if (total <= COUNT_MAX) return;
  for (let i = 0; i < BUCKETS; i++) histogram[from + i]! /= 2;
}

/** The prior's few sightings at ratio 1 are part of every median. */
function medianOf(histogram: Float64Array, from: number): { ratio: number; total: number } {
  let total = 0;
  for (let i = 0; i < BUCKETS; i++) total += histogram[from + i]!;
  const middle = bucketOf(1);
  let seen = 0;
  for (let i = 0; i < BUCKETS; i++) {
    const here = histogram[from + i]! + (i === middle ? PRIOR_COUNT : 0);
    if (seen + here > (total + PRIOR_COUNT) / 2) {
      // Interpolated within the bucket.
      const share = ((total + PRIOR_COUNT) / 2 - seen) / here;
      return { ratio: Math.exp(((i + share) / BUCKETS) * 2 * SPAN - SPAN), total };
    }
    seen += here;
  }
  return { ratio: 1, total };
}

/**
 * A line is a shape d and a scale u: the prior's heights at NEAR_Y and FAR_Y times exp(u +- d / 2). Of the shapes the
 * last is flat, so that nobody shrinks towards the camera, and the first makes a person at the bottom of the view ten
 * times as tall as at its middle. Per shape and band the logarithm of height over prior is fixed but for u, so that all
 * lines are tried by adding up what was looked up.
 */
const FAR_Y = 0.4;
const NEAR_Y = 0.9;
const SHAPES = 16;
const SHAPE_STEP = 0.15;
const FLAT = Math.log(priorHeight(NEAR_Y) / priorHeight(FAR_Y));

function shapeOf(index: number): number {
  return FLAT - index * SHAPE_STEP;
}

function lineOf(shape: number, scale: number): { a: number; b: number } {
  const far = priorHeight(FAR_Y) * Math.exp(scale + shape / 2);
  const near = priorHeight(NEAR_Y) * Math.exp(scale - shape / 2);
  const b = Math.max(0, (near - far) / (NEAR_Y - FAR_Y));
  return { a: far - b * FAR_Y, b };
}

/** By shape and band, in buckets: where a line of scale 0 runs. Above the horizon it is far from all. */
const RUNS = Float64Array.from({ length: SHAPES * BANDS }, (_, at) => {
  const { a, b } = lineOf(shapeOf(Math.floor(at / BANDS)), 0);
  const y = ((at % BANDS) + 0.5) / BANDS;
  const height = a + b * y;
  return height > 0 ? Math.log(height / priorHeight(y)) / BUCKET : -2 * BUCKETS;
});

/** By shape and scale: what the prior has against a line, at most 0. */
const PRIOR = Float64Array.from({ length: SHAPES * BUCKETS }, (_, at) => {
  const shape = shapeOf(Math.floor(at / BUCKETS));
  const scale = scaleOf(at % BUCKETS);
  return -SCALE_AGAINST * (scale / SCALE_FAR) ** 2 - SHAPE_AGAINST * (shape / SHAPE_FAR) ** 2;
});

/** By distance in buckets: (1 - (distance / NEAR)^2)^2. */
const REACH = Math.floor(NEAR / BUCKET);
const SUPPORT = Float64Array.from({ length: REACH + 1 }, (_, i) => (1 - ((i * BUCKET) / NEAR) ** 2) ** 2);

/** Filled anew for every fit: support by band and bucket, bands in which anybody was seen, support by shape and scale. */
const smooth = new Float64Array(BANDS * BUCKETS);
const peopled = new Int32Array(BANDS);
const scores = new Float64Array(SHAPES * BUCKETS);

/** `heights`: by band and bucket. */
function lineThrough(heights: Float64Array): Line {
  let bands = 0;
  let total = 0;
  for (let band = 0; band < BANDS; band++) {
    const seen = smoothed(heights, band * BUCKETS);
    total += seen;
    if (seen > 0) peopled[bands++] = band;
  }
  if (total === 0) return PRIOR_LINE;
  scores.set(PRIOR);
  let best = 0;
  for (let shape = 0; shape < SHAPES; shape++) {
    const from = shape * BUCKETS;
    for (let i = 0; i < bands; i++) addSupport(from, peopled[i]!, RUNS[shape * BANDS + peopled[i]!]!);
    for (let at = from; at < from + BUCKETS; at++) if (scores[at]! > scores[best]!) best = at;
  }
  const shape = Math.floor(best / BUCKETS);
  const scale = best % BUCKETS;
  const line = lineOf(
    shapeOf(shape + summit(best, shape, SHAPES, BUCKETS)),
    scaleOf(scale + summit(best, scale, BUCKETS, 1)),
  );
  const support = scores[best]! - PRIOR[best]!;
  return { ...line, share: support / total };
}

function scaleOf(index: number): number {
  return (index - BUCKETS / 2) * BUCKET;
}

/** Spreads what was counted in one band; gives how much that was. */
function smoothed(heights: Float64Array, from: number): number {
  let total = 0;
  smooth.fill(0, from, from + BUCKETS);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const seen = heights[from + bucket]!;
    if (seen === 0) continue;
    total += seen;
    const last = Math.min(BUCKETS - 1, bucket + REACH);
    for (let to = Math.max(0, bucket - REACH); to <= last; to++)
      smooth[from + to]! += seen * SUPPORT[Math.abs(to - bucket)]!;
  }
  return total;
}

/**
 * To the scores from `from` on, of every scale: what was seen in `band` near the line that runs `run` buckets off it
 * there, between the two buckets whose middles it lies between.
 */
function addSupport(from: number, band: number, run: number): void {
  const shift = Math.floor(run - 0.5);
  const share = run - 0.5 - shift;
  const last = Math.min(BUCKETS, BUCKETS - 1 - shift);
  for (let scale = Math.max(0, -shift); scale < last; scale++) {
    const below = band * BUCKETS + scale + shift;
    scores[from + scale]! += (1 - share) * smooth[below]! + share * smooth[below + 1]!;
  }
}

/** How far from the best of the scores the top of a parabola through it and its neighbours lies, -0.5..0.5 steps. */
function summit(best: number, index: number, count: number, step: number): number {
  if (index === 0 || index === count - 1) return 0;
  const before = scores[best - step]!;
  const after = scores[best + step]!;
  const bend = before - 2 * scores[best]! + after;
  return bend < 0 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
}
