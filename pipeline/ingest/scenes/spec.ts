/**
 * What may be asked of a scene, and how a whole one is drawn from a seed.
 */
import { type Fault, fault, InputError } from '../../errors.ts';
import { Chance, mix } from './chance.ts';
import { DETECTOR, type DetectorNoise } from './detector.ts';
import { FAULTS, type LensSpec, type ViewFault } from './draw/lens.ts';
import type { LookAlike } from './look-alike-kinds.ts';
import { SCENE_NAMES, type SceneName } from './place/world.ts';

/** The event types that scenes can play: all eight. */
export const SCENE_EVENT_TYPES = [
  'forbidden_zone',
  'wrong_way',
  'density',
  'fire',
  'person_on_ground',
  'abandoned_object',
  'crowd_movement',
  'weapon',
] as const;
export type SceneEventType = (typeof SCENE_EVENT_TYPES)[number];

/** What `one` draws from when no type is named. Frozen with the pictures that came of it. */
export const DRAWN: Readonly<Record<SceneName, readonly SceneEventType[]>> = {
  platform: ['forbidden_zone', 'density'],
  corridor: ['wrong_way', 'density'],
  tracks: ['forbidden_zone', 'density'],
  coach: ['density'],
};

const EVERYWHERE = ['fire', 'person_on_ground', 'abandoned_object', 'crowd_movement', 'weapon'] as const;

/** Which types each place can play. */
export const PLAYS: Readonly<Record<SceneName, readonly SceneEventType[]>> = {
  platform: [...DRAWN.platform, ...EVERYWHERE],
  corridor: [...DRAWN.corridor, ...EVERYWHERE],
  tracks: [...DRAWN.tracks, ...EVERYWHERE],
  coach: [...DRAWN.coach, 'person_on_ground', 'abandoned_object', 'weapon', 'fire'],
};

/** One event to be played. What it really comes to is in the truth, which is computed from the people's feet. */
export interface SceneEvent {
  readonly type: SceneEventType;
  /** Second at which the condition is to begin, about. */
  readonly atS: number;
  /** How long it is to last; wrong_way lasts as long as the walk. */
  readonly durationS: number;
  /** forbidden_zone: who trespasses. */
  readonly by?: 'person' | 'vehicle';
  /** forbidden_zone, wrong_way: how many people take part. */
  readonly people?: number;
  /** density: people over the rule's limit, above 1. */
  readonly share?: number;
  /** fire: where it burns; `train` needs rails. */
  readonly on?: 'ground' | 'bin' | 'train';
  /** person_on_ground: at once, by way of the knees, or out of a walk. */
  readonly fall?: 'fast' | 'slow' | 'stumble';
  readonly towards?: 'sideways' | 'lens' | 'away';
  /** person_on_ground: somebody comes, and they get up at the end. */
  readonly helped?: boolean;
  /** abandoned_object: somebody takes it at the end. */
  readonly removed?: boolean;
  /** crowd_movement: away from a point, or all one way. */
  readonly how?: 'scatter' | 'surge';
  readonly weapon?: 'knife' | 'firearm';
}

/** What disturbs a scene. Those that may be left out are off when they are: old specs keep their pictures. */
export interface Nuisances extends LensSpec {
  /** Trains that pass and stop, with headlights. */
  readonly trains: boolean;
  /** Steps of light, failing lamps, sun and cloud. */
  readonly lights: boolean;
  /** People who stand in the density zone all along, as a share of its limit, 0..0.65. */
  readonly crowd: number;
  /** Pixels of trembling at 160x90. */
  readonly shake: number;
  /** Standard deviation of the camera's noise, levels. */
  readonly noise: number;
  /** Look-alikes of every kind that the place has, one about every so many seconds; 0: none. */
  readonly lookAlikeEveryS?: number;
  /** Trains that empty when they stop: share of the room that the place has for it, 0..1. */
  readonly boarding?: number;
  /** Movement of trees beyond the tracks, 0..1. */
  readonly trees?: number;
}

export interface SceneSpec {
  readonly scene: SceneName;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** Pictures per second, 1..60. */
  readonly fps: number;
  readonly durationS: number;
  /** `one`: a single event of a type that the place plays, drawn from the seed. */
  readonly events: readonly SceneEvent[] | 'none' | 'one';
  /** Restricts `one` to a type. */
  readonly type?: SceneEventType;
  /** How busy the place is, 0..1. 1 keeps everybody together below 0.6 of the density rule's limit. */
  readonly people: number;
  readonly nuisances: Nuisances;
  /** The density rule's limit is per_m2 instead of people. */
  readonly perM2: boolean;
  /** Played as they are, beside those that the nuisances draw. */
  readonly lookAlikes?: readonly LookAlike[];
  /** When the view is at fault. */
  readonly faults?: readonly ViewFault[];
  /** Objects come with the pictures, as from a detector with such errors. A weapon is only seen so. */
  readonly detector?: DetectorNoise;
}

const PLANE = { width: 160, height: 90, fps: 5 };

/** A spec with every default filled in. */
export function sceneSpec(
  of: Partial<SceneSpec> & { readonly scene: SceneName; readonly seed: number },
): SceneSpec {
  return {
    ...PLANE,
    durationS: 60,
    events: 'one',
    people: 0.5,
    nuisances: drawNuisances(new Chance(mix(of.seed, 77))),
    perM2: false,
    ...of,
  };
}

/**
 * A whole spec drawn from the seed: for 100 seeds of an event type, or hours without events.
 * With an event: 45 to 150 s, the first 15 s or more without it, so that a background can be learned.
 */
export function sampleSpec(
  scene: SceneName,
  type: SceneEventType | 'none',
  seed: number,
  size: Partial<Pick<SceneSpec, 'width' | 'height' | 'fps' | 'durationS'>> = {},
): SceneSpec {
  const chance = new Chance(mix(seed, 4242));
  const nuisances = drawNuisances(chance.fork(1));
  const base = {
    ...PLANE,
    ...size,
    scene,
    seed,
    people: chance.between(0.1, 1),
    nuisances: {
      ...nuisances,
      crowd: nuisances.crowd * CROWD_SHARE[type],
    },
    perM2: chance.yes(0.5),
  };
  if (type === 'none') return { ...base, durationS: size.durationS ?? 600, events: 'none' };
  if (!PLAYS[scene].includes(type))
    throw new InputError([
      fault(
        'scene_event_unknown',
        'type',
        `scene '${scene}' plays ${PLAYS[scene].join(', ')}, not '${type}'`,
      ),
    ]);
  const event = drawEvent(type, chance.fork(2), chance.between(18, 26), scene);
  // Half of them last long enough for a train to come before or after.
  const trainS = scene !== 'corridor' && chance.yes(0.5) ? 60 : 0;
  return {
    ...base,
    durationS: size.durationS ?? Math.ceil(event.atS + event.durationS + 22 + trainS),
    events: [event],
    ...(type === 'weapon' ? { detector: DETECTOR } : {}),
  };
}

/** People who stand in the way all along, by the event that they would hide or count towards. */
const CROWD_SHARE: Readonly<Record<SceneEventType | 'none', number>> = {
  none: 1,
  forbidden_zone: 1,
  density: 0,
  wrong_way: 0.4,
  fire: 0.4,
  person_on_ground: 0.4,
  abandoned_object: 0.4,
  crowd_movement: 0.4,
  weapon: 0.4,
};

/** One event of a type, its particulars drawn. */
export function drawEvent(
  type: SceneEventType,
  chance: Chance,
  atS: number,
  scene: SceneName = 'corridor',
): SceneEvent {
  switch (type) {
    case 'forbidden_zone':
      return chance.yes(0.2)
        ? { type, atS, durationS: chance.between(8, 20), by: 'vehicle' }
        : {
            type,
            atS,
            durationS: chance.between(5, 22),
            by: 'person',
            people: chance.yes(0.75) ? 1 : chance.whole(2, 3),
          };
    case 'wrong_way':
      return { type, atS, durationS: 12, people: chance.yes(0.65) ? 1 : chance.whole(2, 4) };
    case 'density':
      return { type, atS: atS + 14, durationS: chance.between(25, 45), share: chance.between(1.4, 2.4) };
    case 'fire': {
      const on = chance.pick(['ground', 'ground', 'bin', 'train'] as const);
      const durationS = chance.between(18, 45);
      return { type, atS, durationS, on: on === 'train' && scene !== 'platform' ? 'ground' : on };
    }
    case 'person_on_ground':
      return {
        type,
        atS,
        durationS: chance.between(16, 40),
        fall: chance.pick(['fast', 'fast', 'slow', 'stumble'] as const),
        towards: chance.pick(['sideways', 'sideways', 'lens', 'away'] as const),
        helped: chance.yes(0.5),
      };
    case 'abandoned_object':
      return { type, atS, durationS: chance.between(84, 115), removed: chance.yes(0.5) };
    case 'crowd_movement':
      return {
        type,
        atS: atS + 8,
        durationS: 8,
        people: chance.whole(8, 30),
        how: chance.yes(0.55) ? 'scatter' : 'surge',
      };
    case 'weapon':
      return {
        type,
        atS,
        durationS: chance.between(7, 20),
        weapon: chance.yes(0.5) ? 'knife' : 'firearm',
      };
  }
}

export function drawNuisances(chance: Chance): Nuisances {
  return {
    trains: chance.yes(0.85),
    lights: chance.yes(0.7),
    crowd: chance.yes(0.5) ? chance.between(0.1, 0.5) : 0,
    shake: chance.yes(0.2) ? chance.between(0.1, 0.35) : 0,
    noise: chance.between(0.7, 3.2),
  };
}

/** A camera's source as a site file writes it: `scene:platform?seed=7&events=loop`. */
export interface SceneSource {
  readonly scene: SceneName;
  readonly seed: number;
  /** `loop`: goes on for ever, something happens in every `periodS`. `quiet`: goes on for ever, nothing happens. */
  readonly events: 'loop' | 'quiet' | 'one' | 'none';
  /** Only events of this type. */
  readonly type?: SceneEventType;
  readonly periodS: number;
  /** Length of a scene that ends (`one`, `none`). */
  readonly durationS: number;
  readonly people: number;
  readonly nuisances: boolean;
  /** Nuisances given by name, beside or instead of those drawn. */
  readonly knobs?: Partial<Record<Knob, number>>;
  /** A fault of the view, from a third of the scene (or of each period) on for a sixth of it. */
  readonly fault?: ViewFault['state'];
  /** Objects come with the pictures, as from a detector. */
  readonly objects?: boolean;
  /** `real`: a picture when it is due; `free`: as fast as it is asked for; `auto`: real when endless, else free. */
  readonly pace: 'real' | 'free' | 'auto';
}

/** Nuisances that a source can name, with the most that makes sense. */
const KNOBS = {
  crowd: 0.65,
  shake: 2,
  noise: 12,
  rain: 1,
  snow: 1,
  insects: 20,
  lightning: 20,
  gainSteps: 20,
  infrared: 40,
  knocks: 20,
  sway: 4,
  vibration: 3,
  trees: 1,
  boarding: 1,
  lookAlikeEveryS: 3600,
} as const;
export type Knob = keyof typeof KNOBS;
const KNOB_NAMES = Object.keys(KNOBS) as Knob[];

const KEYS = [
  ...['seed', 'events', 'type', 'period', 'duration', 'people', 'nuisances', 'pace', 'fault', 'objects'],
  ...KNOB_NAMES,
];

/**
 * Reads `scene:NAME?key=value&...`. Keys: seed (whole number), events (loop, quiet, one, none; default loop), type (an
 * event type that the scene plays), period (s, 40..3600, default 75), duration (s, 10..36000, default 120), people
 * (0..1, default 0.5), nuisances (on, off), pace (real, free, auto; default auto: real when endless, else free),
 * fault (covered, blurred, moved, frozen, dark, bright; only in scenes that end), objects (on, off; default off).
 * Nuisances by name: crowd (share of the density limit, 0..0.65), shake (px), noise (levels), rain, snow, trees, boarding
 * (0..1), insects, lightning, gainSteps, knocks (a minute), infrared (changes in ten minutes), sway, vibration (px of a
 * plane 160 wide), lookAlikeEveryS (a look-alike about every so many seconds; each has its turn). Absent ones are off,
 * crowd, shake and noise excepted, which nuisances=on draws from the seed.
 * Throws InputError with every fault.
 */
export function parseSceneSource(source: string, at = 'source'): SceneSource {
  const faults: Fault[] = [];
  const [head = '', query = ''] = source.split('?', 2);
  const name = head.replace(/^scene:/, '');
  if (!head.startsWith('scene:') || !SCENE_NAMES.includes(name as SceneName))
    faults.push(
      fault('scene_unknown', at, `'${head}' is no scene, expected scene:${SCENE_NAMES.join(', scene:')}`),
    );
  const values = new Map<string, string>();
  for (const part of query === '' ? [] : query.split('&')) {
    const [key = '', value = ''] = part.split('=', 2);
    if (!KEYS.includes(key))
      faults.push(
        fault('scene_key_unknown', at, `'${key}' is no setting of a scene`, `settings: ${KEYS.join(', ')}`),
      );
    else if (values.has(key)) faults.push(fault('scene_key_twice', at, `'${key}' is given twice`));
    else values.set(key, value);
  }
  const number = (key: string, fallback: number, low: number, high: number): number => {
    const text = values.get(key);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (text !== '' && Number.isFinite(value) && value >= low && value <= high) return value;
    faults.push(fault('scene_value', at, `${key} is '${text}', expected a number from ${low} to ${high}`));
    return fallback;
  };
  const choice = <T extends string>(key: string, fallback: T, of: readonly T[]): T => {
    const text = values.get(key);
    if (text === undefined) return fallback;
    if ((of as readonly string[]).includes(text)) return text as T;
    faults.push(fault('scene_value', at, `${key} is '${text}', expected ${of.join(', ')}`));
    return fallback;
  };
  const events = choice('events', 'loop', ['loop', 'quiet', 'one', 'none']);
  const scene = name as SceneName;
  const type = values.has('type') ? choice('type', 'density', PLAYS[scene] ?? SCENE_EVENT_TYPES) : undefined;
  const knobs: Partial<Record<Knob, number>> = {};
  for (const name of KNOB_NAMES) if (values.has(name)) knobs[name] = number(name, 0, 0, KNOBS[name]);
  const parsed: SceneSource = {
    scene,
    seed: Math.trunc(number('seed', 1, 0, 2 ** 31 - 1)),
    events,
    ...(type ? { type } : {}),
    periodS: number('period', 75, 40, 3600),
    durationS: number('duration', 120, 10, 36_000),
    people: number('people', 0.5, 0, 1),
    nuisances: choice('nuisances', 'on', ['on', 'off']) === 'on',
    ...(Object.keys(knobs).length > 0 ? { knobs } : {}),
    ...(values.has('fault') ? { fault: choice('fault', 'covered', FAULTS) } : {}),
    ...(values.has('objects') ? { objects: choice('objects', 'off', ['on', 'off']) === 'on' } : {}),
    pace: choice('pace', 'auto', ['real', 'free', 'auto']),
  };
  if (faults.length > 0) throw new InputError(faults);
  return parsed;
}

/** What a script is written from. */
export interface ScriptSpec {
  readonly seed: number;
  readonly durationS: number;
  readonly events: readonly SceneEvent[] | 'none' | 'one';
  /** Restricts `one`. */
  readonly type?: SceneEventType;
  readonly people: number;
  readonly nuisances: Nuisances;
  /** Played beside those that nuisances.lookAlikeEveryS draws. */
  readonly lookAlikes?: readonly LookAlike[];
  /** People stand about at second 0 already; else the place fills by its doors. */
  readonly peopled: boolean;
  /** When `one` begins, s. */
  readonly atS?: number;
}
