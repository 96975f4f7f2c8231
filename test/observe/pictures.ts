/** Pictures for `observe`: a textured view with a sensor's noise, and somebody who walks in it. */

import type { Frame } from '../../pipeline/model.ts';
import { Observer } from '../../pipeline/observe/observer.ts';
import { draw, type Texture, waves, withNoise } from '../support/textures.ts';

export const WIDTH = 160;
export const HEIGHT = 90;
export const STEP_MS = 200;
export const START_MS = 1_790_000_000_000;

const NOISE = 1.5;
export const view: Texture = waves(11);
const coat: Texture = waves(5);

/** Pixels, the last ones exclusive. */
export interface Patch {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Whoever stands at x0, y0, in a dark coat that moves with them. */
export function standing({ x0, y0, x1, y1 }: Patch, behind: Texture = view): Texture {
  return (x, y) => (x >= x0 && x < x1 && y >= y0 && y < y1 ? 25 + 0.15 * coat(x - x0, y - y0) : behind(x, y));
}

/** Luma of picture `n`: the look with noise of its own. */
export function lumaOf(n: number, look: Texture, noise = NOISE): Uint8Array {
  return withNoise(draw(WIDTH, HEIGHT, look), noise, 7_000 + n);
}

export function observerOf(camera = 'quai'): Observer {
  return new Observer({ site: 'gare', camera, epoch: START_MS, width: WIDTH, height: HEIGHT });
}

const grey = new Uint8Array((WIDTH * HEIGHT) / 4).fill(128);

export function see(observer: Observer, n: number, luma: Uint8Array): Frame {
  const atMs = START_MS + n * STEP_MS;
  return observer.observe({ number: n, capturedAtMs: atMs, luma, u: grey, v: grey }, atMs + 30);
}

/** The frames of `count` pictures, by an observer that is closed afterwards. */
export function watch(count: number, luma: (n: number) => Uint8Array): readonly Frame[] {
  const observer = observerOf();
  try {
    return Array.from({ length: count }, (_, n) => see(observer, n, luma(n)));
  } finally {
    observer.close();
  }
}
