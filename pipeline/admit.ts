/**
 * Which frames may reach `measure`: those of a declared camera, on the camera's own grid, in order, at a plausible
 * time. What may not is refused with a reason, one frame at a time; a repeat is dropped and counted.
 *
 * Event time is the camera's. A clock that runs ahead is held to the time of receipt, so that one camera cannot make
 * the others late; one that is a day ahead or more says nothing about when the picture was taken and is refused.
 */
import { type Fault, fault } from './errors.ts';
import type { Cells, Frame } from './model.ts';
import { CELL_PX, PLANE_PIXELS_MAX, type Site } from './site/site.ts';

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
    const gridFault = faultOfGrid(frame);
    if (gridFault !== undefined) return { kind: 'refused', fault: gridFault };

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

function faultOfGrid(frame: Frame): Fault | undefined {
  const { planeWidth, planeHeight, cells } = frame;
  const pixels = planeWidth * planeHeight;
  if (pixels < 1 || pixels > PLANE_PIXELS_MAX) {
    return fault(
      'bad_grid',
      'plane',
      `is ${planeWidth}x${planeHeight}, expected 1 to ${PLANE_PIXELS_MAX} pixels`,
    );
  }
  if (cells === undefined) return undefined;
  const columns = Math.ceil(planeWidth / CELL_PX);
  const rows = Math.ceil(planeHeight / CELL_PX);
  if (cells.columns !== columns || cells.rows !== rows) {
    return fault(
      'bad_grid',
      'cells',
      `are ${cells.columns}x${cells.rows}, expected ${columns}x${rows} for a plane of ${planeWidth}x${planeHeight}`,
    );
  }
  return faultOfCells(cells);
}

/** The bitmap covers the grid, no bit beyond it is set, and the other arrays have one byte per set bit. */
function faultOfCells(cells: Cells): Fault | undefined {
  const count = cells.columns * cells.rows;
  const bytes = Math.ceil(count / 8);
  if (cells.bitmap.length !== bytes) {
    return fault('bad_grid', 'cells.bitmap', `has ${cells.bitmap.length} bytes, expected ${bytes}`);
  }
  let set = 0;
  for (const byte of cells.bitmap) set += ones(byte);
  const spare = bytes * 8 - count;
  if (spare > 0 && cells.bitmap[bytes - 1]! >> (8 - spare) !== 0) {
    return fault('bad_grid', 'cells.bitmap', `has bits beyond cell ${count}`);
  }
  for (const name of ['occupancy', 'flowX', 'flowY'] as const) {
    if (cells[name].length !== set) {
      return fault('bad_grid', `cells.${name}`, `has ${cells[name].length} bytes, expected ${set}`);
    }
  }
  return undefined;
}

function ones(byte: number): number {
  const pairs = byte - ((byte >> 1) & 0x55);
  const fours = (pairs & 0x33) + ((pairs >> 2) & 0x33);
  return (fours + (fours >> 4)) & 0x0f;
}

function refused(code: string, at: string, message: string): Admission {
  return { kind: 'refused', fault: fault(code, at, message) };
}
