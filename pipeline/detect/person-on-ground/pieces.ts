/**
 * What of a frame may be part of somebody: blobs, and the boxes in which a detector sees people. Plane pixels, y down.
 */
import { boxArea, sharedArea } from '../../box.ts';
import type { Box, Frame } from '../../model.ts';

export interface Piece extends Box {
  readonly areaPx: number;
  readonly stillMs: number;
  /** Standard deviations of its pixels. */
  readonly sx: number;
  readonly sy: number;
}

/** Less certain objects are not looked at. */
const CONFIDENCE_MIN = 0.4;
/** Somebody fills this share of their box. */
const PERSON_FILL = 0.5;
/** Nearer than this share of the longer side of the larger one, pieces touch. */
const REACH = 0.15;
/** Share of the narrower one's width that parts above each other have in common, and of the area that a limb has at most. */
const STACKED_MIN = 0.3;
const LIMB_MAX = 0.3;

/** The largest first. Where a detector says that somebody is, their box stands for what moves in it. */
export function piecesOf({ blobs, objects, planeWidth, planeHeight }: Frame): readonly Piece[] {
  const people = objects
    .filter((object) => object.class === 'person' && object.confidence >= CONFIDENCE_MIN)
    .map(({ box }): Piece => {
      const at = inPixels(box, planeWidth, planeHeight);
      return { ...at, areaPx: PERSON_FILL * boxArea(at), stillMs: 0, ...evenly(at) };
    });
  const moving = blobs
    .map(({ box, areaPx, stillMs, spread }): Piece => {
      const { x0, y0, x1, y1 } = inPixels(box, planeWidth, planeHeight);
      const even = evenly({ x0, y0, x1, y1 });
      return { x0, y0, x1, y1, areaPx, stillMs, sx: spread?.x ?? even.sx, sy: spread?.y ?? even.sy };
    })
    .filter((piece) => !people.some((person) => sharedArea(piece, person) > 0.5 * boxArea(piece)));
  return [...people, ...moving].sort((a, b) => b.areaPx - a.areaPx || a.y0 - b.y0 || a.x0 - b.x0);
}

function inPixels({ x0, y0, x1, y1 }: Box, width: number, height: number): Box {
  return { x0: x0 * width, y0: y0 * height, x1: x1 * width, y1: y1 * height };
}

/** Deviations of a box that is filled evenly. */
function evenly({ x0, y0, x1, y1 }: Box): { sx: number; sy: number } {
  return { sx: (x1 - x0) / Math.sqrt(12), sy: (y1 - y0) / Math.sqrt(12) };
}

/** Pieces that touch, one by way of another. */
export function groupsOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const groups: Piece[][] = [];
  for (const piece of pieces) {
    const touching = groups.filter((group) => group.some((other) => touch(piece, other)));
    const [first, ...rest] = touching;
    if (first === undefined) groups.push([piece]);
    else {
      first.push(piece, ...rest.flat());
      for (const group of rest) groups.splice(groups.indexOf(group), 1);
    }
  }
  return groups;
}

/** Parts of somebody are above each other, or one is small; side by side are two people. */
function touch(a: Piece, b: Piece): boolean {
  const reach = REACH * Math.max(longerOf(a), longerOf(b));
  if (sharedArea(grown(a, reach), b) === 0) return false;
  const across = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
  const stacked = across >= STACKED_MIN * Math.min(a.x1 - a.x0, b.x1 - b.x0);
  return stacked || Math.min(a.areaPx, b.areaPx) <= LIMB_MAX * Math.max(a.areaPx, b.areaPx);
}

/** What lies within `reach` of it. */
export function grown({ x0, y0, x1, y1 }: Box, reach: number): Box {
  return { x0: x0 - reach, y0: y0 - reach, x1: x1 + reach, y1: y1 + reach };
}

/** What may be found of it in the next picture: at 5 a second people's pictures overlap, and nearly so in a fall. */
export function reachOf(of: Box): Box {
  return grown(of, Math.max(2, REACH * longerOf(of)));
}

export function outlineOf(pieces: readonly Box[]): Box {
  return {
    x0: Math.min(...pieces.map((piece) => piece.x0)),
    y0: Math.min(...pieces.map((piece) => piece.y0)),
    x1: Math.max(...pieces.map((piece) => piece.x1)),
    y1: Math.max(...pieces.map((piece) => piece.y1)),
  };
}

export function areaOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.areaPx, 0);
}

export function longerOf({ x0, y0, x1, y1 }: Box): number {
  return Math.max(x1 - x0, y1 - y0);
}
