import { describe, expect, test } from 'vitest';
import { detect } from '../../pipeline/detect/detect.ts';
import type { Authorisation, WatchRule } from '../../pipeline/site/site.ts';
import {
  EPOCH,
  measured,
  noTracks,
  person,
  phasesOf,
  play,
  ruleBase,
  type Seen,
  START_MS,
  STEP_MS,
  siteOf,
  spansOf,
} from './build.ts';

const walking = (n: number): Seen => ({ tracks: [person({ x: 0.1 + n * 0.01, flow: { x: 0.03, y: 0 } })] });
/** Inside from frame 0 with a dwell of 1 s: the claim begins at frame 5. */
const untilFrame = (last: number) => (n: number) => (n <= last ? walking(n) : {});
const atFrame = (n: number) => START_MS + n * STEP_MS;

describe('a candidate', () => {
  const [begin, ...rest] = play(siteOf([noTracks]), 40, untilFrame(20));

  test('says who, where, when, and what the rule found', () => {
    expect(begin).toMatchObject({
      site: 'gare',
      siteKind: 'station',
      camera: 'quai',
      epoch: EPOCH,
      type: 'forbidden_zone',
      rule: 'no-tracks',
      ruleVersion: 3,
      severity: 'high',
      place: 'tracks',
      phase: 'begin',
      revision: 0,
      beganFrame: 5,
      beganAtMs: atFrame(5),
      frame: 5,
      atMs: atFrame(5),
      build: 'build-1',
    });
    expect(begin?.explanation).toContain("'tracks'");
    expect(begin?.findings).toContainEqual({ name: 'presence', value: 1, limit: 1, unit: 's' });
    expect(begin?.region).toEqual(person({ x: 0.1 + 5 * 0.01 }).box);
  });

  test('keeps its id from begin to end: site, camera, epoch, rule and the frame at which it began', () => {
    expect(begin?.id).toBe(`gare/quai/${EPOCH}/no-tracks/5`);
    expect(phasesOf(rest)).toEqual(['update@15', 'end@20']);
    expect(rest.map(({ id }) => id)).toEqual([begin?.id, begin?.id]);
    expect(rest.map(({ revision }) => revision)).toEqual([1, 2]);
  });

  test('says the site in words, and of a vehicle what the last frame that knew said, also after a restart', () => {
    const [camera] = siteOf([noTracks]).cameras;
    const site = { ...siteOf([noTracks]), name: 'Rame', cameras: [{ ...camera!, vehicle: { id: '4521' } }] };
    const there = { id: '4521', trip: '857312', position: { latitude: 48.8, longitude: 2.4 } };
    let stage = detect(site, 'build-1');
    const claims = Array.from({ length: 40 }, (_, n) => {
      const seen = measured(n, n <= 20 ? walking(n) : {});
      const out = stage.step(n === 8 ? { ...seen, frame: { ...seen.frame, vehicle: there } } : seen);
      const saved = stage.save('gare/quai')!;
      stage = detect(site, 'build-1');
      expect(stage.restore('gare/quai', saved)).toBe(true);
      return out;
    }).flat();
    expect(claims.map(({ siteName, vehicle }) => [siteName, vehicle])).toEqual([
      ['Rame', { id: '4521' }],
      ['Rame', there],
      ['Rame', there],
    ]);
    expect(begin).not.toHaveProperty('vehicle');
  });

  test('is the same when the same frames are read again', () => {
    const again = () =>
      play(siteOf([noTracks, { ...ruleBase('forbidden_zone'), zone: 'platform', dwellMs: 0 }]), 120, (n) => ({
        tracks: [
          ...(n % 40 < 20
            ? [person({ x: 0.1 + (n % 40) * 0.01, flow: { x: 0.03, y: 0 }, id: 1 + Math.floor(n / 40) })]
            : []),
          ...(n % 50 > 30 ? [person({ x: 0.6 + (n % 50) * 0.004, zones: ['platform'], id: 9 })] : []),
        ],
      }));
    expect(again().length).toBeGreaterThan(8);
    expect(again()).toEqual(again());
  });

  test('of a rule that was edited keeps its id', () => {
    const [edited] = play(siteOf([{ ...noTracks, version: 4 }]), 10, walking);
    expect(edited).toMatchObject({ id: begin?.id, ruleVersion: 4 });
  });
});

describe('outside the authorisation nothing is raised', () => {
  const whole: Authorisation = {
    fromMs: START_MS - 1,
    toMs: START_MS + 1e9,
    basis: 'x',
    events: ['forbidden_zone'],
  };
  const rows: readonly [string, Authorisation | undefined, readonly string[]][] = [
    ['within it', whole, ['begin@5', 'end@20']],
    ['without one, in development', undefined, ['begin@5', 'end@20']],
    ['of another event type', { ...whole, events: ['fire', 'wrong_way'] }, []],
    ['of no event type', { ...whole, events: [] }, []],
    ['over before the first frame', { ...whole, toMs: START_MS - 1 }, []],
    ['from after the last frame', { ...whole, fromMs: atFrame(41) }, []],
    ['its last ms belongs to it', { ...whole, toMs: atFrame(5) }, ['begin@5', 'end@5']],
    ['over a ms before', { ...whole, toMs: atFrame(5) - 1 }, []],
    ['its first ms belongs to it', { ...whole, fromMs: atFrame(9) }, ['begin@9', 'end@20']],
    ['an open claim ends with it', { ...whole, toMs: atFrame(12) }, ['begin@5', 'end@12']],
  ];
  test.each(rows)('%s', (_name, authorisation, expected) => {
    const candidates = play(siteOf([noTracks], authorisation), 40, untilFrame(20));
    expect(spansOf(candidates)).toEqual(expected);
    for (const { atMs, beganAtMs, type } of authorisation === undefined ? [] : candidates) {
      expect(beganAtMs).toBeGreaterThanOrEqual(authorisation!.fromMs);
      expect(atMs).toBeLessThanOrEqual(authorisation!.toMs);
      expect(authorisation!.events).toContain(type);
    }
  });

  test('the end is said on the first frame outside, not after the release', () => {
    const stage = detect(siteOf([noTracks], { ...whole, toMs: atFrame(12) }), 'b');
    const said = Array.from({ length: 15 }, (_, n) => stage.step(measured(n, walking(n))).length);
    expect(said.indexOf(1)).toBe(5);
    expect(said.lastIndexOf(1)).toBe(13);
  });
});

describe('a view that cannot be trusted', () => {
  test('lost ends what is open at once, and a lost view raises nothing', () => {
    const candidates = play(siteOf([noTracks]), 40, (n) => ({ ...walking(n), view: n < 10 ? 'ok' : 'lost' }));
    expect(phasesOf(candidates)).toEqual(['begin@5', 'end@9']);
  });

  test.each(['dark', 'bright', 'frozen', 'moved', 'warming'] as const)(
    '%s for 10 s changes nothing, for longer it ends what is open',
    (view) => {
      // The last frame that could be trusted is 9; 10 s later is frame 59.
      const look = (n: number): Seen => ({ ...walking(n), view: n < 10 ? 'ok' : view });
      expect(phasesOf(play(siteOf([noTracks]), 60, look))).toEqual(['begin@5']);
      expect(phasesOf(play(siteOf([noTracks]), 200, look))).toEqual(['begin@5', 'end@9']);
    },
  );

  test('that was blind for less goes on with the same claim', () => {
    const candidates = play(siteOf([noTracks]), 60, (n) => ({
      ...walking(n),
      view: n >= 10 && n < 40 ? 'dark' : 'ok',
    }));
    expect(spansOf(candidates)).toEqual(['begin@5']);
    expect(new Set(candidates.map(({ id }) => id)).size).toBe(1);
  });
});

test('a new epoch ends what was open in the one before, under the id it had there', () => {
  const candidates = play(siteOf([noTracks]), 30, (n) => ({
    ...walking(n),
    epoch: n < 10 ? EPOCH : EPOCH + 2_000,
  }));
  expect(candidates.map(({ phase, epoch, frame, id }) => [phase, epoch - EPOCH, frame, id])).toEqual([
    ['begin', 0, 5, `gare/quai/${EPOCH}/no-tracks/5`],
    ['end', 0, 9, `gare/quai/${EPOCH}/no-tracks/5`],
    ['begin', 2_000, 15, `gare/quai/${EPOCH + 2_000}/no-tracks/15`],
    ['update', 2_000, 25, `gare/quai/${EPOCH + 2_000}/no-tracks/15`],
  ]);
});

test('a camera that is not of this site is ignored', () => {
  expect(play(siteOf([noTracks]), 30, (n) => ({ ...walking(n), camera: 'elsewhere' }))).toEqual([]);
  const stage = detect(siteOf([noTracks]), 'b');
  const said = Array.from({ length: 30 }, (_, n) => {
    const { frame, ...rest } = measured(n, walking(n));
    return stage.step({ ...rest, frame: { ...frame, site: 'other' } });
  });
  expect(said.flat()).toEqual([]);
});

test('two rules of one camera claim side by side, each under its own id', () => {
  const second = { ...noTracks, id: 'second', dwellMs: 2_000 } as const;
  const candidates = play(siteOf([noTracks, second]), 12, walking);
  expect(candidates.map(({ id }) => id.split('/').slice(3).join('/'))).toEqual(['no-tracks/5', 'second/10']);
});

test.each(['fire', 'abandoned_object', 'weapon', 'crowd_movement'] as const)(
  '%s does not come of somebody who walks',
  (event) => {
    const rule: WatchRule = { ...ruleBase(event), zone: 'tracks', forMs: 0 };
    expect(play(siteOf([rule]), 60, walking)).toEqual([]);
  },
);
