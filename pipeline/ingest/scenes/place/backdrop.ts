/**
 * The still picture behind everything that moves: every pixel's ray is followed to the first solid it meets. Drawn
 * once per scene, then copied.
 *
 * Beside the picture it leaves what the moving parts need: depth per pixel, and how much of a pixel's light comes
 * from the weak lamp and from the patch of daylight.
 */
import { hash01 } from '../chance.ts';
import { ray } from '../view.ts';
import { lightAt, type Solid, type World } from './world.ts';

export interface Backdrop {
  readonly luma: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  /** Distance along the optical axis, metres. */
  readonly depth: Float32Array;
  /** Rays with forward component 1, three per pixel. */
  readonly rays: Float32Array;
  /** Share of the pixel's light that the weak lamp gives, 0..255. */
  readonly weak: Uint8Array;
  /** Share of a patch of daylight, 0..255. */
  readonly patch: Uint8Array;
}

export function drawBackdrop(world: World): Backdrop {
  const { view } = world;
  const { width, height } = view;
  const pixels = width * height;
  const cw = Math.ceil(width / 2);
  const ch = Math.ceil(height / 2);
  const luma = new Uint8Array(pixels);
  const depth = new Float32Array(pixels);
  const rays = new Float32Array(3 * pixels);
  const weak = new Uint8Array(pixels);
  const patch = new Uint8Array(pixels);
  const sumU = new Float32Array(cw * ch);
  const sumV = new Float32Array(cw * ch);
  const counts = new Uint16Array(cw * ch);
  // Nine rays a pixel keep tiles and rails from breaking up far away; a large picture has pixels enough.
  const n = pixels > 120_000 ? 1 : pixels > 40_000 ? 2 : 3;
  const d = new Float64Array(3);
  const hit = new Float64Array(6);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const i = row * width + column;
      let sum = 0;
      let sumWeak = 0;
      let sumPatch = 0;
      const c = (row >> 1) * cw + (column >> 1);
      for (let s = 0; s < n * n; s++) {
        const jitter = hash01(i, s) * 0.2;
        ray(view, column + ((s % n) + 0.4 + jitter) / n, row + (Math.floor(s / n) + 0.4 + jitter) / n, d);
        shade(world, d, hit);
        sum += hit[0]!;
        sumU[c]! += hit[1]!;
        sumV[c]! += hit[2]!;
        sumWeak += hit[4]!;
        sumPatch += hit[5]!;
        counts[c]!++;
      }
      luma[i] = Math.min(255, Math.max(0, sum / (n * n)));
      weak[i] = Math.min(255, (255 * sumWeak) / (n * n));
      patch[i] = Math.min(255, (255 * sumPatch) / (n * n));
      ray(view, column + 0.5, row + 0.5, d);
      shade(world, d, hit);
      depth[i] = hit[3]!;
      rays.set(d, 3 * i);
    }
  }
  return {
    luma,
    depth,
    rays,
    weak,
    patch,
    u: Uint8Array.from(sumU, (value, i) => value / counts[i]!),
    v: Uint8Array.from(sumV, (value, i) => value / counts[i]!),
  };
}

const albedo = new Float64Array(3);

/** Follows one ray; out = [luma, u, v, depth, weak lamp's share, daylight patch]. */
function shade(world: World, d: Float64Array, out: Float64Array): void {
  const { view } = world;
  let best = 200;
  let found: Solid | undefined;
  let face = 2;
  for (const solid of world.solids) {
    let near = 0.05;
    let far = best;
    let axis = -1;
    // Slabs: the ray is inside the box while it is inside all three pairs of planes.
    for (let a = 0; a < 3; a++) {
      const from = a === 0 ? view.x : a === 1 ? view.y : view.z;
      const low = a === 0 ? solid.x0 : a === 1 ? solid.y0 : solid.z0;
      const high = a === 0 ? solid.x1 : a === 1 ? solid.y1 : solid.z1;
      const inverse = 1 / (d[a]! || 1e-9);
      let t0 = (low - from) * inverse;
      let t1 = (high - from) * inverse;
      if (t0 > t1) [t0, t1] = [t1, t0];
      if (t0 > near) {
        near = t0;
        axis = a;
      }
      if (t1 < far) far = t1;
      if (near >= far) break;
    }
    if (near < far && axis >= 0) {
      best = near;
      found = solid;
      face = axis;
    }
  }
  const x = view.x + best * d[0]!;
  const y = view.y + best * d[1]!;
  const z = view.z + best * d[2]!;
  out[3] = best;
  out[4] = 0;
  out[5] = 0;
  if (!found) {
    albedo.fill(128);
    albedo[0] = 12;
  } else found.paint(x, y, z, face, albedo);
  out[1] = albedo[1]!;
  out[2] = albedo[2]!;
  if (found?.bright) {
    out[0] = albedo[0]!;
    return;
  }
  const light = lightAt(world, x, y, z);
  const slope = face === 2 ? 1 : face === 1 ? 0.86 : 0.78;
  out[0] = albedo[0]! * light * slope;
  const lamp = world.lamps[world.weakLamp];
  if (lamp) out[4] = lightAt({ lamps: [lamp], ambient: 0 }, x, y, z) / light;
  out[5] = world.patch(x, y, z);
}
