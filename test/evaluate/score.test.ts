import { describe, expect, it } from 'vitest';
import { report, table } from '../../pipeline/operate/evaluate/report.ts';
import {
  type Alert,
  type Crossing,
  parseTruth,
  type Travel,
  type Truth,
  type TruthEvent,
} from '../../pipeline/operate/evaluate/result.ts';
import {
  mergePhases,
  scoreCounts,
  scoreCrossings,
  scoreType,
  spearman,
} from '../../pipeline/operate/evaluate/score.ts';

const FPS = 10;

function truth(events: readonly TruthEvent[], more: Partial<Truth> = {}): Truth {
  return { name: 'clip', fps: FPS, width: 640, height: 480, frames: 400, events, ...more };
}

function event(start_frame: number, end_frame: number, more: Partial<TruthEvent> = {}): TruthEvent {
  return { type: 'forbidden_zone', start_frame, end_frame, ...more };
}

function alert(start_frame: number, end_frame: number, more: Partial<Alert> = {}): Alert {
  const where = { clip: 'clip', rule: 'r', zone: null, region: [0, 0, 1, 1] } as const;
  return { type: 'forbidden_zone', ...where, start_frame, end_frame, score: 1, ...more };
}

const score = (alerts: Alert[], events: TruthEvent[]) => scoreType('forbidden_zone', alerts, [truth(events)]);

describe('a truth is hit, an alert is false', () => {
  // The truth runs over frames 100..200 at 10 fps: widened, 90..220.
  it.each([
    ['inside', alert(120, 130), 1, 0],
    ['ends exactly 1 s before', alert(80, 90), 1, 0],
    ['ends one frame too early', alert(80, 89), 0, 1],
    ['starts exactly 2 s after', alert(220, 230), 1, 0],
    ['starts one frame too late', alert(221, 230), 0, 1],
    ['same zone', alert(120, 130, { zone: 'a' }), 1, 0],
    ['other zone', alert(120, 130, { zone: 'b' }), 0, 1],
    ['box touches the region at a corner', alert(120, 130, { region: [0, 0, 0.25, 0.25] }), 1, 0],
    ['box beside the region', alert(120, 130, { region: [0, 0, 0.24, 1] }), 0, 1],
    ['box below the region', alert(120, 130, { region: [0, 0.76, 1, 1] }), 0, 1],
    ['other clip: not scored', alert(120, 130, { clip: 'other' }), 0, 0],
    ['other type: not scored here', alert(120, 130, { type: 'density' }), 0, 0],
  ])('%s', (_, one, hit, falseAlerts) => {
    const region: [number, number][] = [
      [0.25, 0.25],
      [0.75, 0.25],
      [0.5, 0.75],
    ];
    const got = score([one], [event(100, 200, { zone: 'a', region })]);
    expect([got.hit, got.falseAlerts]).toEqual([hit, falseAlerts]);
  });

  it('takes no alert for something that is none of the eight types', () => {
    const got = score([alert(100, 110)], [event(90, 120, { type: 'other_anomaly' })]);
    expect(got).toMatchObject({ truths: 0, alerts: 1, falseAlerts: 1, truthTimeCovered: undefined });
  });
});

describe('shares, alerts per truth, delay', () => {
  it('works out by hand', () => {
    // Truth A 100..199, truth B 300..309. Alerts: 90..149 (50 of 60 in A), 180..209 (20 of 30 in A), 20..29 false.
    const got = score([alert(90, 149), alert(180, 209), alert(20, 29)], [event(100, 199), event(300, 309)]);
    expect(got).toMatchObject({
      truths: 2,
      hit: 1,
      alerts: 3,
      falseAlerts: 1,
      alertsPerTruth: 2,
      delayS: -1,
    });
    expect(got.alertTimeInside).toBeCloseTo(70 / 100);
    expect(got.truthTimeCovered).toBeCloseTo(70 / 110);
  });

  it('does not count overlapping alerts twice', () => {
    const got = score([alert(100, 149), alert(120, 169)], [event(100, 199)]);
    expect(got.truthTimeCovered).toBeCloseTo(0.7);
  });

  it('keeps zones apart in the shares', () => {
    const got = score([alert(100, 199, { zone: 'a' })], [event(100, 199, { zone: 'b' })]);
    expect(got).toMatchObject({ alertTimeInside: 0, truthTimeCovered: 0, falseAlerts: 1 });
  });

  it('is undefined without alerts or truths, never zero', () => {
    expect(score([], [])).toMatchObject({
      alertTimeInside: undefined,
      truthTimeCovered: undefined,
      alertsPerTruth: undefined,
      delayS: undefined,
    });
  });
});

describe('truths that date one event in several ways', () => {
  it.each([
    ['overlap and carry phase', [event(0, 9, { phase: 'a' }), event(5, 20, { phase: 'b' })], 1],
    ['overlap and carry by', [event(0, 9, { by: 'x' }), event(9, 20, { by: 'y' })], 1],
    ['carry phase, do not overlap', [event(0, 9, { phase: 'a' }), event(10, 20, { phase: 'b' })], 2],
    ['overlap, only one carries phase', [event(0, 9, { phase: 'a' }), event(5, 20)], 2],
    ['overlap, neither carries it', [event(0, 9), event(5, 20)], 2],
    ['chain', [event(0, 9, { by: 'x' }), event(15, 30, { by: 'z' }), event(5, 20, { by: 'y' })], 1],
  ])('%s', (_, events, groups) => {
    expect(mergePhases(events)).toHaveLength(groups);
  });

  it('are scored once, and a detection inside either hits', () => {
    const dated = [event(100, 399, { phase: 'put' }), event(300, 399, { phase: 'gone' })];
    expect(score([alert(350, 399)], dated)).toMatchObject({ truths: 1, hit: 1, falseAlerts: 0 });
    expect(score([alert(110, 120)], dated)).toMatchObject({ truths: 1, hit: 1, falseAlerts: 0 });
  });
});

describe('crossings', () => {
  const found = (frame: number, direction: Travel, line = 'mid'): Crossing => ({
    clip: 'clip',
    line,
    frame,
    direction,
  });
  it.each([
    ['exact', [found(50, 'left')], { matched: 1, spurious: 0 }],
    ['2 s after the later one', [found(80, 'left')], { matched: 1, spurious: 0 }],
    ['one frame later than that', [found(81, 'left')], { matched: 0, spurious: 1 }],
    ['other direction', [found(50, 'right')], { matched: 0, spurious: 1 }],
    ['one cannot serve two', [found(55, 'left')], { matched: 1, spurious: 0 }],
    ['two for two', [found(55, 'left'), found(60, 'left')], { matched: 2, spurious: 0 }],
    ['the tight one is not given away', [found(78, 'left'), found(45, 'left')], { matched: 2, spurious: 0 }],
  ])('%s', (_, crossings, want) => {
    const line_crossings = [
      { frame: 60, direction: 'left' as const },
      { frame: 50, direction: 'left' as const },
    ];
    expect(scoreCrossings(crossings, [truth([], { line_crossings })])).toEqual({ truths: 2, ...want });
  });

  it('keeps lines apart where the truth names them', () => {
    const line_crossings = [{ frame: 50, direction: 'left' as const, line: 'a' }];
    const clip = truth([], { line_crossings });
    expect(scoreCrossings([found(50, 'left', 'b')], [clip])).toMatchObject({ matched: 0, spurious: 1 });
    expect(scoreCrossings([found(50, 'left', 'a')], [clip])).toMatchObject({ matched: 1, spurious: 0 });
  });

  it('scores only clips whose crossings are known', () => {
    expect(scoreCrossings([found(50, 'left')], [truth([])])).toEqual({ truths: 0, matched: 0, spurious: 0 });
  });
});

describe('people counts', () => {
  it('compares where known and says where it is not', () => {
    const clip = truth([], { counts_per_zone: { z: [1, 2, 3, 4, 5, 6] } });
    const [got] = scoreCounts({ clip: { z: [null, null, 4, null, 5, 8] } }, [clip]);
    expect(got).toMatchObject({ frames: 6, unknownFrames: 3, unknownLater: 1, knownFromS: 0.2 });
    expect(got?.meanAbsoluteError).toBeCloseTo(1);
    expect(got?.rankCorrelation).toBeCloseTo(1);
  });

  it.each([
    ['same order', [1, 2, 3], [10, 20, 90], 1],
    ['reversed', [1, 2, 3], [3, 2, 1], -1],
    // Ranks 1 2.5 2.5 4 and 1 3 2 4: covariance 4.5, variances 4.5 and 5.
    ['ties share their rank', [1, 2, 2, 3], [1, 3, 2, 4], 4.5 / Math.sqrt(4.5 * 5)],
    ['constant', [2, 2, 2], [1, 2, 3], undefined],
    ['empty', [], [], undefined],
  ])('rank correlation: %s', (_, a, b, want) => {
    const got = spearman(a, b);
    if (want === undefined) expect(got).toBeUndefined();
    else expect(got).toBeCloseTo(want, 12);
  });
});

describe('ground truth files', () => {
  it('leaves stills aside', () => {
    expect(parseTruth('{"images": []}', 'stills.json')).toBeUndefined();
  });
  it.each([
    ['not JSON', '{', 'truth_not_json'],
    ['no rate', JSON.stringify({ ...truth([]), fps: 0 }), 'truth_bad_number'],
    ['ends after the clip', JSON.stringify(truth([event(390, 400)])), 'truth_bad_interval'],
    ['no events', JSON.stringify({ ...truth([]), events: undefined }), 'truth_no_events'],
  ])('refuses: %s', (_, text, code) => {
    expect(() => parseTruth(text, 'x.json')).toThrow(expect.objectContaining({ code }));
  });
});

describe('the report', () => {
  it('has a row for each type and says what is quiet', () => {
    const clips = [truth([event(100, 199)]), truth([], { name: 'empty' })];
    const evaluation = {
      clips: ['clip', 'empty'],
      alerts: [alert(100, 199)],
      zone_counts: {},
      crossings: [],
    };
    const text = report(evaluation, clips, ['forbidden_zone', 'density']);
    expect(text).toMatch(/^forbidden_zone +1 +1 +1 +0 +1\.00 +1\.00 +1\.00 +0\.0$/m);
    expect(text).toMatch(/^density +0 +0 +0 +0 +- +- +- +-$/m);
    expect(text).toContain('1 of 2 clips have neither');
  });

  it('lines up columns', () => {
    const lines = table(
      ['name', 'n'],
      [
        ['a', '10'],
        ['long', '5'],
      ],
    ).split('\n');
    expect(lines).toEqual(['name   n', '----  --', 'a     10', 'long   5']);
  });
});
