import { describe, expect, it } from 'vitest';
import { Admit, AHEAD_MS_MAX, FUTURE_MS_MAX } from '../pipeline/admit.ts';
import type { Cells, Frame } from '../pipeline/model.ts';
import type { Site } from '../pipeline/site/site.ts';

const SITE: Site = {
  id: 'gare',
  kind: 'station',
  cameras: [
    { id: 'quai', analysis: {}, ground: [], zones: [], lines: [], rules: [] },
    { id: 'hall', analysis: {}, ground: [], zones: [], lines: [], rules: [] },
  ],
};

const EPOCH = 1_700_000_000_000;

/** An 18x10 plane has 5x3 = 15 cells: one bit of the bitmap's second byte is spare. */
const CELLS: Cells = {
  columns: 5,
  rows: 3,
  bitmap: Uint8Array.of(0b1000_0001, 0b0100_0000),
  occupancy: Uint8Array.of(1, 2, 3),
  flowX: Uint8Array.of(0, 0, 0),
  flowY: Uint8Array.of(0, 0, 0),
};

function frame(number: number, change: Partial<Frame> = {}): Frame {
  const capturedAtMs = EPOCH + number * 200;
  return {
    site: 'gare',
    camera: 'quai',
    epoch: EPOCH,
    number,
    capturedAtMs,
    receivedAtMs: capturedAtMs + 40,
    intervalMs: number === 0 ? 0 : 200,
    planeWidth: 18,
    planeHeight: 10,
    view: 'ok',
    cells: CELLS,
    blobs: [],
    objects: [],
    ...change,
  };
}

describe('admit', () => {
  const first = frame(5);
  const refusals: readonly [string, Frame, code: string][] = [
    ['a camera nobody declared', frame(6, { camera: 'toit' }), 'unknown_camera'],
    ['a site that is not ours', frame(6, { site: 'port' }), 'unknown_camera'],
    ['a plane unlike the epoch', frame(6, { planeWidth: 17 }), 'bad_grid'],
    ['time running backwards', frame(6, { capturedAtMs: first.capturedAtMs - 1 }), 'time_backwards'],
    ['an epoch that ended', frame(6, { epoch: EPOCH - 1 }), 'epoch_ended'],
    [
      'a time in the future',
      frame(6, { capturedAtMs: first.receivedAtMs + 200 + FUTURE_MS_MAX + 1 }),
      'time_in_future',
    ],
  ];

  it.each(refusals)('refuses %s and takes the next good frame', (_, bad, code) => {
    const admit = new Admit(SITE);
    expect(admit.step(first).kind).toBe('admitted');
    expect(admit.step(bad)).toMatchObject({ kind: 'refused', fault: { code } });
    expect(admit.step(frame(6)).kind).toBe('admitted');
  });

  it('drops a repeat and a late one of the same epoch without a refusal', () => {
    const admit = new Admit(SITE);
    admit.step(first);
    expect(admit.step(first)).toEqual({ kind: 'repeat' });
    expect(admit.step(frame(4))).toEqual({ kind: 'repeat' });
  });

  it('starts afresh with a new epoch: numbers, grid and time', () => {
    const admit = new Admit(SITE);
    admit.step(first);
    const cells: Cells = { ...CELLS, columns: 4, rows: 3, bitmap: Uint8Array.of(0x81, 0x04) };
    const next = frame(0, { epoch: EPOCH + 1, planeWidth: 16, cells });
    expect(admit.step(next)).toMatchObject({ kind: 'admitted', frame: { number: 0 } });
  });

  it('keeps cameras apart', () => {
    const admit = new Admit(SITE);
    admit.step(frame(5));
    expect(admit.step(frame(2, { camera: 'hall' })).kind).toBe('admitted');
  });

  it('holds a clock that runs ahead to the time of receipt, exactly at the bound', () => {
    const admit = new Admit(SITE);
    const ahead = (ms: number) => ({ capturedAtMs: EPOCH + ms, receivedAtMs: EPOCH });
    expect(admit.step(frame(1, ahead(AHEAD_MS_MAX)))).toMatchObject({ clamped: false });
    expect(admit.step(frame(2, ahead(AHEAD_MS_MAX + 1)))).toMatchObject({
      clamped: true,
      frame: { capturedAtMs: EPOCH + AHEAD_MS_MAX },
    });
    expect(admit.step(frame(3, ahead(FUTURE_MS_MAX)))).toMatchObject({ clamped: true });
    expect(admit.step(frame(4, ahead(FUTURE_MS_MAX + 1)))).toMatchObject({ kind: 'refused' });
  });

  it('takes a clock that was set right after it had been held', () => {
    const admit = new Admit(SITE);
    admit.step(frame(1, { capturedAtMs: EPOCH + 60_000, receivedAtMs: EPOCH }));
    const right = frame(2, { capturedAtMs: EPOCH + 2_100, receivedAtMs: EPOCH + 2_100 });
    expect(admit.step(right)).toMatchObject({ kind: 'admitted', clamped: false });
  });

  it('takes a frame without cells: the view is unusable, the camera is not', () => {
    const admit = new Admit(SITE);
    const { cells: _, ...blind } = frame(1);
    expect(admit.step({ ...blind, view: 'lost' }).kind).toBe('admitted');
  });
});
