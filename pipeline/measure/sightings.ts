/**
 * From blobs (and objects, where a detector supplies them) to sightings: one per person or vehicle as far as it can
 * be told. Pieces of one person are joined, a region that is several people is divided by how tall a person is there.
 */
import type { Cells, Frame } from '../model.ts';
import { CELL_PX } from '../site/site.ts';
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
/** A region taller than this many people's heights is somebody in front and somebody behind. */
const TALL = 1.3;
/** Beyond this a region is a crowd and is not divided. */
const DIVIDE_MAX = 6;

export function sightings(frame: Frame, ground: Ground): readonly Sighting[] {
  const { planeWidth: width, planeHeight: height } = frame;
  const view = viewOf(frame, ground);
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
  return joinPieces(pieces, view.sizeAt).flatMap((piece) => divide(piece, view));
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

/**
 * Parts side by side, each with the rows that its own columns fill; and where a part is taller than a person, whoever
 * stands in front and whoever looks over their shoulder. A head tells where its feet would be.
 */
function divide(piece: Piece, view: View): Sighting[] {
  const size = view.sizeAt(piece.y1);
  const one = view.fill * size * size;
  const share = piece.areaPx / one;
  if (share < PERSON_SHARE_MIN) return [];
  const people = Math.max(1, Math.round(share));
  const width = piece.x1 - piece.x0;
  const height = piece.y1 - piece.y0;
  const whole: Sighting = { ...piece, footY: piece.y1, size, people, divided: false };
  if (people === 1 || people > DIVIDE_MAX) return [whole];
  const parts = width < 0.5 * size ? 1 : Math.min(people, Math.max(1, Math.round(width / (0.38 * size))));
  if (parts === 1 && height < TALL * size) return [whole];
  const found: Sighting[] = [];
  for (let part = 0; part < parts; part++) {
    const x0 = piece.x0 + (width * part) / parts;
    const x1 = piece.x0 + (width * (part + 1)) / parts;
    const rows = parts === 1 ? piece : (view.rowsOf(x0, x1, piece.y0, piece.y1) ?? piece);
    found.push(...standing({ ...piece, ...rows, x0, x1, footX: (x0 + x1) / 2 }, view));
  }
  // The area says how many there are in all; who cannot be told apart stands where somebody is seen.
  const each = Math.max(1, people / found.length);
  return found.map((sighting) => ({ ...sighting, areaPx: piece.areaPx / found.length, people: each }));
}

/** One column of people: the one in front, and the one behind when the column is taller than a person. */
function standing(column: Piece, view: View): Sighting[] {
  const size = view.sizeAt(column.y1);
  const front: Sighting = { ...column, footY: column.y1, size, people: 1, divided: true };
  if (column.y1 - column.y0 < TALL * size) return [front];
  const footY = Math.min(column.y1, view.footUnder(column.y0));
  const behind: Sighting = { ...front, y1: footY, footY, size: view.sizeAt(footY) };
  return [{ ...front, y0: column.y1 - size }, behind];
}

interface View {
  readonly fill: number;
  /** Height in plane pixels of a person whose foot is at this row. */
  sizeAt(footY: number): number;
  /** Foot row of a person whose head is at this row. */
  footUnder(headY: number): number;
  /** First and last row that is filled between two columns, undefined when none is. */
  rowsOf(x0: number, x1: number, y0: number, y1: number): { y0: number; y1: number } | undefined;
}

/** A cell row counts as filled when this share of its cells' pixels is. */
const FILLED_MIN = 0.2;

function viewOf(frame: Frame, ground: Ground): View {
  const { planeHeight: height, cells } = frame;
  const sizeAt = (footY: number) => ground.height(footY / height) * height;
  const occupancy = cells === undefined ? undefined : denseOccupancy(cells);
  return {
    fill: ground.fill,
    sizeAt,
    footUnder: (headY) => {
      // Height is linear in the foot's row, so two steps from a good start are exact enough for a row of cells.
      let footY = headY + sizeAt(headY);
      for (let step = 0; step < 4; step++) footY = headY + sizeAt(footY);
      return footY;
    },
    rowsOf: (x0, x1, y0, y1) => {
      if (cells === undefined || occupancy === undefined) return undefined;
      const first = Math.floor(x0 / CELL_PX);
      const last = Math.min(cells.columns - 1, Math.ceil(x1 / CELL_PX) - 1);
      let top: number | undefined;
      let bottom = 0;
      for (let row = Math.floor(y0 / CELL_PX); row < Math.min(cells.rows, Math.ceil(y1 / CELL_PX)); row++) {
        let sum = 0;
        for (let column = first; column <= last; column++) sum += occupancy[row * cells.columns + column]!;
        if (sum < FILLED_MIN * 255 * (last - first + 1)) continue;
        top ??= row;
        bottom = row + 1;
      }
      if (top === undefined) return undefined;
      return { y0: Math.max(y0, top * CELL_PX), y1: Math.min(y1, bottom * CELL_PX) };
    },
  };
}

function denseOccupancy(cells: Cells): Uint8Array {
  const dense = new Uint8Array(cells.columns * cells.rows);
  let next = 0;
  for (let cell = 0; cell < dense.length; cell++)
    if ((cells.bitmap[cell >> 3]! >> (cell & 7)) & 1) dense[cell] = cells.occupancy[next++]!;
  return dense;
}
