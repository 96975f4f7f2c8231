/** From what is measured on every frame to what goes on the log: at 1 Hz per camera, and at once on a crossing. */
import { cameraKey, type Measured, type Observation } from '../model.ts';
import { fromSaved, toSaved } from '../saved.ts';
import type { KeptStage } from '../stage.ts';

const EVERY_MS = 1_000;

/** Of what is saved. */
const LAYOUT = 2;

export function observations(): KeptStage<Measured, Observation> {
  return new Observations();
}

/** The beat of one camera: what it last said unasked. */
interface Said {
  readonly epoch: number;
  readonly atMs: number;
  readonly view: string;
  /** Frames measured since it last said anything. */
  readonly since: number;
}

class Observations implements KeptStage<Measured, Observation> {
  readonly #said = new Map<string, Said>();

  step({ frame, zones, crossings }: Measured): readonly Observation[] {
    const key = cameraKey(frame.site, frame.camera);
    const before = this.#said.get(key);
    const due =
      before === undefined ||
      before.epoch !== frame.epoch ||
      before.view !== frame.view ||
      frame.capturedAtMs - before.atMs >= EVERY_MS;
    const frames = (before?.since ?? 0) + 1;
    const says = due || crossings.length > 0;
    const beat = due ? { epoch: frame.epoch, atMs: frame.capturedAtMs, view: frame.view } : before;
    this.#said.set(key, { ...beat, since: says ? 0 : frames });
    if (!says) return [];
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
        frames,
      },
    ];
  }

  save(camera: string): Uint8Array | undefined {
    const said = this.#said.get(camera);
    return said === undefined ? undefined : toSaved(LAYOUT, said);
  }

  restore(camera: string, saved: Uint8Array): boolean {
    const read = fromSaved(LAYOUT, saved);
    if (read === undefined) return false;
    this.#said.set(camera, read.state as Said);
    return true;
  }
}
