import type { Frame } from '../model.ts';

/** The last frame of a stream: the picture is gone, so nothing may look like a quiet view. */
export function viewLost(last: Frame, source: { readonly fps: number; readonly sourceFps: number }): Frame {
  const intervalMs = Math.round(1000 / source.fps);
  const { cells: _, ...rest } = last;
  return {
    ...rest,
    number: last.number + Math.max(1, Math.round(source.sourceFps / source.fps)),
    capturedAtMs: last.capturedAtMs + intervalMs,
    receivedAtMs: last.receivedAtMs + intervalMs,
    intervalMs,
    view: 'lost',
    blobs: [],
    objects: [],
    statics: [],
  };
}
