/** Rendered scenes: what the rest of the house uses of them. */
import type { PictureSource } from '../picture.ts';
import { openScene } from './source.ts';

export { demoSite } from './demo.ts';
export { DETECTOR, type DetectorNoise } from './detector.ts';
export { FAULTS, type ViewFault } from './draw/lens.ts';
export type { Foot } from './foot.ts';
export { LOOK_ALIKES, type LookAlike, type LookAlikeKind } from './look-alike-kinds.ts';
export { mixedSpec } from './mixed.ts';
export { SCENE_NAMES, type SceneName } from './place/world.ts';
export { buildScene, type Planes, type Scene } from './scene.ts';
export { renderedSite, type SceneCamera, sceneSite } from './site.ts';
export { betweenAt, drawn, type OpenSceneOptions, openScene, sceneOf } from './source.ts';
export {
  PLAYS,
  parseSceneSource,
  SCENE_EVENT_TYPES,
  type SceneEvent,
  type SceneEventType,
  type SceneSource,
  type SceneSpec,
  sampleSpec,
  sceneSpec,
} from './spec.ts';
export type { SceneTruth, TruthEvent } from './truth/scene-truth.ts';

/** Opens `scene:NAME?key=value` as a site file names it. Throws InputError (parseSceneSource). */
export function openSceneSource(
  source: string,
  options: {
    readonly analysis: { readonly width?: number; readonly height?: number; readonly fps?: number };
    readonly startMs: number;
    readonly between?: boolean;
  },
): PictureSource {
  const { analysis, startMs, between = false } = options;
  return openScene(source as `scene:${string}`, { ...analysis, startMs, between });
}
