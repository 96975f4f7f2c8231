/**
 * What the cells of a region's box say about it. Rows of the table as in kernels/blobs.ts; these fill
 *
 *   11 pictures for which it has been still   12 weight  13 flow x  14 flow y  (sums over cells)
 */

const FIELDS: usize = 64;

/**
 * Field 11: pictures for which four fifths of the region's cells, those that were occupied in the picture before, have
 * not changed. `ages`: scratch, 2 bytes a cell and 16 more.
 */
export function regionAges(
  table: usize,
  count: i32,
  occupancy: usize,
  still: usize,
  ages: usize,
  columns: i32,
): void {
  for (let k = 0; k < count; k++) {
    const at = table + FIELDS * k;
    const x0 = load<i32>(at) >> 2;
    const y0 = load<i32>(at + 4) >> 2;
    const x1 = load<i32>(at + 8) >> 2;
    const y1 = load<i32>(at + 12) >> 2;
    let known = 0;
    let changed = 0;
    for (let y = y0; y <= y1; y++) {
      for (let cell = y * columns + x0; cell <= y * columns + x1; cell++) {
        // Written always, kept only when occupied.
        const age = i32(load<u16>(still + 2 * cell));
        const occupied = i32(load<u8>(occupancy + cell) != 0);
        store<u16>(ages + 2 * known, age);
        known += occupied;
        changed += occupied & i32(age == 0);
      }
    }
    // The usual case first: what walks has changed in more than a fifth of its cells.
    store<i32>(at + 44, known == 0 || 5 * changed > known ? 0 : smallest(ages, known, known / 5));
  }
}

/** The value that `rank` of `n` u16 come before, by halving the range. What follows them is overwritten. */
function smallest(ages: usize, n: i32, rank: i32): i32 {
  v128.store(ages + 2 * n, i16x8.splat(-1));
  const end = ages + 2 * n;
  let low = 0;
  let high = 65535;
  while (low < high) {
    const mid = (low + high) >> 1;
    const limit = i16x8.splat(i16(mid));
    let sum = i16x8.splat(0);
    // At most 3600 cells, so 450 a lane.
    for (let at = ages; at < end; at += 16) sum = i16x8.sub(sum, i16x8.le_u(v128.load(at), limit));
    const pairs = i32x4.extadd_pairwise_i16x8_u(sum);
    const twos = i64x2.add(pairs, v128.shuffle<i64>(pairs, pairs, 1, 0));
    if (i32x4.extract_lane(twos, 0) + i32x4.extract_lane(twos, 1) > rank) high = mid;
    else low = mid + 1;
  }
  return low;
}

/** Fields 12 to 14: occupancy, and flow times occupancy, over the cells of the region's box. */
export function regionFlows(
  table: usize,
  count: i32,
  occupancy: usize,
  flowX: usize,
  flowY: usize,
  columns: i32,
): void {
  for (let k = 0; k < count; k++) {
    const at = table + FIELDS * k;
    const x0 = load<i32>(at) >> 2;
    const x1 = load<i32>(at + 8) >> 2;
    const y1 = load<i32>(at + 12) >> 2;
    let weight = 0;
    let x = 0;
    let y = 0;
    for (let row = load<i32>(at + 4) >> 2; row <= y1; row++) {
      for (let cell = row * columns + x0; cell <= row * columns + x1; cell++) {
        const share = i32(load<u8>(occupancy + cell));
        weight += share;
        x += share * i32(load<i8>(flowX + cell));
        y += share * i32(load<i8>(flowY + cell));
      }
    }
    store<i32>(at + 48, weight);
    store<i32>(at + 52, x);
    store<i32>(at + 56, y);
  }
}

/**
 * The cells that are occupied or burn, one part after another without a gap: a bitmap of all `cells` (bit k of byte n is
 * cell 8 n + k), then of those cells occupancy, flow x, flow y and flame. Returns how many they are. Writes up to 16
 * bytes more.
 */
export function gatherCells(
  out: usize,
  occupancy: usize,
  flowX: usize,
  flowY: usize,
  flame: usize,
  cells: i32,
): i32 {
  let count = 0;
  let cell = 0;
  for (; cell + 16 <= cells; cell += 16) {
    const any = v128.or(v128.load(occupancy + cell), v128.load(flame + cell));
    const bits = i8x16.bitmask(i8x16.ne(any, i8x16.splat(0)));
    store<u16>(out + (cell >> 3), u16(bits));
    count += popcnt(bits);
  }
  let rest = 0;
  for (let k = 0; cell + k < cells; k++) {
    rest |= i32((load<u8>(occupancy + cell + k) | load<u8>(flame + cell + k)) != 0) << k;
  }
  store<u16>(out + (cell >> 3), u16(rest));
  count += popcnt(rest);
  const toOccupancy = out + ((cells + 7) >> 3);
  const toX = toOccupancy + count;
  const toY = toX + count;
  const toFlame = toY + count;
  let next = 0;
  for (cell = 0; cell < cells; cell += 16) {
    // Of the last bits, the upper ones may be what was just written.
    const own = cells - cell < 16 ? (1 << (cells - cell)) - 1 : 0xffff;
    for (let bits = own & i32(load<u16>(out + (cell >> 3))); bits != 0; bits &= bits - 1) {
      const from = cell + ctz(bits);
      store<u8>(toOccupancy + next, load<u8>(occupancy + from));
      store<u8>(toX + next, load<u8>(flowX + from));
      store<u8>(toY + next, load<u8>(flowY + from));
      store<u8>(toFlame + next, load<u8>(flame + from));
      next++;
    }
  }
  return count;
}
