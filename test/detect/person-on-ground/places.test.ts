/** What is remembered of places when bodies lose their names: who fell there, and what only lies there. */
import { describe, expect, it } from 'vitest';
import type { Body } from '../../../pipeline/detect/person-on-ground/bodies.ts';
import { LOWS_MAX, Places, POSTS_MAX } from '../../../pipeline/detect/person-on-ground/places.ts';
import type { Stood } from '../../../pipeline/detect/person-on-ground/stances.ts';
import { fromSaved, toSaved } from '../../../pipeline/saved.ts';

const TALL = 40;

function body(id: number, box: readonly number[], more: Partial<Body> = {}): Body {
  const [x0, y0, x1, y1] = box as [number, number, number, number];
  return {
    ...{ id, x0, y0, x1, y1, head: y0, floor: y1, wide: x1 - x0 },
    ...{ areaPx: 0.7 * (x1 - x0) * (y1 - y0), bornAtMs: 0, seenAtMs: 0, stillMs: 0, bornX: 0, bornY: 0 },
    ...{ mixedAtMs: Number.NEGATIVE_INFINITY, partedFrom: undefined },
    ...more,
  };
}

const UPRIGHT = [50, 40, 62, 80];
const FALLEN = [50, 68, 86, 81];

/** Looks five times a second: somebody stands until second 2; then what `seen` says, until second `untilS`. */
function after(seen: (ms: number) => readonly Body[], untilS: number, before: readonly Body[] = []) {
  const places = new Places();
  let bodies: readonly Body[] = [];
  for (let now = 0; now <= 1000 * untilS; now += 200) {
    const at = { seenAtMs: now };
    const all = now <= 2000 ? [body(1, UPRIGHT), ...before] : seen(now);
    bodies = all.map((one) => ({ ...one, ...at }));
    const stood: Stood = { floor: 80, tall: TALL, atMs: now };
    places.step(bodies, (id) => (id === 1 && now <= 2000 ? stood : undefined), now);
  }
  return { places, bodies, fallen: places.fallenFrom(bodies.at(-1)!, bodies, 5_000, 1000 * untilS) };
}

const passing = body(1, [30, 30, 80, 85]);
const lying = (ms: number, fromMs: number) => body(7, FALLEN, { stillMs: Math.max(0, ms - fromMs) });

describe('what lies where somebody stood', () => {
  it('has fallen, when others passed before them and took their name along', () => {
    const { fallen } = after(
      (ms) => (ms < 4000 ? [passing] : [body(1, [120, 40, 132, 80]), lying(ms, 3800)]),
      5,
    );
    expect(fallen.map(({ floor, tall }) => [floor, tall])).toEqual([[80, TALL]]);
  });

  it.each<[string, readonly number[]]>([
    ['a suitcase', [50, 64, 63, 81]],
    ['a bag', [50, 72, 60, 80]],
    ['somebody farther off', [90, 68, 126, 81]],
    ['somebody nearer, across the view', [50, 77, 86, 90]],
    ['a car', [20, 50, 90, 84]],
  ])('is not: %s', (_, box) => {
    const { fallen } = after((ms) => (ms < 4000 ? [passing] : [body(7, box, { stillMs: ms - 3800 })]), 5);
    expect(fallen).toEqual([]);
  });

  it('is what they put down, when they go on by themselves', () => {
    const gone = body(1, [120, 40, 132, 80]);
    expect(after((ms) => [gone, lying(ms, 2400)], 5).fallen).toEqual([]);
  });

  it('lay there before they came, whatever name it had', () => {
    const asleep = body(3, FALLEN, { stillMs: 5_000 });
    const { fallen, places, bodies } = after((ms) => (ms < 4000 ? [passing] : [lying(ms, 3800)]), 5, [
      asleep,
    ]);
    expect(fallen).toEqual([]);
    expect(places.layAt(bodies.at(-1)!, 2_000)).toBe(true);
  });

  it('came down too long after they stood', () => {
    expect(after((ms) => (ms < 8000 ? [passing] : [lying(ms, 7600)]), 9).fallen).toEqual([]);
  });

  it('is first seen too long after they stood', () => {
    const seenAt = (ms: number) =>
      after((now) => (now < ms ? [passing] : [lying(now, 4800)]), ms / 1000 + 0.6);
    expect(seenAt(6_000).fallen).toHaveLength(1);
    expect(seenAt(6_800).fallen).toEqual([]);
  });

  it('is not known while it moves', () => {
    expect(after((ms) => (ms < 4000 ? [passing] : [lying(ms, ms - 200)]), 5).fallen).toEqual([]);
  });
});

it('is bounded, and goes on the same after it was saved', () => {
  const places = new Places();
  for (let n = 0; n < 3 * POSTS_MAX; n++) {
    const x = 20 * n;
    const bodies = [
      body(n, [x, 40, x + 12, 80], { seenAtMs: n }),
      body(1_000 + n, [x, 120, x + 18, 126], { seenAtMs: n, stillMs: 900 }),
    ];
    places.step(bodies, (id) => (id === n ? { floor: 80, tall: TALL, atMs: n } : undefined), n);
  }
  const saved = places.save();
  expect([saved.posts.length, saved.lows.length]).toEqual([POSTS_MAX, LOWS_MAX]);
  const restored = new Places();
  restored.restore(fromSaved(1, toSaved(1, saved))!.state as typeof saved);
  expect(restored.save()).toEqual(saved);
});
