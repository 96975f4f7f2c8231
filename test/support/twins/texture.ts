/** Naive twin of kernels/texture.ts: the texture of one labelled region, of its place, and of the noise beside it. */
import { LOG } from './light.ts';

/** Pairs within, their sum of differences, the place's; pairs beside, their sum. `mean` is Q7. */
export function texture(
  labels: Uint16Array,
  label: number,
  luma: Uint8Array,
  mean: Uint16Array,
  width: number,
): readonly number[] {
  const back = (i: number) => LOG[mean[i]! >> 7]!;
  const difference = (i: number) => LOG[luma[i]!]! - back(i);
  const step = (i: number, j: number) => Math.abs(difference(i) - difference(j));
  const sums = [0, 0, 0, 0, 0];
  for (let row = 0; row < labels.length; row += width) {
    const at = (x: number) => (x < 0 || x >= width ? -1 : labels[row + x]!);
    for (let x = 0; x < width; x++) {
      if (at(x) !== label) continue;
      if (at(x + 1) === label && at(x + 2) === label) {
        sums[0]! += 1;
        sums[1]! += step(row + x, row + x + 2);
        sums[2]! += Math.abs(back(row + x) - back(row + x + 2));
      }
      for (const way of [-1, 1]) {
        if (at(x + way) === label) continue;
        if (![1, 2, 3, 4, 5].every((far) => at(x + way * far) === 0)) continue;
        sums[3]! += 1;
        sums[4]! += step(row + x + 3 * way, row + x + 5 * way);
      }
    }
  }
  return sums;
}
