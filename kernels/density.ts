/**
 * Optical-flow density: who stands where, per zone (design and formula: pipeline/measure/density.ts). Three passes over
 * the cells of one picture, one idea each:
 *
 *   densify    sparse cells into planes, gaps that people enclose filled
 *   coverage   share of every zone in which somebody is seen
 *   density    per column from the floor upwards, every cell counts where its feet are
 *
 * Scratch, which `densify` fills and the others read; n = columns * rows:
 *
 *   0     filled f64, occupancy 0..255 with enclosed gaps filled
 *   8 n   occupancy u8, 0 where the cell is empty
 *   9 n   flowX i8     10 n  flowY i8, 1/8 pixel a picture, 0 where the cell is empty
 *   11 n  16 bytes that a vector may read beyond its row
 *   spans, from the next multiple of 64 on: i32 first and last occupied row of every column, then i32 first and last
 *         occupied column of every row, filled gaps included; last < first where nothing is. What lies outside adds
 *         nothing to any sum, so the passes leave it out.
 *   reach, after the spans, i32 per row: the lowest row in which the feet of what is seen there can be; from `density`
 *
 * Zones are u8 masks of n bytes, one after another: the share of each cell that the zone covers, 0..255. `cellsOfPerson`
 * and `rowsOfPerson` are f64 per row: what one person covers whose foot is in that row.
 */

/** An empty cell with this many occupied neighbours of eight is part of what surrounds it: clothes like the floor. */
const ENCLOSED_MIN: i32 = 5;
/** Neighbours count from this occupancy on. */
const SOLID_MIN: i32 = 96;
/** A run is a crowd's when it is longer than this many people's heights. */
const DEEP_RUN: f64 = 1.3;
/** Gap of empty cells within one person (a belt, a bag) that does not end a run. */
const GAP_MAX: i32 = 1;
/** Flow that counts as walking, plane heights per second. */
const WALKING_MIN: f64 = 0.02;
/** f64 per zone in `out` of `density`. */
const OUT: usize = 16 * 8;

/** Bytes of scratch for one grid, a multiple of 64; its content means nothing between pictures. */
export function densityScratchBytes(columns: i32, rows: i32): i32 {
  return (spansAt(columns * rows) + 12 * (columns + rows) + 63) & ~63;
}

function spansAt(cells: i32): i32 {
  return (11 * cells + 16 + 63) & ~63;
}

// @ts-ignore: decorator
@inline function columnSpan(scratch: usize, column: i32, columns: i32, rows: i32): usize {
  return scratch + spansAt(columns * rows) + 8 * column;
}

// @ts-ignore: decorator
@inline function rowSpan(scratch: usize, row: i32, columns: i32, rows: i32): usize {
  return scratch + spansAt(columns * rows) + 8 * (columns + row);
}

// @ts-ignore: decorator
@inline function reachOf(scratch: usize, row: i32, columns: i32, rows: i32): usize {
  return scratch + spansAt(columns * rows) + 8 * (columns + rows) + 4 * row;
}

// @ts-ignore: decorator
@inline function widen(span: usize, to: i32): void {
  store<i32>(span, min(load<i32>(span), to));
  store<i32>(span, max(load<i32>(span, 4), to), 4);
}

/** Widens a span to what lies beyond all that it was widened to before. */
// @ts-ignore: decorator
@inline function follow(span: usize, to: i32): void {
  if (load<i32>(span, 4) < 0) store<i32>(span, to);
  store<i32>(span, to, 4);
}

function emptySpans(scratch: usize, columns: i32, rows: i32): void {
  for (let column = 0; column < columns; column++) {
    store<i32>(columnSpan(scratch, column, columns, rows), rows);
    store<i32>(columnSpan(scratch, column, columns, rows), -1, 4);
  }
  for (let row = 0; row < rows; row++) {
    store<i32>(rowSpan(scratch, row, columns, rows), columns);
    store<i32>(rowSpan(scratch, row, columns, rows), -1, 4);
  }
}

/** `bitmap`: one bit per cell; `occupancy`, `flowX`, `flowY`: one byte per set bit (model: Cells). */
export function densify(
  scratch: usize,
  bitmap: usize,
  occupancy: usize,
  flowX: usize,
  flowY: usize,
  columns: i32,
  rows: i32,
): void {
  const cells = columns * rows;
  memory.fill(scratch, 0, spansAt(cells));
  emptySpans(scratch, columns, rows);
  const dense = scratch + 8 * cells;
  const ofColumns = columnSpan(scratch, 0, columns, rows);
  const ofRows = rowSpan(scratch, 0, columns, rows);
  let next = 0;
  let row = 0;
  let end = columns;
  for (let cell = 0; cell < cells; cell++) {
    const bits = u32(load<u8>(bitmap + (cell >> 3))) >> (cell & 7);
    // The next set bit of this byte, or the next byte.
    const skip = bits == 0 ? 8 - (cell & 7) : ctz(bits);
    if (skip > 0) {
      cell += skip - 1;
      continue;
    }
    const value = load<u8>(occupancy + next);
    if (value == 0) {
      // It burns, and nothing else is known of it.
      next++;
      continue;
    }
    store<f64>(scratch + 8 * cell, f64(value));
    store<u8>(dense + cell, value);
    store<u8>(dense + cells + cell, load<u8>(flowX + next));
    store<u8>(dense + 2 * cells + cell, load<u8>(flowY + next));
    next++;
    for (; cell >= end; end += columns) row++;
    const column = cell - end + columns;
    follow(ofColumns + 8 * column, row);
    follow(ofRows + 8 * row, column);
  }
  for (row = 1; row + 1 < rows; row++) fillRow(scratch, dense, row, columns, rows);
}

/** Sixteen cells at a time are asked whether any of them is enclosed; hardly any is. */
function fillRow(filled: usize, dense: usize, row: i32, columns: i32, rows: i32): void {
  // Who is enclosed by five has occupied cells on both sides, in this row or the next ones.
  const above = rowSpan(filled, row - 1, columns, rows);
  const first = min(load<i32>(above), min(load<i32>(above, 8), load<i32>(above, 16)));
  const last = max(load<i32>(above, 4), max(load<i32>(above, 12), load<i32>(above, 20)));
  for (let column = max(1, first); column <= last && column + 1 < columns; column += 16) {
    const cell = row * columns + column;
    const up = dense + cell - columns;
    const here = dense + cell;
    const down = here + columns;
    const over = i8x16.add(i8x16.add(solid(up - 1), solid(up)), solid(up + 1));
    const under = i8x16.add(i8x16.add(solid(down - 1), solid(down)), solid(down + 1));
    const sides = i8x16.add(solid(here - 1), solid(here + 1));
    // A solid neighbour is -1.
    const around = i8x16.add(i8x16.add(over, under), sides);
    const enclosed = i8x16.le_s(around, i8x16.splat(i8(-ENCLOSED_MIN)));
    // What is full cannot be filled: the inside of a crowd is passed over.
    const full = i8x16.eq(v128.load(here), i8x16.splat(-1));
    let lanes = i8x16.bitmask(v128.andnot(enclosed, full));
    for (; lanes != 0; lanes &= lanes - 1) {
      const lane = ctz(lanes);
      if (column + lane + 1 >= columns) continue;
      fillCell(filled, dense, cell + lane, columns);
      widen(columnSpan(filled, column + lane, columns, rows), row);
      widen(rowSpan(filled, row, columns, rows), column + lane);
    }
  }
}

// @ts-ignore: decorator
@inline function solid(at: usize): v128 {
  return i8x16.ge_u(v128.load(at), i8x16.splat(u8(SOLID_MIN)));
}

/** The mean of the solid neighbours, if that is more. */
function fillCell(filled: usize, dense: usize, cell: i32, columns: i32): void {
  let around = 0;
  let sum = 0;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const value = i32(load<u8>(dense + cell + dy * columns + dx));
      if ((dx == 0 && dy == 0) || value < SOLID_MIN) continue;
      around++;
      sum += value;
    }
  }
  const at = filled + 8 * cell;
  store<f64>(at, max(load<f64>(at), f64(sum) / f64(around)));
}

/**
 * Share of each zone in which somebody is seen, f64 0..1 at `out`, 0 for a zone without cells. Looked at half a person
 * above each foot row; far rows count for more.
 */
export function coverage(
  out: usize,
  masks: usize,
  zones: i32,
  scratch: usize,
  cellsOfPerson: usize,
  rowsOfPerson: usize,
  columns: i32,
  rows: i32,
): void {
  for (let zone = 0; zone < zones; zone++) {
    const mask = masks + zone * columns * rows;
    let covered: f64 = 0;
    for (let row = 0; row < rows; row++) {
      const up = i32(Math.round(load<f64>(rowsOfPerson + 8 * row) / 2));
      const from = max(0, row - up);
      const filled = scratch + 8 * from * columns;
      const span = rowSpan(scratch, from, columns, rows);
      const last = load<i32>(span, 4);
      let seen: f64 = 0;
      for (let column = load<i32>(span); column <= last; column++) {
        seen += f64(load<u8>(mask + row * columns + column)) * load<f64>(filled + 8 * column);
      }
      if (seen > 0) covered += seen / load<f64>(cellsOfPerson + 8 * row);
    }
    store<f64>(out + 8 * zone, covered > 0 ? covered / wholeOf(mask, cellsOfPerson, columns, rows) / 255 : 0);
  }
}

/** What `covered` is at most, 0..255. */
function wholeOf(mask: usize, cellsOfPerson: usize, columns: i32, rows: i32): f64 {
  let whole: f64 = 0;
  for (let row = 0; row < rows; row++)
    whole += f64(sumOf(mask + row * columns, columns)) / load<f64>(cellsOfPerson + 8 * row);
  return whole;
}

/** Sum of `count` u8. */
function sumOf(at: usize, count: i32): i32 {
  let sums = i32x4.splat(0);
  let i = 0;
  for (; i + 16 <= count; i += 16) {
    const pairs = i16x8.extadd_pairwise_i8x16_u(v128.load(at + i));
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(pairs));
  }
  let sum =
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3);
  for (; i < count; i++) sum += i32(load<u8>(at + i));
  return sum;
}

/**
 * Sums per zone, 16 f64 at `out`:
 *
 *   0 people  1 of them in a crowd  2 of them walking  3 fluxX  4 fluxY  5 sum of people x speed
 *   6 sum of divergence x share, 1/8 pixel a picture over two cells  7 sum of those shares
 *   8..15 people walking per direction: 45 degrees each, the first centred on +x, clockwise as y runs down
 *
 * `hidden`: f64 per zone, how many people there are in a crowd for each that is seen. `perSecond` turns 1/8 pixel a
 * picture into plane heights per second.
 */
export function density(
  out: usize,
  hidden: usize,
  masks: usize,
  zones: i32,
  scratch: usize,
  cellsOfPerson: usize,
  rowsOfPerson: usize,
  columns: i32,
  rows: i32,
  perSecond: f64,
): void {
  memory.fill(out, 0, OUT * zones);
  const cells = columns * rows;
  const planeX = scratch + 9 * cells;
  const planeY = planeX + cells;
  for (let row = 0; row < rows; row++) {
    const tall = i32(Math.round(load<f64>(rowsOfPerson + 8 * row)));
    const below = min(rows - 1, row + tall);
    const reach = i32(Math.round(f64(row) + load<f64>(rowsOfPerson + 8 * below) - 1));
    store<i32>(reachOf(scratch, row, columns, rows), reach);
  }
  for (let column = 0; column < columns; column++) {
    let bottom = -1;
    let gap = 0;
    let deep = false;
    const span = columnSpan(scratch, column, columns, rows);
    const first = load<i32>(span);
    for (let row = load<i32>(span, 4); row >= first; row--) {
      const cell = row * columns + column;
      const filled = load<f64>(scratch + 8 * cell);
      if (filled == 0) {
        if (bottom >= 0 && ++gap > GAP_MAX) bottom = -1;
        continue;
      }
      if (bottom < 0) {
        bottom = row;
        deep = f64(runRows(scratch, columns, column, row)) > DEEP_RUN * load<f64>(rowsOfPerson + 8 * row);
      }
      gap = 0;
      const foot = max(row, min(bottom, load<i32>(reachOf(scratch, row, columns, rows))));
      const masked = masks + foot * columns + column;
      if (!isMasked(masked, zones, cells)) continue;
      const weight = filled / 255 / load<f64>(cellsOfPerson + 8 * foot);
      const flowX = i32(load<i8>(planeX + cell));
      const flowY = i32(load<i8>(planeY + cell));
      const vx = f64(flowX) * perSecond;
      const vy = f64(flowY) * perSecond;
      const speed = sqrt<f64>(vx * vx + vy * vy);
      const surrounded =
        row > 0 && row + 1 < rows && column > 0 && column + 1 < columns && isSurrounded(scratch, cell, columns, cells);
      const divergence = surrounded ? divergenceOf(planeX + cell, planeY + cell, columns) : 0;
      for (let zone = 0; zone < zones; zone++) {
        const share = f64(load<u8>(masked + zone * cells));
        if (share == 0) continue;
        const to = out + OUT * zone;
        const people = ((deep ? load<f64>(hidden + 8 * zone) : 1) * weight * share) / 255;
        add(to, people);
        if (deep) add(to + 8 * 1, people);
        if (surrounded) {
          add(to + 8 * 6, share * f64(divergence));
          add(to + 8 * 7, share);
        }
        // Whoever stands still adds nothing to what follows.
        if (speed == 0) continue;
        add(to + 8 * 3, people * vx);
        add(to + 8 * 4, people * vy);
        add(to + 8 * 5, people * speed);
        if (speed > WALKING_MIN) {
          add(to + 8 * 2, people);
          add(to + 8 * (8 + directionOf(flowX, flowY)), people);
        }
      }
    }
  }
}

/** Whether any zone covers the cell that is at `masked` in the first zone's mask. */
// @ts-ignore: decorator
@inline function isMasked(masked: usize, zones: i32, cells: i32): bool {
  for (let zone = 0; zone < zones; zone++) if (load<u8>(masked + zone * cells) != 0) return true;
  return false;
}

// @ts-ignore: decorator
@inline function add(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

/** Rows from `bottom` up to the top of the run of occupied cells, gaps included. */
function runRows(filled: usize, columns: i32, column: i32, bottom: i32): i32 {
  let top = bottom;
  for (let row = bottom - 1, gap = 0; row >= 0 && gap <= GAP_MAX; row--) {
    if (load<f64>(filled + 8 * (row * columns + column)) == 0) gap++;
    else {
      top = row;
      gap = 0;
    }
  }
  return bottom - top + 1;
}

/** Whether flow was measured in the cell and on all four sides of it: a filled gap has none. */
function isSurrounded(scratch: usize, cell: i32, columns: i32, cells: i32): bool {
  const at = scratch + 8 * cells + cell;
  return (
    load<u8>(at) != 0 &&
    load<u8>(at - 1) != 0 &&
    load<u8>(at + 1) != 0 &&
    load<u8>(at - columns) != 0 &&
    load<u8>(at + columns) != 0
  );
}

// @ts-ignore: decorator
@inline function divergenceOf(x: usize, y: usize, columns: i32): i32 {
  return i32(load<i8>(x + 1)) - i32(load<i8>(x - 1)) + i32(load<i8>(y + columns)) - i32(load<i8>(y - columns));
}

/**
 * Bins are bounded by slopes of t = tan(22.5 degrees), for which t^2 + 2 t = 1: whether b / a is less steep is a
 * question to integers, b^2 + 2 a b < a^2, and t is irrational, so nothing ever lies on a bound.
 */
function directionOf(x: i32, y: i32): i32 {
  const a = abs(x);
  const b = abs(y);
  if (b * b + 2 * a * b < a * a) return x > 0 ? 0 : 4;
  if (a * a + 2 * a * b < b * b) return y > 0 ? 2 : 6;
  return x > 0 ? (y > 0 ? 1 : 7) : y > 0 ? 3 : 5;
}
