/** The smallest frames that are legal. */
import type { Frame } from '../../pipeline/model.ts';

export function frameOf(camera: string, number: number, more: Partial<Frame> = {}): Frame {
  return {
    site: 'gare',
    camera,
    epoch: 1,
    number,
    capturedAtMs: number,
    receivedAtMs: number,
    intervalMs: 1,
    planeWidth: 160,
    planeHeight: 90,
    view: 'ok',
    blobs: [],
    objects: [],
    statics: [],
    ...more,
  };
}
