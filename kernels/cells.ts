/**
 * From labelled pixels to 4x4 cells (the last row and column may be partial).
 *
 *   occupancy u8    share of the cell's pixels that are foreground, 0..255
 *   still     u16   pictures since at least 2 of its pixels changed by more than the noise, saturating
 */
import { ACTIVE_MIN } from './blobs';

export function cells(
  occupancy: usize,
  still: usize,
  labels: usize,
  luma: usize,
  previous: usize,
  width: i32,
  height: i32,
): void {
  const columns = (width + 3) >> 2;
  const rows = (height + 3) >> 2;
  for (let row = 0; row < rows; row++) {
    const y0 = row * 4;
    const y1 = min(height, y0 + 4);
    for (let column = 0; column < columns; column++) {
      const x0 = column * 4;
      const x1 = min(width, x0 + 4);
      let set = 0;
      let active = 0;
      for (let y = y0; y < y1; y++) {
        for (let x = x0; x < x1; x++) {
          const i = y * width + x;
          set += i32(load<u16>(labels + 2 * i) != 0);
          active += i32(abs(i32(load<u8>(luma + i)) - i32(load<u8>(previous + i))) > ACTIVE_MIN);
        }
      }
      const cell = row * columns + column;
      store<u8>(occupancy + cell, (set * 255) / ((y1 - y0) * (x1 - x0)));
      const age = i32(load<u16>(still + 2 * cell));
      store<u16>(still + 2 * cell, active >= 2 ? 0 : min(65535, age + 1));
    }
  }
}
