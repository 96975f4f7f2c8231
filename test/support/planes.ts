/**
 * What the kernels write sparsely, as planes of one entry a pixel, which is what the naive twins work on.
 */

interface Memory {
  readonly buffer: ArrayBuffer;
}

/** Bits (kernels/bits.ts) at `at` as bytes of 0 and 1. Throws when a bit beyond the width is set. */
export function unpacked(memory: Memory, at: number, width: number, height: number): Uint8Array {
  const stride = ((width + 63) >> 6) * 8;
  const rows = new Uint8Array(memory.buffer, at, stride * height);
  const plane = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < stride * 8; x++) {
      const bit = (rows[y * stride + (x >> 3)]! >> (x & 7)) & 1;
      if (x < width) plane[y * width + x] = bit;
      else if (bit !== 0) throw new Error(`row ${y}: bit ${x} is set beyond the width ${width}`);
    }
  return plane;
}

/** Runs (kernels/label.ts) at `at` as a label for each pixel. Throws when one overlaps another. */
export function painted(memory: Memory, at: number, width: number, height: number): Uint16Array {
  const plane = new Uint16Array(width * height);
  const [count = 0] = new Int32Array(memory.buffer, at, 1);
  const runs = new Uint16Array(memory.buffer, at + 16, 4 * count);
  for (let run = 0; run < count; run++) {
    const [x0 = 0, x1 = 0, y = 0, label = 0] = runs.subarray(4 * run, 4 * run + 4);
    for (let i = y * width + x0; i < y * width + x1; i++) {
      if (plane[i] !== 0) throw new Error(`runs overlap at pixel ${i}`);
      plane[i] = label;
    }
  }
  return plane;
}

/** 1 wherever there is a label. */
export function bitsOf(labels: Uint16Array): Uint8Array {
  return Uint8Array.from(labels, (label) => (label === 0 ? 0 : 1));
}
