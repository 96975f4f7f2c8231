/** The analysis plane of a camera: what the site file asks for, completed from the size of the view. */
import { fault, InputError } from '../errors.ts';
import { type Analysis, analysisPlane, PLANE_PIXELS_MAX } from '../site/site.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Size of the plane for a view of `view` pixels (as displayed: rotated, pixels square). Neither side given: about
 * 14,400 pixels. One given: the other follows the view's aspect ratio, even. Both given: as they stand, odd or not.
 * Throws InputError `plane_too_large` when a side left open makes the plane exceed 57,600 pixels.
 */
export function planeOf(analysis: Analysis, view: Size, at: string): Size {
  const plane = complete(analysis, view);
  if (plane.width * plane.height <= PLANE_PIXELS_MAX) return plane;
  throw new InputError([
    fault(
      'plane_too_large',
      at,
      `the analysis plane would be ${plane.width}x${plane.height} = ${plane.width * plane.height} pixels, expected at most ${PLANE_PIXELS_MAX}`,
      'leave analysis.width and analysis.height out, or make them smaller',
    ),
  ]);
}

function complete({ width, height }: Analysis, view: Size): Size {
  if (width !== undefined && height !== undefined) return { width, height };
  if (width !== undefined) return { width, height: even((width * view.height) / view.width) };
  if (height !== undefined) return { width: even((height * view.width) / view.height), height };
  return analysisPlane(view.width, view.height);
}

/** Even, because the chroma planes are half as wide and high. */
function even(side: number): number {
  return Math.max(16, 2 * Math.round(side / 2));
}
