/** What a site file may say of a scene, and the site files that scenes write. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../pipeline/errors.ts';
import {
  buildScene,
  demoSite,
  parseSceneSource,
  SCENE_NAMES,
  sampleSpec,
  sceneOf,
  sceneSite,
} from '../../pipeline/ingest/scenes/index.ts';
import { parseSite } from '../../pipeline/site/parse.ts';

function codesOf(source: string): string[] {
  try {
    parseSceneSource(source);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.faults.map((fault) => fault.code);
    throw error;
  }
}

describe('a scene source', () => {
  it('fills in what is left out', () => {
    expect(parseSceneSource('scene:platform')).toEqual({
      scene: 'platform',
      seed: 1,
      events: 'loop',
      periodS: 75,
      durationS: 120,
      people: 0.5,
      nuisances: true,
      pace: 'auto',
    });
    expect(
      parseSceneSource('scene:tracks?events=one&seed=7&type=forbidden_zone&nuisances=off'),
    ).toMatchObject({
      seed: 7,
      events: 'one',
      type: 'forbidden_zone',
      nuisances: false,
      pace: 'auto',
    });
  });

  it.each([
    ['scene:harbour', ['scene_unknown']],
    ['platform', ['scene_unknown']],
    ['scene:platform?sead=1', ['scene_key_unknown']],
    ['scene:platform?seed=1&seed=2', ['scene_key_twice']],
    ['scene:platform?seed=-1', ['scene_value']],
    ['scene:platform?people=2&period=abc&events=some', ['scene_value', 'scene_value', 'scene_value']],
    ['scene:platform?type=wrong_way', ['scene_value']],
    ['scene:harbour?x=1&people=', ['scene_unknown', 'scene_key_unknown', 'scene_value']],
  ])('%s is refused with every fault', (source, codes) => {
    expect(codesOf(source)).toEqual(codes);
  });

  it('is refused for an event that the place does not play', () => {
    expect(() => sampleSpec('tracks', 'wrong_way', 1)).toThrow(InputError);
  });
});

describe('the site of a scene', () => {
  it.each(SCENE_NAMES)(
    '%s is accepted as an operator would write it, whatever the seed and shape',
    (name) => {
      for (let seed = 0; seed < 24; seed++) {
        const [width, height] = [[160, 90] as const, [138, 104] as const, [90, 160] as const][seed % 3]!;
        const scene = buildScene(sampleSpec(name, 'none', seed, { width, height, durationS: 20 }));
        const site = parseSite(sceneSite(scene, 'cam'), { file: `seed ${seed}`, dev: true });
        expect(site.cameras[0]!.zones.length).toBe(scene.zones.length);
        expect(site.cameras[0]!.rules.length).toBe(scene.rules.length);
      }
    },
  );
});

describe('the demonstration', () => {
  it('is a site that parses, with four cameras or more', () => {
    const site = parseSite(demoSite(), { file: 'demo', dev: true });
    expect(site.cameras.length).toBeGreaterThanOrEqual(4);
    for (const camera of site.cameras) {
      expect(camera.rules.length).toBeGreaterThan(0);
      expect(camera.ground.length).toBe(2);
    }
  });

  it('has its first event on some camera within half a minute, and one on each in every period', () => {
    const site = parseSite(demoSite(), { file: 'demo', dev: true });
    const firsts: number[] = [];
    for (const camera of site.cameras) {
      const source = parseSceneSource(camera.source!);
      const scene = sceneOf(source, camera.analysis);
      const forbidden = scene.zones.find((zone) => zone.id === 'tracks');
      if (source.type !== 'forbidden_zone' || !forbidden) continue;
      for (let period = 0; period < 3; period++) {
        let first = -1;
        for (let n = 0; n < source.periodS * scene.fps && first < 0; n++) {
          const feet = scene.feet(period * source.periodS * scene.fps + n);
          if (feet.some((foot) => !foot.aboard && inBox(forbidden.polygon, foot.x, foot.y)))
            first = n / scene.fps;
        }
        expect(first, `${camera.id} period ${period}`).toBeGreaterThan(0);
        if (period === 0) firsts.push(first);
      }
    }
    expect(Math.min(...firsts)).toBeLessThan(30);
  });
});

function inBox(polygon: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let inside = false;
  polygon.forEach(([xi, yi], i) => {
    const [xj, yj] = polygon.at(i - 1)!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  });
  return inside;
}
