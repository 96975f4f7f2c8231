/**
 * A table of what `label` found: 16 i32 (one line of 64 bytes) per component, the first one's at 0. What the fields hold
 * is said where a table is made (kernels/blobs.ts, kernels/statics.ts); fields 4 (area) and 5 (foot) are the same in both.
 */
import { RUN } from './label';

/** Bytes of a line. */
export const FIELDS: usize = 64;

// @ts-ignore: decorator
@inline export function add(at: usize, field: i32, value: i32): void {
  store<i32>(at + 4 * field, load<i32>(at + 4 * field) + value);
}

/**
 * Field 5, the foot: mean x over the lowest eighth of the component's rows, at least two. 1/8 px. Needs fields 0 to 3; 14 and
 * 15 must be 0, and are again.
 */
export function feet(table: usize, count: i32, begin: usize, end: usize): void {
  // Fields 14 and 15 hold sum and number of pixels meanwhile.
  for (let run = begin; run < end; run += RUN) {
    const at = table + FIELDS * (i32(load<u16>(run, 6)) - 1);
    const y1 = load<i32>(at + 12);
    const rows = max(2, (y1 - load<i32>(at + 4) + 1) >> 3);
    if (i32(load<u16>(run, 4)) <= y1 - rows) continue;
    const x0 = i32(load<u16>(run));
    const x1 = i32(load<u16>(run, 2));
    add(at, 14, ((x0 + x1 - 1) * (x1 - x0)) >> 1);
    add(at, 15, x1 - x0);
  }
  for (let k = 0; k < count; k++) {
    const at = table + FIELDS * k;
    const sum = load<i32>(at + 56);
    const seen = load<i32>(at + 60);
    store<i32>(at + 20, (sum * 8 + 4 * seen) / seen);
    store<u64>(at + 56, 0);
  }
}
