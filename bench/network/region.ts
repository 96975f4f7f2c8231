/**
 * A region's worth of cameras for the long run: a few rendered scenes, observed once, that all cameras replay out of
 * step with each other. So only the pipeline is measured, not the drawing of pictures.
 */
import { buildScene, sampleSpec, sceneSite } from '../../pipeline/ingest/scenes/index.ts';
import type { Frame } from '../../pipeline/model.ts';
import { Observer } from '../../pipeline/observe/observer.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import type { Camera, Site } from '../../pipeline/site/site.ts';

const PLACES = ['platform', 'corridor', 'tracks'] as const;
const SEED = 770_000;
const SCENE_S = 60;
const FEW = 0.25;

/** Camera `c` shows scene `c % scenes`. */
export function regionSite(cameras: number, scenes: number): Site {
  const shown = specs(scenes).map((spec) =>
    parseSite(sceneSite(buildScene(spec), 'camera'), { file: 'bench', dev: true }),
  );
  const cameraOf = (c: number): Camera => ({ ...shown[c % scenes]!.cameras[0]!, id: idOf(c) });
  return { ...shown[0]!, id: 'region', cameras: Array.from({ length: cameras }, (_, c) => cameraOf(c)) };
}

export function idOf(camera: number): string {
  return `camera-${camera}`;
}

/** The frames of each scene, in order, without those of warming up, so that a camera can replay them for ever. */
export function regionFrames(scenes: number): readonly (readonly Frame[])[] {
  return specs(scenes).map((spec) => {
    const scene = buildScene(spec);
    const { width, height, fps } = scene;
    const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
    const planes = {
      luma: new Uint8Array(width * height),
      u: new Uint8Array(chroma),
      v: new Uint8Array(chroma),
    };
    const observer = new Observer({ site: 'region', camera: 'camera', epoch: 0, width, height });
    const frames: Frame[] = [];
    for (let number = 0; number < scene.frames; number++) {
      scene.render(number, planes);
      const capturedAtMs = Math.round((number * 1000) / fps);
      frames.push(observer.observe({ number, capturedAtMs, ...planes }, capturedAtMs));
    }
    observer.close();
    return frames.filter((frame) => frame.view === 'ok');
  });
}

/** A third of the cameras see as many people as the rendered stations have, one of twelve a crowd, the others few. */
function specs(scenes: number) {
  return Array.from({ length: scenes }, (_, i) => {
    const place = PLACES[(i >> 2) % PLACES.length]!;
    const spec = sampleSpec(place, i % 12 === 0 ? 'density' : 'none', SEED + i, { durationS: SCENE_S });
    return i % 3 === 0 ? spec : { ...spec, people: FEW * spec.people };
  });
}
