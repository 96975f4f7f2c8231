/**
 * Which decoded frames may reach `measure`, and in which order: those of a declared camera, on the grid its epoch
 * began with, by their numbers, with a time that can be believed. What may not is refused with a reason, one frame at
 * a time; a repeat is dropped and counted. That a frame agrees with itself (its grid with its plane, its arrays with
 * its bitmap) is what decoding has promised.
 *
 * One frame in, any number out: a frame that leaves a gap is held for at most the lateness (order.ts), and the one
 * that fills the gap releases it. Event time is the camera's as far as it can be believed (clock.ts); a clock that is
 * a day ahead or more says nothing about when the picture was taken, and the frame is refused.
 */
import { type Fault, fault } from '../errors.ts';
import type { Frame } from '../model.ts';
import type { Site } from '../site/site.ts';
import { Clock, type ClockState } from './clock.ts';
import { Order, type OrderState } from './order.ts';

export type Admission =
  | {
      readonly kind: 'admitted';
      /** With its event time as `capturedAtMs`. */
      readonly frame: Frame;
      /** The camera's clock is ahead and was held. */
      readonly clamped: boolean;
      /** The camera's clock jumped before this frame, and event time did not. */
      readonly stepped: boolean;
    }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly fault: Fault };

/** From here on the time is absurd. */
export const FUTURE_MS_MAX = 86_400_000;

const LAYOUT = 1;

/** What admitting knows of one camera: its state, and the frames that it holds back, which are saved as frames. */
export interface SavedAdmit {
  readonly bytes: Uint8Array;
  readonly held: readonly Frame[];
}

interface Epoch {
  readonly epoch: number;
  readonly planeWidth: number;
  readonly planeHeight: number;
  readonly order: Order;
  readonly clock: Clock;
  /** The epoch before this one, and how far it had come: what is read again of it is a repeat. */
  readonly before?: { readonly epoch: number; readonly number: number };
}

interface EpochState {
  readonly layout: typeof LAYOUT;
  readonly epoch: number;
  readonly planeWidth: number;
  readonly planeHeight: number;
  readonly order: OrderState;
  readonly clock: ClockState;
  readonly before?: Epoch['before'];
}

export class Admit {
  readonly #site: Site;
  readonly #cameras: ReadonlySet<string>;
  /** One entry per declared camera at most. */
  readonly #epochs = new Map<string, Epoch>();

  constructor(site: Site) {
    this.#site = site;
    this.#cameras = new Set(site.cameras.map((camera) => camera.id));
  }

  /** Why frames of this camera are not taken; undefined when they are. */
  stranger({ site, camera }: Frame): Fault | undefined {
    if (site !== this.#site.id) {
      return fault('unknown_camera', 'site', `is '${site}', expected '${this.#site.id}'`);
    }
    if (!this.#cameras.has(camera)) {
      return fault('unknown_camera', 'camera', `'${camera}' is not declared in site '${site}'`);
    }
    return undefined;
  }

  step(frame: Frame): readonly Admission[] {
    const stranger = this.stranger(frame);
    if (stranger !== undefined) return [{ kind: 'refused', fault: stranger }];
    const ahead = frame.capturedAtMs - frame.receivedAtMs;
    const absurd =
      ahead > FUTURE_MS_MAX
        ? fault(
            'time_in_future',
            'captured_at_ms',
            `is ${ahead} ms after received_at_ms, at most ${FUTURE_MS_MAX} ms can be a wrong clock`,
          )
        : undefined;
    const at = this.#epochs.get(frame.camera);
    if (at === undefined || frame.epoch > at.epoch) {
      // A frame that is refused begins no epoch: it may name one that never was.
      return absurd === undefined ? this.#begin(frame, at) : [{ kind: 'refused', fault: absurd }];
    }
    if (frame.epoch < at.epoch) return [ended(frame, at)];
    return this.#place(frame, at, absurd ?? otherGrid(frame, at));
  }

  /** Overload: the frame takes its place in the order and goes no further. What it let through comes back. */
  skip(frame: Frame): readonly Admission[] {
    const at = this.#epochs.get(frame.camera);
    if (at === undefined || frame.epoch > at.epoch) return this.#begin(frame, at, true);
    return frame.epoch < at.epoch ? [] : this.#place(frame, at, undefined, true);
  }

  /** A frame with this number would be new: it comes after all that the camera has had. */
  isAhead({ camera, epoch, number }: { camera: string; epoch: number; number: number }): boolean {
    const at = this.#epochs.get(camera);
    if (at === undefined) return false;
    return epoch > at.epoch || (epoch === at.epoch && number > (at.order.lastNumber ?? -1));
  }

  save(camera: string): SavedAdmit | undefined {
    const at = this.#epochs.get(camera);
    if (at === undefined) return undefined;
    const { epoch, planeWidth, planeHeight, order, clock, before } = at;
    const state: EpochState = {
      layout: LAYOUT,
      epoch,
      planeWidth,
      planeHeight,
      order: order.state,
      clock: clock.state,
      ...(before !== undefined && { before }),
    };
    return { bytes: new TextEncoder().encode(JSON.stringify(state)), held: order.held };
  }

  /** false: written by another layout, or not a camera of ours; nothing was changed. */
  restore(camera: string, { bytes, held }: SavedAdmit): boolean {
    const state = this.#cameras.has(camera) ? stateIn(bytes) : undefined;
    if (state === undefined) return false;
    const { epoch, planeWidth, planeHeight, before } = state;
    this.#epochs.set(camera, {
      epoch,
      planeWidth,
      planeHeight,
      order: Order.from(state.order, held),
      clock: new Clock(state.clock),
      ...(before !== undefined && { before }),
    });
    return true;
  }

  #begin(frame: Frame, ended: Epoch | undefined, dropped = false): readonly Admission[] {
    const rest = ended === undefined ? [] : admitted(ended.order.end(), ended.clock);
    const last = ended?.order.lastNumber;
    const { epoch, planeWidth, planeHeight } = frame;
    const begun: Epoch = {
      epoch,
      planeWidth,
      planeHeight,
      order: new Order(),
      clock: new Clock(),
      ...(ended !== undefined && last !== undefined && { before: { epoch: ended.epoch, number: last } }),
    };
    this.#epochs.set(frame.camera, begun);
    return [...rest, ...this.#place(frame, begun, undefined, dropped)];
  }

  #place(frame: Frame, at: Epoch, refusal?: Fault, dropped = false): readonly Admission[] {
    const placed = at.order.step(frame, dropped || refusal !== undefined);
    if (placed.kind === 'repeat') return [{ kind: 'repeat' }];
    if (placed.kind === 'late') {
      const message = `is ${frame.number}, but the camera was not waited for longer and is at ${placed.last}`;
      return [{ kind: 'refused', fault: refusal ?? fault('late', 'number', message) }];
    }
    const ready = admitted(placed.ready, at.clock);
    return refusal === undefined ? ready : [{ kind: 'refused', fault: refusal }, ...ready];
  }
}

function admitted(frames: readonly Frame[], clock: Clock): readonly Admission[] {
  return frames.map((frame) => {
    const { atMs, clamped, stepped } = clock.tell(frame.capturedAtMs, frame.receivedAtMs);
    const timed = atMs === frame.capturedAtMs ? frame : { ...frame, capturedAtMs: atMs };
    return { kind: 'admitted', frame: timed, clamped, stepped };
  });
}

function ended(frame: Frame, at: Epoch): Admission {
  const { before } = at;
  if (before !== undefined && frame.epoch === before.epoch && frame.number <= before.number) {
    return { kind: 'repeat' };
  }
  const message = `is ${frame.epoch}, but the camera already began ${at.epoch}`;
  return { kind: 'refused', fault: fault('epoch_ended', 'epoch', message) };
}

function otherGrid(frame: Frame, at: Epoch): Fault | undefined {
  if (frame.planeWidth === at.planeWidth && frame.planeHeight === at.planeHeight) return undefined;
  const message = `is ${frame.planeWidth}x${frame.planeHeight}, but this epoch began with ${at.planeWidth}x${at.planeHeight}`;
  return fault('bad_grid', 'plane', message);
}

/** The epoch that a camera was in when it was saved. */
export function epochIn(saved: Uint8Array): number | undefined {
  return stateIn(saved)?.epoch;
}

/** Written by save(), so its layout says everything about its shape. */
function stateIn(bytes: Uint8Array): EpochState | undefined {
  try {
    const state = JSON.parse(new TextDecoder().decode(bytes)) as EpochState;
    return state?.layout === LAYOUT ? state : undefined;
  } catch {
    return undefined;
  }
}
