/**
 * How tall a standing person is at a foot row of one view, and how much of the plane one person covers.
 *
 * From the site's calibration when there is one (height linear in the foot's y: a pinhole camera over flat ground).
 * Otherwise learned from regions that look like one upright walking person: per band of foot rows a histogram of
 * heights relative to a prior, of which the median is taken, then a weighted straight line through the bands. The
 * prior itself counts like a few sightings, so that a camera is usable from its first minute.
 */
import type { GroundSample } from '../site/site.ts';

const BANDS = 12;
const BUCKETS = 48;
/** Histograms span a sixth to six times the prior, in equal steps of the logarithm. */
const SPAN = Math.log(6);
/** Counts are halved beyond this, so that a camera that was moved is learned anew within hours. */
const COUNT_MAX = 4_000;
/** The prior counts like this many sightings in every band. */
const PRIOR_COUNT = 2;

/** After so many sightings it is known how tall people are here, within a stature: some 8 s of one who walks. */
const KNOWN_COUNT = 40;

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

const PRIOR_LINE = { a: priorHeight(0), b: priorHeight(1) - priorHeight(0) };

export class Ground {
  readonly #calibrated: { a: number; b: number } | undefined;
  readonly #heights = new Float64Array(BANDS * BUCKETS);
  readonly #fills = new Float64Array(BUCKETS);
  /** What follows from the histograms; undefined when they have changed since. */
  #line: { readonly a: number; readonly b: number } | undefined = PRIOR_LINE;
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
    return this.calibrated || this.#sightings >= KNOWN_COUNT;
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

  /** Share of height squared (in pixels) that one person covers. */
  get fill(): number {
    this.#fill ??= Math.max(FILL_MIN, FILL_PRIOR * medianOf(this.#fills, 0).ratio);
    return this.#fill;
  }

  /** A region that looks like one upright person: foot and height in shares of the view, fill = area / height^2 in pixels. */
  learn(footY: number, height: number, fill: number): void {
    if (this.#calibrated !== undefined && !isWholePerson(height / this.height(footY))) return;
    const band = Math.min(BANDS - 1, Math.max(0, Math.floor(footY * BANDS)));
    count(this.#heights, band * BUCKETS, bucketOf(height / priorHeight((band + 0.5) / BANDS)));
    count(this.#fills, 0, bucketOf(fill / FILL_PRIOR));
    // A frame teaches several times and asks once.
    this.#line = undefined;
    this.#fill = undefined;
    this.#sightings = undefined;
  }

  #fitted() {
    this.#line ??= this.#fit();
    return this.#line;
  }

  /** Least squares through the bands' medians; never lets people shrink towards the camera. */
  #fit(): { a: number; b: number } {
    let w = 0;
    let wy = 0;
    let wyy = 0;
    let wh = 0;
    let wyh = 0;
    const scale = medianOfAll(this.#heights);
    for (let band = 0; band < BANDS; band++) {
      const y = (band + 0.5) / BANDS;
      const { ratio, total } = medianOf(this.#heights, band * BUCKETS);
      const known = Math.min(total, 40);
      // Where nothing was seen, the prior at the scale of what was seen elsewhere.
      const weight = known + PRIOR_COUNT;
      const h = (priorHeight(y) * (known * ratio + PRIOR_COUNT * scale)) / weight;
      w += weight;
      wy += weight * y;
      wyy += weight * y * y;
      wh += weight * h;
      wyh += weight * y * h;
    }
    const b = Math.max(0, (w * wyh - wy * wh) / (w * wyy - wy * wy));
    return { a: (wh - b * wy) / w, b };
  }
}

function isWholePerson(stature: number): boolean {
  return stature >= STATURE_MIN && stature <= STATURE_MAX;
}

function bucketOf(ratio: number): number {
  const at = Math.floor(((Math.log(ratio) + SPAN) / (2 * SPAN)) * BUCKETS);
  return Math.min(BUCKETS - 1, Math.max(0, at));
}

function count(histogram: Float64Array, from: number, bucket: number): void {
  histogram[from + bucket]!++;
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

function medianOfAll(histogram: Float64Array): number {
  all.fill(0);
  for (let from = 0; from < histogram.length; from += BUCKETS)
    for (let i = 0; i < BUCKETS; i++) all[i]! += histogram[from + i]!;
  return medianOf(all, 0).ratio;
}

/** Filled anew for every sum. */
const all = new Float64Array(BUCKETS);
