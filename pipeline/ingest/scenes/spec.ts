/**
 * What may be asked of a scene, and how a whole one is drawn from a seed.
 */
import { type Fault, fault, InputError } from '../../errors.ts';
import { Chance, mix } from './chance.ts';
import { SCENE_NAMES, type SceneName } from './world.ts';

/** The event types that scenes can play so far. */
export const SCENE_EVENT_TYPES = ['forbidden_zone', 'wrong_way', 'density'] as const;
export type SceneEventType = (typeof SCENE_EVENT_TYPES)[number];

/** Which types each place can play. */
export const PLAYS: Readonly<Record<SceneName, readonly SceneEventType[]>> = {
  platform: ['forbidden_zone', 'density'],
  corridor: ['wrong_way', 'density'],
  tracks: ['forbidden_zone', 'density'],
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
}

export interface Nuisances {
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
      crowd: type === 'density' ? 0 : type === 'wrong_way' ? 0.4 * nuisances.crowd : nuisances.crowd,
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
  const event = drawEvent(type, chance.fork(2), chance.between(18, 26));
  // Half of them last long enough for a train to come before or after.
  const trainS = scene !== 'corridor' && chance.yes(0.5) ? 60 : 0;
  return {
    ...base,
    durationS: size.durationS ?? Math.ceil(event.atS + event.durationS + 22 + trainS),
    events: [event],
  };
}

/** One event of a type, its particulars drawn. */
export function drawEvent(type: SceneEventType, chance: Chance, atS: number): SceneEvent {
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
  /** `real`: a picture when it is due; `free`: as fast as it is asked for; `auto`: real when endless, else free. */
  readonly pace: 'real' | 'free' | 'auto';
}

const KEYS = ['seed', 'events', 'type', 'period', 'duration', 'people', 'nuisances', 'pace'];

/**
 * Reads `scene:NAME?key=value&...`. Keys: seed (whole number), events (loop, quiet, one, none; default loop), type (an
 * event type that the scene plays), period (s, 40..3600, default 75), duration (s, 10..36000, default 120), people
 * (0..1, default 0.5), nuisances (on, off), pace (real, free, auto; default auto: real when endless, else free).
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
  const parsed: SceneSource = {
    scene,
    seed: Math.trunc(number('seed', 1, 0, 2 ** 31 - 1)),
    events,
    ...(type ? { type } : {}),
    periodS: number('period', 75, 40, 3600),
    durationS: number('duration', 120, 10, 36_000),
    people: number('people', 0.5, 0, 1),
    nuisances: choice('nuisances', 'on', ['on', 'off']) === 'on',
    pace: choice('pace', 'auto', ['real', 'free', 'auto']),
  };
  if (faults.length > 0) throw new InputError(faults);
  return parsed;
}
