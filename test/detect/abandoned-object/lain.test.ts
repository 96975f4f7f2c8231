/** Where somebody has lain: what is long and low for seconds, for as long as anything of it is seen. */
import { describe, expect, it } from 'vitest';
import { isLong, isOfWhoLies, type Lain, lainNow } from '../../../pipeline/detect/abandoned-object/lain.ts';
import type { Box, Frame } from '../../../pipeline/model.ts';
import { person, START_MS, STEP_MS } from '../build.ts';

const TALL = 0.2;
const WHOLE: Box = { x0: 0.4, y0: 0.72, x1: 0.6, y1: 0.8 };
const COAT: Box = { x0: 0.45, y0: 0.74, x1: 0.52, y1: 0.8 };

const none = { statics: [], blobs: [] };
const shows = (box: Box) => ({ statics: [{ box }], blobs: [] });
const longTrack = person({ id: 3, box: WHOLE, foot: { x: 0.5, y: 0.8 }, personHeight: TALL });

interface Seconds {
  readonly s: number;
  readonly frame?: object;
  readonly wholes?: readonly Box[];
  readonly tracks?: readonly (typeof longTrack)[];
}

function after(...spans: readonly Seconds[]): readonly Lain[] {
  let places: readonly Lain[] = [];
  let capturedAtMs = START_MS;
  for (const { s, frame = none, wholes = [], tracks = [] } of spans)
    for (let ms = 0; ms < 1_000 * s; ms += STEP_MS, capturedAtMs += STEP_MS)
      places = lainNow(places, wholes, tracks, { ...frame, capturedAtMs } as unknown as Frame, 1, STEP_MS);
  return places;
}

const isPart = (...spans: readonly Seconds[]) => isOfWhoLies({ box: COAT }, undefined, after(...spans));
const lies = (s: number): Seconds => ({ s, tracks: [longTrack] });

it.each<[string, Box, boolean]>([
  ['.8 heights long and .4 high', { x0: 0, y0: 0, x1: 0.16, y1: 0.08 }, true],
  ['.7 heights long', { x0: 0, y0: 0, x1: 0.14, y1: 0.08 }, false],
  ['.5 heights high', { x0: 0, y0: 0, x1: 0.2, y1: 0.1 }, true],
  ['.6 heights high', { x0: 0, y0: 0, x1: 0.2, y1: 0.12 }, false],
])('what is %s is as long and low as who lies: %s', (_, box, is) => {
  expect(isLong(box, TALL, 1)).toBe(is);
});

describe('a thing where somebody', () => {
  it('lies is a part of them when they have lain for eight seconds', () => {
    expect(isPart(lies(7.8))).toBe(false);
    expect(isPart(lies(8.4))).toBe(true);
    expect(isPart({ s: 8.4, wholes: [WHOLE] })).toBe(true);
  });

  it('has lain is a part of them for as long as anything of it is seen', () => {
    expect(isPart(lies(9), { s: 300, frame: shows(COAT) })).toBe(true);
    expect(isPart(lies(9), { s: 2 })).toBe(true);
    expect(isPart(lies(9), { s: 3 })).toBe(false);
    expect(isPart(lies(9), { s: 3, frame: shows({ x0: 0, y0: 0, x1: 1, y1: 1 }) })).toBe(true);
    expect(isPart(lies(9), { s: 3, frame: shows({ x0: 0.1, y0: 0.1, x1: 0.2, y1: 0.2 }) })).toBe(false);
  });

  it('has lain is a part of them for two minutes while others hide them', () => {
    const hides = { statics: [], blobs: [{ box: WHOLE }] };
    expect(isPart(lies(9), { s: 120, frame: hides })).toBe(true);
    expect(isPart(lies(9), { s: 124, frame: hides })).toBe(false);
    expect(
      isPart(lies(9), { s: 100, frame: hides }, { s: 1, frame: shows(COAT) }, { s: 110, frame: hides }),
    ).toBe(true);
  });

  it('has lain is no part of them when it is seen beyond them', () => {
    const places = after(lies(9));
    expect(isOfWhoLies({ box: { ...COAT, y1: 0.81 } }, undefined, places)).toBe(true);
    expect(isOfWhoLies({ box: { ...COAT, y1: 0.83 } }, undefined, places)).toBe(false);
  });

  it('was seen to lie now and then is not a part of them', () => {
    const passes: readonly Seconds[] = [lies(2), { s: 2, frame: shows(COAT) }];
    expect(isPart(...Array.from({ length: 8 }, () => passes).flat())).toBe(false);
  });

  it('lies is no part of them when it stood there before, and is what it was', () => {
    const places = after({ s: 2 }, lies(9));
    const isOf = (stood: { readonly box: Box; readonly atMs: number }) =>
      isOfWhoLies({ box: COAT }, stood, places);
    expect(isOf({ box: COAT, atMs: START_MS + 1_000 })).toBe(false);
    expect(isOf({ box: COAT, atMs: START_MS + 2_000 })).toBe(true);
    expect(isOf({ box: { ...COAT, x1: 0.555 }, atMs: START_MS + 1_000 })).toBe(false);
    expect(isOf({ box: { ...COAT, x1: 0.575 }, atMs: START_MS + 1_000 })).toBe(true);
  });

  it('lies is measured anew until it is known that they do', () => {
    const arrives = person({ ...longTrack, box: { ...WHOLE, x0: 0.5, x1: 0.7 } });
    const lower = person({ ...longTrack, box: { ...WHOLE, x0: 0.44, x1: 0.64 } });
    expect(isPart({ s: 2, tracks: [arrives] }, { s: 2, tracks: [lower] }, lies(6))).toBe(true);
  });
});

it('remembers sixteen places at most', () => {
  const wholes = Array.from({ length: 20 }, (_, k) => ({ x0: 0, y0: k / 20, x1: 0.2, y1: (k + 0.5) / 20 }));
  expect(after({ s: 1, wholes })).toHaveLength(16);
});
