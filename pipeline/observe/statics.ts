/**
 * Static regions: what was put down (or taken away) and has not changed since, seen at a slower rate than people.
 *
 * A pixel is static when it has differed from the background with one value for long enough (kernels/statics.ts); who
 * passes in front of it does not count. What came at another time is cut off, even where it touches: a bag that stands
 * against a train's place or in a patch of light is a region of its own. A region is followed from step to step by its
 * box, so that its age and its steadiness are those of the thing and not of the picture.
 */
import type { StaticRegion } from '../model.ts';
import { type Slab, STATICS_TABLE_MAX } from './slab.ts';

/** Numbers of the kernel's table row (drawn in kernels/statics.ts). */
const ROW = {
  x0: 0,
  y0: 1,
  x1: 2,
  y1: 3,
  area: 4,
  footX: 5,
  support: 6,
  same: 7,
  edges: 8,
  open: 9,
  edgeRival: 10,
  edgeBackground: 11,
} as const;
const ROW_LENGTH = 16;

/** One step of support. Nothing that is put down has to be seen sooner, and a fifth of the work is saved. */
const STEP_MS = 400;
/** A camera that sends a picture a second still finds what has been there for seconds. */
const STEPS_MAX = 5;
/** Support after which a pixel is static: 4 s. */
const LEAST = 10;
/** What differs by more in support came at another time: 10 s, which people who pass before a thing do not wear away. */
const SEAM = 25;
/** Support is remembered for at most a minute: as long may a thing be hidden by others. */
const MOST = 150;
/** At most so many are told of one picture, the largest first. */
const STATICS_MAX = 16;
/** What changes more than this is no thing, whatever it is; flames and crowds would fill every frame with such. */
const STEADY_MIN = 0.3;
/** A bag of 0.3 x 0.3 person heights for a person who is 12 pixels tall; smaller is noise. */
const AREA_MIN_PX = 12;
/** A larger share of the plane is a train, a curtain or another view. */
const AREA_SHARE_MAX = 0.1;
/** Intersection over union with its box of the step before, from which a region is the same. */
const SAME_BOX_MIN = 0.4;
/** A region that has come down to less than this share of its largest area is another. */
const KEPT_MIN = 0.55;
/** A step in which more than this share of a region looks otherwise is one in which somebody hides it. */
const HIDDEN_MIN = 0.4;
/** Steadiness and rim are means over about so many steps (6 s). */
const STEPS_MEAN = 15;
/** The rim of a thing is known when its outline is: after this long its light may change, but not what it is. */
const RIM_KNOWN_STEPS = 25;

interface Known extends StaticRegion {
  /** Plane pixels, the last ones inclusive. */
  readonly px: readonly [x0: number, y0: number, x1: number, y1: number];
  readonly atMs: number;
  /** Its largest area so far, plane pixels. */
  readonly mostPx: number;
  /** Steps in which nobody hid it. */
  readonly looks: number;
}

export class Statics {
  readonly #slab: Slab;
  readonly #width: number;
  readonly #height: number;
  readonly #table: Int32Array;
  readonly #state: Uint8Array;
  #steppedAtMs: number | undefined;
  #known: readonly Known[] = [];
  #regions: readonly StaticRegion[] = [];

  /** `width` and `height` of the plane in pixels. */
  constructor(slab: Slab, width: number, height: number) {
    const { parts, scratch, kernels } = slab;
    const { buffer } = kernels.memory;
    this.#slab = slab;
    this.#width = width;
    this.#height = height;
    this.#table = new Int32Array(buffer, scratch.staticTable, STATICS_TABLE_MAX * ROW_LENGTH);
    this.#state = new Uint8Array(buffer, parts.statics, kernels.exports.staticsBytes(width * height));
  }

  /** As of the last step, the largest first. */
  get regions(): readonly StaticRegion[] {
    return this.#regions;
  }

  /** The view is another: nothing in it is known. */
  restart(): void {
    this.#state.fill(0);
    this.#steppedAtMs = undefined;
    this.#known = [];
    this.#regions = [];
  }

  /**
   * After the picture's foreground has been found and settled. `luma`, `lit`: addresses of the picture and of the
   * background in its light.
   */
  step(atMs: number, luma: number, lit: number): void {
    const elapsedMs = this.#steppedAtMs === undefined ? STEP_MS : atMs - this.#steppedAtMs;
    // Pictures do not come to the millisecond.
    if (elapsedMs < 0.85 * STEP_MS) return;
    const steps = Math.round(elapsedMs / STEP_MS);
    this.#steppedAtMs = atMs;
    const { parts, scratch, kernels } = this.#slab;
    const { exports } = kernels;
    const [width, height] = [this.#width, this.#height];
    const mean = parts.background;
    const bits = scratch.staticBits;
    const gain = Math.min(STEPS_MAX, steps);
    exports.statics(
      bits,
      parts.statics,
      scratch.seen,
      scratch.bits,
      luma,
      mean,
      lit,
      width,
      height,
      gain,
      MOST,
      LEAST,
    );
    exports.staticSeams(bits, parts.statics, width, height, SEAM);
    const count = this.#label(bits, mean);
    if (count === 0 && this.#known.length === 0) return;
    exports.staticTable(
      scratch.staticTable,
      scratch.staticRuns,
      count,
      bits,
      parts.statics,
      scratch.seen,
      luma,
      mean,
      lit,
      width,
      height,
    );
    this.#known = this.#follow(count, atMs);
    this.#regions = this.#known
      .filter((known) => known.steady >= STEADY_MIN)
      .toSorted((a, b) => b.areaPx - a.areaPx)
      .slice(0, STATICS_MAX)
      .map(({ box, foot, areaPx, sinceMs, steady, rim }) => ({ box, foot, areaPx, sinceMs, steady, rim }));
  }

  /** The static pixels' components, after a thing has been cut from its reflection or shadow. */
  #label(bits: number, mean: number): number {
    const { parts, scratch, kernels } = this.#slab;
    const { label, staticShades } = kernels.exports;
    const [width, height] = [this.#width, this.#height];
    const { staticRuns: runs, staticTable: table } = scratch;
    const count = label(runs, bits, width, height, STATICS_TABLE_MAX);
    const cut = staticShades(table, runs, count, bits, parts.statics, mean, width, height);
    return cut === 0 ? count : label(runs, bits, width, height, STATICS_TABLE_MAX);
  }

  #follow(count: number, atMs: number): readonly Known[] {
    const found: Known[] = [];
    for (let k = 0; k < count; k++) {
      const row = this.#table.subarray(k * ROW_LENGTH, (k + 1) * ROW_LENGTH);
      const area = row[ROW.area]!;
      if (area < AREA_MIN_PX || area > AREA_SHARE_MAX * this.#width * this.#height) continue;
      found.push(this.#look(row, atMs));
    }
    return found;
  }

  #look(row: Int32Array, atMs: number): Known {
    const [width, height] = [this.#width, this.#height];
    const px = [row[ROW.x0]!, row[ROW.y0]!, row[ROW.x1]!, row[ROW.y1]!] as const;
    const areaPx = row[ROW.area]!;
    const known = this.#before(px);
    // What is left when most of a region has gone has an age of its own: people who stood there were not a puddle.
    const before = known !== undefined && areaPx >= KEPT_MIN * known.mostPx ? known : undefined;
    const found: StaticRegion = {
      box: { x0: px[0] / width, y0: px[1] / height, x1: (px[2] + 1) / width, y1: (px[3] + 1) / height },
      foot: { x: (row[ROW.footX]! / 8 + 0.5) / width, y: (px[3] + 1) / height },
      areaPx,
      sinceMs: before === undefined ? Math.round((row[ROW.support]! / areaPx) * STEP_MS) : 0,
      steady: steadyOf(row),
      rim: rimOf(row),
    };
    if (before === undefined) return { ...found, px, atMs, mostPx: areaPx, looks: 1 };
    const mostPx = Math.max(before.mostPx, areaPx);
    const sinceMs = before.sinceMs + Math.max(0, atMs - before.atMs);
    const hidden = row[ROW.same]! < (1 - HIDDEN_MIN) * areaPx;
    const { looks } = before;
    if (hidden) return { ...found, px, atMs, mostPx, looks, sinceMs, steady: before.steady, rim: before.rim };
    const share = 1 / Math.min(STEPS_MEAN, looks + 1);
    return {
      ...found,
      px,
      atMs,
      mostPx,
      looks: looks + 1,
      sinceMs,
      steady: before.steady + (found.steady - before.steady) * share,
      rim: looks < RIM_KNOWN_STEPS ? before.rim + (found.rim - before.rim) * share : before.rim,
    };
  }

  /** The region of the step before that this one is. */
  #before(px: Known['px']): Known | undefined {
    let best: Known | undefined;
    let most = SAME_BOX_MIN;
    for (const known of this.#known) {
      const overlap = overlapOf(px, known.px);
      if (overlap <= most) continue;
      most = overlap;
      best = known;
    }
    return best;
  }
}

/** Of its pixels those that are as they were, less the share of its outline beyond which something else moves. */
function steadyOf(row: Int32Array): number {
  const edges = row[ROW.edges]!;
  const still = edges === 0 ? 1 : 1 - row[ROW.open]! / edges;
  return (row[ROW.same]! / row[ROW.area]!) * still;
}

function rimOf(row: Int32Array): number {
  const there = row[ROW.edgeRival]!;
  const without = row[ROW.edgeBackground]!;
  return there + without === 0 ? 0 : (there - without) / (there + without);
}

/** Intersection over union. */
function overlapOf(a: Known['px'], b: Known['px']): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + 1;
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]) + 1;
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (sizeOf(a) + sizeOf(b) - both);
}

function sizeOf([x0, y0, x1, y1]: Known['px']): number {
  return (x1 - x0 + 1) * (y1 - y0 + 1);
}
