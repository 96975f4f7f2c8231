/**
 * The one owner of the WASM module: finds it, compiles it once, and hands out instances whose memory never grows.
 *
 *   0        base                                      base + bytes
 *   |  AS    |  reserved for this instance, divided by  |  rest of the last
 *   | static |  the caller (slabs, scratch, planes)     |  64 KB page
 *
 * Views made on `memory.buffer` after `instantiate` stay valid for the life of the instance, because all memory is
 * reserved before the first view exists and nothing in the module can grow it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Every address is a byte offset into `Kernels.memory`; every size is in pixels unless its name says otherwise. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  /** First free byte above the module's static data, a multiple of 64. */
  heapBase(): number;
  /** Makes `bytes` bytes above heapBase() exist: 1, or 0 when the engine refuses. */
  reserve(bytes: number): number;
  /** Bytes of the edges of one w x h background (drawn in kernels/shift.ts), 0: none. */
  edgesBytes(w: number, h: number): number;
  /** Finds the edges of a background `mean` (u16, Q7). */
  findEdges(edges: number, mean: number, w: number, h: number): void;
  /**
   * The shift of a whole picture against its background: 1 and two f64 at `out`, plane pixels, each within +-4 (what the
   * background has at x, y the picture has at x + dx, y + dy), or 0 where nothing is proved.
   */
  shift(out: number, luma: number, mean: number, edges: number, w: number): number;
  /** The picture without a shift of `dx`, `dy` in 1/16 pixel; `out` is another plane than `luma`. */
  unshift(out: number, luma: number, dx: number, dy: number, w: number, h: number): void;
  /** Bytes of the pyramid of one w x h plane, a multiple of 64. */
  pyramidBytes(w: number, h: number): number;
  /** Builds the pyramid of a w x h u8 luma plane (row-major, no padding) at `out`. */
  pyramid(out: number, luma: number, w: number, h: number): void;
  /** Bytes of scratch that `flow` needs; its content means nothing between calls, so cameras can share it. */
  flowScratchBytes(w: number, h: number): number;
  /**
   * Displacement from the previous to the current picture, per 4x4 cell, row-major, ceil(w/4) x ceil(h/4).
   * outX, outY: i8, 1/8 pixel of the plane, x right, y down, saturating at +-127.
   * outQ: u8, how well texture fixes the flow there; 0 where the cell was skipped as still or is flat.
   */
  flow(
    outX: number,
    outY: number,
    outQ: number,
    prevPyramid: number,
    curPyramid: number,
    scratch: number,
    w: number,
    h: number,
  ): void;
  /** Side of p looking from a to b, y down: 1 left, -1 right, 0 on the line. Coordinates here and below: 0..65535. */
  sideOfLine(ax: number, ay: number, bx: number, by: number, px: number, py: number): number;
  /** 1 when p lies in the polygon of `n` i32 pairs at `points` or on its boundary, else 0. */
  insidePolygon(px: number, py: number, points: number, n: number): number;
  /**
   * One step p -> q of one track against one polyline; `state` is 8 bytes, zero for a new track. 1: passed from left
   * to right and clear of the line by more than `hysteresis`; -1: right to left; 0: neither. Axes of equal unit.
   */
  crossing(
    state: number,
    px: number,
    py: number,
    qx: number,
    qy: number,
    points: number,
    n: number,
    hysteresis: number,
  ): number;
  /** Share of each cell that the polygon covers, u8 0..255, row-major. For set-up. */
  maskPolygon(
    out: number,
    columns: number,
    rows: number,
    points: number,
    n: number,
    planeW: number,
    planeH: number,
  ): void;
  /** Bytes of one camera's background state (drawn in kernels/background.ts). */
  backgroundBytes(pixels: number): number;
  backgroundReset(state: number, luma: number, pixels: number): void;
  /** The background in the light of the picture (u16, Q7); 0 blocks in other light leave `lit` alone. */
  light(lit: number, mean: number, luma: number, w: number, h: number): number;
  /** Bytes of a plane of one bit a pixel, rows of whole u64 (drawn in kernels/bits.ts). */
  bitsBytes(w: number, h: number): number;
  /** `bits`: 1 foreground. Learning rate 2^-shift a picture. */
  background(
    bits: number,
    state: number,
    luma: number,
    lit: number,
    w: number,
    h: number,
    shift: number,
    warming: number,
  ): void;
  /** 3x3 majority: removes specks, fills pinholes. */
  clean(out: number, bits: number, w: number, h: number): void;
  /** Bytes of the runs of one plane and of what `label` needs beside them (drawn in kernels/label.ts). */
  runsBytes(w: number, h: number): number;
  /**
   * The runs of 8-connected components; returns the number of components, at most `max`. Those beyond that leave
   * `bits`.
   */
  label(runs: number, bits: number, w: number, h: number, max: number): number;
  /** 16 i32 per component (named in kernels/blobs.ts). */
  blobTable(
    table: number,
    runs: number,
    count: number,
    bits: number,
    luma: number,
    mean: number,
    w: number,
    h: number,
  ): void;
  /** Bytes that `spread` fills and needs for `max` components. */
  spreadBytes(max: number): number;
  /** 4 f64 per component (named in kernels/spread.ts): standard deviations of x and y, their correlation, 0. */
  spread(out: number, runs: number, count: number, max: number): void;
  /**
   * `fate`: u8 per label, 0 keep, 1 absorb into the background, 2 adapt a quarter of the way, 3 drop. What is not kept
   * leaves `bits`.
   */
  settle(runs: number, fate: number, bits: number, mean: number, luma: number, w: number): void;
  /** Occupancy (u8, 0..255) and pictures without change (u16) per 4x4 cell. */
  cells(
    occupancy: number,
    still: number,
    bits: number,
    luma: number,
    previous: number,
    w: number,
    h: number,
  ): void;
  /**
   * Field 11 of the table: pictures for which four fifths of the region's cells (those occupied in the picture before)
   * have not changed. `ages`: scratch, 2 bytes a cell and 16 more.
   */
  regionAges(
    table: number,
    count: number,
    occupancy: number,
    still: number,
    ages: number,
    columns: number,
  ): void;
  /**
   * Five i32 of one region (drawn in kernels/texture.ts): pairs of pixels within, how far the difference to the background
   * steps between them, how far the background does; pairs beside it, and how far the difference does there.
   */
  texture(out: number, runs: number, label: number, luma: number, mean: number, w: number): void;
  /** Bytes of scratch that `through` needs. */
  throughBytes(w: number, h: number): number;
  /**
   * Clears the `bits` at which the texture of the place shows in other light (kernels/through.ts), and lets the background
   * follow there by 2^-shift; returns how many.
   */
  through(
    bits: number,
    state: number,
    luma: number,
    lit: number,
    scratch: number,
    w: number,
    h: number,
    shift: number,
  ): number;
  /** Fields 12 to 14 of the table: occupancy, and flow times occupancy (x, y), over the cells of the region's box. */
  regionFlows(
    table: number,
    count: number,
    occupancy: number,
    flowX: number,
    flowY: number,
    columns: number,
  ): void;
  /** Bitmap of the cells, then occupancy, flow x, flow y, flame of those that have any of the first or last: how many. */
  gatherCells(
    out: number,
    occupancy: number,
    flowX: number,
    flowY: number,
    flame: number,
    cells: number,
  ): number;
  /** Bytes of what is remembered of static pixels (drawn in kernels/statics.ts), all zero at first. */
  staticsBytes(pixels: number): number;
  /**
   * One step: `out` (bits) is what has looked otherwise than the background and the same for `least` or more of support,
   * which grows by `step` up to `most` (1..255). `seen`: foreground; `kept`: what of it belongs to things.
   */
  statics(
    out: number,
    state: number,
    seen: number,
    kept: number,
    luma: number,
    mean: number,
    lit: number,
    w: number,
    h: number,
    step: number,
    most: number,
    least: number,
  ): void;
  /** Cuts static bits of different ages apart: `gap` in support. */
  staticSeams(bits: number, state: number, width: number, height: number, gap: number): void;
  /** Cuts things from what they change about the floor (kernels/shades.ts); returns how many components were cut. */
  staticShades(
    table: number,
    runs: number,
    count: number,
    bits: number,
    state: number,
    mean: number,
    width: number,
    height: number,
  ): number;
  /** 16 i32 per component of static bits (named in kernels/statics.ts). */
  staticTable(
    table: number,
    runs: number,
    count: number,
    bits: number,
    state: number,
    seen: number,
    luma: number,
    mean: number,
    lit: number,
    w: number,
    h: number,
  ): void;
  /** Bytes of what is remembered of a camera's flicker (drawn in kernels/glances.ts), all zero at first. */
  flameBytes(w: number, h: number): number;
  flameScratchBytes(w: number, h: number): number;
  /** One picture into `slot` (0..31, each after the one before). `u`, `v`: chroma, half the sides rounded up. */
  glance(state: number, slot: number, luma: number, u: number, v: number, w: number, h: number): void;
  /**
   * How much each 4x4 cell looks like a flame (u8, 0..255) over the last `samples` slots (2..32) up to `slot`; returns how
   * many do.
   */
  flame(
    out: number,
    state: number,
    slot: number,
    samples: number,
    scratch: number,
    w: number,
    h: number,
  ): number;
  /** Bytes of one camera's tracks (drawn in kernels/tracks.ts). */
  tracksBytes(): number;
  tracksScratchBytes(): number;
  /** One picture at `atMs`; sightings are rows of 9 f64. Returns the number of tracks. */
  tracksStep(state: number, sightings: number, count: number, atMs: number, scratch: number): number;
  densityScratchBytes(columns: number, rows: number): number;
  /** Sparse cells (model: Cells) into planes at `scratch`, enclosed gaps filled. */
  densify(
    scratch: number,
    bitmap: number,
    occupancy: number,
    flowX: number,
    flowY: number,
    columns: number,
    rows: number,
  ): void;
  /** After `densify`: f64 per zone, the share of it in which somebody is seen. `masks`: columns * rows u8 per zone. */
  coverage(
    out: number,
    masks: number,
    zones: number,
    scratch: number,
    cellsOfPerson: number,
    rowsOfPerson: number,
    columns: number,
    rows: number,
  ): void;
  /** After `densify`: 16 f64 per zone (named in kernels/density.ts). `hidden`: f64 per zone. */
  density(
    out: number,
    hidden: number,
    masks: number,
    zones: number,
    scratch: number,
    cellsOfPerson: number,
    rowsOfPerson: number,
    columns: number,
    rows: number,
    perSecond: number,
  ): void;
}

export interface Kernels {
  readonly exports: KernelExports;
  readonly memory: WebAssembly.Memory;
  /** First byte of the reserved part. */
  readonly base: number;
}

/** A new instance with `bytes` bytes reserved above `base`. Throws RangeError when the engine refuses that much. */
export function instantiate(bytes: number): Kernels {
  const instance = new WebAssembly.Instance(kernelModule());
  const exports = instance.exports as unknown as KernelExports;
  if (
    !Number.isSafeInteger(bytes) ||
    bytes < 0 ||
    bytes > RESERVE_BYTES_MAX ||
    exports.reserve(bytes) !== 1
  ) {
    throw new RangeError(`cannot reserve ${bytes} bytes of kernel memory, at most ${RESERVE_BYTES_MAX}`);
  }
  return { exports, memory: exports.memory, base: exports.heapBase() };
}

/** The compiled module, shared by all instances of the process. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readModule());
  return compiled;
}

// 2 GB: addresses stay positive in i32.
const RESERVE_BYTES_MAX = 2 ** 31 - 2 ** 20;

let compiled: WebAssembly.Module | undefined;

// Beside the compiled JavaScript (dist/pipeline), or seen from the sources (pipeline).
const PLACES = ['../kernels/kernels.wasm', '../dist/kernels/kernels.wasm'];

function readModule(): Uint8Array<ArrayBuffer> {
  for (const place of PLACES) {
    try {
      return new Uint8Array(readFileSync(new URL(place, import.meta.url)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  const tried = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).join(' nor at ');
  throw new Error(`the kernels are not built: no kernels.wasm at ${tried}; run \`npm run build\``);
}

// Node has WebAssembly, but its types come with `lib: dom`, which would also admit window and document everywhere.
declare global {
  namespace WebAssembly {
    class Module {
      constructor(bytes: Uint8Array<ArrayBuffer>);
      static imports(module: Module): { module: string; name: string; kind: string }[];
      static exports(module: Module): { name: string; kind: string }[];
    }
    class Instance {
      constructor(module: Module);
      readonly exports: Record<string, unknown>;
    }
    interface Memory {
      readonly buffer: ArrayBuffer;
    }
  }
}
