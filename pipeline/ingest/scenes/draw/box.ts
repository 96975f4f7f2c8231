/** Boxes that move: every pixel's ray is held against the faces that the camera can see. */

import { project, type View } from '../view.ts';
import type { Canvas } from './brush.ts';

/** Paints a box's visible faces; `tone` is asked for every pixel of them and answers in `ink`. */
export function drawBox(
  canvas: Canvas,
  view: View,
  rays: Float32Array,
  box: { x0: number; x1: number; y0: number; y1: number; z0: number; z1: number },
  tone: (face: 'side' | 'end' | 'top', x: number, y: number, z: number, depth: number) => void,
): void {
  const { width, luma, u, v, depth, chromaWidth } = canvas;
  const [left, top, right, bottom] = bounds(view, box);
  const sideX = view.x > box.x1 ? box.x1 : view.x < box.x0 ? box.x0 : Number.NaN;
  const endY = view.y < box.y0 ? box.y0 : Number.NaN;
  const topZ = view.z > box.z1 ? box.z1 : Number.NaN;
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const i = row * width + column;
      const dx = rays[3 * i]!;
      const dy = rays[3 * i + 1]!;
      const dz = rays[3 * i + 2]!;
      let t = (sideX - view.x) / dx;
      let y = view.y + t * dy;
      let z = view.z + t * dz;
      if (t > 0.05 && y >= box.y0 && y <= box.y1 && z >= box.z0 && z <= box.z1) {
        if (t >= depth[i]!) continue;
        tone('side', sideX, y, z, t);
      } else {
        t = (endY - view.y) / dy;
        let x = view.x + t * dx;
        z = view.z + t * dz;
        if (t > 0.05 && x >= box.x0 && x <= box.x1 && z >= box.z0 && z <= box.z1) {
          if (t >= depth[i]!) continue;
          tone('end', x, endY, z, t);
        } else {
          t = (topZ - view.z) / dz;
          x = view.x + t * dx;
          y = view.y + t * dy;
          if (!(t > 0.05 && x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1)) continue;
          if (t >= depth[i]!) continue;
          tone('top', x, y, topZ, t);
        }
      }
      luma[i] = ink.luma > 255 ? 255 : Math.max(ink.luma, 0);
      if (!ink.through) depth[i] = t;
      if ((row & 1) === 0 && (column & 1) === 0) {
        const c = (row >> 1) * chromaWidth + (column >> 1);
        u[c] = ink.u;
        v[c] = ink.v;
      }
    }
  }
}

/** What `tone` answers, reused: a value per pixel would cost more than the pixel. */
export const ink = { luma: 0, u: 128, v: 128, through: false };

/** Pixel rectangle that holds the box: exact when all of it is before the camera, else the whole picture. */
function bounds(
  view: View,
  box: { x0: number; x1: number; y0: number; y1: number; z0: number; z1: number },
): readonly [number, number, number, number] {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  const out = [0, 0, 0];
  for (let corner = 0; corner < 8; corner++) {
    project(
      view,
      corner & 1 ? box.x1 : box.x0,
      corner & 2 ? box.y1 : box.y0,
      corner & 4 ? box.z1 : box.z0,
      out,
    );
    if (out[2]! < 0.3) return [0, 0, view.width - 1, view.height - 1];
    left = Math.min(left, out[0]!);
    right = Math.max(right, out[0]!);
    top = Math.min(top, out[1]!);
    bottom = Math.max(bottom, out[1]!);
  }
  return [
    Math.max(0, Math.floor(left)),
    Math.max(0, Math.floor(top)),
    Math.min(view.width - 1, Math.ceil(right)),
    Math.min(view.height - 1, Math.ceil(bottom)),
  ];
}
