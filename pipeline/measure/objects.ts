/**
 * What a detector beside Vigie says is in the picture, tidied: the same thing is named once, and unlikely things not at
 * all. Detectors run at their own rate and miss things; a frame without objects is measured from its blobs alone.
 */
import { boxArea, sharedArea } from '../box.ts';
import type { Box, Cells, DetectedObject, Frame, ObjectClass } from '../model.ts';
import { CELL_PX } from '../site/site.ts';

/** Below this a detector guesses. */
const CONFIDENCE_MIN = 0.4;
/** Boxes of one class that share more than this (intersection over union) are one thing. */
const SAME_MIN = 0.5;
/** Or of which the smaller lies in the other as far as this: a half of somebody beside the whole of them. */
const WITHIN_MIN = 0.85;
/** Of one class in one picture at most: more than stand in a view. */
const OBJECTS_MAX = 200;

/**
 * Non-maximum suppression: the surest first; what is the same as one that was taken is left out. Equal confidence goes by
 * place, so that the order in which a detector lists things does not matter.
 */
export function objectsOf(frame: Frame, kind: ObjectClass): readonly DetectedObject[] {
  if (frame.objects.length === 0) return [];
  const likely = frame.objects
    .filter(
      (object) => object.class === kind && object.confidence >= CONFIDENCE_MIN && boxArea(object.box) > 0,
    )
    .sort((a, b) => b.confidence - a.confidence || a.box.x0 - b.box.x0 || a.box.y0 - b.box.y0);
  const taken: DetectedObject[] = [];
  for (const object of likely)
    if (taken.length < OBJECTS_MAX && !taken.some(({ box }) => isSame(box, object.box))) taken.push(object);
  return taken;
}

function isSame(a: Box, b: Box): boolean {
  const both = sharedArea(a, b);
  const smaller = Math.min(boxArea(a), boxArea(b));
  return both > SAME_MIN * (boxArea(a) + boxArea(b) - both) || both > WITHIN_MIN * smaller;
}

/** The cells without what a detector calls a vehicle: it covers as many cells as a crowd, and is none. */
export function withoutVehicles(cells: Cells, frame: Frame): Cells {
  const vehicles = objectsOf(frame, 'vehicle');
  if (vehicles.length === 0) return cells;
  const occupancy = cells.occupancy.slice();
  let k = 0;
  for (let cell = 0; cell < cells.columns * cells.rows; cell++) {
    if (((cells.bitmap[cell >> 3]! >> (cell & 7)) & 1) === 0) continue;
    const x = (CELL_PX * (cell % cells.columns) + CELL_PX / 2) / frame.planeWidth;
    const y = (CELL_PX * Math.floor(cell / cells.columns) + CELL_PX / 2) / frame.planeHeight;
    if (vehicles.some(({ box }) => x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1))
      occupancy[k] = 0;
    k++;
  }
  return { ...cells, occupancy };
}
