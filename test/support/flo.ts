/**
 * Optical flow truth: Middlebury .flo files and the pictures beside them, brought to an analysis width.
 *
 * .flo (Baker et al. 2011, vision.middlebury.edu/flow): float32 202021.25, int32 width, int32 height, then
 * width x height pairs of float32 (x, y), row-major, little-endian; a component above 1e9 means unknown.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Displacement per pixel from the first to the second picture; NaN where unknown. */
export interface FlowField {
  readonly width: number;
  readonly height: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export interface FlowPair {
  readonly width: number;
  readonly height: number;
  /** width x height luma. */
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  /** In pixels of the scaled pictures. */
  readonly truth: FlowField;
}

/** `directory` holds frame10.png, frame11.png, flow10.flo; everything is scaled to `width` pixels across. */
export function readFlowPair(directory: string, width: number): FlowPair {
  const full = readFlo(path.join(directory, 'flow10.flo'));
  const height = Math.round((full.height * width) / full.width);
  return {
    width,
    height,
    first: readLuma(path.join(directory, 'frame10.png'), width, height),
    second: readLuma(path.join(directory, 'frame11.png'), width, height),
    truth: scaleFlow(full, width, height),
  };
}

export function readFlo(file: string): FlowField {
  const bytes = readFileSync(file);
  if (bytes.readFloatLE(0) !== 202021.25) throw new Error(`${file} is not a .flo file`);
  const width = bytes.readInt32LE(4);
  const height = bytes.readInt32LE(8);
  const count = width * height;
  if (bytes.length !== 12 + count * 8) {
    throw new Error(`${file} has ${bytes.length} bytes, expected ${12 + count * 8} for ${width}x${height}`);
  }
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const dx = bytes.readFloatLE(12 + i * 8);
    const dy = bytes.readFloatLE(16 + i * 8);
    const known = Math.abs(dx) < 1e9 && Math.abs(dy) < 1e9;
    x[i] = known ? dx : Number.NaN;
    y[i] = known ? dy : Number.NaN;
  }
  return { width, height, x, y };
}

/** A picture as luma, scaled by pixel area so that it matches the way `scaleFlow` averages. */
export function readLuma(file: string, width: number, height: number): Uint8Array {
  const args = ['-v', 'error', '-i', file, '-vf', `scale=${width}:${height}:flags=area,format=gray`];
  const bytes = execFileSync('ffmpeg', [...args, '-f', 'rawvideo', '-frames:v', '1', '-'], {
    maxBuffer: 1 << 26,
  });
  if (bytes.length !== width * height) {
    throw new Error(`${file} gave ${bytes.length} bytes, expected ${width * height}`);
  }
  return new Uint8Array(bytes);
}

/** Mean of the known vectors whose pixel centres fall into each target pixel, in target pixels. */
export function scaleFlow(field: FlowField, width: number, height: number): FlowField {
  const x = new Float32Array(width * height);
  const y = new Float32Array(width * height);
  const count = new Float32Array(width * height);
  for (let j = 0; j < field.height; j++) {
    const row = Math.min(height - 1, Math.floor(((j + 0.5) * height) / field.height)) * width;
    for (let i = 0; i < field.width; i++) {
      const from = j * field.width + i;
      if (Number.isNaN(field.x[from])) continue;
      const to = row + Math.min(width - 1, Math.floor(((i + 0.5) * width) / field.width));
      x[to]! += field.x[from]!;
      y[to]! += field.y[from]!;
      count[to]!++;
    }
  }
  for (let i = 0; i < x.length; i++) {
    x[i]! *= width / field.width / count[i]!;
    y[i]! *= height / field.height / count[i]!;
  }
  return { width, height, x, y };
}

/**
 * Mean length, in pixels, of (cell flow - truth) over the pixels whose truth is known. Cells are 4x4, in 1/8 pixel.
 */
export function endPointError(truth: FlowField, cellX: Int8Array, cellY: Int8Array): number {
  const across = (truth.width + 3) >> 2;
  let sum = 0;
  let count = 0;
  for (let j = 0; j < truth.height; j++) {
    for (let i = 0; i < truth.width; i++) {
      const at = j * truth.width + i;
      if (Number.isNaN(truth.x[at])) continue;
      const cell = (j >> 2) * across + (i >> 2);
      sum += Math.hypot(cellX[cell]! / 8 - truth.x[at]!, cellY[cell]! / 8 - truth.y[at]!);
      count++;
    }
  }
  return sum / count;
}

/** Luma of consecutive pictures of a video, at `fps`, scaled; at most `count`. */
export function readVideoLuma(
  file: string,
  width: number,
  height: number,
  fps: number,
  count: number,
): Uint8Array[] {
  const filter = `fps=${fps},scale=${width}:${height}:flags=area,format=gray`;
  const args = ['-v', 'error', '-i', file, '-vf', filter, '-frames:v', String(count)];
  const bytes = execFileSync('ffmpeg', [...args, '-f', 'rawvideo', '-'], { maxBuffer: 1 << 28 });
  const size = width * height;
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    Uint8Array.from(bytes.subarray(i * size, (i + 1) * size)),
  );
}
