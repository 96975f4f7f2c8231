/** What is wrong with a polygon or a polyline on the view, as geometry; no words, no paths. */
import type { Point } from '../model.ts';

/** Share of the view that a simple polygon covers, signed: positive when clockwise on the screen (y down). */
export function signedArea(polygon: readonly Point[]): number {
  let twice = 0;
  for (let i = 0; i < polygon.length; i++) {
    const a = polygon[i]!;
    const b = polygon[(i + 1) % polygon.length]!;
    twice += a.x * b.y - b.x * a.y;
  }
  return twice / 2;
}

/** Indices of the first two edges (i from point i to i + 1) that meet where they should not. */
export function crossingEdges(polygon: readonly Point[]): readonly [number, number] | undefined {
  const count = polygon.length;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const [a, b] = [polygon[i]!, polygon[(i + 1) % count]!];
      const [c, d] = [polygon[j]!, polygon[(j + 1) % count]!];
      const neighbours = j === i + 1 || (i === 0 && j === count - 1);
      // Neighbours share a point; they must not lie on each other beyond it.
      if (neighbours ? foldsBack(j === i + 1 ? [a, b, d] : [c, a, b]) : meet(a, b, c, d)) return [i, j];
    }
  }
  return undefined;
}

/** Index of the first point that equals the one before it. */
export function repeatedPoint(points: readonly Point[], closed: boolean): number | undefined {
  for (let i = closed ? 0 : 1; i < points.length; i++) {
    const a = points[(i + points.length - 1) % points.length]!;
    const b = points[i]!;
    if (a.x === b.x && a.y === b.y) return i;
  }
  return undefined;
}

/** Twice the signed area of a triangle: which side of a-b is c on. */
function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

function foldsBack([a, b, c]: readonly [Point, Point, Point]): boolean {
  return turn(a, b, c) === 0 && (a.x - b.x) * (c.x - b.x) + (a.y - b.y) * (c.y - b.y) > 0;
}

function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)].map(Math.sign);
  if (abc! * abd! < 0 && cda! * cdb! < 0) return true;
  return (
    (abc === 0 && between(a, b, c)) ||
    (abd === 0 && between(a, b, d)) ||
    (cda === 0 && between(c, d, a)) ||
    (cdb === 0 && between(c, d, b))
  );
}

/** For a point on the straight line through a and b: does it lie between them. */
function between(a: Point, b: Point, point: Point): boolean {
  return (
    Math.min(a.x, b.x) <= point.x &&
    point.x <= Math.max(a.x, b.x) &&
    Math.min(a.y, b.y) <= point.y &&
    point.y <= Math.max(a.y, b.y)
  );
}
