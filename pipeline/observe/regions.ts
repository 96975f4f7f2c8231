/**
 * What a connected region is: a thing, or something that only looks like one.
 *
 * A thing's difference to the background falls at once across its rim; light (headlights, sun, reflections of lamps)
 * fades, and the texture of the place that it falls on shows through. A ghost, the hole that somebody leaves who stood
 * there while the background was learned, has its rim in the background and not in the picture. And what has not changed
 * at all for minutes is furniture: a person who stands still never stands that still.
 */
import type { Spread } from '../model.ts';
import type { Slab } from './slab.ts';
import { BLOBS_MAX } from './slab.ts';

export interface Region {
  /** Plane pixels, inclusive. */
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly areaPx: number;
  readonly footX: number;
  readonly stillMs: number;
  /** Its first number in the kernel's table. */
  readonly row: number;
}

/** Numbers of the kernel's table row (drawn in kernels/blobs.ts and kernels/regions.ts). */
const ROW = {
  x0: 0,
  y0: 1,
  x1: 2,
  y1: 3,
  area: 4,
  footX: 5,
  difference: 6,
  edges: 7,
  fall: 8,
  edgePicture: 9,
  edgeBackground: 10,
  still: 11,
  weight: 12,
  flowX: 13,
  flowY: 14,
} as const;
const ROW_LENGTH = 16;
/** Of a row of kernels/spread.ts. */
const SPREAD_LENGTH = 4;

const FATE = { keep: 0, absorb: 1, adapt: 2, drop: 3 } as const;

/** Smaller regions are noise at any distance at which a person could still be told, plane pixels. */
const AREA_MIN_PX = 6;
/** A rim across which less than this share of the difference falls belongs to light. */
const FALL_SHARE_MIN = 0.4;
/** Light that has not changed for this long is the light of the place. */
const LIGHT_STILL_MS = 30_000;
/** A rim across which this much falls, in 1/48 of an octave (15 %), is a thing's however much light surrounds it. */
const FALL_MIN = 12;
/**
 * What fades at its rim and yet has a texture of its own is no light: somebody in dark clothes on the floor, a view out of
 * focus. In 1/48 of an octave; against the texture of the place and what noise makes beside the region, which shadow
 * doubles where it halves the light.
 */
const TEXTURE_MIN = 3.5;
const TEXTURE_PLACE = 2;
const TEXTURE_NOISE = 2.5;
const TEXTURE_PAIRS_MIN = 24;
const TEXTURE_BESIDE_MIN = 6;
/** How long a region must have been still before it may be called a ghost. */
const GHOST_STILL_MS = 1_000;
/** A ghost is somebody's; a smooth train that stands before rails has its rim in the background as well. */
const GHOST_SHARE_MAX = 0.05;
/**
 * Who stands close before a camera that has just begun is learned as part of the place, and leaves a hole as large as
 * they look. The vote of the first seconds proves little, so for the first minute a hole may be as large as somebody three
 * quarters as tall as the view. Larger is a group in light that changed as often as not.
 */
const YOUNG_GHOST_SHARE_MAX = 0.08;
/** A train in parts looks like ghosts on its smooth flanks; where one was seen, nothing is a ghost's for this long. */
const LARGE_MS = 8_000;
/** A crowd does not turn into light: what large regions were mostly made of a picture ago, they are still. */
const KEPT_SHARE = 0.5;
const CELL_PIXELS = 16;
/** How much stronger the rim must be in the background than in the picture. */
const GHOST_RATIO = 1.5;
/** Without any change for this long, a region is furniture; a dim crowd may hardly seem to sway for ten minutes. */
const FURNITURE_STILL_MS = 900_000;

/** Decides what the labelled regions of one camera are. */
export class Judge {
  readonly #slab: Slab;
  readonly #width: number;
  readonly #pixels: number;
  readonly #table: Int32Array;
  readonly #fate: Uint8Array;
  readonly #texture: Int32Array;
  readonly #spread: Float64Array;
  readonly #columns: number;
  /** Of the picture before, as long as regions are judged. */
  readonly #occupancy: Uint8Array;
  /** When a region too large for somebody's ghost was last seen in the box of each cell, ms. */
  readonly #largeAtMs: Float64Array;

  /** `width` and `height` of the plane in pixels. */
  constructor(slab: Slab, width: number, height: number) {
    const { buffer } = slab.kernels.memory;
    this.#slab = slab;
    this.#width = width;
    this.#pixels = width * height;
    this.#table = new Int32Array(buffer, slab.scratch.table, BLOBS_MAX * ROW_LENGTH);
    this.#fate = new Uint8Array(buffer, slab.scratch.fate, BLOBS_MAX + 1);
    this.#texture = new Int32Array(buffer, slab.scratch.texture, 5);
    this.#spread = new Float64Array(buffer, slab.scratch.spread, BLOBS_MAX * SPREAD_LENGTH);
    this.#columns = (width + 3) >> 2;
    const cells = this.#columns * ((height + 3) >> 2);
    this.#occupancy = new Uint8Array(buffer, slab.parts.occupancy, cells);
    this.#largeAtMs = new Float64Array(cells).fill(Number.NEGATIVE_INFINITY);
  }

  /**
   * Decides the fate of `count` regions and tells the kernel's `settle` through the fate table. `intervalMs` is the
   * time between pictures, `atMs` the time of this one; `luma`, `lit`: addresses of the picture and of the background in
   * its light; `young`: the background was learned less than a minute ago. Returns the things, in the table's order.
   */
  judge(
    count: number,
    intervalMs: number,
    atMs: number,
    luma: number,
    lit: number,
    young: boolean,
  ): readonly Region[] {
    const ghostPxMax = (young ? YOUNG_GHOST_SHARE_MAX : GHOST_SHARE_MAX) * this.#pixels;
    const table = this.#table;
    const { kernels, parts, scratch } = this.#slab;
    kernels.exports.regionAges(
      scratch.table,
      count,
      parts.occupancy,
      parts.still,
      scratch.ages,
      this.#columns,
    );
    this.#markLarge(count, atMs);
    const things: Region[] = [];
    for (let k = 0; k < count; k++) {
      const row = k * ROW_LENGTH;
      const region: Region = {
        x0: table[row + ROW.x0]!,
        y0: table[row + ROW.y0]!,
        x1: table[row + ROW.x1]!,
        y1: table[row + ROW.y1]!,
        areaPx: table[row + ROW.area]!,
        footX: table[row + ROW.footX]! / 8,
        stillMs: table[row + ROW.still]! * intervalMs,
        row,
      };
      const light = isLight(table, row, region) && !this.#hidesPlace(k + 1, luma, lit);
      const found = light ? fateOfLight(region) : fateOf(table, row, region, ghostPxMax);
      const fate = this.#goesOn(found, region, atMs) ? FATE.keep : found;
      this.#fate[k + 1] = fate;
      if (fate === FATE.keep) things.push(region);
    }
    return things;
  }

  /** Plane pixels of `count` regions together, whatever they were taken for. */
  areaOf(count: number): number {
    let area = 0;
    for (let k = 0; k < count; k++) area += this.#table[k * ROW_LENGTH + ROW.area]!;
    return area;
  }

  /** Whether what was found is to be kept in spite of its looks, for what was there before. */
  #goesOn(fate: number, region: Region, atMs: number): boolean {
    const large = region.areaPx > GHOST_SHARE_MAX * this.#pixels;
    if (fate === FATE.absorb) return !large && this.#wasLarge(region, atMs);
    return large && this.#keptPixels(region) > KEPT_SHARE * region.areaPx;
  }

  /** Whether it has a texture of its own instead of that of the place, and more than noise makes beside it. */
  #hidesPlace(label: number, luma: number, lit: number): boolean {
    const { kernels, scratch } = this.#slab;
    kernels.exports.texture(scratch.texture, scratch.runs, label, luma, lit, this.#width);
    const [within, own, place, beside, noise] = this.#texture as unknown as readonly number[];
    if (within! < TEXTURE_PAIRS_MIN || beside! < TEXTURE_BESIDE_MIN) return false;
    const texture = own! / within!;
    return (
      texture >= TEXTURE_MIN &&
      texture >= (TEXTURE_PLACE * place!) / within! &&
      texture >= (TEXTURE_NOISE * noise!) / beside!
    );
  }

  /** Pixels of the region's box that belonged to things in the picture before. */
  #keptPixels({ x0, y0, x1, y1 }: Region): number {
    let sum = 0;
    for (let y = y0 >> 2; y <= y1 >> 2; y++)
      for (let x = x0 >> 2; x <= x1 >> 2; x++) sum += this.#occupancy[y * this.#columns + x]!;
    return (sum * CELL_PIXELS) / 255;
  }

  #markLarge(count: number, atMs: number): void {
    const table = this.#table;
    const columns = this.#columns;
    for (let k = 0; k < count; k++) {
      const row = k * ROW_LENGTH;
      if (table[row + ROW.area]! <= GHOST_SHARE_MAX * this.#pixels) continue;
      const x0 = table[row + ROW.x0]! >> 2;
      const x1 = table[row + ROW.x1]! >> 2;
      for (let y = table[row + ROW.y0]! >> 2; y <= table[row + ROW.y1]! >> 2; y++)
        this.#largeAtMs.fill(atMs, y * columns + x0, y * columns + x1 + 1);
    }
  }

  #wasLarge({ x0, y0, x1, y1 }: Region, atMs: number): boolean {
    const columns = this.#columns;
    for (let y = y0 >> 2; y <= y1 >> 2; y++)
      for (let x = x0 >> 2; x <= x1 >> 2; x++)
        if (atMs - this.#largeAtMs[y * columns + x]! < LARGE_MS) return true;
    return false;
  }

  /** Occupancy-weighted mean flow over the cells of the region's box, plane pixels. After `regionFlows`. */
  flowOf({ row }: Region): { x: number; y: number } {
    const table = this.#table;
    const weight = table[row + ROW.weight]!;
    if (weight === 0) return { x: 0, y: 0 };
    return { x: table[row + ROW.flowX]! / weight / 8, y: table[row + ROW.flowY]! / weight / 8 };
  }

  /** How its pixels lie. After `spread`. */
  spreadOf({ row }: Region): Spread {
    const at = (row / ROW_LENGTH) * SPREAD_LENGTH;
    return { x: this.#spread[at]!, y: this.#spread[at + 1]!, slant: this.#spread[at + 2]! };
  }
}

/** Whether its rim fades as light does. */
function isLight(table: Int32Array, row: number, region: Region): boolean {
  const edges = table[row + ROW.edges]!;
  if (edges === 0 || region.areaPx < AREA_MIN_PX) return false;
  const fall = table[row + ROW.fall]! / edges;
  return fall < (FALL_SHARE_MIN * table[row + ROW.difference]!) / region.areaPx && fall < FALL_MIN;
}

/** Light that stays is learned; light that passes must leave no trace. */
function fateOfLight({ stillMs }: Region): number {
  return stillMs >= LIGHT_STILL_MS ? FATE.adapt : FATE.drop;
}

function fateOf(table: Int32Array, row: number, region: Region, ghostPxMax: number): number {
  if (region.areaPx < AREA_MIN_PX) return FATE.drop;
  const rimMoved = table[row + ROW.edgeBackground]! > GHOST_RATIO * table[row + ROW.edgePicture]!;
  const small = region.areaPx <= ghostPxMax;
  if (small && table[row + ROW.edges]! >= 8 && region.stillMs >= GHOST_STILL_MS && rimMoved)
    return FATE.absorb;
  if (region.stillMs >= FURNITURE_STILL_MS) return FATE.absorb;
  return FATE.keep;
}
