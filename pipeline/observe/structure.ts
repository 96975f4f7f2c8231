/**
 * Whether two pictures show the same things at the same places, whatever their light: the normalised correlation of
 * each block of 8x8 pixels that has any texture. A train, a crowd or a lamp changes some blocks; a camera that was
 * turned changes nearly all of them.
 */

const BLOCK = 8;
/** Standard deviation, grey levels, below which a block has nothing to be recognised by: noise is some 2. */
const TEXTURE_MIN = 4;
/** Correlation below which a block shows something else. Noise on faint texture leaves about .7. */
const SAME_MIN = 0.5;

/** Share, 0..1, of the textured blocks of `before` that show something else in `now`; 0 where nothing has texture. */
export function changedStructure(now: Uint8Array, before: Uint8Array, width: number, height: number): number {
  let textured = 0;
  let changed = 0;
  for (let y = 0; y + BLOCK <= height; y += BLOCK)
    for (let x = 0; x + BLOCK <= width; x += BLOCK) {
      const correlation = correlationOf(now, before, y * width + x, width);
      if (correlation === undefined) continue;
      textured++;
      if (correlation < SAME_MIN) changed++;
    }
  return textured === 0 ? 0 : changed / textured;
}

/** How many blocks have any texture. */
export function texturedBlocks(luma: Uint8Array, width: number, height: number): number {
  let textured = 0;
  for (let y = 0; y + BLOCK <= height; y += BLOCK)
    for (let x = 0; x + BLOCK <= width; x += BLOCK)
      if (correlationOf(luma, luma, y * width + x, width) !== undefined) textured++;
  return textured;
}

/** -1..1 over one block; undefined where `before` is flat. */
function correlationOf(now: Uint8Array, before: Uint8Array, at: number, width: number): number | undefined {
  let sumNow = 0;
  let sumBefore = 0;
  let squaresNow = 0;
  let squaresBefore = 0;
  let products = 0;
  for (let row = at, end = at + BLOCK * width; row < end; row += width)
    for (let i = row; i < row + BLOCK; i++) {
      const a = now[i]!;
      const b = before[i]!;
      sumNow += a;
      sumBefore += b;
      squaresNow += a * a;
      squaresBefore += b * b;
      products += a * b;
    }
  const count = BLOCK * BLOCK;
  const varianceBefore = squaresBefore - sumBefore ** 2 / count;
  if (varianceBefore < count * TEXTURE_MIN ** 2) return undefined;
  const varianceNow = squaresNow - sumNow ** 2 / count;
  // Flat now where there was texture: it is hidden.
  if (varianceNow <= 0) return 0;
  return (products - (sumNow * sumBefore) / count) / Math.sqrt(varianceNow * varianceBefore);
}
