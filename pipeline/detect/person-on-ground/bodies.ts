/**
 * Whole people (and whatever else moves as one) within one camera, followed by overlap alone: what a rule about posture
 * looks at. Tracks of `measure` are cut to the height that people have there, which is what somebody who falls loses; a
 * body is never divided, and is measured against its own past.
 *
 *   pieces -> by body -> groups -> the one that goes on as the body
 *                              \-> the others part from it, and begin
 *
 * Lengths are plane pixels, y down. Plain data throughout; bounded in number.
 */
import { boxArea, sharedArea } from '../../box.ts';
import type { Box, Frame } from '../../model.ts';
import { once } from '../once.ts';
import { areaOf, groupsOf, longerOf, outlineOf, type Piece, piecesOf, reachOf } from './pieces.ts';

export interface Body extends Box {
  readonly id: number;
  readonly bornAtMs: number;
  readonly seenAtMs: number;
  readonly areaPx: number;
  /** Rows between which it lies, without what sticks out thinly: two standard deviations from the middle at most. */
  readonly head: number;
  readonly floor: number;
  /** Columns, likewise. */
  readonly wide: number;
  /** Of its largest piece. */
  readonly stillMs: number;
  /** Middle of the box in which it began. */
  readonly bornX: number;
  readonly bornY: number;
  /** When it was last one region with another body: how tall it is then says nothing. */
  readonly mixedAtMs: number;
  /** The body from which it parted when it began. */
  readonly partedFrom: number | undefined;
}

/** Who is not seen for this long has left. */
const FORGET_MS = 2_000;
export const BODIES_MAX = 32;
/** Smaller regions are nobody's, plane pixels. */
const AREA_MIN_PX = 12;
/** Share of the smaller of piece and body that must overlap. */
const OVERLAP_MIN = 0.3;
/** Pieces smaller than this share of the largest are specks and shadows, which would stretch and join what they touch. */
const SPECK = 0.05;
/** What is still for this long while the rest moves is no part of it: the hole that somebody left. */
const LEFT_BEHIND_MS = 800;
/** What parts from a body goes on as it only with so much of its area; that much more, and posture does not matter. */
const PART_MIN = 0.25;
/** A part is smaller than this share of the whole, and no farther below or above it than these shares of its height. */
const JOINED_AREA_MAX = 0.6;
const JOINED_BELOW_MAX = 0.4;
const JOINED_ABOVE_MAX = 0.15;
/** Parts of somebody who lies are beside each other: so much of the lower one's rows, no farther apart than this share of both. */
const SAME_ROWS_MIN = 0.6;
const GAP_MAX = 0.1;
/** What moves goes on by itself when it is this share of all. */
const ALIVE_MIN = 0.4;
/** Two who were known apart are mixed when one piece covers this share of both. */
const MIXED_MIN = 0.3;
const KNOWN_MS = 800;
/** A shadow or a limb that has just come into sight is not the one with whom it becomes one region. */
const YOUNG = 0.5;
/** Known is who has moved by this share of their height since they were first seen; others may be holes. */
const MOVED_MIN = 0.3;
/** As near to where the body began, heights, lies the hole that it left there, and it has moved by so much. */
const BORN_NEAR = 0.35;
const LEFT_MIN = 0.2;
/** Smaller than this share of another, it is nobody for whom the other could be taken. */
const RIVAL_AREA_MIN = 0.25;
/** Height over width of somebody upright, arms and stride included. */
export const UPRIGHT = 1.35;
/** Standard deviations from the middle to the rim: 1.7 for a bar, 2 for an ellipse. */
const DEVIATIONS = 2;

/** Pieces of one moment that belong together: those of a body that is known, or what begins. */
interface Group {
  readonly body: Body | undefined;
  readonly pieces: readonly Piece[];
  readonly from: number | undefined;
}

type Origin = Pick<Body, 'id' | 'bornAtMs' | 'bornX' | 'bornY' | 'mixedAtMs' | 'partedFrom'>;

interface Known {
  readonly bodies: readonly Body[];
  readonly nextId: number;
}

const NOBODY: Known = { bodies: [], nextId: 1 };

export class Bodies {
  #known = NOBODY;

  save(): Known {
    return this.#known;
  }

  restore(known: Known): void {
    this.#known = known;
  }

  /** Oldest first. Those with `seenAtMs` of now are in this frame. */
  step(frame: Frame): readonly Body[] {
    this.#known = followedIn(this.#known, frame);
    return this.#known.bodies;
  }
}

const followedIn = once((known: Known, frame: Frame): Known => {
  const now = frame.capturedAtMs;
  const pieces = piecesOf(frame);
  const mixed = mixedIn(pieces, known.bodies, now);
  const groups = groupsBy(pieces, known.bodies, now);
  const wholes = joined(groups);
  const seen = new Map(wholes.map((group) => [group.body?.id, group] as const));
  const hidden = new Set(groups.map((group) => group.body?.id));
  const followed = known.bodies.flatMap((body) => {
    const group = seen.get(body.id);
    if (group !== undefined) return [measured(body, group.pieces, mixed.has(body.id), now)];
    // Who was joined to another is part of them; who is not seen may come back.
    if (hidden.has(body.id) || now - body.seenAtMs > FORGET_MS) return [];
    return [mixed.has(body.id) ? { ...body, mixedAtMs: now } : body];
  });
  const begun = wholes
    .filter((group) => group.body === undefined && areaOf(group.pieces) >= AREA_MIN_PX)
    .slice(0, Math.max(0, BODIES_MAX - followed.length))
    .map(({ pieces: own, from }, i) => measured(begin(known.nextId + i, own, from, now), own, false, now));
  return { bodies: [...followed, ...begun], nextId: known.nextId + begun.length };
});

function begin(id: number, pieces: readonly Piece[], partedFrom: number | undefined, now: number): Origin {
  const [bornX, bornY] = middleOf(outlineOf(pieces));
  return { id, bornAtMs: now, bornX, bornY, mixedAtMs: Number.NEGATIVE_INFINITY, partedFrom };
}

export function middleOf({ x0, y0, x1, y1 }: Box): readonly [x: number, y: number] {
  return [(x0 + x1) / 2, (y0 + y1) / 2];
}

/** Bodies of people who were known apart and are one piece now. */
function mixedIn(pieces: readonly Piece[], bodies: readonly Body[], now: number): ReadonlySet<number> {
  const mixed = new Set<number>();
  const known = bodies.filter((body) => isKnown(body, now));
  for (const piece of pieces) {
    const covered = known.filter(
      (body) => sharedArea(piece, body) >= MIXED_MIN * Math.min(boxArea(piece), boxArea(body)),
    );
    const largest = Math.max(...covered.map((body) => body.areaPx));
    const rivals = covered.filter((body) => body.areaPx >= RIVAL_AREA_MIN * largest);
    if (rivals.length > 1) for (const { id } of rivals) mixed.add(id);
  }
  return mixed;
}

function isKnown(body: Body, now: number): boolean {
  if (body.seenAtMs - body.bornAtMs < KNOWN_MS || now - body.seenAtMs > KNOWN_MS) return false;
  return movedOf(body) >= MOVED_MIN;
}

/** How far from where it began, shares of its longer side. */
function movedOf(body: Body): number {
  const [x, y] = middleOf(body);
  return Math.hypot(x - body.bornX, y - body.bornY) / longerOf(body);
}

function groupsBy(pieces: readonly Piece[], bodies: readonly Body[], now: number): readonly Group[] {
  const shares = bodies.map((): Piece[] => []);
  const free: Piece[] = [];
  for (const piece of pieces) {
    const owner = ownerOf(piece, bodies, now);
    (owner === undefined ? free : shares[owner]!).push(piece);
  }
  const followed = bodies.flatMap((body, i): Group[] => {
    const [own, others] = goingOn(body, shares[i]!);
    const parted = groupsOf(others).map((group) => ({ body: undefined, pieces: group, from: body.id }));
    return own.length === 0 ? parted : [{ body, pieces: own, from: undefined }, ...parted];
  });
  const begun = groupsOf(free).map((group) => ({ body: undefined, pieces: group, from: undefined }));
  return [...followed, ...begun];
}

/** Index of the body that a piece belongs to: the one that it is most like, and of two the one seen last. */
function ownerOf(piece: Piece, bodies: readonly Body[], now: number): number | undefined {
  let owner: number | undefined;
  let most = 0;
  for (const [i, body] of bodies.entries()) {
    const reach = reachOf(body);
    const overlap = sharedArea(piece, reach);
    if (overlap < OVERLAP_MIN * Math.min(boxArea(piece), boxArea(reach))) continue;
    const like = overlap / (boxArea(piece) + boxArea(reach) - overlap);
    const known = now - body.bornAtMs >= KNOWN_MS ? 1 : YOUNG;
    const weight = (known * like) / (1 + (now - body.seenAtMs) / 1_000);
    if (weight <= most) continue;
    owner = i;
    most = weight;
  }
  return owner;
}

/** The pieces that go on as the body, and those that part from it. */
function goingOn(body: Body, pieces: readonly Piece[]): readonly [readonly Piece[], readonly Piece[]] {
  if (pieces.length < 2) return [pieces, []];
  const parts = pieces.filter((piece) => piece.areaPx >= SPECK * pieces[0]!.areaPx);
  const moving = parts.filter((piece) => piece.stillMs < LEFT_BEHIND_MS);
  const leaves = body.stillMs < LEFT_BEHIND_MS && areaOf(moving) >= ALIVE_MIN * areaOf(parts);
  const all = groupsOf(leaves ? moving : parts);
  const away = all.filter((group) => !isHole(group, body));
  const groups = areaOf(away.flat()) >= PART_MIN * areaOf(parts) ? away : all;
  const own = groups.reduce((best, group) => (isRather(group, best) ? group : best));
  const kept = new Set(own);
  return [own, parts.filter((piece) => !kept.has(piece))];
}

/** Upright where a body began that has moved since: the hole in the background that they left. */
function isHole(group: readonly Piece[], body: Body): boolean {
  if (body.seenAtMs - body.bornAtMs < KNOWN_MS || movedOf(body) < LEFT_MIN) return false;
  const outline = outlineOf(group);
  const [x, y] = middleOf(outline);
  const near = Math.hypot(x - body.bornX, y - body.bornY) < BORN_NEAR * (outline.y1 - outline.y0);
  return near && isUpright(outline);
}

/** Somebody upright who parts from what is low was the one all along: the rest is luggage, a dog, a shadow. */
function isRather(group: readonly Piece[], than: readonly Piece[]): boolean {
  const [area, other] = [areaOf(group), areaOf(than)];
  if (area < PART_MIN * other) return false;
  const upright = isUpright(outlineOf(group));
  if (upright !== isUpright(outlineOf(than)) && PART_MIN * area < other) return upright;
  return area > other;
}

function isUpright({ x0, y0, x1, y1 }: Box): boolean {
  return y1 - y0 > UPRIGHT * (x1 - x0);
}

/** Legs that look like the floor part from their trunk: what is smaller joins what stands above or below it. */
function joined(groups: readonly Group[]): readonly Group[] {
  const wholes: Group[] = [];
  for (const group of groups.toSorted((a, b) => areaOf(b.pieces) - areaOf(a.pieces))) {
    const i = wholes.findIndex(
      (whole) => (belongs(group.pieces, whole.pieces) && !leftIt(group, whole)) || liesWith(group, whole),
    );
    if (i < 0) wholes.push(group);
    else wholes[i] = together(wholes[i]!, group);
  }
  return wholes;
}

/** Two low parts of what was one: somebody who lies, before a floor that part of them looks like. */
function liesWith(part: Group, whole: Group): boolean {
  const id = whole.body?.id;
  if (id === undefined || (part.from !== id && part.body?.partedFrom !== id)) return false;
  const [a, b] = [outlineOf(part.pieces), outlineOf(whole.pieces)];
  const rows = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  const gap = Math.max(a.x0, b.x0) - Math.min(a.x1, b.x1);
  const wide = Math.max(a.x1, b.x1) - Math.min(a.x0, b.x0);
  const tall = Math.max(a.y1, b.y1) - Math.min(a.y0, b.y0);
  return (
    rows >= SAME_ROWS_MIN * Math.min(a.y1 - a.y0, b.y1 - b.y0) &&
    gap <= GAP_MAX * wide &&
    wide >= UPRIGHT * tall &&
    isLeft(part.pieces) === isLeft(whole.pieces)
  );
}

/** One of them is the hole that the other, who is low beside it, left where they stood. */
function leftIt(part: Group, whole: Group): boolean {
  const isBeside = (who: Group, hole: Group) => {
    const { x0, y0, x1, y1 } = outlineOf(who.pieces);
    const enough = areaOf(who.pieces) >= PART_MIN * areaOf(hole.pieces);
    return who.body !== undefined && enough && x1 - x0 > y1 - y0 && isHole(hole.pieces, who.body);
  };
  return isBeside(part, whole) || isBeside(whole, part);
}

/** As the larger one, or as the one that is known. */
function together(larger: Group, part: Group): Group {
  const { body, from } = larger.body === undefined ? part : larger;
  return { body, from, pieces: [...larger.pieces, ...part.pieces] };
}

function belongs(part: readonly Piece[], whole: readonly Piece[]): boolean {
  const share = areaOf(part) / areaOf(whole);
  if (share > JOINED_AREA_MAX || share < SPECK || isLeft(part) !== isLeft(whole)) return false;
  const [a, b] = [outlineOf(part), outlineOf(whole)];
  const across = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
  if (across < 0.5 * Math.min(a.x1 - a.x0, b.x1 - b.x0)) return false;
  const tall = b.y1 - b.y0;
  return a.y0 - b.y1 <= JOINED_BELOW_MAX * tall && b.y0 - a.y1 <= JOINED_ABOVE_MAX * tall;
}

function isLeft(pieces: readonly Piece[]): boolean {
  return pieces.every((piece) => piece.stillMs >= LEFT_BEHIND_MS);
}

function measured(
  { id, bornAtMs, bornX, bornY, mixedAtMs, partedFrom }: Origin,
  pieces: readonly Piece[],
  mixed: boolean,
  now: number,
): Body {
  const box = outlineOf(pieces);
  const { x, y, sx, sy } = momentsOf(pieces);
  const largest = pieces.reduce((most, piece) => (piece.areaPx > most.areaPx ? piece : most));
  return {
    id,
    bornAtMs,
    seenAtMs: now,
    ...box,
    areaPx: areaOf(pieces),
    head: Math.max(box.y0, y - DEVIATIONS * sy),
    floor: Math.min(box.y1, y + DEVIATIONS * sy),
    wide: Math.min(box.x1, x + DEVIATIONS * sx) - Math.max(box.x0, x - DEVIATIONS * sx),
    stillMs: largest.stillMs,
    bornX,
    bornY,
    mixedAtMs: mixed ? now : mixedAtMs,
    partedFrom,
  };
}

/** Of all pieces together; the middle of a piece's box stands for that of its pixels. */
function momentsOf(pieces: readonly Piece[]): { x: number; y: number; sx: number; sy: number } {
  const area = areaOf(pieces);
  const mean = (of: (piece: Piece) => number) =>
    pieces.reduce((sum, piece) => sum + piece.areaPx * of(piece), 0) / area;
  const x = mean((piece) => middleOf(piece)[0]);
  const y = mean((piece) => middleOf(piece)[1]);
  return {
    x,
    y,
    sx: Math.sqrt(mean((piece) => piece.sx ** 2 + (middleOf(piece)[0] - x) ** 2)),
    sy: Math.sqrt(mean((piece) => piece.sy ** 2 + (middleOf(piece)[1] - y) ** 2)),
  };
}
