/**
 * Zones and lines written to be read: big integers and fractions, no trick. Points are [x, y], y down.
 */
export type P = readonly [number, number];

export function sideOfLine(a: P, b: P, p: P): number {
  const cross = crossOf(a, b, p);
  return cross < 0n ? 1 : cross > 0n ? -1 : 0;
}

export function insidePolygon(p: P, polygon: readonly P[]): number {
  return insideScaled([BigInt(p[0]), BigInt(p[1])], polygon, 1n, 1n) ? 1 : 0;
}

/** On an edge, or an odd number of edges to the right of it. */
function insideScaled(p: readonly [bigint, bigint], polygon: readonly P[], sx: bigint, sy: bigint): boolean {
  const points = polygon.map(([x, y]) => [BigInt(x) * sx, BigInt(y) * sy] as const);
  const edges = points.map((b, i) => [points.at(i - 1) as readonly [bigint, bigint], b] as const);
  const onEdge = edges.some(([a, b]) => {
    const collinear = (b[0] - a[0]) * (p[1] - a[1]) === (b[1] - a[1]) * (p[0] - a[0]);
    return collinear && isBetween(p[0], a[0], b[0]) && isBetween(p[1], a[1], b[1]);
  });
  if (onEdge) return true;
  const toTheRight = edges.filter(([a, b]) => {
    const [upper, lower] = a[1] < b[1] ? [a, b] : [b, a];
    if (!(upper[1] <= p[1] && p[1] < lower[1])) return false;
    // x of the edge at p's height is numerator / height; it lies right of p when numerator > p.x * height.
    const height = lower[1] - upper[1];
    const numerator = upper[0] * height + (p[1] - upper[1]) * (lower[0] - upper[0]);
    return numerator > p[0] * height;
  });
  return toTheRight.length % 2 === 1;
}

export class CrossingTwin {
  #armed = false;
  #net = 0;

  step(p: P, q: P, line: readonly P[], hysteresis: number): number {
    if (this.#armed) this.#net += passages(p, q, line);
    if (!isClear(q, line, hysteresis)) return 0;
    const passed = Math.sign(this.#net);
    this.#armed = true;
    this.#net = 0;
    return passed;
  }
}

export function maskPolygon(polygon: readonly P[], planeW: number, planeH: number): Uint8Array {
  const columns = Math.ceil(planeW / 4);
  const rows = Math.ceil(planeH / 4);
  const out = new Uint8Array(columns * rows);
  for (let cell = 0; cell < out.length; cell++) {
    let on = 0;
    let within = 0;
    for (let sample = 0; sample < 64; sample++) {
      const x = (cell % columns) * 4 + 0.25 + (sample % 8) / 2;
      const y = Math.floor(cell / columns) * 4 + 0.25 + Math.floor(sample / 8) / 2;
      if (x >= planeW || y >= planeH) continue;
      on += 1;
      const p = [BigInt(x * 4) * 65535n, BigInt(y * 4) * 65535n] as const;
      if (insideScaled(p, polygon, BigInt(planeW * 4), BigInt(planeH * 4))) within += 1;
    }
    out[cell] = Math.floor((within * 255 + Math.floor(on / 2)) / on);
  }
  return out;
}

/** A point on a line counts as left of it, for feet and vertices alike. */
function passages(p: P, q: P, line: readonly P[]): number {
  let net = 0;
  for (let i = 0; i + 1 < line.length; i++) {
    const [a, b] = [line[i] as P, line[i + 1] as P];
    const from = sideOfLine(a, b, p) >= 0 ? 'left' : 'right';
    const to = sideOfLine(a, b, q) >= 0 ? 'left' : 'right';
    const endsApart = sideOfLine(p, q, a) >= 0 !== sideOfLine(p, q, b) >= 0;
    if (from !== to && endsApart) net += to === 'right' ? 1 : -1;
  }
  return net;
}

/** Squared distances as fractions: to the nearer end, or across when the foot of the perpendicular is on the edge. */
function isClear(q: P, line: readonly P[], hysteresis: number): boolean {
  const limit = BigInt(hysteresis) ** 2n;
  return line.slice(1).every((b, i) => {
    const a = line[i] as P;
    const length2 = squared(a, b);
    const along = BigInt(b[0] - a[0]) * BigInt(q[0] - a[0]) + BigInt(b[1] - a[1]) * BigInt(q[1] - a[1]);
    if (along <= 0n) return squared(a, q) > limit;
    if (along >= length2) return squared(b, q) > limit;
    return crossOf(a, b, q) ** 2n > limit * length2;
  });
}

function crossOf(a: P, b: P, p: P): bigint {
  return BigInt(b[0] - a[0]) * BigInt(p[1] - a[1]) - BigInt(b[1] - a[1]) * BigInt(p[0] - a[0]);
}

function squared(a: P, b: P): bigint {
  return BigInt(b[0] - a[0]) ** 2n + BigInt(b[1] - a[1]) ** 2n;
}

function isBetween(p: bigint, a: bigint, b: bigint): boolean {
  return a < b ? a <= p && p <= b : b <= p && p <= a;
}
