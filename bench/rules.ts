/**
 * What measuring and detecting take with rules of all eight types on, and with those of one type alone: on a platform
 * where everything happens, on the same with the boxes of a detector, and on one where next to nothing does. Many
 * cameras take turns, so that what a camera remembers has left the caches when its next frame comes; each stands at
 * another moment of the same view.
 *
 *   one camera sees all   frames  0 ........ FIRST ..... +APART ..... +2 APART ..... last
 *   its state is kept at                     |           |            |
 *   and restored in                          cameras     cameras      cameras
 */
import { detect } from '../pipeline/detect/detect.ts';
import {
  betweenAt,
  buildScene,
  DETECTOR,
  drawn,
  SCENE_EVENT_TYPES,
  type SceneEvent,
  type SceneSpec,
  sceneSite,
  sceneSpec,
} from '../pipeline/ingest/scenes/index.ts';
import { measure } from '../pipeline/measure/measure.ts';
import { type Candidate, cameraKey, type EventType, type Frame } from '../pipeline/model.ts';
import { Observer } from '../pipeline/observe/observer.ts';
import { parseSite } from '../pipeline/site/parse.ts';
import type { Rule, Site } from '../pipeline/site/site.ts';
import type { Case } from './harness.ts';

const SEED = 12;
const [WIDTH, HEIGHT, FPS] = [160, 90, 5];
const CAMERAS = 200;
/** Moments at which cameras stand: when the background is learned and rules know the place, and so many frames on. */
const [FIRST, APART, STARTS] = [150, 15, 20];
const FRAMES = FIRST + APART * STARTS;
/** Frames of every camera that are held against those of one that is alone. */
const COMPARED = 4;

/** All within the last three quarters, so that there is a before. */
const EVENTS: readonly SceneEvent[] = [
  { type: 'abandoned_object', atS: 16, durationS: 70 },
  { type: 'forbidden_zone', atS: 30, durationS: 8, by: 'person', people: 1 },
  { type: 'fire', atS: 34, durationS: 20, on: 'ground' },
  { type: 'weapon', atS: 40, durationS: 12, weapon: 'firearm' },
  { type: 'person_on_ground', atS: 46, durationS: 20, fall: 'fast', towards: 'sideways' },
  { type: 'density', atS: 56, durationS: 18, share: 1.6 },
  { type: 'crowd_movement', atS: 80, durationS: 8, people: 16, how: 'scatter' },
];
const BUSY: Partial<SceneSpec> = { people: 0.6, events: EVENTS };
const BOXES: Partial<SceneSpec> = { ...BUSY, detector: DETECTOR };
const QUIET: Partial<SceneSpec> = {
  people: 0.1,
  events: 'none',
  nuisances: { trains: false, lights: false, crowd: 0, shake: 0, noise: 1.5 },
};
/** Left luggage is claimed before the minute is over, so that there is something to hold the answer against. */
const ABANDONED_MS = 20_000;
/** Of the seven types that are played, so many are found at least; a weapon only where there are boxes. */
const TYPES_RAISED = 5;

export function ruleCases(): readonly Case[] {
  const each = SCENE_EVENT_TYPES.map((type): readonly [string, readonly EventType[]] => [
    `- ${type} alone`,
    [type],
  ]);
  return [
    ...casesOn('a busy platform', BUSY, each),
    ...casesOn('the same with the boxes of a detector', BOXES, []),
    ...casesOn('a quiet platform', QUIET, []),
  ];
}

function casesOn(
  name: string,
  of: Partial<SceneSpec>,
  some: readonly (readonly [string, readonly EventType[]])[],
): readonly Case[] {
  // Made when it is asked for, and the cameras of one case at a time.
  let view: View | undefined;
  let fleet: Fleet | undefined;
  const one = (title: string, types: readonly EventType[]): Case => {
    let own: Fleet | undefined;
    return {
      group: `measure and detect, ${name}, ${CAMERAS} cameras in turn, one thread`,
      name: title,
      items: [CAMERAS, 'frames'],
      check: () => {
        view ??= viewOf(of);
        fleet = new Fleet(view, types);
        own = fleet;
        fleet.check(of.events === 'none' ? 0 : TYPES_RAISED);
      },
      run: () => {
        if (own === undefined || own !== fleet) throw new Error('a fleet is checked before it is timed');
        own.turn();
      },
    };
  };
  return [
    one('no rule', []),
    ...some.map(([title, types]) => one(title, types)),
    one('rules of all eight types', SCENE_EVENT_TYPES),
  ];
}

interface View {
  readonly site: Site;
  readonly frames: readonly Frame[];
}

/** What one camera raises, frame by frame, and its state at the moments at which others begin. */
interface Alone {
  readonly raised: readonly (readonly Candidate[])[];
  readonly kept: readonly (readonly [measure: Uint8Array, detect: Uint8Array])[];
}

class Fleet {
  readonly #view: View;
  readonly #types: readonly EventType[];
  readonly #alone: Alone;
  readonly #ids = Array.from({ length: CAMERAS }, (_, n) => `c${n}`);
  readonly #stages;
  #turns = 0;

  constructor(view: View, types: readonly EventType[]) {
    this.#view = view;
    this.#types = types;
    this.#alone = alone(view, types);
    const [camera] = watching(view.site, types).cameras;
    const site = { ...view.site, cameras: this.#ids.map((id) => ({ ...camera!, id })) };
    this.#stages = [measure(site), detect(site, 'bench')] as const;
    this.#ids.forEach((id, n) => {
      const kept = this.#alone.kept[n % STARTS]!;
      this.#stages.forEach((stage, k) => {
        if (!stage.restore(cameraKey(site.id, id), kept[k]!)) throw new Error(`${id} was not restored`);
      });
    });
  }

  /** A frame of every camera. */
  turn(take: (raised: readonly Candidate[], camera: number) => void = () => undefined): void {
    const turn = this.#turns++;
    const [measuring, detecting] = this.#stages;
    this.#ids.forEach((camera, n) => {
      for (const measured of measuring.step({ ...this.#frame((n % STARTS) * APART, turn), camera }))
        take(detecting.step(measured), n);
    });
  }

  /** Every camera must raise what one raises that is alone, and all rules together what those of each type do. */
  check(typesMin: number): void {
    for (let turn = 0; turn < COMPARED; turn++)
      this.turn((raised, n) => same(raised, this.#alone.raised[FIRST + (n % STARTS) * APART + turn]!));
    if (this.#types.length < SCENE_EVENT_TYPES.length) return;
    const raised = this.#alone.raised.flat();
    const types = new Set(raised.map(({ type }) => type));
    if (types.size < typesMin) throw new Error(`raised ${[...types]}, expected ${typesMin} types at least`);
    for (const type of SCENE_EVENT_TYPES) {
      const together = raised.filter((one) => one.type === type);
      same(alone(this.#view, [type]).raised.flat(), together);
    }
  }

  /** The view begins again when it has been seen to its end, and time goes on. */
  #frame(start: number, turn: number): Frame {
    const at = FIRST + start + turn;
    const frame = this.#view.frames[at % FRAMES]!;
    return { ...frame, number: at, capturedAtMs: capturedAt(at) };
  }
}

function alone({ site, frames }: View, types: readonly EventType[]): Alone {
  const watched = watching(site, types);
  const [measuring, detecting] = [measure(watched), detect(watched, 'bench')];
  const key = cameraKey(site.id, site.cameras[0]!.id);
  const kept: (readonly [Uint8Array, Uint8Array])[] = [];
  const raised = frames.map((frame, n) => {
    if (n >= FIRST && (n - FIRST) % APART === 0) kept.push([measuring.save(key)!, detecting.save(key)!]);
    return measuring.step(frame).flatMap((measured) => detecting.step(measured));
  });
  return { raised, kept };
}

function watching(site: Site, types: readonly EventType[]): Site {
  const [camera] = site.cameras;
  return {
    ...site,
    cameras: [{ ...camera!, rules: camera!.rules.filter(({ event }) => types.includes(event)) }],
  };
}

function viewOf(of: Partial<SceneSpec>): View {
  const scene = buildScene(
    sceneSpec({
      ...{ scene: 'platform', seed: SEED, width: WIDTH, height: HEIGHT, fps: FPS, durationS: FRAMES / FPS },
      ...of,
    }),
  );
  const whole = ['fire', 'person_on_ground', 'abandoned_object', 'crowd_movement', 'weapon'] as const;
  const site = parseSite(sceneSite(scene, 'one', true, whole), { file: 'rules', dev: true });
  const [camera] = site.cameras;
  const rules = [...camera!.rules.map(sooner), ONE_WAY];
  const chroma = (WIDTH * HEIGHT) / 4;
  const planes = {
    luma: new Uint8Array(WIDTH * HEIGHT),
    u: new Uint8Array(chroma),
    v: new Uint8Array(chroma),
  };
  const observer = new Observer({
    site: site.id,
    camera: 'one',
    epoch: 0,
    width: WIDTH,
    height: HEIGHT,
    flames: true,
  });
  const frames: Frame[] = [];
  for (let number = 0; number < FRAMES; number++)
    for (const { between, seconds } of drawn(scene, number, betweenAt(FPS), planes)) {
      const capturedAtMs = 1000 * seconds + capturedAt(0);
      if (between > 0) observer.glance({ number, capturedAtMs, ...planes });
      else {
        const objects = scene.objects(number);
        const picture = { number, capturedAtMs: capturedAt(number), ...planes };
        frames.push(observer.observe(objects ? { ...picture, objects } : picture, 0));
      }
    }
  observer.close();
  return { site: { ...site, cameras: [{ ...camera!, rules }] }, frames };
}

function capturedAt(number: number): number {
  return 1000 + number * (1000 / FPS);
}

/** Nobody may walk away from the lens: half of those on a platform do. */
const ONE_WAY: Rule = {
  ...{
    id: 'one-way',
    version: 1,
    severity: 'medium',
    sensitivity: 'medium',
    event: 'wrong_way',
    zone: 'platform',
  },
  ...{ direction: { x: 0, y: 1 }, eitherSign: false, holdMs: 1_500 },
};

function sooner(rule: Rule): Rule {
  return rule.event === 'abandoned_object' ? { ...rule, forMs: ABANDONED_MS } : rule;
}

/** But for which camera it was, and when that camera's stream began. */
function same(found: readonly Candidate[], wanted: readonly Candidate[]): void {
  const [a, b] = [found, wanted].map((raised) => JSON.stringify(raised.map(({ id, camera, ...one }) => one)));
  if (a !== b) throw new Error(`found ${a?.slice(0, 400)}, expected ${b?.slice(0, 400)}`);
}
