/** Naive twin of kernels/light.ts: the background as it looks in the light of a picture. */

export const LOG = Uint8Array.from({ length: 256 }, (_, v) => Math.round(48 * Math.log2((v + 16) / 16)));

const STEP_MIN = 3;
const STEP_MAX = 48;
const AGREE_MIN = 5;
const NEAR = 3;
const SAMPLES_MIN = 12;
const LIFT = 16 << 7;
const TOP = 255 << 7;

export function light(
  lit: Uint16Array,
  mean: Uint16Array,
  luma: Uint8Array,
  width: number,
  height: number,
): number {
  const columns = Math.ceil(width / 16);
  const rows = Math.ceil(height / 16);
  const measured: (number | undefined)[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const step = blockStep(mean, luma, width, height, column, row);
      measured.push(step);
    }
  const around = (block: number) => {
    const found: number[] = [];
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const x = (block % columns) + dx;
        const y = Math.floor(block / columns) + dy;
        if (x >= 0 && y >= 0 && x < columns && y < rows) found.push(y * columns + x);
      }
    return found;
  };
  const plausible = measured.map((step) =>
    step !== undefined && (Math.abs(step) < STEP_MIN || Math.abs(step) > STEP_MAX) ? 0 : step,
  );
  const wide = plausible.map((step, block) => {
    if (step === undefined || Math.abs(step) < STEP_MIN) return false;
    const near = around(block);
    const spoken = near.map((other) => plausible[other]).filter((other) => other !== undefined);
    return (
      spoken.every((other) => other !== 0 && Math.sign(other) === Math.sign(step)) &&
      spoken.length * 9 >= AGREE_MIN * near.length
    );
  });
  const changed = wide.filter(Boolean).length;
  if (changed === 0) return 0;
  const taken = plausible.map((step, block) =>
    step === undefined
      ? undefined
      : Math.abs(step) >= STEP_MIN && around(block).some((other) => wide[other])
        ? step
        : 0,
  );
  const steps = taken.map((step, block) => {
    if (step !== undefined) return step;
    const known = around(block)
      .map((other) => taken[other])
      .filter((other) => other !== undefined);
    return known.length === 0 ? 0 : Math.trunc(known.reduce((sum, value) => sum + value, 0) / known.length);
  });
  const stepAt = (row: number, column: number) =>
    steps[Math.min(rows - 1, row) * columns + Math.min(columns - 1, column)]!;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const row = Math.max(0, y - 8) >> 4;
      const column = Math.max(0, x - 8) >> 4;
      const wy = Math.max(0, y - 8) & 15;
      const wx = Math.max(0, x - 8) & 15;
      const upper = stepAt(row, column) * (16 - wx) + stepAt(row, column + 1) * wx;
      const lower = stepAt(row + 1, column) * (16 - wx) + stepAt(row + 1, column + 1) * wx;
      const quarters = (upper * (16 - wy) + lower * wy) >> 6;
      const factor = Math.round(4096 * 2 ** (quarters / 192));
      const bright = (((mean[y * width + x]! + LIFT) * factor) >> 12) - LIFT;
      lit[y * width + x] = Math.max(0, Math.min(TOP, bright));
    }
  return changed;
}

function blockStep(
  mean: Uint16Array,
  luma: Uint8Array,
  width: number,
  height: number,
  column: number,
  row: number,
): number | undefined {
  const found: number[] = [];
  for (let y = row * 16; y < Math.min(height, row * 16 + 16); y += 2)
    for (let x = column * 16; x < Math.min(width, column * 16 + 16); x += 2) {
      const i = y * width + x;
      found.push(Math.max(-64, Math.min(63, LOG[luma[i]!]! - LOG[mean[i]! >> 7]!)));
    }
  if (found.length < SAMPLES_MIN) return undefined;
  const support = (step: number) => found.filter((value) => Math.abs(value - step) <= NEAR).length;
  let best = -64 + NEAR;
  for (let step = -64 + NEAR; step <= 63 - NEAR; step++) {
    const more = support(step) - support(best);
    if (more > 0 || (more === 0 && Math.abs(step) < Math.abs(best))) best = step;
  }
  if (support(0) * 3 >= support(best) * 2) return 0;
  return support(best) * 2 >= found.length ? best : undefined;
}
