/**
 * Specs in which everything is mixed: what a camera meets over the year, drawn from the seed. For recall with all
 * nuisances, and for hours without events in which every look-alike has its turn.
 */
import { Chance, mix } from './chance.ts';
import { DETECTOR } from './detector.ts';
import { FAULTS, type ViewFault } from './draw/lens.ts';
import type { SceneName } from './place/world.ts';
import { type Nuisances, type SceneEventType, type SceneSpec, sampleSpec } from './spec.ts';

/** As sampleSpec, with every nuisance that the place knows; without an event also look-alikes and faults of the view. */
export function mixedSpec(
  scene: SceneName,
  type: SceneEventType | 'none',
  seed: number,
  size: Partial<Pick<SceneSpec, 'width' | 'height' | 'fps' | 'durationS'>> = {},
): SceneSpec {
  const base = sampleSpec(scene, type, seed, size);
  const chance = new Chance(mix(seed, 5151));
  const quiet = type === 'none';
  const nuisances = { ...base.nuisances, ...drawMore(scene, chance.fork(1), quiet) };
  const lens = quiet && chance.yes(0.2) ? drawFaults(base.durationS, chance.fork(2)) : [];
  const objects = type === 'weapon' || chance.yes(0.35);
  return {
    ...base,
    nuisances,
    ...(lens.length > 0 ? { faults: lens } : {}),
    ...(objects
      ? {
          detector: { ...DETECTOR, misses: chance.between(0.05, 0.3), weaponSeen: chance.between(0.55, 0.9) },
        }
      : {}),
  };
}

function drawMore(scene: SceneName, chance: Chance, quiet: boolean): Partial<Nuisances> {
  const outdoor = scene === 'tracks';
  const vehicle = scene === 'coach';
  const some = (probability: number, low: number, high: number) => {
    const amount = chance.between(low, high);
    return chance.yes(probability) ? amount : 0;
  };
  const rain = some(outdoor ? 0.3 : 0, 0.3, 1);
  const snow = some(outdoor && rain === 0 ? 0.2 : 0, 0.2, 1);
  return {
    rain,
    snow,
    insects: some(0.25, 0.3, 1.5),
    lightning: some(outdoor ? 0.15 : vehicle ? 0 : 0.05, 0.5, 3),
    gainSteps: some(0.3, 0.3, 1.5),
    infrared: some(outdoor ? 0.25 : 0.08, 1, 2.5),
    knocks: some(vehicle ? 0 : 0.3, 0.2, 1.2),
    sway: some(outdoor ? 0.3 : 0.05, 0.15, 0.8),
    trees: some(outdoor ? 0.8 : 0, 0.3, 1),
    vibration: vehicle ? chance.between(0.1, 0.6) : 0,
    boarding: some(scene === 'platform' ? 0.7 : 0, 0.5, 1),
    lookAlikeEveryS: quiet ? chance.between(25, 70) : some(0.5, 40, 90),
  };
}

/** One or two faults, a minute or more after the begin, each over in time for the view to recover. */
function drawFaults(durationS: number, chance: Chance): ViewFault[] {
  const faults: ViewFault[] = [];
  for (let t = chance.between(60, 200); t < durationS - 90; t += chance.between(150, 300)) {
    faults.push({ state: chance.pick(FAULTS), atS: t, forS: chance.between(8, 50) });
    if (faults.length === 2) break;
  }
  return faults;
}
