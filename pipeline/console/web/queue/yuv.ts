/**
 * 4:2:0 planes back to back (Y, then U and V of half the width and height, rounded up) to RGBA. Limited range, ITU-R
 * BT.601-7, in 1/256:
 *
 *   R = 1.164 (Y - 16)                   + 1.596 (V - 128)
 *   G = 1.164 (Y - 16) - 0.392 (U - 128) - 0.813 (V - 128)
 *   B = 1.164 (Y - 16) + 2.017 (U - 128)
 */

/** Bytes of a picture with colour. */
export function planesLength(width: number, height: number): number {
  return width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
}

/** `rgba` holds width x height x 4. Planes without colour are grey. Returns false, and draws nothing, when they are too short. */
export function toRgba(planes: Uint8Array, width: number, height: number, rgba: Uint8ClampedArray): boolean {
  const luma = width * height;
  if (planes.length < luma || rgba.length < luma * 4) return false;
  const hasColour = planes.length >= planesLength(width, height);
  const chromaWidth = (width + 1) >> 1;
  const uFrom = luma;
  const vFrom = luma + chromaWidth * ((height + 1) >> 1);
  for (let y = 0, at = 0; y < height; y++) {
    const chromaRow = (y >> 1) * chromaWidth;
    for (let x = 0; x < width; x++, at++) {
      const chroma = chromaRow + (x >> 1);
      const u = hasColour ? planes[uFrom + chroma]! - 128 : 0;
      const v = hasColour ? planes[vFrom + chroma]! - 128 : 0;
      const light = 298 * (planes[at]! - 16) + 128;
      const out = at * 4;
      rgba[out] = (light + 409 * v) >> 8;
      rgba[out + 1] = (light - 100 * u - 208 * v) >> 8;
      rgba[out + 2] = (light + 516 * u) >> 8;
      rgba[out + 3] = 255;
    }
  }
  return true;
}
