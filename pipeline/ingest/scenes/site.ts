/**
 * Site files for rendered scenes: the zones, lines and rules that go with each seed, written out as an operator
 * would have drawn them.
 */
import type { EventType } from '../../model.ts';
import type { Scene } from './scene.ts';
import { sceneOf } from './source.ts';
import { parseSceneSource } from './spec.ts';

export interface SceneCamera {
  readonly id: string;
  readonly source: string;
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  /** Write the ground calibration too; left out, the detectors have to learn a person's size. */
  readonly calibrated?: boolean;
  /** Types that a rule watches for on the whole view, beside those that the scene's own rules are for. */
  readonly watch?: readonly EventType[];
}

/** Text of a site.yaml with a camera per source. YAML's flow style is JSON, so each item is one line of it. */
export function renderedSite(site: string, cameras: readonly SceneCamera[]): string {
  const lines = [`site: ${site}`, 'kind: station', 'cameras:'];
  for (const camera of cameras) {
    const scene = sceneOf(parseSceneSource(camera.source), camera);
    lines.push(
      `  - id: ${camera.id}`,
      `    source: ${JSON.stringify(camera.source)}`,
      ...cameraBody(scene, camera),
    );
  }
  return `${lines.join('\n')}\n`;
}

function cameraBody(scene: Scene, camera: SceneCamera): string[] {
  const items = (name: string, list: readonly unknown[]) =>
    list.length === 0 ? [] : [`    ${name}:`, ...list.map((item) => `      - ${JSON.stringify(item)}`)];
  const { width, height, fps } = scene;
  return [
    `    analysis: ${JSON.stringify({ width, height, fps })}`,
    ...(camera.calibrated === false ? [] : [`    ground: ${JSON.stringify({ person: scene.ground })}`]),
    ...items('zones', scene.zones),
    ...items('lines', scene.lines),
    ...items('rules', [
      ...scene.rules,
      ...(camera.watch ?? []).map((event) => ({ id: `watch-${event.replace(/_/g, '-')}`, event })),
    ]),
  ];
}

/** The same as an object, for a scene built from a spec: what `parseSite` reads after YAML. */
export function sceneSite(
  scene: Scene,
  id: string,
  calibrated = true,
  watch: readonly EventType[] = [],
): string {
  const body = cameraBody(scene, { id, source: '', calibrated, watch });
  return `${['site: rendered', 'kind: station', 'cameras:', `  - id: ${id}`, ...body].join('\n')}\n`;
}
