/**
 * Zones and lines on exact integers: a foot point has a side, and needs no epsilon.
 *
 * Coordinates are i32 in 0..65535 with y down; a list of points is n pairs x, y. Differences then fit 17 bits and a
 * cross product fits i64 with room to spare. Sides do not care about the scale of the axes, distances do: the host
 * gives `crossing` coordinates whose two axes have the same unit.
 *
 *            left (+1)                 With y down, the left of a -> b is above a line that
 *     a ---------------> b             runs to the right: cross(b - a, p - a) < 0.
 *            right (-1)
 */

/** Side of p as seen from a looking at b: 1 left, -1 right, 0 on the line through both. */
export function sideOfLine(ax: i32, ay: i32, bx: i32, by: i32, px: i32, py: i32): i32 {
  const cross = crossOf(ax, ay, bx, by, px, py);
  return i32(cross < 0) - i32(cross > 0);
}

/**
 * 1 when p lies in the polygon or on its boundary, else 0; even-odd where it crosses itself. The boundary belongs to
 * the polygon because a foot at the lower edge of the view stands exactly on the edge of every zone that ends there.
 */
export function insidePolygon(px: i32, py: i32, points: usize, n: i32): i32 {
  return inside(px, py, points, n, 1, 1);
}

/**
 * One step of one track against one polyline of n points. `state` is 8 bytes, zero for a new track:
 *
 *   i32 armed   1 once the foot was clear of the line, that is farther from it than `hysteresis`
 *   i32 net     passages left to right minus passages right to left since it was clear
 *
 * The foot goes p -> q; on the first step p = q. Returns 1 when q is clear again and the foot has passed from left to
 * right, -1 from right to left, 0 otherwise. A foot that trembles on the line passes back and forth and nets nothing;
 * one that walks around an end has not passed. `hysteresis` is 0..65535.
 */
export function crossing(
  state: usize,
  px: i32,
  py: i32,
  qx: i32,
  qy: i32,
  points: usize,
  n: i32,
  hysteresis: i32,
): i32 {
  const armed = load<i32>(state) != 0;
  const net = armed ? load<i32>(state, 4) + passages(px, py, qx, qy, points, n) : 0;
  if (!isClear(qx, qy, points, n, hysteresis)) {
    store<i32>(state, net, 4);
    return 0;
  }
  store<i32>(state, 1);
  store<i32>(state, 0, 4);
  return i32(net > 0) - i32(net < 0);
}

/**
 * Share of each 4x4-pixel cell of a planeW x planeH plane that a polygon covers, one u8 per cell, 0..255, row-major:
 * 8x8 sample points per cell, half a pixel apart, each tested exactly. Of a partial cell only the part on the plane
 * counts. For set-up, not for every frame.
 */
export function maskPolygon(
  out: usize,
  columns: i32,
  rows: i32,
  points: usize,
  n: i32,
  planeW: i32,
  planeH: i32,
): void {
  // In units of 1/4 pixel a sample lies at an odd number. Both sides are brought to the common denominator
  // 65535 * 4 * size, below 2^28, so products stay below 2^57.
  const sx = i64(planeW) * 4;
  const sy = i64(planeH) * 4;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x0 = i64(column * 16 + 1) * 65535;
      const y0 = i64(row * 16 + 1) * 65535;
      if (!touches(x0, y0, x0 + 14 * 65535, y0 + 14 * 65535, points, n, sx, sy)) {
        store<u8>(out + row * columns + column, 255 * inside(x0, y0, points, n, sx, sy));
        continue;
      }
      let on = 0;
      let within = 0;
      for (let j = 0; j < 8; j++) {
        const y = row * 16 + j * 2 + 1;
        if (y > planeH * 4) break;
        for (let i = 0; i < 8; i++) {
          const x = column * 16 + i * 2 + 1;
          if (x > planeW * 4) break;
          on++;
          within += inside(i64(x) * 65535, i64(y) * 65535, points, n, sx, sy);
        }
      }
      store<u8>(out + row * columns + column, on == 0 ? 0 : (within * 255 + on / 2) / on);
    }
  }
}

/** Polygon points are multiplied by sx, sy before they are compared with p. */
function inside(px: i64, py: i64, points: usize, n: i32, sx: i64, sy: i64): i32 {
  let odd = 0;
  const last = points + (usize(n - 1) << 3);
  let ax = i64(load<i32>(last)) * sx;
  let ay = i64(load<i32>(last, 4)) * sy;
  for (let i = 0; i < n; i++) {
    const at = points + (usize(i) << 3);
    const bx = i64(load<i32>(at)) * sx;
    const by = i64(load<i32>(at, 4)) * sy;
    const cross = (bx - ax) * (py - ay) - (by - ay) * (px - ax);
    if (cross == 0 && between(px, ax, bx) && between(py, ay, by)) return 1;
    // A ray to the right meets the edge when its ends lie on both sides of the ray (half open, so that a vertex
    // counts once) and p is left of the edge in the picture.
    if (ay > py != by > py && cross > 0 == by > ay) odd ^= 1;
    ax = bx;
    ay = by;
  }
  return odd;
}

/**
 * Whether an edge of the polygon may meet the box: false only when all of every edge lies beyond one of the box's
 * sides, or the box on one side of the edge's line. Then every point of the box is inside, or none.
 */
function touches(x0: i64, y0: i64, x1: i64, y1: i64, points: usize, n: i32, sx: i64, sy: i64): bool {
  const last = points + (usize(n - 1) << 3);
  let ax = i64(load<i32>(last)) * sx;
  let ay = i64(load<i32>(last, 4)) * sy;
  for (let i = 0; i < n; i++) {
    const at = points + (usize(i) << 3);
    const bx = i64(load<i32>(at)) * sx;
    const by = i64(load<i32>(at, 4)) * sy;
    const beyond = max(ax, bx) < x0 || min(ax, bx) > x1 || max(ay, by) < y0 || min(ay, by) > y1;
    if (!beyond && !isAside(x0, y0, x1, y1, ax, ay, bx, by)) return true;
    ax = bx;
    ay = by;
  }
  return false;
}

/** All four corners of the box are on one side of the line through a and b. */
function isAside(x0: i64, y0: i64, x1: i64, y1: i64, ax: i64, ay: i64, bx: i64, by: i64): bool {
  const dx = bx - ax;
  const dy = by - ay;
  const c = dx * (y0 - ay) - dy * (x0 - ax);
  const alongX = dy * (x0 - x1);
  const alongY = dx * (y1 - y0);
  const least = c + min<i64>(0, alongX) + min<i64>(0, alongY);
  const most = c + max<i64>(0, alongX) + max<i64>(0, alongY);
  return least > 0 || most < 0;
}

function between(p: i64, a: i64, b: i64): bool {
  return a < b ? a <= p && p <= b : b <= p && p <= a;
}

/**
 * Passages of p -> q through the polyline, left to right counted up and right to left down. A point on a line counts
 * as left of it, for feet and for vertices alike, so that stepping onto a line and off it again adds up.
 */
function passages(px: i32, py: i32, qx: i32, qy: i32, points: usize, n: i32): i32 {
  let net = 0;
  for (let i = 0; i < n - 1; i++) {
    const at = points + (usize(i) << 3);
    const ax = load<i32>(at);
    const ay = load<i32>(at, 4);
    const bx = load<i32>(at, 8);
    const by = load<i32>(at, 12);
    const pRight = crossOf(ax, ay, bx, by, px, py) > 0;
    const qRight = crossOf(ax, ay, bx, by, qx, qy) > 0;
    if (pRight == qRight) continue;
    const aRight = crossOf(px, py, qx, qy, ax, ay) > 0;
    const bRight = crossOf(px, py, qx, qy, bx, by) > 0;
    if (aRight != bRight) net += qRight ? 1 : -1;
  }
  return net;
}

/** Whether (x, y) is farther than `h` from every edge of the polyline. */
function isClear(x: i32, y: i32, points: usize, n: i32, h: i32): bool {
  const h2 = i64(h) * h;
  for (let i = 0; i < n - 1; i++) {
    const at = points + (usize(i) << 3);
    const ax = load<i32>(at);
    const ay = load<i32>(at, 4);
    const dx = i64(load<i32>(at, 8) - ax);
    const dy = i64(load<i32>(at, 12) - ay);
    const ex = i64(x - ax);
    const ey = i64(y - ay);
    const length2 = dx * dx + dy * dy;
    const along = dx * ex + dy * ey;
    if (along <= 0) {
      if (ex * ex + ey * ey <= h2) return false;
    } else if (along >= length2) {
      if ((ex - dx) * (ex - dx) + (ey - dy) * (ey - dy) <= h2) return false;
    } else if (!exceeds(abs(dx * ey - dy * ex), i64(h), length2)) {
      return false;
    }
  }
  return true;
}

/**
 * cross / sqrt(length2) > h, exactly. Both squares would need 67 bits, so cross is divided first:
 * with cross = q h + r, cross^2 > h^2 length2  <=>  2 q h r + r^2 > h^2 (length2 - q^2), where every term fits.
 */
function exceeds(cross: i64, h: i64, length2: i64): bool {
  if (h == 0) return cross > 0;
  const q = cross / h;
  if (q >= 1 << 17) return true;
  const q2 = q * q;
  if (q2 > length2) return true;
  if (q2 + 2 * q + 1 <= length2) return false;
  const r = cross - q * h;
  return 2 * q * h * r + r * r > h * h * (length2 - q2);
}

function crossOf(ax: i32, ay: i32, bx: i32, by: i32, px: i32, py: i32): i64 {
  return i64(bx - ax) * i64(py - ay) - i64(by - ay) * i64(px - ax);
}
