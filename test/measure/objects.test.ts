import { describe, expect, test } from 'vitest';
import { gridOf } from '../../pipeline/measure/grid.ts';
import { Ground } from '../../pipeline/measure/ground.ts';
import { measure } from '../../pipeline/measure/measure.ts';
import { movers } from '../../pipeline/measure/movers.ts';
import { objectsOf } from '../../pipeline/measure/objects.ts';
import { sightings } from '../../pipeline/measure/sightings.ts';
import type { DetectedObject, ObjectClass } from '../../pipeline/model.ts';
import { AREA_PX, frameOf, fromAbove, HEIGHT, hallOf, type Region, TALL_PX, WIDTH } from './build.ts';

/** A box that stands at `x`, `y`, plane pixels. */
function object(
  x: number,
  y: number,
  { kind = 'person' as ObjectClass, wide = 10, tall = TALL_PX, confidence = 0.9 } = {},
): DetectedObject {
  const box = {
    x0: (x - wide / 2) / WIDTH,
    y0: (y - tall) / HEIGHT,
    x1: (x + wide / 2) / WIDTH,
    y1: y / HEIGHT,
  };
  return { class: kind, confidence, box };
}

function seen(regions: readonly Region[], objects: readonly DetectedObject[]) {
  const frame = { ...frameOf(5, regions), objects };
  return sightings(frame, gridOf(frame.cells!, 0), new Ground(fromAbove));
}

const feet = (found: ReturnType<typeof seen>) =>
  found.map(({ footX, footY }) => [Math.round(footX), Math.round(footY)]).sort((a, b) => a[0]! - b[0]!);

describe('objects of a picture', () => {
  const of = (...objects: DetectedObject[]) =>
    objectsOf({ ...frameOf(5, []), objects }, 'person').map(({ box, confidence }) => [
      Math.round(((box.x0 + box.x1) / 2) * WIDTH),
      confidence,
    ]);

  test('the surest box of several around one person is kept', () => {
    expect(
      of(object(60, 80, { confidence: 0.7 }), object(61, 80), object(62, 81, { confidence: 0.5 })),
    ).toEqual([[61, 0.9]]);
  });

  test('two beside each other are two, in whatever order they come', () => {
    const two = [object(60, 80, { confidence: 0.7 }), object(68, 80)];
    expect(of(...two)).toEqual([
      [68, 0.9],
      [60, 0.7],
    ]);
    expect(of(...two.reverse())).toEqual(of(...two));
  });

  test.each<[string, DetectedObject[]]>([
    ['what the detector guesses', [object(60, 80, { confidence: 0.3 })]],
    ['what is something else', [object(60, 80, { kind: 'bag' })]],
    ['a box without area', [object(60, 80, { wide: 0 })]],
  ])('%s is left out', (_, objects) => {
    expect(of(...objects)).toEqual([]);
  });

  test('the upper half of somebody is the same person', () => {
    expect(of(object(60, 80), object(60, 66, { tall: 13, confidence: 0.6 }))).toHaveLength(1);
  });
});

describe('with regions', () => {
  const one: Region = { foot: [60, 80], flowX: 1.5 };

  test('an object and its region are one sighting, between the two', () => {
    const [found, ...more] = seen([one], [object(62, 82)]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ people: 1, flowX: 1.5, areaPx: AREA_PX });
    expect([found?.footX, found?.footY].map((v) => Math.round(v!))).toEqual([61, 81]);
  });

  test('a region with a shadow stands where the object does', () => {
    const shadow: Region = { foot: [66, 80], wide: 30, tall: 27, area: 1.3 * AREA_PX };
    expect(feet(seen([shadow], [object(56, 80)]))).toEqual([[56, 80]]);
  });

  test('two objects in what looks like one person are two', () => {
    const merged: Region = { foot: [60, 80], wide: 18, area: 1.4 * AREA_PX };
    expect(feet(seen([merged], []))).toEqual([[60, 80]]);
    expect(feet(seen([merged], [object(55, 80), object(64, 78)]))).toEqual([
      [55, 80],
      [64, 78],
    ]);
  });

  test('whom the detector misses the region still shows', () => {
    const three: Region = { foot: [60, 80], wide: 33, area: 3 * AREA_PX };
    expect(seen([three], [object(50, 80)])).toHaveLength(3);
    expect(seen([one, { foot: [100, 80] }], [object(60, 80)])).toHaveLength(2);
  });

  test('somebody who stands and has become background is seen', () => {
    expect(feet(seen([], [object(100, 70)]))).toEqual([[100, 70]]);
  });

  test('a vehicle is one, however many people its area would make', () => {
    const car: Region = { foot: [80, 80], wide: 60, tall: 25, area: 1_300 };
    expect(seen([car], []).reduce((sum, { people }) => sum + people, 0)).toBeGreaterThan(5);
    const found = seen([car], [object(80, 80, { kind: 'vehicle', wide: 62, tall: 27 })]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ people: 1 });
  });
});

test('a vehicle makes no people in its zone, and does not run', () => {
  const car: Region = { foot: [40, 80], wide: 60, tall: 25, area: 1_300 };
  const frames = (objects: readonly DetectedObject[]) =>
    [0, 1, 2, 3, 4].map((n) => ({ ...frameOf(n, [car, { foot: [60, 50] }]), objects }));
  const peopleIn = (objects: readonly DetectedObject[]) => {
    const stage = measure(hallOf());
    const [last] = frames(objects)
      .map((frame) => stage.step(frame))
      .at(-1)!;
    return last?.zones[0]?.people ?? Number.NaN;
  };
  const named = [object(40, 80, { kind: 'vehicle', wide: 62, tall: 27 })];
  expect(peopleIn([])).toBeGreaterThan(5);
  expect(peopleIn(named)).toBeLessThan(2);
  const running = (objects: readonly DetectedObject[]) => {
    const frame = frames(objects)[4]!;
    return movers(frame, gridOf(frame.cells!, 0), new Ground(fromAbove)).length;
  };
  expect([running([]), running(named)]).toEqual([2, 1]);
});
