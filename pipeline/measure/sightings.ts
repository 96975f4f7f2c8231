/**
 * From blobs (and objects, where a detector supplies them) to sightings: one per person or vehicle as far as it can
 * be told. Pieces of one person are joined, a region that is several people is divided by how tall a person is there.
 */
import type { Frame } from '../model.ts';
import type { Ground } from './ground.ts';

/** In plane pixels; y down. */
export interface Sighting {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly footX: number;
  readonly footY: number;
  readonly areaPx: number;
  /** Plane pixels since the picture before. */
  readonly flowX: number;
  readonly flowY: number;
  readonly stillMs: number;
  /** Height of a standing person at the foot, plane pixels. */
  readonly size: number;
  /** People that the region stands for; more than 1 where it could not be divided. */
  readonly people: number;
  /** Whether the region was divided, so that its box is a share and not an outline. */
  readonly divided: boolean;
}

interface Piece {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  footX: number;
  areaPx: number;
  flowX: number;
  flowY: number;
  stillMs: number;
}

/** Regions with less than this share of one person's area are noise. */
const PERSON_SHARE_MIN = 0.22;
/** Beyond this a region is a crowd and is not divided. */
const DIVIDE_MAX = 6;

export function sightings(frame: Frame, ground: Ground): readonly Sighting[] {
  const { planeWidth: width, planeHeight: height } = frame;
  const sizeAt = (footY: number) => ground.height(footY / height) * height;
  const pieces: Piece[] = frame.blobs.map((blob) => ({
    x0: blob.box.x0 * width,
    y0: blob.box.y0 * height,
    x1: blob.box.x1 * width,
    y1: blob.box.y1 * height,
    footX: blob.foot.x * width,
    areaPx: blob.areaPx,
    flowX: blob.flowX,
    flowY: blob.flowY,
    stillMs: blob.stillMs,
  }));
  return joinPieces(pieces, sizeAt).flatMap((piece) => divide(piece, sizeAt(piece.y1), ground.fill));
}

/** The lowest piece is where a person stands; pieces above it within one person's height belong to it. */
function joinPieces(pieces: Piece[], sizeAt: (footY: number) => number): Piece[] {
  const byFoot = [...pieces].sort((a, b) => b.y1 - a.y1 || a.x0 - b.x0);
  const joined: Piece[] = [];
  for (const piece of byFoot) {
    const base = joined.find((below) => belongTogether(below, piece, sizeAt(below.y1)));
    if (base === undefined) {
      joined.push({ ...piece });
      continue;
    }
    const area = base.areaPx + piece.areaPx;
    base.flowX = (base.flowX * base.areaPx + piece.flowX * piece.areaPx) / area;
    base.flowY = (base.flowY * base.areaPx + piece.flowY * piece.areaPx) / area;
    base.stillMs = Math.min(base.stillMs, piece.stillMs);
    base.areaPx = area;
    base.x0 = Math.min(base.x0, piece.x0);
    base.x1 = Math.max(base.x1, piece.x1);
    base.y0 = Math.min(base.y0, piece.y0);
  }
  return joined;
}

function belongTogether(below: Piece, above: Piece, size: number): boolean {
  const overlap = Math.min(below.x1, above.x1) - Math.max(below.x0, above.x0);
  const narrower = Math.min(below.x1 - below.x0, above.x1 - above.x0);
  if (overlap < 0.5 * narrower) return false;
  if (below.y0 - above.y1 > 0.3 * size) return false;
  return below.y1 - Math.min(below.y0, above.y0) <= 1.15 * size;
}

/** Equal parts side by side, or one behind the other where the region is taller than a person. */
function divide(piece: Piece, size: number, fill: number): Sighting[] {
  const one = fill * size * size;
  const share = piece.areaPx / one;
  if (share < PERSON_SHARE_MIN) return [];
  const people = Math.max(1, Math.round(share));
  const width = piece.x1 - piece.x0;
  const whole = {
    ...piece,
    footY: piece.y1,
    size,
    people,
    divided: false,
  };
  if (people === 1 || people > DIVIDE_MAX || width < 0.5 * size) return [whole];
  const parts = Math.min(people, Math.max(1, Math.round(width / (0.38 * size))));
  if (parts === 1) return [whole];
  return Array.from({ length: parts }, (_, part) => {
    const x0 = piece.x0 + (width * part) / parts;
    const x1 = piece.x0 + (width * (part + 1)) / parts;
    return {
      ...whole,
      x0,
      x1,
      footX: (x0 + x1) / 2,
      areaPx: piece.areaPx / parts,
      people: people / parts,
      divided: true,
    };
  });
}
