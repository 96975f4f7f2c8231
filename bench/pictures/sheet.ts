/** A sheet to draw on: boxes, lines, letters and planes of pictures, in RGB. */
import { eachDot, LETTER_STEP } from './letters.ts';
import type { Image } from './png.ts';

export type Colour = readonly [number, number, number];

export class Sheet implements Image {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;

  constructor(width: number, height: number, ground: Colour) {
    this.width = width;
    this.height = height;
    this.rgb = new Uint8Array(3 * width * height);
    this.fill(0, 0, width, height, ground);
  }

  /** `cover` 0..1: how much of what is there is hidden. */
  dot(x: number, y: number, colour: Colour, cover = 1): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = 3 * (Math.floor(y) * this.width + Math.floor(x));
    for (let k = 0; k < 3; k++) this.rgb[at + k] = this.rgb[at + k]! * (1 - cover) + colour[k]! * cover;
  }

  fill(x0: number, y0: number, width: number, height: number, colour: Colour, cover = 1): void {
    for (let y = Math.round(y0); y < Math.round(y0 + height); y++)
      for (let x = Math.round(x0); x < Math.round(x0 + width); x++) this.dot(x, y, colour, cover);
  }

  frame(x0: number, y0: number, x1: number, y1: number, colour: Colour, thick = 2): void {
    this.fill(x0, y0, x1 - x0, thick, colour);
    this.fill(x0, y1 - thick, x1 - x0, thick, colour);
    this.fill(x0, y0, thick, y1 - y0, colour);
    this.fill(x1 - thick, y0, thick, y1 - y0, colour);
  }

  line(x0: number, y0: number, x1: number, y1: number, colour: Colour, thick = 2): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
    for (let k = 0; k <= steps; k++) {
      const x = x0 + ((x1 - x0) * k) / steps;
      const y = y0 + ((y1 - y0) * k) / steps;
      this.fill(x - thick / 2, y - thick / 2, thick, thick, colour);
    }
  }

  /** Letters of 5 x 7 dots, each `size` pixels wide. */
  text(x: number, y: number, words: string, colour: Colour, size = 2): void {
    eachDot(words, (dx, dy) => this.fill(x + dx * size, y + dy * size, size, size, colour));
  }

  static wide(words: string, size = 2): number {
    return words.length * LETTER_STEP * size;
  }

  /** A picture's planes (BT.601), each pixel `size` wide; `dim` towards grey. */
  planes(
    x0: number,
    y0: number,
    of: { readonly width: number; readonly height: number } & Record<'luma' | 'u' | 'v', Uint8Array>,
    size: number,
    dim = 0,
  ): void {
    const half = (of.width + 1) >> 1;
    for (let y = 0; y < of.height; y++)
      for (let x = 0; x < of.width; x++) {
        const luma = of.luma[y * of.width + x]!;
        const u = (of.u[(y >> 1) * half + (x >> 1)]! - 128) * (1 - dim);
        const v = (of.v[(y >> 1) * half + (x >> 1)]! - 128) * (1 - dim);
        const tone = luma * (1 - 0.55 * dim) + 0;
        const colour = [tone + 1.402 * v, tone - 0.344 * u - 0.714 * v, tone + 1.772 * u].map((value) =>
          Math.max(0, Math.min(255, value)),
        ) as [number, number, number];
        this.fill(x0 + x * size, y0 + y * size, size, size, colour);
      }
  }
}
