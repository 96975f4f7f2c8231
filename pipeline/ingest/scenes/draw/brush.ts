/**
 * What sprites are drawn with: a canvas of luma, half-size chroma and depth, and four strokes. Strokes respect
 * depth: what stands behind a pillar is hidden by it.
 */

export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly chromaWidth: number;
  readonly chromaHeight: number;
  readonly luma: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  /** Depth of what is drawn at each pixel, metres; read by strokes, written by trains. */
  depth: Float32Array;
}

/** A colour: luma 0..255, chroma around 128. */
export interface Tone {
  readonly luma: number;
  readonly u: number;
  readonly v: number;
}

/**
 * A limb: a line from a to b, thickness from ra to rb, edges softened over one pixel. `round` brightens one side
 * and darkens the other so that a limb looks like a cylinder.
 */
export function limb(
  canvas: Canvas,
  ax: number,
  ay: number,
  ra: number,
  bx: number,
  by: number,
  rb: number,
  luma: number,
  u: number,
  v: number,
  near: number,
  round: number,
): void {
  const { width, height, luma: pixels, depth } = canvas;
  const reach = Math.max(ra, rb) + 0.5;
  const x0 = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
  const x1 = Math.min(width - 1, Math.floor(Math.max(ax, bx) + reach));
  const y0 = Math.max(0, Math.floor(Math.min(ay, by) - reach));
  const y1 = Math.min(height - 1, Math.floor(Math.max(ay, by) + reach));
  if (x0 > x1 || y0 > y1) return;
  const ex = bx - ax;
  const ey = by - ay;
  const inverse = 1 / (ex * ex + ey * ey + 1e-6);
  for (let y = y0; y <= y1; y++) {
    const dy = y + 0.5 - ay;
    for (let x = x0; x <= x1; x++) {
      const i = y * width + x;
      if (depth[i]! < near) continue;
      const dx = x + 0.5 - ax;
      let s = (dx * ex + dy * ey) * inverse;
      s = s < 0 ? 0 : Math.min(s, 1);
      const qx = dx - s * ex;
      const qy = dy - s * ey;
      const radius = ra + (rb - ra) * s;
      const outer = radius + 0.5;
      const far = qx * qx + qy * qy;
      if (far >= outer * outer) continue;
      let cover = outer - Math.sqrt(far);
      // A limb thinner than a pixel covers only a part of it.
      const most = radius < 0.5 ? 2 * radius : 1;
      if (cover > most) cover = most;
      const here = pixels[i]!;
      let tone = luma * (1 + (round * qx) / outer);
      if (tone > 255) tone = 255;
      pixels[i] = here + (tone - here) * cover;
    }
  }
  // Grey limbs over grey ground need no colour: trousers, hair and shadows are most of a person's strokes.
  if (u !== 128 || v !== 128) tint(canvas, ax, ay, ra, bx, by, rb, u, v, near);
}

function tint(
  canvas: Canvas,
  ax: number,
  ay: number,
  ra: number,
  bx: number,
  by: number,
  rb: number,
  u: number,
  v: number,
  near: number,
): void {
  const { chromaWidth, chromaHeight, depth, width } = canvas;
  const reach = Math.max(ra, rb);
  const x0 = Math.max(0, Math.floor((Math.min(ax, bx) - reach) / 2));
  const x1 = Math.min(chromaWidth - 1, Math.floor((Math.max(ax, bx) + reach) / 2));
  const y0 = Math.max(0, Math.floor((Math.min(ay, by) - reach) / 2));
  const y1 = Math.min(chromaHeight - 1, Math.floor((Math.max(ay, by) + reach) / 2));
  const ex = bx - ax;
  const ey = by - ay;
  const inverse = 1 / (ex * ex + ey * ey + 1e-6);
  for (let y = y0; y <= y1; y++) {
    const dy = 2 * y + 1 - ay;
    for (let x = x0; x <= x1; x++) {
      if (depth[2 * y * width + 2 * x]! < near) continue;
      const dx = 2 * x + 1 - ax;
      let s = (dx * ex + dy * ey) * inverse;
      s = s < 0 ? 0 : Math.min(s, 1);
      const qx = dx - s * ex;
      const qy = dy - s * ey;
      const outer = ra + (rb - ra) * s + 0.5;
      const far = qx * qx + qy * qy;
      if (far >= outer * outer) continue;
      const cover = Math.min(1, (outer - Math.sqrt(far)) * 0.8);
      const i = y * chromaWidth + x;
      canvas.u[i] = canvas.u[i]! + (u - canvas.u[i]!) * cover;
      canvas.v[i] = canvas.v[i]! + (v - canvas.v[i]!) * cover;
    }
  }
}

/** A soft shadow: darkens by at most `strength` (0..1), fading to nothing at its rim. */
export function shadow(
  canvas: Canvas,
  ax: number,
  ay: number,
  bx: number,
  by: number,
  rx: number,
  ry: number,
  strength: number,
  near: number,
): void {
  const { width, height, luma, depth } = canvas;
  const x0 = Math.max(0, Math.floor(Math.min(ax, bx) - rx));
  const x1 = Math.min(width - 1, Math.floor(Math.max(ax, bx) + rx));
  const y0 = Math.max(0, Math.floor(Math.min(ay, by) - ry));
  const y1 = Math.min(height - 1, Math.floor(Math.max(ay, by) + ry));
  const ex = bx - ax;
  const ey = by - ay;
  const inverse = 1 / (ex * ex + ey * ey + 1e-6);
  for (let y = y0; y <= y1; y++) {
    const dy = y + 0.5 - ay;
    for (let x = x0; x <= x1; x++) {
      const i = y * width + x;
      if (depth[i]! < near) continue;
      const dx = x + 0.5 - ax;
      let s = (dx * ex + dy * ey) * inverse;
      s = s < 0 ? 0 : Math.min(s, 1);
      const qx = (dx - s * ex) / rx;
      const qy = (dy - s * ey) / ry;
      const far = qx * qx + qy * qy;
      if (far >= 1) continue;
      luma[i] = luma[i]! * (1 - strength * (1 - far) * (1 - 0.4 * s));
    }
  }
}

/** Light added around a lamp that shines into the lens. */
export function glow(canvas: Canvas, cx: number, cy: number, radius: number, strength: number): void {
  const { width, height, luma } = canvas;
  const reach = radius * 2.6;
  const x0 = Math.max(0, Math.floor(cx - reach));
  const x1 = Math.min(width - 1, Math.floor(cx + reach));
  const y0 = Math.max(0, Math.floor(cy - reach));
  const y1 = Math.min(height - 1, Math.floor(cy + reach));
  const k = 1 / (radius * radius);
  for (let y = y0; y <= y1; y++) {
    const dy = y + 0.5 - cy;
    for (let x = x0; x <= x1; x++) {
      const dx = x + 0.5 - cx;
      const far = (dx * dx + dy * dy) * k;
      if (far > 6.76) continue;
      // (1 - far/6.76)^3 has a bright heart and a soft rim that ends at zero.
      const q = 1 - far / 6.76;
      const value = luma[y * width + x]! + strength * q * q * q;
      luma[y * width + x] = Math.min(value, 255);
    }
  }
}
