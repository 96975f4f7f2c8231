/**
 * State that is kept: measure, detect and observations are saved at random instants, put into new stages, and answer
 * as if nothing had happened, bit for bit.
 */
import { describe, expect, it } from 'vitest';
import { detect } from '../pipeline/detect/detect.ts';
import { measure } from '../pipeline/measure/measure.ts';
import { observations } from '../pipeline/measure/observations.ts';
import { type Candidate, cameraKey, type Frame } from '../pipeline/model.ts';
import { fromSaved, toSaved } from '../pipeline/saved.ts';
import type { Site } from '../pipeline/site/site.ts';
import { BUSY_RULES, busyFrames, busySite, packedPlatform } from './support/busy.ts';
import { differences, inside } from './support/inside.ts';
import { type Chance, random, SEED } from './support/random.ts';

/** Of what measure, detect and observations save. */
const LAYOUTS = [3, 18, 2] as const;

class Stages {
  readonly all;

  constructor(site: Site) {
    this.all = [measure(site), detect(site, 'build-1'), observations()] as const;
  }

  step(frame: Frame) {
    const [measuring, detecting, observing] = this.all;
    return measuring.step(frame).map((measured) => {
      const { frame: _, ...rest } = measured;
      return { ...rest, candidates: detecting.step(measured), observations: observing.step(measured) };
    });
  }

  save(camera: string): readonly (Uint8Array | undefined)[] {
    return this.all.map((stage) => stage.save(camera));
  }

  restore(camera: string, saved: readonly (Uint8Array | undefined)[]): readonly boolean[] {
    return this.all.map((stage, i) => saved[i] === undefined || stage.restore(camera, saved[i]));
  }
}

const keysOf = (site: Site) => site.cameras.map((camera) => cameraKey(site.id, camera.id));

/** The stages that go on from what `stages` saved. */
function moved(stages: Stages, site: Site): Stages {
  const fresh = new Stages(site);
  for (const key of keysOf(site)) fresh.restore(key, stages.save(key));
  return fresh;
}

/** Plays the frames twice, once moved to new stages now and then; says how often, and what was claimed meanwhile. */
function playBoth(site: Site, frames: readonly Frame[], chance: Chance, share: number) {
  const undisturbed = new Stages(site);
  let disturbed = new Stages(site);
  const candidates: Candidate[] = [];
  const claims = new Set<string>();
  let moves = 0;
  frames.forEach((frame, n) => {
    if (chance.unit() < share) {
      for (const key of keysOf(site)) for (const claim of claimsIn(disturbed.save(key)[1])) claims.add(claim);
      disturbed = moved(disturbed, site);
      moves++;
    }
    const want = undisturbed.step(frame);
    const found = disturbed.step(frame);
    if (Buffer.compare(toSaved(0, found), toSaved(0, want)) !== 0)
      expect(found, `frame ${n}`).toStrictEqual(want);
    for (const one of want) candidates.push(...one.candidates);
  });
  return { candidates, claims, moves };
}

interface Detecting {
  readonly watches: ReadonlyMap<string, { readonly claim: { readonly state: { readonly kind: string } } }>;
}

function claimsIn(saved: Uint8Array | undefined): readonly string[] {
  if (saved === undefined) return [];
  const { watches } = fromSaved(LAYOUTS[1], saved)!.state as Detecting;
  return [...watches.values()].map(({ claim }) => claim.state.kind);
}

describe(`a stage that goes on from saved state (seed ${SEED})`, () => {
  it.each([0, 1])('answers the same for random frames, run %i', (run) => {
    const { candidates, claims, moves } = playBoth(
      busySite(),
      busyFrames(SEED + 100 * run, 700),
      random(SEED + run),
      0.03,
    );
    expect(moves).toBeGreaterThan(10);
    // Otherwise the run would have shown little.
    expect(new Set(candidates.map((candidate) => candidate.rule))).toEqual(
      new Set(BUSY_RULES.map((rule) => rule.id)),
    );
    expect(new Set(candidates.map((candidate) => candidate.phase))).toEqual(
      new Set(['begin', 'update', 'end']),
    );
    expect(claims).toEqual(new Set(['quiet', 'pending', 'open']));
  });

  it('answers the same when it is moved before every single frame', () => {
    playBoth(busySite(), busyFrames(SEED + 7, 40), random(SEED), 1);
  });

  it('answers the same on a platform that fills', () => {
    const { site, frames } = packedPlatform(200);
    const { candidates } = playBoth(site, frames, random(SEED), 0.05);
    expect(candidates.map((candidate) => candidate.type)).toContain('density');
  });

  // A field that somebody adds and does not save is seen here, even where no later answer of the runs depends on it.
  it('holds what the other one held, field by field', () => {
    const site = busySite();
    const stages = new Stages(site);
    busyFrames(SEED, 240).forEach((frame, n) => {
      stages.step(frame);
      if (n % 180 !== 179) return;
      moved(stages, site).all.forEach((stage, i) => {
        const paths = inside(stage);
        expect(paths.size, `stage ${i}`).toBeGreaterThan(6);
        expect(differences(paths, inside(stages.all[i]!)), `stage ${i} after frame ${n}`).toEqual([]);
      });
    });
  });

  it('saves the same bytes for the same state, and saving changes nothing', () => {
    const site = busySite();
    const [once, often] = [new Stages(site), new Stages(site)];
    for (const frame of busyFrames(SEED, 150)) {
      once.step(frame);
      often.step(frame);
      for (const key of keysOf(site)) often.save(key);
    }
    for (const key of keysOf(site)) {
      expect(often.save(key)).toEqual(once.save(key));
      expect(moved(once, site).save(key)).toEqual(once.save(key));
    }
  });
});

describe('what is saved', () => {
  const site = busySite();
  const stages = new Stages(site);
  for (const frame of busyFrames(SEED, 200)) stages.step(frame);
  const [key = ''] = keysOf(site);
  const saved = stages.save(key);

  it('is nothing for a camera that was never seen', () => {
    expect(new Stages(site).save(key)).toEqual([undefined, undefined, undefined]);
    expect(stages.save('gare/z')).toEqual([undefined, undefined, undefined]);
  });

  it('is refused when it is of another layout or damaged, and the state stays what it was', () => {
    stages.all.forEach((stage, i) => {
      const before = inside(stage);
      const { state } = fromSaved(LAYOUTS[i]!, saved[i]!)!;
      expect(stage.restore(key, toSaved(LAYOUTS[i]! + 1, state))).toBe(false);
      expect(stage.restore(key, saved[i]!.subarray(0, -1))).toBe(false);
      expect(stage.restore(key, new Uint8Array())).toBe(false);
      expect(differences(inside(stage), before)).toEqual([]);
    });
  });

  it('is refused by stages whose site has no such camera', () => {
    const [measuring, detecting] = new Stages({ ...site, cameras: site.cameras.slice(1) }).all;
    expect(measuring.restore(key, saved[0]!)).toBe(false);
    expect(detecting.restore(key, saved[1]!)).toBe(false);
  });

  it('is small: at most 3,000 bytes and 800 for each track with this many rules', () => {
    for (const camera of keysOf(site)) {
      const bytes = stages.save(camera).reduce((sum, part) => sum + (part?.length ?? 0), 0);
      const tracks = [...(fromSaved(LAYOUTS[0], stages.save(camera)[0]!)!.state as Measuring).crossings.walks]
        .length;
      expect(bytes).toBeLessThan(3_000 + 800 * tracks);
    }
  });

  // A name that comes, goes or moves makes another layout: count LAYOUT of that stage up, then change this table.
  it('has the names that belong to its layout', () => {
    const names = saved.map((part, i) => [...namesIn(fromSaved(LAYOUTS[i]!, part!)!.state)].sort());
    expect(names).toEqual([
      [
        'armed net',
        'epoch planeWidth planeHeight ground tracks flows crossings zones',
        'foot passages',
        'heights fills',
        'lines walks',
        'x y',
      ].sort(),
      names[1],
      ['epoch atMs view since'],
    ]);
  });
});

describe('a site file that changed meanwhile', () => {
  const site = busySite();
  const frames = busyFrames(SEED + 3, 260);
  const stages = new Stages(site);
  const open = () =>
    keysOf(site).flatMap((key) => {
      const { watches } = fromSaved(LAYOUTS[1], stages.save(key)[1]!)!.state as Detecting;
      return [...watches].filter(([, { claim }]) => claim.state.kind === 'open').map(([watch]) => watch);
    });
  // Until somebody's claim on a crowd is open.
  let next = 0;
  while (next < 120 || !open().some((watch) => watch.startsWith('crowd'))) {
    for (const frame of frames.slice(next, next + 3)) stages.step(frame);
    next += 3;
  }

  /** What follows on the other site, and what would have followed on this one. */
  const goOn = (other: Site) => {
    const [before, after] = [moved(stages, site), moved(stages, other)];
    const rest = frames.slice(next);
    return {
      before: rest.flatMap((frame) => before.step(frame).flatMap(({ candidates }) => candidates)),
      after: rest.flatMap((frame) => after.step(frame).flatMap(({ candidates }) => candidates)),
    };
  };
  const without = (rule: string) => (candidates: readonly Candidate[]) =>
    candidates.filter((candidate) => candidate.rule !== rule);

  it('a rule that is gone says nothing more, the others go on', () => {
    const { before, after } = goOn(busySite({ rules: BUSY_RULES.filter((rule) => rule.id !== 'crowd') }));
    expect(before.some((candidate) => candidate.rule === 'crowd')).toBe(true);
    expect(after).toStrictEqual(without('crowd')(before));
  });

  it('a rule that is new starts fresh, the others go on', () => {
    const [first] = BUSY_RULES;
    const { before, after } = goOn(busySite({ rules: [{ ...first!, id: 'newer' }, ...BUSY_RULES] }));
    expect(without('newer')(after)).toStrictEqual(before);
    const begun = after.filter((candidate) => candidate.rule === 'newer' && candidate.phase === 'begin');
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.every((candidate) => candidate.beganFrame >= frames[next]!.number)).toBe(true);
  });

  it('a rule with another limit goes on with its claim, one for another place does not', () => {
    const crowd = BUSY_RULES.find((rule) => rule.id === 'crowd')!;
    const open = (patch: object) => {
      const rules = BUSY_RULES.map((rule) => (rule === crowd ? { ...rule, ...patch } : rule));
      return goOn(busySite({ rules })).after.find((candidate) => candidate.rule === 'crowd');
    };
    const same = { ...goOn(site).before.find((candidate) => candidate.rule === 'crowd') };
    expect(same.phase).not.toBe('begin');
    expect(open({ version: 2, limit: { people: 2 } })?.id).toBe(same.id);
    expect(open({ zone: 'east' })?.id).not.toBe(same.id);
  });

  it('a line or zone that is gone or new disturbs no other', () => {
    const { zones, lines } = site.cameras[0]!;
    const all = goOn(site).before;
    const patches = [
      { lines: lines.toReversed() },
      { lines: lines.slice(0, 1) },
      { lines: [{ ...lines[1]!, id: 'newer' }, ...lines] },
      { zones: zones.toReversed() },
      { zones: [{ ...zones[1]!, id: 'newer' }, ...zones] },
    ];
    for (const patch of patches) expect(goOn(busySite(patch)).after).toStrictEqual(all);
    expect(goOn(busySite({ zones: zones.slice(0, 1) })).after).toStrictEqual(without('one-way')(all));
  });
});

interface Measuring {
  readonly crossings: { readonly walks: Map<number, unknown> };
}

function namesIn(value: unknown, into = new Set<string>()): Set<string> {
  if (value instanceof Float64Array || typeof value !== 'object' || value === null) return into;
  if (value instanceof Map) for (const entry of value) namesIn(entry, into);
  else {
    if (!Array.isArray(value)) into.add(Object.keys(value).join(' '));
    for (const held of Object.values(value)) namesIn(held, into);
  }
  return into;
}
