/**
 * A rendered scene as a source of pictures, as a camera or a video file is one.
 */
import { Pace } from '../pace.ts';
import type { Picture, PictureSource } from '../picture.ts';
import { Chance, mix } from './chance.ts';
import { DETECTOR } from './detector.ts';
import type { SceneName } from './place/world.ts';
import { buildEndlessScene, buildScene, type Planes, type Scene } from './scene.ts';
import { writeScript } from './script/script.ts';
import { drawNuisances, parseSceneSource, type SceneEventType, type SceneSource, sceneSpec } from './spec.ts';

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
  /** Give pictures between the analysed ones as well, for what flickers: see betweenAt. */
  readonly between?: boolean;
}

/** About fifteen pictures a second all together show what flickers up to 7 Hz. */
const FLICKER_FPS = 15;

/** Pictures between two analysed ones. */
export function betweenAt(fps: number): number {
  return Math.max(0, Math.round(FLICKER_FPS / fps) - 1);
}

/** Picture n as analysed, after those between it and the one before (none before the first). Numbers are left to the caller. */
export function* drawn(
  scene: Scene,
  n: number,
  between: number,
  planes: Planes,
): Generator<{ readonly seconds: number; readonly between: number }> {
  for (let k = between; n > 0 && k > 0; k--) {
    const seconds = (n - k / (between + 1)) / scene.fps;
    scene.renderAt(seconds, planes);
    yield { seconds, between: k };
  }
  scene.render(n, planes);
  yield { seconds: n / scene.fps, between: 0 };
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
  // What stands still is drawn with the first picture, which takes as long as a picture lasts: done once before the clock
  // runs, or the next ones would be passed over.
  if (real) scene.render(from, planes);
  let closed = false;
  const pace = new Pace(scene.fps, from);
  const between = options.between ? betweenAt(scene.fps) : 0;

  async function* pictures(): AsyncGenerator<Picture> {
    let before = from - 1;
    for (let n = from; n < until && !closed; n++) {
      if (real) n = await pace.due(n);
      if (closed || n >= until) return;
      // A picture that was passed over has none before it either.
      const few = n > from && n === before + 1 ? between : 0;
      for (const one of drawn(scene, n, few, planes)) {
        const number = n * (between + 1) - one.between;
        const capturedAtMs = startMs + Math.round(one.seconds * 1000);
        const objects = one.between > 0 ? undefined : scene.objects(n);
        yield {
          ...{ number, capturedAtMs, ...planes },
          ...(objects ? { objects } : {}),
          ...(one.between > 0 ? { between: true as const } : {}),
        };
        if (closed) return;
      }
      before = n;
    }
  }

  return {
    width: scene.width,
    height: scene.height,
    fps: scene.fps,
    sourceFps: scene.fps * (between + 1),
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
