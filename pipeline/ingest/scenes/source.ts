/**
 * A rendered scene as a source of pictures, as a camera or a video file is one.
 */
import { Pace } from '../pace.ts';
import type { Picture, PictureSource } from '../picture.ts';
import { Chance, mix } from './chance.ts';
import { DETECTOR } from './detector.ts';
import { buildEndlessScene, buildScene, type Scene } from './scene.ts';
import { writeScript } from './script.ts';
import { drawNuisances, parseSceneSource, type SceneEventType, type SceneSource, sceneSpec } from './spec.ts';
import type { SceneName } from './world.ts';

export interface OpenSceneOptions extends Partial<Omit<SceneSource, 'scene'>> {
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  /** Capture time of picture 0, ms since the Unix epoch. */
  readonly startMs?: number;
  /** First picture to give: a run that resumes goes on where it was. */
  readonly from?: number;
  /** Pictures to give before the stream ends; endless or the scene's own end when left out. */
  readonly frames?: number;
}

/** Opens a scene by name, or by a whole source string `scene:NAME?key=value`. Throws InputError for the latter. */
export function openScene(
  name: SceneName | `scene:${string}`,
  options: OpenSceneOptions = {},
): PictureSource {
  const source = { ...parseSceneSource(name.startsWith('scene:') ? name : `scene:${name}`), ...options };
  const scene = sceneOf(source, options);
  const startMs = options.startMs ?? 0;
  const from = options.from ?? 0;
  const until = Math.min(scene.frames, from + (options.frames ?? Number.POSITIVE_INFINITY));
  const luma = new Uint8Array(scene.width * scene.height);
  const chroma = Math.ceil(scene.width / 2) * Math.ceil(scene.height / 2);
  const planes = { luma, u: new Uint8Array(chroma), v: new Uint8Array(chroma) };
  const real =
    source.pace === 'real' || (source.pace === 'auto' && scene.frames === Number.POSITIVE_INFINITY);
  let closed = false;
  const pace = new Pace(scene.fps, from);

  async function* pictures(): AsyncGenerator<Picture> {
    for (let n = from; n < until && !closed; n++) {
      if (real) n = await pace.due(n);
      if (closed || n >= until) return;
      scene.render(n, planes);
      const objects = scene.objects(n);
      const capturedAtMs = startMs + Math.round((n * 1000) / scene.fps);
      yield { number: n, capturedAtMs, ...planes, ...(objects ? { objects } : {}) };
    }
  }

  return {
    width: scene.width,
    height: scene.height,
    fps: scene.fps,
    sourceFps: scene.fps,
    pictures,
    close: async () => {
      closed = true;
      pace.stop();
    },
  };
}

/** The scene that a source names, with its truth where it ends. */
export function sceneOf(
  source: SceneSource,
  size: { readonly width?: number; readonly height?: number; readonly fps?: number } = {},
): Scene {
  const drawn = source.nuisances
    ? drawNuisances(new Chance(mix(source.seed, 77)))
    : { trains: false, lights: false, crowd: 0, shake: 0, noise: 1.2 };
  const endless = source.events === 'loop' || source.events === 'quiet';
  const calm = endless ? { ...drawn, shake: 0, crowd: Math.min(0.3, drawn.crowd) } : drawn;
  const { durationS, fault } = source;
  const spec = sceneSpec({
    scene: source.scene,
    seed: source.seed,
    durationS: source.durationS,
    people: source.people,
    events: source.events === 'one' ? 'one' : 'none',
    ...only(source.type),
    nuisances: { ...calm, ...source.knobs },
    ...(fault && !endless ? { faults: [{ state: fault, atS: durationS / 3, forS: durationS / 6 }] } : {}),
    ...(source.objects || source.type === 'weapon' ? { detector: DETECTOR } : {}),
    width: size.width ?? 160,
    height: size.height ?? 90,
    fps: size.fps ?? 5,
  });
  if (!endless) return buildScene(spec);
  return buildEndlessScene(spec, source.periodS, (world, period) =>
    writeScript(world, {
      seed: mix(mix(spec.seed, 2), period),
      durationS: source.periodS,
      events: source.events === 'loop' ? 'one' : 'none',
      ...only(source.type),
      atS: 16,
      people: spec.people,
      nuisances: spec.nuisances,
      peopled: period === 0,
    }),
  );
}

function only(type: SceneEventType | undefined): { type?: SceneEventType } {
  return type ? { type } : {};
}
