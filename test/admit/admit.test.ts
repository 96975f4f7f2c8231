import { describe, expect, it } from 'vitest';
import { type Admission, Admit, FUTURE_MS_MAX } from '../../pipeline/admit/admit.ts';
import { HELD_MAX, LATENESS_MS } from '../../pipeline/admit/order.ts';
import type { Cells, Frame } from '../../pipeline/model.ts';
import type { Site } from '../../pipeline/site/site.ts';

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
    statics: [],
    ...change,
  };
}

/** The only one that a frame that holds up nothing brings about. */
function one(admissions: readonly Admission[]): Admission {
  expect(admissions).toHaveLength(1);
  return admissions[0]!;
}

const numbers = (admissions: readonly Admission[]) =>
  admissions.map((one) => (one.kind === 'admitted' ? one.frame.number : one.kind));

/** Steps frames by their numbers: what became of each. */
function order(admit: Admit, list: readonly number[], change: Partial<Frame> = {}) {
  return list.map((number) => numbers(admit.step(frame(number, change))));
}

describe('admit', () => {
  const first = frame(0);
  const refusals: readonly [string, Frame, code: string][] = [
    ['a camera nobody declared', frame(1, { camera: 'toit' }), 'unknown_camera'],
    ['a site that is not ours', frame(1, { site: 'port' }), 'unknown_camera'],
    ['a plane unlike the epoch', frame(1, { planeWidth: 17 }), 'bad_grid'],
    ['an epoch that ended', frame(1, { epoch: EPOCH - 1 }), 'epoch_ended'],
    [
      'a time in the future',
      frame(1, { capturedAtMs: first.receivedAtMs + 200 + FUTURE_MS_MAX + 1 }),
      'time_in_future',
    ],
  ];

  it.each(refusals)('refuses %s and takes the next good frame at once', (_, bad, code) => {
    const admit = new Admit(SITE);
    expect(one(admit.step(first)).kind).toBe('admitted');
    expect(one(admit.step(bad))).toMatchObject({ kind: 'refused', fault: { code } });
    const filled = bad.camera === 'quai' && bad.site === 'gare' && bad.epoch === EPOCH;
    expect(one(admit.step(frame(filled ? 2 : 1))).kind).toBe('admitted');
  });

  it('lets a refused frame begin no epoch', () => {
    const admit = new Admit(SITE);
    admit.step(first);
    const bad = frame(0, { epoch: EPOCH + 9, capturedAtMs: EPOCH + 2 * FUTURE_MS_MAX });
    expect(one(admit.step(bad))).toMatchObject({ fault: { code: 'time_in_future' } });
    expect(one(admit.step(frame(1))).kind).toBe('admitted');
  });

  it('drops a repeat without a refusal, also of the epoch before', () => {
    const admit = new Admit(SITE);
    expect(order(admit, [0, 1, 1, 0])).toEqual([[0], [1], ['repeat'], ['repeat']]);
    expect(order(admit, [0], { epoch: EPOCH + 1 })).toEqual([[0]]);
    expect(order(admit, [1, 2])).toEqual([['repeat'], ['refused']]);
  });

  it('starts afresh with a new epoch: numbers, grid and time', () => {
    const admit = new Admit(SITE);
    admit.step(first);
    const cells: Cells = { ...CELLS, columns: 4, rows: 3, bitmap: Uint8Array.of(0x81, 0x04) };
    const next = frame(0, { epoch: EPOCH + 1, planeWidth: 16, cells, capturedAtMs: EPOCH - 3_600_000 });
    expect(one(admit.step(next))).toMatchObject({
      kind: 'admitted',
      frame: { number: 0, capturedAtMs: EPOCH - 3_600_000 },
    });
  });

  it('keeps cameras apart', () => {
    const admit = new Admit(SITE);
    admit.step(frame(0));
    expect(order(admit, [2])).toEqual([[]]);
    expect(one(admit.step(frame(0, { camera: 'hall' }))).kind).toBe('admitted');
  });

  it('takes a frame without cells: the view is unusable, the camera is not', () => {
    const admit = new Admit(SITE);
    const { cells: _, ...blind } = frame(0);
    expect(one(admit.step({ ...blind, view: 'lost' })).kind).toBe('admitted');
  });
});

describe('the order of a camera', () => {
  it('puts right what overtook within the lateness', () => {
    const admit = new Admit(SITE);
    expect(order(admit, [0, 2, 3, 1, 5, 4])).toEqual([[0], [], [], [1, 2, 3], [], [4, 5]]);
  });

  it('waits for a gap no longer than the lateness in its own time, and refuses what comes after that', () => {
    const admit = new Admit(SITE);
    expect(LATENESS_MS).toBe(500);
    expect(order(admit, [0, 2, 3, 4, 5, 6])).toEqual([[0], [], [], [], [2, 3, 4, 5], [6]]);
    expect(one(admit.step(frame(1)))).toMatchObject({ kind: 'refused', fault: { code: 'late' } });
    expect(order(admit, [3, 7])).toEqual([['repeat'], [7]]);
  });

  it('takes the numbers that decimation left out for no gap', () => {
    const admit = new Admit(SITE);
    const fifth = (number: number) => frame(number, { capturedAtMs: EPOCH + number * 40, intervalMs: 200 });
    expect([0, 5, 10, 20, 15, 25].map((number) => numbers(admit.step(fifth(number))))).toEqual([
      [0],
      [5],
      [10],
      [],
      [15, 20],
      [25],
    ]);
  });

  it('knows a camera without intervals by its stride', () => {
    const admit = new Admit(SITE);
    expect(order(admit, [0, 3, 6, 12, 9], { intervalMs: 0 })).toEqual([[0], [3], [6], [], [9, 12]]);
  });

  it('does not wait at the beginning of a stream, and does in the middle of one', () => {
    expect(order(new Admit(SITE), [0, 1])).toEqual([[0], [1]]);
    expect(order(new Admit(SITE), [7, 6, 8, 9])).toEqual([[], [], [], [6, 7, 8, 9]]);
  });

  it('gives up waiting for nobody when the next epoch begins', () => {
    const admit = new Admit(SITE);
    order(admit, [0, 2, 3]);
    expect(order(admit, [0], { epoch: EPOCH + 1 })).toEqual([[2, 3, 0]]);
  });

  it('holds no more than so many of a clock that stands still', () => {
    const admit = new Admit(SITE);
    const still = { capturedAtMs: EPOCH, intervalMs: 0 };
    order(admit, [0, 1, 2], still);
    const came = order(
      admit,
      Array.from({ length: 40 }, (_, i) => 10 + i),
      still,
    );
    expect(came.findIndex((some) => some.length > 0)).toBe(HELD_MAX);
    expect(came.flat()).toEqual(Array.from({ length: 40 }, (_, i) => 10 + i));
  });

  it('lets a frame that was passed over fill its place', () => {
    const admit = new Admit(SITE);
    order(admit, [0, 3]);
    expect(numbers(admit.skip(frame(1)))).toEqual([]);
    expect(numbers(admit.skip(frame(2)))).toEqual([3]);
    expect(order(admit, [1, 4])).toEqual([['repeat'], [4]]);
    expect(numbers(admit.skip(frame(0, { epoch: EPOCH + 1 })))).toEqual([]);
    expect(order(admit, [1], { epoch: EPOCH + 1 })).toEqual([[1]]);
  });
});

describe('what is kept of a camera', () => {
  it('goes on in another process as it would have in this one', () => {
    const list = [0, 1, 3, 4, 4, 2, 9, 8, 10, 11, 12, 6, 13, 15, 14];
    for (let cut = 0; cut <= list.length; cut++) {
      const [admit, next] = [new Admit(SITE), new Admit(SITE)];
      const before = order(admit, list.slice(0, cut));
      const saved = admit.save('quai');
      expect(saved === undefined).toBe(cut === 0);
      if (saved !== undefined) expect(next.restore('quai', saved)).toBe(true);
      expect([...before, ...order(next, list.slice(cut))]).toEqual(order(new Admit(SITE), list));
    }
  });

  it('is not taken from another layout, nor for a camera that is not here', () => {
    const admit = new Admit(SITE);
    admit.step(frame(0));
    const saved = admit.save('quai')!;
    const other = new TextEncoder().encode(
      new TextDecoder().decode(saved.bytes).replace('"layout":1', '"layout":2'),
    );
    expect(new Admit(SITE).restore('quai', { bytes: other, held: [] })).toBe(false);
    expect(new Admit(SITE).restore('quai', { bytes: new Uint8Array(3), held: [] })).toBe(false);
    expect(new Admit(SITE).restore('toit', saved)).toBe(false);
    expect(new Admit(SITE).restore('hall', saved)).toBe(true);
  });
});
