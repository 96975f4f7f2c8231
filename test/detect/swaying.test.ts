import { describe, expect, test } from 'vitest';
import { Swaying } from '../../pipeline/detect/swaying.ts';
import type { Blob, Point, Track } from '../../pipeline/model.ts';
import type { WrongWayZoneRule } from '../../pipeline/site/site.ts';
import { measured, noTracks, person, play, regionIn, ruleBase, STEP_MS, siteOf, spansOf } from './build.ts';

/** So many views a second to the right are one person's height a second. */
const HEIGHT_X = (0.2 * 90) / 160;

/** The region in which somebody at (0.2, 0.8) is seen, people's heights wide and high. */
function region(wide: number, high: number, areaPx = 240): Blob {
  const half = (wide / 2) * HEIGHT_X;
  return regionIn({ x0: 0.2 - half, y0: 0.8 - 0.2 * high, x1: 0.2 + half, y1: 0.8 }, { areaPx });
}

/** To the right, people's heights a second, at second s. */
type Gait = (s: number) => number;
const flowOf = (gait: Gait, n: number): Point => ({ x: HEIGHT_X * gait((n * STEP_MS) / 1000), y: 0 });

/** An insect that walks over the glass, turning and turning back: once in two seconds. */
const arcs: Gait = (s) => 0.2 + 0.3 * Math.sin(3.1 * s);

function after(seconds: number, gait: Gait, regionAt: (n: number) => Blob | undefined): [Swaying, Track] {
  const swaying = new Swaying();
  let track = person();
  for (let n = 0; n <= (seconds * 1000) / STEP_MS; n++) {
    track = person({ flow: flowOf(gait, n) });
    const blob = regionAt(n);
    const { frame } = measured(n, { blobs: blob === undefined ? [] : [blob] });
    swaying.step([track], frame, n === 0 ? 0 : STEP_MS);
  }
  return [swaying, track];
}

const broad = () => region(1.2, 0.8);

describe('what goes', () => {
  test.each<[string, number, Gait, (n: number) => Blob | undefined, boolean]>([
    ['to and fro, and is broad', 4, arcs, broad, true],
    ['to and fro by less', 4, (s) => 0.2 + 0.15 * Math.sin(3.1 * s), broad, false],
    ['to and fro, for a second', 1.2, (s) => 0.2 + 0.5 * Math.sin(9 * s), broad, false],
    ['to and fro, upright: one person turns as they like', 4, arcs, () => region(0.4, 1), false],
    ['to and fro, where nobody sees a region', 4, arcs, () => undefined, false],
    ['ever faster, as a cart that starts', 4, (s) => 0.25 * s, broad, false],
    ['and stops, as people do', 4, (s) => (s < 2.5 ? 0.4 : 0), broad, false],
    ['as fast as it does', 4, () => 0.8, broad, false],
  ])('%s', (_, seconds, gait, regionAt, expected) => {
    const [swaying, track] = after(seconds, gait, regionAt);
    expect(swaying.is(track)).toBe(expected);
    expect(swaying.isInsect(track)).toBe(expected);
  });
});

describe('what sways is an insect', () => {
  test.each<[string, (n: number) => number, boolean]>([
    ['of one size', (n) => 240 + 20 * (n % 2), true],
    ['of one size but for a moment before others', (n) => (n < 17 ? 240 : 500), true],
    ['that is now one size, now another: people who join and part', (n) => 240 + 120 * (n % 2), false],
  ])('%s', (_, areaAt, expected) => {
    const [swaying, track] = after(4, arcs, (n) => region(1.2, 0.8, areaAt(n)));
    expect(swaying.is(track)).toBe(true);
    expect(swaying.isInsect(track)).toBe(expected);
  });
  test('not when it went to and fro as part of something else', () => {
    const [swaying, track] = after(
      4,
      (s) => (s < 1.7 ? 2 * Math.sin(9 * s) : 0.2),
      (n) => region(1.2, 0.8, n < 9 ? 900 : 240),
    );
    expect(swaying.is(track)).toBe(true);
    expect(swaying.isInsect(track)).toBe(false);
  });
});

test('goes on from what was saved, keeps three seconds, and forgets who is gone', () => {
  const [swaying, track] = after(4, arcs, broad);
  const again = new Swaying();
  again.restore(structuredClone(swaying.save()));
  expect(again.is(track)).toBe(true);
  expect(again.save().get(1)?.samples.length).toBe(4 * 16);
  expect(again.save()).toEqual(swaying.save());
  again.step([], measured(21, {}).frame, STEP_MS);
  expect(again.save().size).toBe(0);
  expect(swaying.save().size).toBe(1);
});

describe('who is claimed', () => {
  const somebody = (n: number) => person({ x: 0.05 + n * 0.006, flow: flowOf(arcs, n) });
  const blobOf = (wide: number, n: number): Blob => ({ ...region(wide, 0.8), box: grown(somebody(n), wide) });
  const grown = ({ foot }: Track, wide: number) => ({
    x0: foot.x - (wide / 2) * HEIGHT_X,
    y0: 0.64,
    x1: foot.x + (wide / 2) * HEIGHT_X,
    y1: 0.8,
  });
  const seen = (wide: number) => (n: number) => ({
    tracks: n < 10 ? [{ ...somebody(n), zones: [] }] : [somebody(n)],
    blobs: [blobOf(wide, n)],
  });

  test('as a trespasser: no insect, but somebody as narrow', () => {
    expect(spansOf(play(siteOf([noTracks]), 40, seen(0.4)))).toEqual(['begin@15']);
    expect(spansOf(play(siteOf([noTracks]), 40, seen(1.2)))).toEqual([]);
  });

  const oneWay: WrongWayZoneRule = {
    ...ruleBase('wrong_way'),
    event: 'wrong_way',
    zone: 'tracks',
    direction: { x: -1, y: 0 },
    eitherSign: false,
    holdMs: 2_000,
  };
  const against = (wide: number) => (n: number) => ({
    tracks: [{ ...somebody(n), velocity: { x: 0.05, y: 0 } }],
    blobs: [blobOf(wide, n)],
  });

  test('as one who goes against the direction: the same', () => {
    expect(spansOf(play(siteOf([oneWay]), 40, against(0.4))).length).toBeGreaterThan(0);
    expect(spansOf(play(siteOf([oneWay]), 40, against(1.2)))).toEqual([]);
  });
});
