/** From what is measured on every frame to what goes on the log: at 1 Hz per camera, and at once on a crossing. */
import { cameraKey, type Measured, type Observation } from '../model.ts';
import type { Stage } from '../stage.ts';

const EVERY_MS = 1_000;

export function observations(): Stage<Measured, Observation> {
  const last = new Map<string, { epoch: number; atMs: number; view: string }>();
  return {
    step({ frame, zones, crossings }) {
      const key = cameraKey(frame.site, frame.camera);
      const before = last.get(key);
      const due =
        before === undefined ||
        before.epoch !== frame.epoch ||
        before.view !== frame.view ||
        frame.capturedAtMs - before.atMs >= EVERY_MS;
      if (!due && crossings.length === 0) return [];
      if (due) last.set(key, { epoch: frame.epoch, atMs: frame.capturedAtMs, view: frame.view });
      return [
        {
          site: frame.site,
          camera: frame.camera,
          epoch: frame.epoch,
          frame: frame.number,
          atMs: frame.capturedAtMs,
          view: frame.view,
          zones,
          crossings,
        },
      ];
    },
  };
}
