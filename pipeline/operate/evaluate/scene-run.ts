/** One rendered scene through the chain: what was true, and what was said. Plain data, so that it can cross threads. */
import type { PictureSource } from '../../ingest/picture.ts';
import { betweenAt, buildScene, drawn, type Scene, sceneSite } from '../../ingest/scenes/index.ts';
import type { ViewState } from '../../model.ts';
import { parseSite } from '../../site/parse.ts';
import { type DensityRule, needsFlicker, type Site } from '../../site/site.ts';
import { runChain } from './chain.ts';
import { Collector } from './collect.ts';
import type { Truth } from './result.ts';
import type { SceneRun, SceneTask } from './scene-task.ts';
import { atEveryStep, byStep, STEPPED } from './steps.ts';

const RECOVERY_S = 30;

export async function runScene(task: SceneTask, onFrame: () => void = () => undefined): Promise<SceneRun> {
  const { spec } = task;
  const scene = buildScene(spec);
  const name = `${spec.scene} seed ${spec.seed}`;
  const truth = truthOf(name, scene);
  const site = siteOf(scene, name, task);
  const camera = site.cameras[0]!;
  const collector = new Collector(truth, camera);
  const views: ViewState[] = [];
  await runChain(
    sourceOf(scene, needsFlicker(camera)),
    site,
    camera,
    (measured) => {
      onFrame();
      views[measured.frame.number] = measured.frame.view;
      collector.measured(measured);
    },
    (candidate) => collector.candidate(candidate),
  );
  const { alerts, counts } = collector.result();
  const steps = byStep(alerts);
  const rule = camera.rules.find((one): one is DensityRule => one.event === 'density');
  const area = camera.zones.find((zone) => zone.id === rule?.zone)?.areaM2 ?? 0;
  const limit = !rule ? Number.NaN : 'people' in rule.limit ? rule.limit.people : rule.limit.perM2 * area;
  return {
    ...{ spec, truth, alerts: steps.medium, counts, limit, nuisances: scene.truth.nuisances },
    ...(task.everyStep ? { steps } : {}),
    ...seen(scene, views),
  };
}

function siteOf(scene: Scene, name: string, { types, sensitivity, everyStep }: SceneTask): Site {
  // Rules for the whole view, which a scene's own site has none of.
  const watch = STEPPED.filter((type) => types.includes(type));
  const site = parseSite(sceneSite(scene, 'camera', true, watch), { file: name, dev: true });
  const cameras = site.cameras.map((camera) => {
    const rules = camera.rules.filter((rule) => types.includes(rule.event));
    if (everyStep) return { ...camera, rules: atEveryStep(rules) };
    return { ...camera, rules: sensitivity ? rules.map((rule) => ({ ...rule, sensitivity })) : rules };
  });
  return { ...site, cameras };
}

function seen(scene: Scene, views: readonly ViewState[]): Pick<SceneRun, 'views' | 'wronglyBlind'> {
  const { views: faults, fps, frames } = scene.truth;
  const blind = (n: number) => views[n] !== undefined && views[n] !== 'ok' && views[n] !== 'warming';
  const excused = (n: number) =>
    faults.some((fault) => n >= fault.start_frame && n <= fault.end_frame + RECOVERY_S * fps);
  let wronglyBlind = 0;
  for (let n = 0; n < frames; n++) if (blind(n) && !excused(n)) wronglyBlind++;
  return {
    wronglyBlind,
    views: faults.map(({ state, start_frame, end_frame }) => ({
      state,
      said: [...new Set(views.slice(start_frame, end_frame + 1))].filter((view) => view !== undefined),
    })),
  };
}

function truthOf(name: string, scene: Scene): Truth {
  const { fps, width, height, frames, events, counts_per_zone, line_crossings } = scene.truth;
  return {
    name,
    fps,
    width,
    height,
    frames,
    events,
    counts_per_zone,
    line_crossings: line_crossings.map(({ line, frame, travel }) => ({ line, frame, direction: travel })),
  };
}

/** Event time starts at 0, so that two runs are equal to the byte. Numbers count analysed pictures, as the truth does. */
function sourceOf(scene: Scene, flickers: boolean): PictureSource {
  const { width, height, fps, frames } = scene;
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  const planes = {
    luma: new Uint8Array(width * height),
    u: new Uint8Array(chroma),
    v: new Uint8Array(chroma),
  };
  const between = flickers ? betweenAt(fps) : 0;
  return {
    width,
    height,
    fps,
    sourceFps: fps,
    async *pictures() {
      for (let number = 0; number < frames; number++) {
        for (const one of drawn(scene, number, between, planes)) {
          const picture = { number, capturedAtMs: START_MS + Math.round(one.seconds * 1000), ...planes };
          if (one.between > 0) yield { ...picture, between: true };
          else {
            const objects = scene.objects(number);
            yield objects ? { ...picture, objects } : picture;
          }
        }
      }
    },
    close: async () => undefined,
  };
}

const START_MS = Date.UTC(2026, 0, 1);
