/**
 * `observe`: from one picture of the analysis plane to one frame of metadata. Runs beside the decoder; what it
 * returns holds no pixel.
 *
 *   picture -> steady             (as if the camera did not tremble)
 *           -> pyramid -> flow            (what moved, per cell)
 *           -> background -> through      (what is not part of the empty view, in whatever light)
 *           -> clean
 *           -> label -> judge -> settle   (which regions are things)
 *           -> cells                      (how full each cell is)
 *           -> flames                     (which cells flicker like fire, from more pictures than are analysed)
 *           -> statics                    (what has been put down or taken away, several times a second)
 */
import type { Picture } from '../ingest/picture.ts';
import type { Blob, Cells, Frame, ViewState } from '../model.ts';
import { Flames } from './flames.ts';
import { Judge, type Region } from './regions.ts';
import { type LightState, Relit } from './relit.ts';
import { BLOBS_MAX, type Slab, takeSlab } from './slab.ts';
import { Statics } from './statics.ts';
import { Steady } from './steady.ts';
import { Unlearned } from './unlearned.ts';
import { ViewHealth } from './view.ts';
import { Windows } from './windows.ts';

export interface ObserverOptions {
  readonly site: string;
  readonly camera: string;
  readonly epoch: number;
  /** Plane pixels. */
  readonly width: number;
  readonly height: number;
  /** A vehicle's own camera: what moves behind its windows is nobody. */
  readonly aboard?: boolean;
  /** Whether to look for flames: pictures between analysed ones are then shown to `glance`. */
  readonly flames?: boolean;
}

/** The background is learned for this long after a start or a change of scene; until then nothing is known. */
const WARMING_MS = 2_800;
/** For so long the background is young: who stood there while it was learned is part of it (regions.ts). */
const YOUNG_MS = 60_000;
/** A thing that stops is told from the background for long; the background itself follows within about 8 s. */
const LEARNING_MS = 25_000;
/**
 * While much of the view is hidden, by a train or a crowd, the background waits: what looks like it there is a dull
 * flank or a coat as often as the floor. It goes on this long after the view is free again.
 */
const WAIT_MS = 8_000;
const WAITING_SHIFT = 14;
/** Share of the plane that one region, or all together, must fill for that. */
const REGION_SHARE = 0.06;
const REGIONS_SHARE = 0.14;
/** Other light on the place is learned half as fast as the place itself: what passes leaves little behind. */
const LIGHT_SHIFT = 1;
/** While warming, pictures are scarce and every one counts. */
const WARMING_SHIFT = 3;
/** An empty picture has no interval yet; 5 pictures a second are assumed until two have been seen. */
const INTERVAL_MS_FIRST = 200;

export class Observer {
  readonly #options: ObserverOptions;
  readonly #slab: Slab;
  readonly #judge: Judge;
  readonly #health: ViewHealth;
  readonly #statics: Statics;
  readonly #steady: Steady;
  readonly #relit = new Relit();
  readonly #unlearned = new Unlearned();
  readonly #windows: Windows | undefined;
  readonly #flames: Flames | undefined;
  /** Views of the slab; the kernels' memory never grows, so they stay valid. */
  readonly #luma: readonly [Uint8Array, Uint8Array];
  readonly #still: Uint16Array;
  /** As seen, and cleaned. */
  readonly #foreground: readonly Uint8Array[];
  readonly #gathered: Uint8Array;
  readonly #columns: number;
  readonly #rows: number;
  #latest: 0 | 1 = 0;
  #pictures = 0;
  #warmFromMs = 0;
  #previousMs = 0;
  #crowdedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ObserverOptions) {
    this.#options = options;
    const { width, height } = options;
    this.#slab = takeSlab(width, height);
    this.#judge = new Judge(this.#slab, width, height);
    this.#health = new ViewHealth();
    this.#statics = new Statics(this.#slab, width, height);
    this.#steady = new Steady(this.#slab, width, height);
    if (options.flames === true) this.#flames = new Flames(this.#slab, width, height);
    const { parts, scratch, kernels } = this.#slab;
    const { buffer } = kernels.memory;
    this.#columns = (width + 3) >> 2;
    this.#rows = (height + 3) >> 2;
    if (options.aboard === true) this.#windows = new Windows(this.#columns, this.#rows);
    this.#still = new Uint16Array(buffer, parts.still, this.#columns * this.#rows);
    const bitBytes = kernels.exports.bitsBytes(width, height);
    this.#foreground = [scratch.seen, scratch.bits].map((at) => new Uint8Array(buffer, at, bitBytes));
    this.#luma = [
      new Uint8Array(buffer, parts.luma[0], width * height),
      new Uint8Array(buffer, parts.luma[1], width * height),
    ];
    this.#gathered = new Uint8Array(buffer, scratch.gathered, 5 * this.#columns * this.#rows);
  }

  /** A picture between two analysed ones: only looked at for flicker. In order with those that are observed. */
  glance(picture: Picture): void {
    if (this.#flames === undefined) return;
    // The plane of the picture before the last one: the next that is observed takes its place.
    const plane = 1 - this.#latest;
    this.#steady.glance(this.#luma[plane]!, picture.luma);
    this.#flames.glance(picture, this.#slab.parts.luma[plane]!);
  }

  /** Pictures of one epoch in order. The planes are only read during the call. */
  observe(picture: Picture, receivedAtMs: number): Frame {
    const { width, height } = this.#options;
    const { exports } = this.#slab.kernels;
    const { parts, scratch } = this.#slab;
    const pixels = width * height;
    const first = this.#pictures === 0;
    const intervalMs = first ? 0 : Math.max(0, Math.round(picture.capturedAtMs - this.#previousMs));
    const stepMs = intervalMs === 0 ? INTERVAL_MS_FIRST : intervalMs;

    const before = this.#latest;
    const now = before === 0 ? 1 : 0;
    const luma = parts.luma[now]!;
    const previous = first ? luma : parts.luma[before]!;
    if (first) this.#luma[now]!.set(picture.luma);
    else this.#steady.hold(this.#luma[now]!, picture.luma);
    exports.pyramid(parts.pyramid[now]!, luma, width, height);
    if (first) this.#restart(picture.capturedAtMs, luma);
    else
      exports.flow(
        parts.flowX,
        parts.flowY,
        parts.flowQ,
        parts.pyramid[before]!,
        parts.pyramid[now]!,
        scratch.flow,
        width,
        height,
      );

    const warming = picture.capturedAtMs - this.#warmFromMs < WARMING_MS;
    const otherLight = !warming && exports.light(scratch.lit, parts.background, luma, width, height) > 0;
    const waiting = picture.capturedAtMs - this.#crowdedAtMs < WAIT_MS;
    const shift = warming ? WARMING_SHIFT : waiting ? WAITING_SHIFT : learningShift(stepMs);
    const lit = otherLight ? scratch.lit : parts.background;
    exports.background(scratch.seen, parts.background, luma, lit, width, height, shift, warming ? 1 : 0);
    if (!warming)
      exports.through(
        scratch.seen,
        parts.background,
        luma,
        lit,
        scratch.through,
        width,
        height,
        learningShift(stepMs) + LIGHT_SHIFT,
      );
    exports.clean(scratch.bits, scratch.seen, width, height);
    for (const bits of this.#foreground) this.#windows?.clear(bits, width, height);
    const count = exports.label(scratch.runs, scratch.bits, width, height, BLOBS_MAX);
    exports.blobTable(scratch.table, scratch.runs, count, scratch.bits, luma, lit, width, height);
    exports.spread(scratch.spread, scratch.runs, count, BLOBS_MAX);
    const young = picture.capturedAtMs - this.#warmFromMs < YOUNG_MS;
    const regions = this.#judge.judge(count, stepMs, picture.capturedAtMs, luma, lit, young);
    if (regions.length < count)
      exports.settle(scratch.runs, scratch.fate, scratch.bits, parts.background, luma, width);
    exports.cells(parts.occupancy, parts.still, scratch.bits, luma, previous, width, height);
    this.#windows?.learn(this.#still, stepMs, picture.capturedAtMs);
    exports.regionFlows(scratch.table, count, parts.occupancy, parts.flowX, parts.flowY, this.#columns);

    if (!warming) this.#statics.step(picture.capturedAtMs, luma, lit);
    if (isCrowded(regions, pixels)) this.#crowdedAtMs = picture.capturedAtMs;
    this.#flames?.glance(picture, luma);
    const burning = this.#flames?.judge() ?? 0;
    const cells = this.#cells(burning);
    const foregroundShare = shareOf(regions, pixels);
    const health = this.#health.judge({
      luma: this.#luma[now]!,
      previous: this.#luma[first ? now : before]!,
      width,
      height,
      foregroundShare,
      atMs: picture.capturedAtMs,
      first,
      warming,
    });
    const light = warming ? 'calm' : this.#lightOf(picture, now, this.#judge.areaOf(count) / pixels);
    const relit = light === 'settled' && this.#health.relit(this.#luma[now]!);
    const seen = { view: health.view, foregroundShare: warming ? 0 : foregroundShare };
    const useless = this.#unlearned.judge(seen, picture.capturedAtMs);
    if (health.isOther || relit || this.#steady.turned || useless) this.#restart(picture.capturedAtMs, luma);
    this.#latest = now;
    this.#pictures++;
    this.#previousMs = picture.capturedAtMs;
    const isLearned = !warming && light === 'calm';
    const view: ViewState = health.view === 'ok' && !isLearned ? 'warming' : health.view;
    const usable = view === 'ok' || view === 'warming';
    return {
      site: this.#options.site,
      camera: this.#options.camera,
      epoch: this.#options.epoch,
      number: picture.number,
      capturedAtMs: picture.capturedAtMs,
      receivedAtMs,
      intervalMs,
      planeWidth: width,
      planeHeight: height,
      view,
      ...(usable ? { cells } : {}),
      blobs: usable && light === 'calm' ? regions.map((region) => this.#blob(region)) : [],
      objects: picture.objects ?? [],
      statics: usable ? this.#statics.regions : [],
    };
  }

  /** Gives the camera's memory back. The observer must not be used afterwards. */
  close(): void {
    this.#slab.release();
  }

  #restart(atMs: number, luma: number): void {
    const { width, height } = this.#options;
    this.#slab.kernels.exports.backgroundReset(this.#slab.parts.background, luma, width * height);
    this.#statics.restart();
    this.#relit.restart();
    this.#steady.restart();
    this.#warmFromMs = atMs;
  }

  #lightOf({ u, v, capturedAtMs: atMs }: Picture, now: 0 | 1, differs: number): LightState {
    const { width, height } = this.#options;
    const [luma, previous] = [this.#luma[now]!, this.#luma[1 - now]!];
    return this.#relit.judge({ luma, previous, u, v, width, height, differs, atMs });
  }

  #cells(burning: number): Cells {
    const { parts, scratch, kernels } = this.#slab;
    const columns = this.#columns;
    const rows = this.#rows;
    const cells = columns * rows;
    const count = kernels.exports.gatherCells(
      scratch.gathered,
      parts.occupancy,
      parts.flowX,
      parts.flowY,
      burning > 0 ? scratch.flame : scratch.unlit,
      cells,
    );
    const all = this.#gathered;
    const bitmap = (cells + 7) >> 3;
    return {
      columns,
      rows,
      bitmap: all.slice(0, bitmap),
      occupancy: all.slice(bitmap, bitmap + count),
      flowX: all.slice(bitmap + count, bitmap + 2 * count),
      flowY: all.slice(bitmap + 2 * count, bitmap + 3 * count),
      ...(burning > 0 ? { flame: all.slice(bitmap + 3 * count, bitmap + 4 * count) } : {}),
    };
  }

  #blob(region: Region): Blob {
    const { width, height } = this.#options;
    const flow = this.#judge.flowOf(region);
    return {
      box: {
        x0: region.x0 / width,
        y0: region.y0 / height,
        x1: (region.x1 + 1) / width,
        y1: (region.y1 + 1) / height,
      },
      foot: { x: (region.footX + 0.5) / width, y: (region.y1 + 1) / height },
      areaPx: region.areaPx,
      flowX: flow.x,
      flowY: flow.y,
      stillMs: Math.round(region.stillMs),
      spread: this.#judge.spreadOf(region),
    };
  }
}

/** 2^-shift a picture, so that the background follows within LEARNING_MS whatever the rate. */
function learningShift(stepMs: number): number {
  return Math.min(9, Math.max(3, Math.round(Math.log2(LEARNING_MS / stepMs))));
}

function isCrowded(regions: readonly Region[], pixels: number): boolean {
  return (
    regions.some((region) => region.areaPx > REGION_SHARE * pixels) ||
    shareOf(regions, pixels) > REGIONS_SHARE
  );
}

function shareOf(regions: readonly Region[], pixels: number): number {
  return regions.reduce((sum, region) => sum + region.areaPx, 0) / pixels;
}
