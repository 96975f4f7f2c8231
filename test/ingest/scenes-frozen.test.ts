/**
 * Rendered scenes are frozen: a seed gives the bytes that it gave when it was written, for ever. Change a digest only
 * when a fault of the pictures themselves is mended, never to suit a detector.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  buildScene,
  LOOK_ALIKES,
  mixedSpec,
  openScene,
  PLAYS,
  SCENE_NAMES,
  type Scene,
  type SceneEventType,
  type SceneName,
  sampleSpec,
  sceneSpec,
} from '../../pipeline/ingest/scenes/index.ts';

const SIZE = { width: 96, height: 54 };

/** Of every 23rd picture, and of the truth. */
function digest(scene: Scene): string {
  const hash = createHash('sha256');
  const chroma = Math.ceil(scene.width / 2) * Math.ceil(scene.height / 2);
  const planes = {
    luma: new Uint8Array(scene.width * scene.height),
    u: new Uint8Array(chroma),
    v: new Uint8Array(chroma),
  };
  for (let n = 0; n < Math.min(scene.frames, 900); n += 23) {
    scene.render(n, planes);
    hash.update(planes.luma).update(planes.u).update(planes.v);
    const objects = scene.objects(n);
    if (objects) hash.update(JSON.stringify(objects));
  }
  const { events, counts_per_zone, line_crossings } = scene.truth;
  hash.update(JSON.stringify([events, counts_per_zone, line_crossings, scene.zones, scene.rules]));
  return hash.digest('hex').slice(0, 12);
}

const played: [SceneName, SceneEventType | 'none'][] = SCENE_NAMES.flatMap((scene) =>
  [...PLAYS[scene], 'none' as const].map((type): [SceneName, SceneEventType | 'none'] => [scene, type]),
);

describe('frozen', () => {
  it.each(played)('%s / %s', (scene, type) => {
    const size = type === 'none' ? { ...SIZE, durationS: 120 } : SIZE;
    const digests = [sampleSpec(scene, type, 41, size), mixedSpec(scene, type, 42, size)].map((spec) =>
      digest(buildScene(spec)),
    );
    expect(digests).toEqual(DIGESTS[`${scene} ${type}`]);
  });

  it.each(LOOK_ALIKES)('look-alike %s', (kind) => {
    const spec = sceneSpec({
      ...{ scene: 'platform', seed: 43, events: 'none', durationS: 60, people: 0.1, ...SIZE },
      nuisances: { trains: false, lights: false, crowd: 0, shake: 0, noise: 1 },
      lookAlikes: [{ kind, atS: 12, durationS: 30 }],
    });
    expect(digest(buildScene(spec))).toBe(DIGESTS[`look-alike ${kind}`]?.[0]);
  });

  it('scenes for ever', async () => {
    const hash = createHash('sha256');
    for (const source of ['scene:tracks?seed=6', 'scene:coach?seed=6&vibration=0.5'] as const) {
      const options = { pace: 'free', from: 60, frames: 420, ...SIZE } as const;
      for await (const { luma, u, v } of openScene(source, options).pictures())
        hash.update(luma).update(u).update(v);
    }
    expect(hash.digest('hex').slice(0, 12)).toBe(DIGESTS['for ever']?.[0]);
  });
});

const DIGESTS: Readonly<Record<string, readonly string[]>> = {
  'platform forbidden_zone': ['66cda43064a1', '49b4dead4eab'],
  'platform density': ['47e103d80ed4', 'e02b5dac0a4d'],
  'platform fire': ['62dc1521016c', 'c2db005ac18d'],
  'platform person_on_ground': ['fb001a4cf62e', '7358a662fa6b'],
  'platform abandoned_object': ['fddc774030cc', 'ece072ef54c7'],
  'platform crowd_movement': ['4474d58b931a', 'ff60d64f3ec7'],
  'platform weapon': ['d8db99f2e0d8', '041b5fbfa16a'],
  'platform none': ['15b2c739af7c', 'b761e8eebd50'],
  'corridor wrong_way': ['a794578a52de', '631e0af9633a'],
  'corridor density': ['9ce935ae32ed', '29c085a03159'],
  'corridor fire': ['85777cdb4e6b', '8fcdb1d0f1c5'],
  'corridor person_on_ground': ['773c35df9db6', '64e4571c87f0'],
  'corridor abandoned_object': ['09372d5a0fb7', '254aeb531799'],
  'corridor crowd_movement': ['41b5048504d7', '76793f161c84'],
  'corridor weapon': ['4395b6849af2', '97b2b51eb68f'],
  'corridor none': ['5d550ebad5c0', '88e7e678d7b6'],
  'tracks forbidden_zone': ['541585cd8036', '8321dd6b91bd'],
  'tracks density': ['57df3c70f9b7', '7657e27d428c'],
  'tracks fire': ['0a74c9509618', '9339385204c8'],
  'tracks person_on_ground': ['b4cc8f0605fb', '0d8cb6a45524'],
  'tracks abandoned_object': ['0a96177bc55f', 'bae08cb056c8'],
  'tracks crowd_movement': ['0c6f448e33a5', 'd3c989919136'],
  'tracks weapon': ['3b9c1e6a3546', '90cc8c5b701b'],
  'tracks none': ['ba70ff966782', '4277e4a10146'],
  'coach density': ['f12f6b75cb87', '9f14058f7d92'],
  'coach person_on_ground': ['65023dbf40cc', '39d95c83082e'],
  'coach abandoned_object': ['dab7faa65ab8', '5e0b2182c561'],
  'coach weapon': ['c821aaab91d9', 'f4bc26e7065d'],
  'coach fire': ['daa51ec4649f', 'de41929898af'],
  'coach none': ['78d11aa27bfc', '6b0320d31b8d'],
  'look-alike sign': ['b422a4aadae7'],
  'look-alike beacon': ['7de313b5e4c3'],
  'look-alike hazard_lights': ['9d81a0c04120'],
  'look-alike lamp': ['26d891772772'],
  'look-alike reflection': ['8f57ab7fe4aa'],
  'look-alike red_clothes': ['1b9b4ecf5b3a'],
  'look-alike sunset': ['d0ebcb355961'],
  'look-alike sits': ['9517cd52a6a6'],
  'look-alike kneels': ['72f441d1a8e2'],
  'look-alike bends': ['169cdbfb9ef3'],
  'look-alike sleeper': ['20dc375a363e'],
  'look-alike stumble': ['5943fb86922c'],
  'look-alike cart': ['e9fab54f4a40'],
  'look-alike puddle': ['3413f74f038a'],
  'look-alike door': ['e1a769fb9464'],
  'look-alike stander': ['9d60c31115c0'],
  'look-alike bag_kept': ['c6bf2e0f2901'],
  'look-alike runner': ['aad11206c1ea'],
  'for ever': ['7b1b354caf57'],
};
