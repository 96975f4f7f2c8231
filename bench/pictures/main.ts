/**
 * `npm run pictures [TYPE...]`: the pictures of docs/detection/, one per event type. Rendered scenes only, never footage.
 *
 *     the plane as it was analysed     | the cells: occupancy, flow, flame
 *     what stands out: blobs, statics, | what the rule found over time, its limit,
 *     tracks, objects                  | the truth and the claim
 */
import { mkdir, writeFile } from 'node:fs/promises';
import {
  mixedSpec,
  PLAYS,
  type SceneEvent,
  type SceneSpec,
  sceneSpec,
} from '../../pipeline/ingest/scenes/index.ts';
import { EVENT_TYPES, type EventType } from '../../pipeline/model.ts';
import { paint } from './paint.ts';
import { encodePng } from './png.ts';
import { record } from './record.ts';

const OUT = 'docs/detection';

interface Shot {
  readonly scene: SceneSpec['scene'];
  readonly seed: number;
  readonly durationS: number;
  readonly event: SceneEvent;
  /** How busy the place is. */
  readonly people?: number;
  /** What is drawn over time, by its name in the claim. */
  readonly finding?: string;
}

const SHOTS: Readonly<Record<EventType, Shot>> = {
  wrong_way: {
    scene: 'corridor',
    seed: 8,
    durationS: 45,
    event: { type: 'wrong_way', atS: 16, durationS: 12 },
  },
  forbidden_zone: {
    scene: 'platform',
    seed: 12,
    durationS: 50,
    event: { type: 'forbidden_zone', atS: 20, durationS: 14, by: 'person' },
  },
  density: {
    scene: 'platform',
    seed: 14,
    durationS: 80,
    event: { type: 'density', atS: 30, durationS: 30, share: 1.5 },
  },
  fire: {
    scene: 'platform',
    seed: 2,
    people: 0.1,
    durationS: 50,
    event: { type: 'fire', atS: 20, durationS: 25, on: 'ground' },
  },
  person_on_ground: {
    scene: 'platform',
    seed: 11,
    durationS: 50,
    event: {
      type: 'person_on_ground',
      atS: 20,
      durationS: 20,
      fall: 'fast',
      towards: 'sideways',
      helped: false,
    },
  },
  abandoned_object: {
    scene: 'corridor',
    seed: 2,
    people: 0.1,
    durationS: 125,
    event: { type: 'abandoned_object', atS: 20, durationS: 90, removed: true },
  },
  crowd_movement: {
    scene: 'corridor',
    seed: 5,
    people: 0.1,
    durationS: 45,
    event: { type: 'crowd_movement', atS: 25, durationS: 8, people: 22, how: 'surge' },
  },
  weapon: {
    scene: 'corridor',
    seed: 12,
    durationS: 45,
    event: { type: 'weapon', atS: 20, durationS: 12, weapon: 'knife' },
  },
};

const asked = process.argv.slice(2);
await mkdir(OUT, { recursive: true });
for (const type of EVENT_TYPES) {
  if (asked.length > 0 && !asked.includes(type)) continue;
  const { scene, seed, durationS, event, people = 0.25, finding } = SHOTS[type];
  if (!PLAYS[scene].includes(event.type)) throw new Error(`scene ${scene} does not play ${event.type}`);
  const base = sceneSpec({ scene, seed, durationS, events: [event], people });
  const { detector } = mixedSpec(scene, 'weapon', seed);
  const spec: SceneSpec = {
    ...base,
    nuisances: { ...base.nuisances, trains: false, crowd: 0, shake: 0, noise: 1.2 },
    ...(type === 'weapon' && detector ? { detector } : {}),
  };
  const recording = record(type, spec, finding);
  if (recording === undefined) {
    console.log(`${type}: no detector in this release, no picture`);
    continue;
  }
  const file = `${OUT}/${type}.png`;
  await writeFile(file, encodePng(paint(recording)));
  console.log(`${file}: ${recording.at.s.toFixed(1)} s, ${recording.at.explanation}`);
}
