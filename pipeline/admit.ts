/**
 * Which decoded frames may reach `measure`: those of a declared camera, on the grid its epoch began with, in order, at
 * a plausible time. What may not is refused with a reason, one frame at a time; a repeat is dropped and counted. That
 * a frame agrees with itself (its grid with its plane, its arrays with its bitmap) is what decoding has promised.
 *
 * Event time is the camera's. A clock that runs ahead is held to the time of receipt, so that one camera cannot make
 * the others late; one that is a day ahead or more says nothing about when the picture was taken and is refused.
 */
import { type Fault, fault } from './errors.ts';
import type { Frame } from './model.ts';
import type { Site } from './site/site.ts';

export type Admission =
  | { readonly kind: 'admitted'; readonly frame: Frame; readonly clamped: boolean }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly fault: Fault };

/** How far a camera's clock may run ahead of the receipt before it is held: unsynchronised clocks drift seconds. */
export const AHEAD_MS_MAX = 2_000;

/** From here on the time is absurd. */
export const FUTURE_MS_MAX = 86_400_000;

interface Seen {
  readonly epoch: number;
  readonly number: number;
  readonly capturedAtMs: number;
  readonly planeWidth: number;
  readonly planeHeight: number;
}

export class Admit {
  readonly #site: Site;
  readonly #cameras: ReadonlySet<string>;
  /** One entry per declared camera at most. */
  readonly #seen = new Map<string, Seen>();

  constructor(site: Site) {
    this.#site = site;
    this.#cameras = new Set(site.cameras.map((camera) => camera.id));
  }

  step(frame: Frame): Admission {
    if (frame.site !== this.#site.id) {
      return refused('unknown_camera', 'site', `is '${frame.site}', expected '${this.#site.id}'`);
    }
    if (!this.#cameras.has(frame.camera)) {
      return refused('unknown_camera', 'camera', `'${frame.camera}' is not declared in site '${frame.site}'`);
    }
    const ahead = frame.capturedAtMs - frame.receivedAtMs;
    if (ahead > FUTURE_MS_MAX) {
      return refused(
        'time_in_future',
        'captured_at_ms',
        `is ${ahead} ms after received_at_ms, at most ${FUTURE_MS_MAX} ms can be a wrong clock`,
      );
    }
    const clamped = ahead > AHEAD_MS_MAX;
    const held = clamped ? { ...frame, capturedAtMs: frame.receivedAtMs + AHEAD_MS_MAX } : frame;

    const last = this.#seen.get(frame.camera);
    if (last !== undefined && frame.epoch <= last.epoch) {
      const verdict = againstLast(held, last);
      if (verdict !== undefined) return verdict;
    }
    const { epoch, number, capturedAtMs, planeWidth, planeHeight } = held;
    this.#seen.set(frame.camera, { epoch, number, capturedAtMs, planeWidth, planeHeight });
    return { kind: 'admitted', frame: held, clamped };
  }
}

function againstLast(frame: Frame, last: Seen): Admission | undefined {
  if (frame.epoch < last.epoch) {
    return refused('epoch_ended', 'epoch', `is ${frame.epoch}, but the camera already began ${last.epoch}`);
  }
  if (frame.number <= last.number) return { kind: 'repeat' };
  if (frame.planeWidth !== last.planeWidth || frame.planeHeight !== last.planeHeight) {
    return refused(
      'bad_grid',
      'plane',
      `is ${frame.planeWidth}x${frame.planeHeight}, but this epoch began with ${last.planeWidth}x${last.planeHeight}`,
    );
  }
  if (frame.capturedAtMs < last.capturedAtMs) {
    return refused(
      'time_backwards',
      'captured_at_ms',
      `is ${frame.capturedAtMs}, ${last.capturedAtMs - frame.capturedAtMs} ms before frame ${last.number}`,
    );
  }
  return undefined;
}

function refused(code: string, at: string, message: string): Admission {
  return { kind: 'refused', fault: fault(code, at, message) };
}
