/**
 * `measure`: from frames to what is measured in every zone and on every line, and the tracks that rules look at.
 * Pure; state per camera is bounded and is dropped when a new epoch of the camera begins.
 */
import type { Frame, Measured } from '../model.ts';
import { cameraKey } from '../model.ts';
import { fromSaved, toSaved } from '../saved.ts';
import type { Camera, Site } from '../site/site.ts';
import type { KeptStage } from '../stage.ts';
import { CameraMeasure, type CameraMeasureState } from './camera.ts';

/** Of what is saved. */
const LAYOUT = 3;

export interface MeasureStage extends KeptStage<Frame, Measured> {
  /** From the next frame on a camera has other zones and lines. Tracks go on; what was learned of a place goes on in it. */
  replace(key: string, camera: Camera): void;
}

export function measure(site: Site): MeasureStage {
  return new Measure(site);
}

class Measure implements MeasureStage {
  readonly #cameras: Map<string, Camera>;
  readonly #states = new Map<string, CameraMeasure>();

  constructor(site: Site) {
    this.#cameras = new Map(site.cameras.map((camera) => [cameraKey(site.id, camera.id), camera]));
  }

  step(frame: Frame): readonly Measured[] {
    const key = cameraKey(frame.site, frame.camera);
    const camera = this.#cameras.get(key);
    if (camera === undefined) return [];
    let state = this.#states.get(key);
    if (state === undefined || !state.fits(frame)) {
      state = new CameraMeasure(camera, frame);
      this.#states.set(key, state);
    }
    return [state.step(frame)];
  }

  save(key: string): Uint8Array | undefined {
    const state = this.#states.get(key);
    return state === undefined ? undefined : toSaved(LAYOUT, state.save());
  }

  restore(key: string, saved: Uint8Array): boolean {
    const camera = this.#cameras.get(key);
    const read = fromSaved(LAYOUT, saved);
    if (camera === undefined || read === undefined) return false;
    this.#states.set(key, CameraMeasure.restored(camera, read.state as CameraMeasureState));
    return true;
  }

  replace(key: string, camera: Camera): void {
    const before = this.#cameras.get(key);
    const saved = this.save(key);
    this.#cameras.set(key, camera);
    if (before === undefined || saved === undefined) return;
    const { state } = fromSaved(LAYOUT, saved)!;
    const known = withoutMoved(state as CameraMeasureState, before, camera);
    this.#states.set(key, CameraMeasure.restored(camera, known));
  }
}

/** A place under the same id that lies elsewhere is another place: who stood on which side of it says nothing now. */
function withoutMoved(state: CameraMeasureState, before: Camera, after: Camera): CameraMeasureState {
  const stays = (kind: 'zones' | 'lines', id: string) => {
    const [old, now] = [before, after].map((camera) => camera[kind].find((place) => place.id === id));
    return JSON.stringify(old) === JSON.stringify(now);
  };
  const { crossings, zones } = state;
  return {
    ...state,
    crossings: { ...crossings, lines: crossings.lines.map((id) => (stays('lines', id) ? id : '')) },
    zones: new Map([...zones].filter(([id]) => stays('zones', id))),
  };
}
