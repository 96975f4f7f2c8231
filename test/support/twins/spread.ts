/** Naive twin of kernels/spread.ts: how the pixels of each label lie about their mean. */

/** Per label from 1: standard deviations of x and y, and their correlation (0 where one of them does not vary). */
export function spread(
  labels: Uint16Array,
  count: number,
  width: number,
): readonly { readonly x: number; readonly y: number; readonly slant: number }[] {
  return Array.from({ length: count }, (_, k) => {
    const pixels: { x: number; y: number }[] = [];
    labels.forEach((label, i) => {
      if (label === k + 1) pixels.push({ x: i % width, y: Math.floor(i / width) });
    });
    const mean = (of: (pixel: { x: number; y: number }) => number) =>
      pixels.reduce((sum, pixel) => sum + of(pixel), 0) / pixels.length;
    const [cx, cy] = [mean(({ x }) => x), mean(({ y }) => y)];
    const x = Math.sqrt(mean((pixel) => (pixel.x - cx) ** 2));
    const y = Math.sqrt(mean((pixel) => (pixel.y - cy) ** 2));
    const both = mean((pixel) => (pixel.x - cx) * (pixel.y - cy));
    return { x, y, slant: x * y > 1e-9 ? both / (x * y) : 0 };
  });
}
