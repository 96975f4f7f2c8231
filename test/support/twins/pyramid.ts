/** The pyramid kernel again, one pixel at a time. Same bytes. */

/** One level as a picture that goes on for ever: outside, the nearest pixel of the edge is repeated. */
export interface Level {
  readonly w: number;
  readonly h: number;
  readonly pixels: Uint8Array;
}

export const LEVELS = 3;

export function pyramidTwin(luma: Uint8Array, w: number, h: number): Level[] {
  const levels: Level[] = [{ w, h, pixels: luma.slice(0, w * h) }];
  while (levels.length < LEVELS) levels.push(half(levels.at(-1)!));
  return levels;
}

export function pixel(level: Level, x: number, y: number): number {
  const column = Math.min(Math.max(x, 0), level.w - 1);
  const row = Math.min(Math.max(y, 0), level.h - 1);
  return level.pixels[row * level.w + column]!;
}

/** Every second pixel after the blur [1 2 1] x [1 2 1] / 16. */
function half(level: Level): Level {
  const w = (level.w + 1) >> 1;
  const h = (level.h + 1) >> 1;
  const pixels = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 8;
      for (let j = -1; j <= 1; j++) {
        for (let i = -1; i <= 1; i++) {
          sum += (2 - Math.abs(i)) * (2 - Math.abs(j)) * pixel(level, 2 * x + i, 2 * y + j);
        }
      }
      pixels[y * w + x] = sum >> 4;
    }
  }
  return { w, h, pixels };
}

/** The bytes that the kernel writes for these levels: each with 16 columns and 8 rows of repeated edge around its cells. */
export function pyramidTwinBytes(levels: readonly Level[]): Uint8Array {
  const bytes: number[] = [];
  for (const level of levels) {
    const cellsAcross = Math.ceil(level.w / 4);
    const across = 16 + Math.ceil(cellsAcross / 4) * 16 + 16;
    const down = 8 + Math.ceil(level.h / 4) * 4 + 8;
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) bytes.push(pixel(level, x - 16, y - 8));
    }
  }
  return Uint8Array.from(bytes);
}
