/**
 * From blobs (and objects, where a detector supplies them) to sightings: one per person or vehicle as far as it can
 * be told. Pieces of one person are joined, a region that is several people is divided by how tall a person is there.
 */
import { boxArea, overlapOf, sharedArea } from '../box.ts';
import type { Frame } from '../model.ts';
import { CELL_PX } from '../site/site.ts';
import type { Grid } from './grid.ts';
import type { Ground } from './ground.ts';
import { objectsOf } from './objects.ts';

/** In plane pixels; y down. */
export interface Sighting {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly footX: number;
  readonly footY: number;
  areaPx: number;
  /** Plane pixels since the picture before. */
  readonly flowX: number;
  readonly flowY: number;
  readonly stillMs: number;
  /** Height of a standing person at the foot, plane pixels. */
  readonly size: number;
  /** People that the region stands for; more than 1 where it could not be divided. */
  people: number;
}

/** A region, or several that are above each other within one person's height; in plane pixels, y down. */
export interface Piece {
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
/** Height over width from which a region is upright. */
const UPRIGHT = 1.5;
/** Among more regions than these, what is upright is somebody before somebody else as often as one person. */
const FEW_MAX = 4;
/** Beyond this a region is a crowd and is not divided. */
const DIVIDE_MAX = 6;
/** An object and a region are the same thing when this share of the smaller box lies in the other. */
const EXPLAINS_MIN = 0.4;
/** From this overlap on both show the same outline, and their middle trembles less than either. */
const AGREES_MIN = 0.4;

/** `grid`: the cells of the frame, where it has any. */
export function sightings(frame: Frame, grid: Grid | undefined, ground: Ground): readonly Sighting[] {
  const view = new View(frame, grid, ground);
  const found: Sighting[] = [];
  const objects = objectsIn(frame);
  if (objects.length === 0) for (const piece of joinPieces(piecesOf(frame), view)) divide(piece, view, found);
  else fuse(objects, joinPieces(piecesOf(frame), view), view, found);
  return found;
}

/** A person or a vehicle that a detector saw, plane pixels. */
interface Seen {
  readonly vehicle: boolean;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

function objectsIn(frame: Frame): readonly Seen[] {
  if (frame.objects.length === 0) return [];
  const { planeWidth: width, planeHeight: height } = frame;
  return (['vehicle', 'person'] as const).flatMap((kind) =>
    objectsOf(frame, kind).map(({ box }) => ({
      vehicle: kind === 'vehicle',
      x0: box.x0 * width,
      y0: box.y0 * height,
      x1: box.x1 * width,
      y1: box.y1 * height,
    })),
  );
}

/**
 * Of what a region and the objects in it make, whichever is more people: a detector misses whom others hide, and a region
 * does not show how many stand behind each other. Objects where nothing moves are people who stand, and count.
 */
function fuse(objects: readonly Seen[], pieces: readonly Piece[], view: View, into: Sighting[]): void {
  const left = new Set(objects);
  for (const piece of pieces) {
    const over = objects.filter((object) => explains(object, piece));
    const first = into.length;
    divide(piece, view, into);
    const divided = into.splice(first);
    const vehicle = over.some((object) => object.vehicle);
    if (over.length < divided.length && !vehicle) {
      for (const object of over) left.delete(object);
      into.push(...divided);
      continue;
    }
    // The area says how many there are in all; who cannot be told apart stands where somebody is seen.
    const people = divided.reduce((sum, one) => sum + one.people, 0);
    const each = vehicle ? 1 : Math.max(1, people / over.length);
    const agrees = over.length === 1 && divided.length === 1 && overlapOf(over[0]!, piece) >= AGREES_MIN;
    for (const object of over) {
      if (!left.delete(object)) continue;
      const where = agrees ? between(object, piece) : object;
      into.push({ ...ofObject(where, over, piece, view), people: each });
    }
  }
  for (const object of left) into.push(ofObject(object, [], undefined, view));
}

/** Most of whichever is smaller lies in the other. */
function explains(object: Seen, piece: Piece): boolean {
  return sharedArea(object, piece) >= EXPLAINS_MIN * Math.min(boxArea(object), boxArea(piece));
}

function between(object: Seen, piece: Piece): Seen {
  return {
    vehicle: object.vehicle,
    x0: (object.x0 + piece.x0) / 2,
    y0: (object.y0 + piece.y0) / 2,
    x1: (object.x1 + piece.x1) / 2,
    y1: (object.y1 + piece.y1) / 2,
  };
}

/** It moves as what is seen there does, and is as large where it is by itself. */
function ofObject(object: Seen, over: readonly Seen[], piece: Piece | undefined, view: View): Sighting {
  const { x0, y0, x1, y1 } = object;
  const size = view.sizeAt(y1);
  const alone = piece !== undefined && over.length === 1;
  const { flowX, flowY, stillMs } = piece ?? { flowX: 0, flowY: 0, stillMs: 0 };
  const areaPx = alone ? piece.areaPx : view.fill * size * size;
  const moves = { areaPx, flowX, flowY, stillMs };
  return sighting(moves, x0, y0, x1, y1, (x0 + x1) / 2, size, 1);
}

/** What is seen, before it is divided into people. */
export function piecesIn(frame: Frame, ground: Ground): readonly Piece[] {
  return joinPieces(piecesOf(frame), new View(frame, undefined, ground));
}

/** The lowest first, then from left to right. */
function piecesOf({ blobs, planeWidth: width, planeHeight: height }: Frame): Piece[] {
  const pieces: Piece[] = [];
  for (const { box, foot, areaPx, flowX, flowY, stillMs } of blobs)
    pieces.push({
      x0: box.x0 * width,
      y0: box.y0 * height,
      x1: box.x1 * width,
      y1: box.y1 * height,
      footX: foot.x * width,
      areaPx,
      flowX,
      flowY,
      stillMs,
    });
  return pieces.sort((a, b) => b.y1 - a.y1 || a.x0 - b.x0);
}

/** The lowest piece is where a person stands; pieces above it within one person's height belong to it. */
function joinPieces(byFoot: readonly Piece[], view: View): readonly Piece[] {
  const joined: Piece[] = [];
  for (const piece of byFoot) {
    const base = joined.find((below) => belongTogether(below, piece, view));
    if (base === undefined) {
      joined.push(piece);
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

function belongTogether(below: Piece, above: Piece, view: View): boolean {
  const overlap = Math.min(below.x1, above.x1) - Math.max(below.x0, above.x0);
  const narrower = Math.min(below.x1 - below.x0, above.x1 - above.x0);
  if (overlap < 0.5 * narrower) return false;
  const size = view.sizeAt(below.y1);
  if (below.y0 - above.y1 > 0.3 * size) return false;
  return below.y1 - Math.min(below.y0, above.y0) <= 1.15 * size;
}

/**
 * Parts side by side, each with the rows that its own columns fill; and where a part is taller than a person, whoever
 * stands in front and whoever looks over their shoulder. A head tells where its feet would be.
 */
function divide(piece: Piece, view: View, into: Sighting[]): void {
  const { x0, y0, x1, y1 } = piece;
  const size = view.sizeAt(y1);
  if (piece.areaPx < PERSON_SHARE_MIN * view.fill * size * size) return;
  const people = view.peopleOf(piece);
  const width = x1 - x0;
  const parts = width < 0.5 * size ? 1 : Math.min(people, Math.max(1, Math.round(width / (0.38 * size))));
  const one = people === 1 || people > DIVIDE_MAX || (parts === 1 && y1 - y0 < TALL * size);
  if (one) {
    into.push(sighting(piece, x0, y0, x1, y1, piece.footX, size, people));
    return;
  }
  const first = into.length;
  for (let part = 0; part < parts; part++) {
    const left = x0 + (width * part) / parts;
    const right = x0 + (width * (part + 1)) / parts;
    const rows = parts === 1 ? piece : (view.rowsOf(left, right, y0, y1) ?? piece);
    standing(piece, left, rows.y0, right, rows.y1, view, into);
  }
  // The area says how many there are in all; who cannot be told apart stands where somebody is seen.
  const found = into.length - first;
  const each = Math.max(1, people / found);
  for (let i = first; i < into.length; i++) {
    into[i]!.areaPx = piece.areaPx / found;
    into[i]!.people = each;
  }
}

/** One column of people: the one in front, and the one behind when the column is taller than a person. */
function standing(
  piece: Piece,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  view: View,
  into: Sighting[],
): void {
  const size = view.sizeAt(y1);
  const footX = (x0 + x1) / 2;
  if (y1 - y0 < TALL * size) {
    into.push(sighting(piece, x0, y0, x1, y1, footX, size, 1));
    return;
  }
  into.push(sighting(piece, x0, y1 - size, x1, y1, footX, size, 1));
  const footY = Math.min(y1, view.footUnder(y0));
  into.push(sighting(piece, x0, y0, x1, footY, footX, view.sizeAt(footY), 1));
}

/** It stands at the lower end of its box, and moves as the piece does. */
function sighting(
  { areaPx, flowX, flowY, stillMs }: Pick<Piece, 'areaPx' | 'flowX' | 'flowY' | 'stillMs'>,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  footX: number,
  size: number,
  people: number,
): Sighting {
  return { x0, y0, x1, y1, footX, footY: y1, areaPx, flowX, flowY, stillMs, size, people };
}

/** A cell row counts as filled when this share of its cells' pixels is. */
const FILLED_MIN = 0.2;

class View {
  readonly fill: number;
  readonly #height: number;
  readonly #ground: Ground;
  readonly #grid: Grid | undefined;
  readonly #few: boolean;

  constructor({ planeHeight, blobs }: Frame, grid: Grid | undefined, ground: Ground) {
    this.#few = blobs.length <= FEW_MAX;
    this.fill = ground.fill;
    this.#height = planeHeight;
    this.#ground = ground;
    this.#grid = grid;
  }

  /** Height in plane pixels of a person whose foot is at this row. */
  sizeAt(footY: number): number {
    return this.#ground.height(footY / this.#height) * this.#height;
  }

  /**
   * How many people a region's area makes, at least one. Until people's height is known what is upright is one, however
   * tall, where few are in view: divided by a prior that is too small they would be two on each other's shoulders, and
   * never teach their height.
   */
  peopleOf({ areaPx, x0, x1, y0, y1 }: Piece): number {
    if (this.#few && !this.#ground.known && y1 - y0 > UPRIGHT * (x1 - x0)) return 1;
    return Math.max(1, Math.round(areaPx / (this.fill * this.sizeAt(y1) ** 2)));
  }

  /** Foot row of a person whose head is at this row. */
  footUnder(headY: number): number {
    // Height is linear in the foot's row, so a few steps from a good start are exact enough for a row of cells.
    let footY = headY + this.sizeAt(headY);
    for (let step = 0; step < 4; step++) footY = headY + this.sizeAt(footY);
    return footY;
  }

  /** First and last row that is filled between two columns, undefined when none is. */
  rowsOf(x0: number, x1: number, y0: number, y1: number): { y0: number; y1: number } | undefined {
    if (this.#grid === undefined) return undefined;
    const { columns, rows, bytes, occupancyAt } = this.#grid;
    const first = Math.floor(x0 / CELL_PX);
    const last = Math.min(columns - 1, Math.ceil(x1 / CELL_PX) - 1);
    const end = Math.min(rows, Math.ceil(y1 / CELL_PX));
    let top: number | undefined;
    let bottom = 0;
    for (let row = Math.floor(y0 / CELL_PX); row < end; row++) {
      let sum = 0;
      for (let column = first; column <= last; column++) sum += bytes[occupancyAt + row * columns + column]!;
      if (sum < FILLED_MIN * 255 * (last - first + 1)) continue;
      top ??= row;
      bottom = row + 1;
    }
    if (top === undefined) return undefined;
    return { y0: Math.max(y0, top * CELL_PX), y1: Math.min(y1, bottom * CELL_PX) };
  }
}
