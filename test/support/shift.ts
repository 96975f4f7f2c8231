/** The shift kernels on planes of their own. */
import { instantiate } from '../../pipeline/kernels.ts';

const MARGIN_BYTES = 4096;

/** Of `luma` against the background `mean` (1/128 luma); undefined where nothing is proved. */
export function findShift(luma: Uint8Array, mean: Uint16Array, width: number, height: number) {
  const { exports, memory, base } = instantiate(16 * luma.length + MARGIN_BYTES);
  const step = (luma.length + 63) & ~63;
  const at = { out: base, luma: base + 64, mean: base + 64 + step, edges: base + 64 + 3 * step };
  new Uint8Array(memory.buffer, at.luma, luma.length).set(luma);
  new Uint16Array(memory.buffer, at.mean, mean.length).set(mean);
  exports.findEdges(at.edges, at.mean, width, height);
  const [count] = new Int32Array(memory.buffer, at.edges, 1);
  const proved = exports.shift(at.out, at.luma, at.mean, at.edges, width) === 1;
  const [dx, dy] = new Float64Array(memory.buffer, at.out, 2);
  return {
    edges: new Int32Array(memory.buffer, at.edges + 4, count).slice(),
    edgesBytes: exports.edgesBytes(width, height),
    shift: proved ? { dx: dx!, dy: dy! } : undefined,
  };
}

/** The picture without a shift of 1/16 pixels. */
export function unshifted(
  luma: Uint8Array,
  dx: number,
  dy: number,
  width: number,
  height: number,
): Uint8Array {
  const { exports, memory, base } = instantiate(2 * luma.length + MARGIN_BYTES);
  const out = base + luma.length + 64;
  new Uint8Array(memory.buffer, base, luma.length).set(luma);
  // What lies beyond the plane must be left alone.
  const found = new Uint8Array(memory.buffer, out - 16, luma.length + 32).fill(0xa5);
  exports.unshift(out, base, dx, dy, width, height);
  if ([...found.subarray(0, 16), ...found.subarray(-16)].some((value) => value !== 0xa5))
    throw new Error('written beyond the plane');
  return found.slice(16, -16);
}
