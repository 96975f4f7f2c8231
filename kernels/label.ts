/**
 * 8-connected components, numbered from 1 in raster order of their first pixel.
 *
 *   runs of set pixels     ..111...11.   a run joins every run above that it touches, corners included,
 *                          .1...1111..   so labels are looked up once a run and not once a pixel
 */

/** Bytes of a run of set pixels in a row: four u16, first x, last x, y, provisional label. */
const RUN: i32 = 8;

/** A parent per provisional label, of which 8-connectivity needs one per 2x2 block. */
// @ts-ignore: decorator
@inline function parentBytes(width: i32, height: i32): i32 {
  return ((((width + 1) >> 1) * ((height + 1) >> 1) + 1) * 2 + 63) & ~63;
}

/** Bytes of scratch for `label`: parents, then runs, of which every second pixel can begin one. */
export function labelScratchBytes(width: i32, height: i32): i32 {
  return parentBytes(width, height) + ((((width + 1) >> 1) * height * RUN + 63) & ~63);
}

/** Returns the number of components, at most `max`; pixels of components beyond that get label 0. */
export function label(labels: usize, mask: usize, scratch: usize, width: i32, height: i32, max: i32): i32 {
  const runs = scratch + parentBytes(width, height);
  let next = 0;
  let end = runs;
  let above = runs;
  let aboveEnd = runs;
  for (let y = 0; y < height; y++) {
    const row = mask + y * width;
    const first = end;
    for (let x = nextSet(row, 0, width); x < width; ) {
      const stop = nextClear(row, x, width);
      // Runs above that end before this one begins cannot touch later ones either.
      while (above < aboveEnd && i32(load<u16>(above, 2)) + 1 < x) above += RUN;
      let root = 0;
      for (let other = above; other < aboveEnd && i32(load<u16>(other)) <= stop; other += RUN) {
        root = joined(scratch, root, load<u16>(other, 6));
      }
      if (root == 0) {
        root = ++next;
        store<u16>(scratch + 2 * root, root);
      }
      store<u16>(end, x);
      store<u16>(end, stop - 1, 2);
      store<u16>(end, y, 4);
      store<u16>(end, root, 6);
      end += RUN;
      x = nextSet(row, stop, width);
    }
    above = first;
    aboveEnd = end;
  }
  // A root is the smallest label of its component, so ascending roots are in raster order of first pixels. Parents
  // point downwards, so one ascending pass replaces every provisional label by its final number.
  let count = 0;
  for (let i = 1; i <= next; i++) {
    const parent = i32(load<u16>(scratch + 2 * i));
    if (parent == i) {
      count++;
      store<u16>(scratch + 2 * i, count <= max ? count : 0);
    } else {
      store<u16>(scratch + 2 * i, load<u16>(scratch + 2 * parent));
    }
  }
  memory.fill(labels, 0, 2 * width * height);
  for (let run = runs; run < end; run += RUN) {
    const final = load<u16>(scratch + 2 * i32(load<u16>(run, 6)));
    const at = labels + 2 * i32(load<u16>(run, 4)) * width;
    const last = at + 2 * i32(load<u16>(run, 2));
    for (let to = at + 2 * i32(load<u16>(run)); to <= last; to += 2) store<u16>(to, final);
  }
  return min(count, max);
}

/** The first set pixel of a row at or after x, or its width. Eight pixels in one look. */
// @ts-ignore: decorator
@inline function nextSet(row: usize, x: i32, width: i32): i32 {
  for (; x + 8 <= width; x += 8) {
    const eight = load<u64>(row + x);
    if (eight != 0) return x + (i32(ctz(eight)) >> 3);
  }
  while (x < width && load<u8>(row + x) == 0) x++;
  return x;
}

/** The first pixel that is not set at or after x, or the row's width. */
// @ts-ignore: decorator
@inline function nextClear(row: usize, x: i32, width: i32): i32 {
  for (; x + 8 <= width; x += 8) {
    const clear = load<u64>(row + x) ^ 0x0101010101010101;
    if (clear != 0) return x + (i32(ctz(clear)) >> 3);
  }
  while (x < width && load<u8>(row + x) != 0) x++;
  return x;
}

/** The smaller root of two labels (0 is none), after joining them. */
function joined(scratch: usize, root: i32, label: i32): i32 {
  if (label == 0) return root;
  let other = label;
  while (true) {
    const parent = i32(load<u16>(scratch + 2 * other));
    if (parent == other) break;
    other = parent;
  }
  if (root == 0 || root == other) return other;
  if (other < root) {
    store<u16>(scratch + 2 * root, other);
    return other;
  }
  store<u16>(scratch + 2 * other, root);
  return root;
}
