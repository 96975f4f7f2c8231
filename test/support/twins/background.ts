/**
 * Naive twin of kernels/background.ts: which pixels differ from the learned, empty view.
 *
 * Per pixel: `mean` (u16, luma in Q7) and `dev` (u16, mean absolute deviation in Q7) of the background, `weight`
 * (u8, how well the mean is supported while warming).
 *
 * Read it as:
 *   d = luma - lit; foreground when |d| > floor + 3 dev; `lit` is the mean in today's light
 *   background pixels pull mean and dev towards what is seen
 *   while warming, the majority vote of Boyer and Moore decides which value is the background
 */

export const Q = 7;
/** Luma steps that never count as a difference: sensor noise and coding. */
export const FLOOR = 10;
/** Deviation is capped so that one flickering lamp cannot raise its own threshold for ever, luma steps. */
const DEV_MAX = 5;

export interface BackgroundState {
  readonly mean: Uint16Array;
  readonly dev: Uint16Array;
  readonly weight: Uint8Array;
}

export function backgroundState(pixels: number): BackgroundState {
  return {
    mean: new Uint16Array(pixels),
    dev: new Uint16Array(pixels),
    weight: new Uint8Array(pixels),
  };
}

export function resetBackground(state: BackgroundState, luma: Uint8Array): void {
  for (let i = 0; i < luma.length; i++) {
    state.mean[i] = luma[i]! << Q;
    state.dev[i] = 2 << Q;
    state.weight[i] = 1;
  }
}

/**
 * One picture. `mask` gets 1 for foreground, 0 for background.
 * `lit` is the background in the picture's light; where it is the mean itself, it is read before it is changed.
 * `shift`: learning rate 2^-shift per picture. `warming`: the vote is still open.
 */
export function background(
  mask: Uint8Array,
  state: BackgroundState,
  luma: Uint8Array,
  lit: Uint16Array,
  shift: number,
  warming: boolean,
): void {
  const { mean, dev, weight } = state;
  for (let i = 0; i < luma.length; i++) {
    const size = Math.abs((luma[i]! << Q) - lit[i]!);
    const foreground = size > (FLOOR << Q) + 3 * dev[i]!;
    mask[i] = foreground ? 1 : 0;
    if (!foreground) {
      mean[i] = mean[i]! + (((luma[i]! << Q) - mean[i]!) >> shift);
      dev[i] = Math.min(DEV_MAX << Q, dev[i]! + ((size - dev[i]!) >> shift));
      if (warming) weight[i] = Math.min(255, weight[i]! + 1);
    } else if (warming) {
      if (weight[i]! > 0) weight[i] = weight[i]! - 1;
      if (weight[i] === 0) {
        mean[i] = luma[i]! << Q;
        weight[i] = 1;
      }
    }
  }
}
