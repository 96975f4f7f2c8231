/**
 * Takes specks out of the foreground and fills its pinholes.
 */
import { bitRow } from './bits';

/**
 * A pixel stays when at least 3 of its 3x3 block are set, and is filled when at least 5 are.
 *
 * 64 pixels at a time, in binary adders: first each pixel's column of three (0..3: `ones` and `twos`), then the columns
 * of three neighbours:  sum = odd + 2 low + 4 (carry + high)
 */
export function clean(out: usize, bits: usize, width: i32, height: i32): void {
  const stride = bitRow(width);
  for (let y = 0; y < height; y++) {
    const row = bits + y * stride;
    const to = out + y * stride;
    const up = y > 0 ? row - stride : 0;
    const down = y + 1 < height ? row + stride : 0;
    let onesBefore: u64 = 0;
    let twosBefore: u64 = 0;
    let mid = load<u64>(row);
    let upper = up ? load<u64>(up) : 0;
    let lower = down ? load<u64>(down) : 0;
    let ones = upper ^ mid ^ lower;
    let twos = majority(upper, mid, lower);
    for (let at = 0; at < stride; at += 8) {
      const set = mid;
      let onesAfter: u64 = 0;
      let twosAfter: u64 = 0;
      if (at + 8 < stride) {
        mid = load<u64>(row + at, 8);
        upper = up ? load<u64>(up + at, 8) : 0;
        lower = down ? load<u64>(down + at, 8) : 0;
        onesAfter = upper ^ mid ^ lower;
        twosAfter = majority(upper, mid, lower);
      }
      // A neighbouring word's column alone is at most 3, too few to fill a pixel.
      store<u64>(
        to + at,
        (ones | twos) == 0
          ? 0
          : voted(
              set,
              (ones << 1) | (onesBefore >> 63),
              ones,
              (ones >> 1) | (onesAfter << 63),
              (twos << 1) | (twosBefore >> 63),
              twos,
              (twos >> 1) | (twosAfter << 63),
            ),
      );
      onesBefore = ones;
      twosBefore = twos;
      ones = onesAfter;
      twos = twosAfter;
    }
  }
}

// @ts-ignore: decorator
@inline function majority(a: u64, b: u64, c: u64): u64 {
  return (a & b) | (c & (a | b));
}

// @ts-ignore: decorator
@inline function voted(set: u64, l1: u64, m1: u64, r1: u64, l2: u64, m2: u64, r2: u64): u64 {
  const odd = l1 ^ m1 ^ r1;
  const carry = majority(l1, m1, r1);
  const half = l2 ^ m2 ^ r2;
  const high = majority(l2, m2, r2);
  const low = carry ^ half;
  const four = carry & half;
  const five = (four & high) | ((four | high) & (odd | low));
  const three = four | high | (low & odd);
  return five | (set & three);
}
