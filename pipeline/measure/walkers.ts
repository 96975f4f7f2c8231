/**
 * Which regions of a picture show one whole person who walks by themselves: those teach how tall people are here.
 *
 * Nothing that is learned takes part, so that heights learned wrongly cannot keep themselves up: each region is judged
 * by its own shape, by its speed in its own heights, and by what is beside it. What is taken for one person falsely is
 * mostly less than one (legs under a train's edge, a head over somebody's shoulder, a reflection, an edge that
 * trembles), stands still or trembles, touches its neighbours, and is small.
 */
import { shareWithin } from '../box.ts';
import type { Blob, Frame } from '../model.ts';

/** In shares of the view; y down. */
export interface Walker {
  readonly footY: number;
  readonly height: number;
  /** Area over height squared, both in plane pixels. */
  readonly fill: number;
  /** How much it is to be believed, 0..1: what is seen larger is a piece of something less often. */
  readonly weight: number;
  /** It stands, and has not changed for seconds: it has been seen already, and may be a thing or a place that was left. */
  readonly settled: boolean;
}

/** Height over width of who walks: arms and legs apart from the side, a coat from the front. */
const SLIM_MIN = 1.7;
const SLIM_MAX = 3.4;
/** Plane pixels; less has no shape. */
const HEIGHT_PX_MIN = 6;
/** From this height on it is fully believed, plane pixels. Below, the share of its area in a region of this height. */
const HEIGHT_PX_FULL = 16;
/** Share of its box that a body fills. */
const FILLED_MIN = 0.45;
/**
 * Own heights per second. People walk at 0.5 to 1.5 m/s, 0.3 to 0.9 of their heights, of which flow shows a half to all.
 * Reflections and edges tremble below, pieces of somebody pass above: a speed in their own small heights is large.
 */
const SPEED_MIN = 0.15;
const SPEED_MAX = 1;
/**
 * Who stands without moving at all is seen in one way again and again, and may be a thing: believed so much, where large.
 * In between are groups that sway, of which the one in front looks half as tall again.
 */
const STANDS_SPEED_MAX = 0.02;
const STANDS = 0.25;
/** A region is one of those when so much of its area is in static regions, so much of each of which lies in its box. */
const SETTLED_MIN = 0.5;
const WITHIN_MIN = 0.5;
/** Own heights to what is nearest: nearer, it may be a part of it, or hidden by it. */
const APART_MIN = 0.1;
/** What is wider than upright and covers so many times as much is a train, a crowd, a light: its pieces are beside it. */
const LARGE = 6;
const UPRIGHT = 1.5;

export function walkers(frame: Frame): readonly Walker[] {
  if (frame.view !== 'ok' || frame.intervalMs <= 0) return NOBODY;
  let found: Walker[] | undefined;
  for (const blob of frame.blobs) {
    const { box, areaPx } = blob;
    const heightPx = (box.y1 - box.y0) * frame.planeHeight;
    if (!isSlim(blob, frame)) continue;
    const believed = pace(blob, frame, heightPx);
    if (believed === 0 || !isApart(blob, frame)) continue;
    found ??= [];
    found.push({
      footY: box.y1,
      height: box.y1 - box.y0,
      fill: areaPx / heightPx ** 2,
      weight: believed * Math.min(1, (heightPx / HEIGHT_PX_FULL) ** 2),
      settled: believed === STANDS && isSettled(blob, frame),
    });
  }
  return found ?? NOBODY;
}

const NOBODY: readonly Walker[] = [];

/** Slim and whole. */
function isSlim({ box, areaPx }: Blob, { planeWidth, planeHeight }: Frame): boolean {
  const widthPx = (box.x1 - box.x0) * planeWidth;
  const heightPx = (box.y1 - box.y0) * planeHeight;
  if (heightPx < HEIGHT_PX_MIN || heightPx < SLIM_MIN * widthPx || heightPx > SLIM_MAX * widthPx)
    return false;
  const whole = box.x0 > 0 && box.y0 > 0 && box.x1 < 1 && box.y1 < 1;
  return whole && areaPx >= FILLED_MIN * widthPx * heightPx;
}

/** How much it is to be believed for how it goes or stands, 0..1. */
function pace({ flowX, flowY }: Blob, { intervalMs }: Frame, heightPx: number): number {
  const speed = (Math.hypot(flowX, flowY) * 1000) / intervalMs / heightPx;
  if (speed <= STANDS_SPEED_MAX && heightPx >= HEIGHT_PX_FULL) return STANDS;
  return speed >= SPEED_MIN && speed <= SPEED_MAX ? 1 : 0;
}

function isSettled({ box, areaPx }: Blob, { statics }: Frame): boolean {
  const within = statics.filter((region) => shareWithin(region.box, box) >= WITHIN_MIN);
  return within.reduce((sum, region) => sum + region.areaPx, 0) > SETTLED_MIN * areaPx;
}

function isApart(blob: Blob, { blobs, planeWidth, planeHeight }: Frame): boolean {
  const { box, areaPx } = blob;
  const clearPx = APART_MIN * (box.y1 - box.y0) * planeHeight;
  for (const other of blobs) {
    if (other === blob) continue;
    const beside = other.box;
    const acrossPx = Math.max(beside.x0 - box.x1, box.x0 - beside.x1) * planeWidth;
    const alongPx = Math.max(beside.y0 - box.y1, box.y0 - beside.y1) * planeHeight;
    if (acrossPx < clearPx && alongPx < clearPx) return false;
    const widthPx = (beside.x1 - beside.x0) * planeWidth;
    const heightPx = (beside.y1 - beside.y0) * planeHeight;
    if (other.areaPx > LARGE * areaPx && heightPx < UPRIGHT * widthPx) return false;
  }
  return true;
}
