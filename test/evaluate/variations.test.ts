import { describe, expect, it } from 'vitest';
import type { Picture, PictureSource } from '../../pipeline/ingest/picture.ts';
import { travel } from '../../pipeline/operate/evaluate/collect.ts';
import type { Truth } from '../../pipeline/operate/evaluate/result.ts';
import { VARIATIONS, type Variation, varied } from '../../pipeline/operate/evaluate/variations.ts';
import { scoreVaried, variationsTable } from '../../pipeline/operate/evaluate/variations-report.ts';
import type { Camera } from '../../pipeline/site/site.ts';

const SIZE = { width: 5, height: 4 };

function named(name: string): Variation {
  return VARIATIONS.find((one) => one.name === name)!;
}

function picture(number = 0): Picture {
  return {
    number,
    capturedAtMs: 100 * number,
    luma: Uint8Array.from({ length: 20 }, (_, i) => 16 + 11 * i),
    u: Uint8Array.from({ length: 6 }, (_, i) => 100 + 10 * i),
    v: Uint8Array.from({ length: 6 }, (_, i) => 150 - 10 * i),
    objects: [{ class: 'person', box: { x0: 0.1, y0: 0.2, x1: 0.3, y1: 0.6 }, confidence: 0.9 }],
  };
}

function source(pictures: readonly Picture[]): PictureSource {
  return {
    ...SIZE,
    fps: 10,
    sourceFps: 10,
    async *pictures() {
      yield* pictures;
    },
    close: async () => undefined,
  };
}

async function seen(variation: Variation, pictures = [picture()]): Promise<readonly Picture[]> {
  const all: Picture[] = [];
  for await (const one of varied(source(pictures), variation).pictures()) all.push(one);
  return all;
}

const camera = {
  id: 'c',
  analysis: {},
  ground: [{ foot: { x: 0.2, y: 0.8 }, height: 0.4 }],
  zones: [
    {
      id: 'z',
      polygon: [
        { x: 0, y: 0 },
        { x: 0.25, y: 0 },
        { x: 0.25, y: 1 },
      ],
    },
  ],
  lines: [
    {
      id: 'l',
      points: [
        { x: 0.25, y: 0 },
        { x: 0.5, y: 1 },
      ],
    },
  ],
  rules: [
    { event: 'wrong_way', id: 'a', line: 'l', allowed: 'left_to_right' },
    { event: 'wrong_way', id: 'b', zone: 'z', direction: { x: 0.6, y: 0.8 } },
    { event: 'fire', id: 'f' },
  ],
} as unknown as Camera;

const truth: Truth = {
  name: 'clip',
  fps: 10,
  width: 640,
  height: 480,
  frames: 100,
  events: [
    { type: 'fire', start_frame: 10, end_frame: 20, region: [[0.25, 0.5] as const] },
    { type: 'density', start_frame: 1, end_frame: 2 },
  ],
  line_crossings: [
    { frame: 5, direction: 'left' },
    { frame: 6, direction: 'up' },
  ],
};

describe('a mirrored clip', () => {
  const mirrored = named('mirrored');

  it('has its zones, lines, directions and truth on the other side', () => {
    const other = mirrored.camera!(camera, truth);
    expect(other.zones[0]!.polygon.map(({ x }) => x)).toEqual([1, 0.75, 0.75]);
    expect(other.ground[0]!.foot).toEqual({ x: 0.8, y: 0.8 });
    expect(other.rules).toMatchObject([
      { allowed: 'right_to_left' },
      { direction: { x: -0.6, y: 0.8 } },
      { event: 'fire' },
    ]);
    expect(mirrored.truth!(truth)).toMatchObject({
      events: [{ region: [[0.75, 0.5]] }, { start_frame: 1 }],
      line_crossings: [{ direction: 'right' }, { direction: 'up' }],
    });
  });

  it('has who is allowed across a line go the other way in the picture', () => {
    const other = mirrored.camera!(camera, truth);
    const view = { width: 640, height: 480 };
    expect(travel(camera.lines[0]!, 'left_to_right', view)).toBe('left');
    expect(travel(other.lines[0]!, 'right_to_left', view)).toBe('right');
  });

  it('is the clip again when mirrored twice, odd sides included', async () => {
    const [once] = await seen(mirrored);
    expect([...once!.luma.subarray(0, 5)]).toEqual([60, 49, 38, 27, 16]);
    expect([...once!.u]).toEqual([120, 110, 100, 150, 140, 130]);
    expect(once!.objects![0]!.box).toEqual({ x0: 0.7, y0: 0.2, x1: 0.9, y1: 0.6 });
    const [twice] = await seen(mirrored, [once!]);
    expect([twice!.luma, twice!.u, twice!.v]).toEqual([picture().luma, picture().u, picture().v]);
    const again = mirrored.camera!(mirrored.camera!(camera, truth), truth);
    expect([again.zones, again.rules]).toEqual([camera.zones, camera.rules]);
  });
});

describe('a clip seen otherwise', () => {
  it.each(VARIATIONS.filter((one) => one.picture !== undefined))('$name: $says', async (variation) => {
    const [before, other, again] = [picture(), ...(await seen(variation)), ...(await seen(variation))];
    const planes = (one: Picture) => [one.luma, one.u, one.v].map((plane) => [...plane]);
    expect(planes(other!)).not.toEqual(planes(before));
    expect(planes(other!)).toEqual(planes(again!));
    expect(planes(other!).map((plane) => plane.length)).toEqual([20, 6, 6]);
    expect([other!.number, other!.capturedAtMs]).toEqual([0, 0]);
  });

  it.each([
    ['dark', 126, 84],
    ['bright', 126, 161],
    ['flat', 50, 75],
    ['dark', 235, 235],
    ['bright', 16, 16],
  ])('%s makes %d of luma %d', async (name, from, to) => {
    const [other] = await seen(named(name), [{ ...picture(), luma: new Uint8Array(20).fill(from) }]);
    expect([...new Set(other!.luma)]).toEqual([to]);
  });

  it('is as noisy as it says', async () => {
    const luma = new Uint8Array(10_000).fill(120);
    const [other] = await seen(named('noisy'), [{ ...picture(), luma }]);
    const mean = other!.luma.reduce((sum, value) => sum + value, 0) / luma.length;
    const deviation = Math.sqrt(
      other!.luma.reduce((sum, value) => sum + (value - mean) ** 2, 0) / luma.length,
    );
    expect(mean).toBeCloseTo(120, 0);
    expect(deviation).toBeGreaterThan(3.8);
    expect(deviation).toBeLessThan(4.2);
  });

  it('begins later and keeps its numbers', async () => {
    const late = await seen(named('late'), [0, 5, 6, 7, 8].map(picture));
    expect(late.map(({ number }) => number)).toEqual([7, 8]);
  });

  it('has another plane or rate where it says so', () => {
    expect(named('coarse').camera!(camera, truth).analysis).toEqual({ width: 110, height: 84 });
    expect(named('fine').camera!(camera, truth).analysis).toEqual({ width: 172, height: 130 });
    expect(named('slow').camera!(camera, truth).analysis).toEqual({ fps: 4 });
  });
});

describe('the table of variations', () => {
  const alert = (start_frame: number) => ({
    ...{ clip: 'clip', type: 'fire' as const, rule: 'r', zone: null, score: 1, end_frame: start_frame + 5 },
    region: [0, 0, 1, 1] as const,
    start_frame,
  });

  it('names what was missed and what was raised', () => {
    const fireOnly = { ...truth, events: truth.events.slice(0, 1) };
    const scores = [
      scoreVaried({ name: 'dark', says: 'less light', alerts: [alert(60)], truths: [fireOnly] }),
      scoreVaried({ name: 'flat', says: 'haze', alerts: [alert(12)], truths: [fireOnly] }),
    ];
    expect(scores).toMatchObject([
      { truths: 1, hit: 0, falseAlerts: 1 },
      { truths: 1, hit: 1, falseAlerts: 0, missed: [], raised: [] },
    ]);
    const text = variationsTable(scores);
    expect(text).toMatch(/dark +less light +1 +0 +1/);
    expect(text).toMatch(/flat +haze +1 +1 +0/);
    expect(text).toContain('dark: missed fire in clip (1)\ndark: false fire in clip (1)');
  });
});
