/** What a simulated detector says of somebody who lies, and whose fall nobody could see. */
import { describe, expect, it } from 'vitest';
import type { Foot } from '../../pipeline/ingest/scenes/foot.ts';
import { buildScene, DETECTOR, sampleSpec, sceneSpec } from '../../pipeline/ingest/scenes/index.ts';
import type { Solid, World } from '../../pipeline/ingest/scenes/place/world.ts';
import { shareSeen, shareSeenOf } from '../../pipeline/ingest/scenes/truth/visible.ts';

const CALM = { trains: false, lights: false, crowd: 0, shake: 0, noise: 0 };

describe('boxes of a detector', () => {
  it('are tall around who stands and wide around who lies, in whom it trusts less', () => {
    const spec = sceneSpec({
      ...{ scene: 'corridor', seed: 5, people: 0, durationS: 60, width: 160, height: 90, nuisances: CALM },
      events: [
        {
          type: 'person_on_ground',
          atS: 20,
          durationS: 30,
          fall: 'fast',
          towards: 'sideways',
          helped: false,
        },
      ],
      detector: { ...DETECTOR, misses: 0, jitter: 0, singles: 0, doubles: 0 },
    });
    const scene = buildScene(spec);
    const [fallen] = scene.truth.events[0]!.who;
    const boxes = (fromS: number, untilS: number) =>
      Array.from({ length: (untilS - fromS) * scene.fps }, (_, k) => fromS * scene.fps + k).flatMap((n) => {
        const foot = scene.feet(n).find(({ who }) => who === fallen);
        const near = scene.objects(n)!.filter(({ box }) => {
          const y = box.y1 - (foot?.y ?? 9);
          return Math.abs((box.x0 + box.x1) / 2 - (foot?.x ?? 9)) < 0.2 && Math.abs(y) < 0.1;
        });
        return near.slice(0, 1);
      });
    const flat = ({ box }: { box: { x0: number; x1: number; y0: number; y1: number } }) =>
      ((box.x1 - box.x0) * 160) / ((box.y1 - box.y0) * 90);
    const trust = (all: readonly { confidence: number }[]) =>
      all.reduce((sum, { confidence }) => sum + confidence, 0) / all.length;
    const [standing, lying] = [boxes(18, 20), boxes(24, 40)];
    expect(Math.max(...standing.map(flat))).toBeLessThan(0.6);
    expect(Math.min(...lying.map(flat))).toBeGreaterThan(1.5);
    expect(trust(lying)).toBeLessThan(trust(standing) - 0.05);
  });
});

describe('somebody who lies is seen', () => {
  const view = { x: 0, y: 0, z: 3, width: 160, height: 90, focalPx: 110 };
  const level = { forward: [0, 0.96, -0.28], right: [1, 0, 0], up: [0, 0.28, 0.96] };
  const world = (...solids: Partial<Solid>[]) =>
    ({ view: { ...view, ...level }, solids }) as unknown as World;
  const seen = (of: World, others: readonly Partial<Foot>[] = [], y = 8) =>
    shareSeen(of, [-0.8, y, 0], [1, 0], 1.7, others as readonly Foot[]);

  it('whole on an empty floor, and not outside the view', () => {
    expect(seen(world())).toBe(1);
    expect(shareSeen(world(), [-20, 8, 0], [1, 0], 1.7, [])).toBe(0);
  });

  it('not behind a pillar or a counter, and before one', () => {
    const wall = { x0: -2, x1: 2, y0: 5, y1: 5.2, z0: 0, z1: 2.5 };
    expect(seen(world(wall))).toBe(0);
    expect(seen(world({ ...wall, x1: 0.1, z1: 2.5 }))).toBeLessThan(0.8);
    expect(seen(world({ ...wall, y0: 10, y1: 10.2 }))).toBe(1);
  });

  it('less behind somebody who stands nearer, and whole before them', () => {
    const near = { x: 0.5, y: 0.95, height: 0.7 };
    expect(seen(world(), [near])).toBeLessThan(1);
    expect(seen(world(), [{ ...near, y: 0.5, height: 0.3 }])).toBe(1);
    const crowd = [0.42, 0.47, 0.52, 0.57].map((x) => ({ ...near, x }));
    expect(seen(world(), crowd)).toBeLessThan(0.5);
  });

  it('or is no event: a fall in a coach behind those who stand in the aisle', () => {
    expect(buildScene(sampleSpec('coach', 'person_on_ground', 1_200_007)).truth.events).toEqual([]);
  });
});

describe('a thing that stands is seen', () => {
  const view = { x: 0, y: 0, z: 3, width: 160, height: 90, focalPx: 110 };
  const level = { forward: [0, 0.96, -0.28], right: [1, 0, 0], up: [0, 0.28, 0.96] };
  const world = (...solids: Partial<Solid>[]) =>
    ({ view: { ...view, ...level }, solids }) as unknown as World;
  const seen = (of: World, others: readonly Partial<Foot>[] = []) =>
    shareSeenOf(of, [0, 8, 0], 0.5, 0.6, others as readonly Foot[]);
  const near = { x: 0.5, y: 0.95, height: 0.7 };

  it.each([
    ['whole on an empty floor', world(), [], 1],
    ['not behind somebody who stands nearer', world(), [near], 0],
    ['in part behind the shoulder of somebody nearer', world(), [{ ...near, x: 0.442 }], 2 / 3],
    ['whole before whoever stands behind it', world(), [{ ...near, y: 0.5, height: 0.3 }], 1],
    ['not behind a pillar', world({ x0: -1, x1: 1, y0: 5, y1: 5.2, z0: 0, z1: 2.5 }), [], 0],
  ])('%s', (_, of, others, share) => {
    expect(seen(of, others)).toBeCloseTo(share, 5);
  });

  it('or is no event: a bag in a coach behind somebody who stands in the aisle', () => {
    expect(buildScene(sampleSpec('coach', 'abandoned_object', 7_100_023)).truth.events).toEqual([]);
  });
});
