/** Who waited near a thing before it came is not who brought it, whatever number their track has. */
import { describe, expect, it } from 'vitest';
import { PATH_STEP_MS, type Path, type PathPoint } from '../../../pipeline/detect/abandoned-object/paths.ts';
import { stillWaiting, waitedNear } from '../../../pipeline/detect/abandoned-object/waiting.ts';
import type { StaticRegion, Track } from '../../../pipeline/model.ts';
import { person } from '../build.ts';

const ASPECT = 16 / 9;
const BORN_MS = 20_000;
const TALL = 0.2;
const THING = { foot: { x: 0.5, y: 0.8 } } as unknown as StaticRegion;
/** So many people's heights to the right of the thing. */
const right = (heights: number) => 0.5 + (heights * TALL) / ASPECT;

interface Walk {
  readonly fromMs?: number;
  readonly heights: (ms: number) => number;
  readonly whole?: boolean;
}

function waitedSince({ fromMs = BORN_MS - 9_000, heights, whole = true }: Walk): readonly number[] {
  const points: PathPoint[] = [];
  for (let atMs = fromMs; atMs <= BORN_MS + 4_000; atMs += PATH_STEP_MS)
    points.push({
      atMs,
      foot: { x: right(heights(atMs)), y: 0.8 },
      near: TALL,
      depth: 1,
      whole,
      larger: undefined,
    });
  const path: Path = { points, whole, bornAtMs: fromMs, bornAt: points[0]!.foot };
  return waitedNear(new Map([[7, path]]), THING, BORN_MS, ASPECT).map(({ id }) => id);
}

describe('before it came somebody', () => {
  it.each<[string, Walk, readonly number[]]>([
    ['stood a height away: they waited', { heights: () => 1 }, [7]],
    ['stood beside it', { heights: () => 0.6 }, []],
    ['was at it three seconds before', { heights: (ms) => (ms < BORN_MS - 3_000 ? 0.3 : 1) }, []],
    ['was there six seconds before', { heights: (ms) => (ms < BORN_MS - 6_000 ? 0.3 : 1) }, [7]],
    ['was at it when it came', { heights: (ms) => (ms < BORN_MS + 1_000 ? 1 : 0.5) }, []],
    ['was not seen two seconds before', { fromMs: BORN_MS - 2_000, heights: () => 1 }, []],
    ['was seen three seconds before', { fromMs: BORN_MS - 3_000, heights: () => 1 }, [7]],
    ['was there whom nobody saw whole', { heights: () => 1, whole: false }, []],
  ])('%s', (_, walk, waiting) => {
    expect(waitedSince(walk)).toEqual(waiting);
  });
});

describe('who waits', () => {
  const at = (id: number, heights: number) => person({ id, x: right(heights), y: 0.8, personHeight: TALL });
  const far = (track: Track) => (Math.abs(track.foot.x - 0.5) * ASPECT) / TALL;
  const before = [{ id: 7, foot: { x: right(1), y: 0.8 } }];
  const idsOf = (people: readonly Track[], owners: readonly number[] = []) =>
    stillWaiting(before, owners, people, far, ASPECT).map(({ id }) => id);

  it.each<[string, readonly Track[], readonly number[]]>([
    ['is followed wherever they go', [at(7, 3)], [7]],
    ['and is not seen may be there yet', [], [7]],
    ['has another number where they stood', [at(9, 1.35)], [9]],
    ['is not who stands farther off', [at(9, 1.45)], [7]],
    ['waits no more when they are beside the thing', [at(7, 0.65)], []],
    ['and somebody beside them are two', [at(9, 1.1), at(7, 1)], [7]],
  ])('%s', (_, people, ids) => {
    expect(idsOf(people)).toEqual(ids);
  });

  it('is nobody who brought it', () => {
    expect(idsOf([at(9, 1)], [9])).toEqual([7]);
  });

  it('is found where they were seen last', () => {
    const moved = stillWaiting(before, [], [at(7, 2)], far, ASPECT);
    expect(stillWaiting(moved, [], [at(9, 2.2)], far, ASPECT).map(({ id }) => id)).toEqual([9]);
  });

  it('is one person and not two', () => {
    const two = [...before, { id: 8, foot: { x: right(1.1), y: 0.8 } }];
    expect(stillWaiting(two, [], [at(9, 1)], far, ASPECT).map(({ id }) => id)).toEqual([9, 8]);
  });
});

it('remembers sixteen of them at most', () => {
  const foot = { x: right(1), y: 0.8 };
  const points = [{ atMs: BORN_MS, foot, near: TALL, depth: 1, whole: true, larger: undefined }];
  const one: Path = { points, whole: true, bornAtMs: 0, bornAt: foot };
  const paths = new Map(Array.from({ length: 20 }, (_, id) => [id, one]));
  expect(waitedNear(paths, THING, BORN_MS, ASPECT)).toHaveLength(16);
});
