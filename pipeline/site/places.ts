/**
 * Zones and lines of one camera. Refused is what no frame could ever satisfy: a zone that holds no cell, a line
 * that no foot point can cross.
 */
import type { Point } from '../model.ts';
import { PLACES_MAX, POINTS_MAX } from './defaults.ts';
import { MapReader } from './document.ts';
import { crossingEdges, repeatedPoint, signedArea } from './geometry.ts';
import { type Analysis, boundsOf, CELL_PX, type Line, PLANE_PIXELS_DEFAULT, type Zone } from './site.ts';
import { Ids, readPoint, readPositive } from './values.ts';

export interface Places {
  readonly zones: readonly Zone[];
  readonly lines: readonly Line[];
}

export function readPlaces(camera: MapReader, analysis: Analysis): Places {
  // One family: a candidate names its place by id alone.
  const ids = new Ids('zone or line');
  const plane = nominalPlane(analysis);
  const zones = camera.list('zones', 'zones', PLACES_MAX).flatMap(({ node, at }) => {
    const reader = MapReader.open(node, at, ['id', 'polygon', 'area_m2'], camera.faults);
    return reader === undefined ? [] : readZone(reader, ids, plane);
  });
  const lines = camera.list('lines', 'lines', PLACES_MAX).flatMap(({ node, at }) => {
    const reader = MapReader.open(node, at, ['id', 'points'], camera.faults);
    return reader === undefined ? [] : readLine(reader, ids, plane);
  });
  return { zones, lines };
}

interface Plane {
  readonly width: number;
  readonly height: number;
}

/** The plane as far as the file tells it; the source's aspect ratio is not known here, so a square stands in. */
function nominalPlane({ width, height }: Analysis): Plane {
  const side = Math.sqrt(PLANE_PIXELS_DEFAULT);
  return { width: width ?? height ?? side, height: height ?? width ?? side };
}

function readZone(reader: MapReader, ids: Ids, plane: Plane): Zone[] {
  const id = ids.read(reader);
  const areaM2 = readPositive(reader, 'area_m2', 'an area in m2');
  const polygon = readPoints(reader, 'polygon', 3);
  if (polygon === undefined || !soundPolygon(reader, polygon, plane) || id === undefined) return [];
  return [{ id, polygon, ...(areaM2 === undefined ? {} : { areaM2 }) }];
}

function soundPolygon(reader: MapReader, polygon: readonly Point[], plane: Plane): boolean {
  const repeated = repeatedPoint(polygon, true);
  if (repeated !== undefined) {
    const hint = repeated === 0 ? 'the polygon closes itself: leave out the last point' : 'leave it out';
    reader.fault('repeated_point', 'polygon', `point ${repeated} equals the point before it`, hint);
    return false;
  }
  const area = Math.abs(signedArea(polygon));
  const crossing = crossingEdges(polygon);
  if (area < 1e-9 && collinear(polygon)) {
    reader.fault(
      'zone_no_area',
      'polygon',
      `covers ${area} of the view, expected more than 0: its points lie on one line`,
    );
    return false;
  }
  if (crossing !== undefined) {
    const [a, b] = crossing.map((edge) => `${edge}-${(edge + 1) % polygon.length}`);
    const hint = 'give the points in order around the zone';
    reader.fault(
      'polygon_self_intersecting',
      'polygon',
      `edge ${a} meets edge ${b}, expected none to meet`,
      hint,
    );
    return false;
  }
  const bounds = boundsOf(polygon);
  const [wide, high] = [(bounds.x1 - bounds.x0) * plane.width, (bounds.y1 - bounds.y0) * plane.height];
  const pixels = area * plane.width * plane.height;
  if (pixels >= CELL_PX * CELL_PX && wide >= CELL_PX && high >= CELL_PX) return true;
  reader.fault(
    'zone_smaller_than_cell',
    'polygon',
    `covers ${pixels.toFixed(1)} pixels of the analysis plane, ${wide.toFixed(1)} wide and ${high.toFixed(1)} high; expected at least one cell of ${CELL_PX}x${CELL_PX}`,
    'nothing could ever be seen in it: make it larger, or the plane',
  );
  return false;
}

function collinear(points: readonly Point[]): boolean {
  const [a, b] = [points[0]!, points[1]!];
  return points.every((c) => Math.abs((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)) < 1e-9);
}

function readLine(reader: MapReader, ids: Ids, plane: Plane): Line[] {
  const id = ids.read(reader);
  const points = readPoints(reader, 'points', 2);
  if (points === undefined || !soundLine(reader, points, plane) || id === undefined) return [];
  return [{ id, points }];
}

function soundLine(reader: MapReader, points: readonly Point[], plane: Plane): boolean {
  const repeated = repeatedPoint(points, false);
  if (repeated !== undefined) {
    const code = points.length === 2 ? 'line_no_length' : 'repeated_point';
    reader.fault(code, 'points', `point ${repeated} equals the point before it, expected a length above 0`);
    return false;
  }
  const scaled = points.map(({ x, y }) => ({ x: x * plane.width, y: y * plane.height }));
  const length = scaled.reduce(
    (sum, point, index) =>
      index === 0 ? 0 : sum + Math.hypot(point.x - scaled[index - 1]!.x, point.y - scaled[index - 1]!.y),
    0,
  );
  if (length < CELL_PX) {
    reader.fault(
      'line_too_short',
      'points',
      `is ${length.toFixed(1)} pixels of the analysis plane long, expected at least ${CELL_PX}`,
    );
    return false;
  }
  const border = borderOf(scaled, plane);
  if (border === undefined) return true;
  reader.fault(
    'line_never_crossed',
    'points',
    `lies along the ${border} border of the view, closer than one cell (${CELL_PX} pixels of the plane): no foot point has room beyond it, so nobody can be seen to cross`,
    'draw it where feet are seen on both sides',
  );
  return false;
}

/** The border that all points hug, if any. */
function borderOf(points: readonly Point[], { width, height }: Plane): string | undefined {
  if (points.every(({ x }) => x < CELL_PX)) return 'left';
  if (points.every(({ x }) => x > width - CELL_PX)) return 'right';
  if (points.every(({ y }) => y < CELL_PX)) return 'upper';
  if (points.every(({ y }) => y > height - CELL_PX)) return 'lower';
  return undefined;
}

/** All points, or undefined when one is wrong or there are too few. */
function readPoints(reader: MapReader, key: string, least: number): Point[] | undefined {
  const node = reader.node(key);
  const what = `a list of at least ${least} points [x, y] in 0..1`;
  if (node === undefined) {
    reader.missing(key, what);
    return undefined;
  }
  const items = reader.list(key, 'points', POINTS_MAX);
  const points = items.map(({ node: item, at }) => readPoint(item, at, reader.faults));
  if (node.kind !== 'list' || node.items.length > POINTS_MAX) return undefined;
  if (points.length < least) {
    reader.fault(
      key === 'polygon' ? 'zone_too_few_points' : 'line_too_few_points',
      key,
      `has ${points.length} points, expected at least ${least}`,
    );
    return undefined;
  }
  const known = points.filter((point) => point !== undefined);
  return known.length === points.length ? known : undefined;
}
