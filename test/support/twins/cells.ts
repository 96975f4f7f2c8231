/**
 * Naive twin of kernels/cells.ts: from labelled pixels to 4x4 cells.
 * `occupancy` per cell: share of its pixels (a partial cell has fewer) that are foreground, 0..255.
 * `still` per cell: pictures since at least 2 of its pixels changed by more than the noise, saturating at 65535.
 */
const ACTIVE_MIN = 12;

export function cells(
  occupancy: Uint8Array,
  still: Uint16Array,
  labels: Uint16Array,
  luma: Uint8Array,
  previous: Uint8Array,
  width: number,
  height: number,
): void {
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let set = 0;
      let size = 0;
      let active = 0;
      for (let y = row * 4; y < Math.min(height, row * 4 + 4); y++)
        for (let x = column * 4; x < Math.min(width, column * 4 + 4); x++) {
          const i = y * width + x;
          size++;
          if (labels[i] !== 0) set++;
          if (Math.abs(luma[i]! - previous[i]!) > ACTIVE_MIN) active++;
        }
      const cell = row * columns + column;
      occupancy[cell] = Math.trunc((set * 255) / size);
      still[cell] = active >= 2 ? 0 : Math.min(65_535, still[cell]! + 1);
    }
}
