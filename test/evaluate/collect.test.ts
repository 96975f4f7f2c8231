import { describe, expect, it } from 'vitest';
import type { Candidate, CandidatePhase, Frame, LineCrossing, Measured } from '../../pipeline/model.ts';
import { viewLost } from '../../pipeline/observe/lost.ts';
import { Collector, travel } from '../../pipeline/operate/evaluate/collect.ts';
import { progressBar } from '../../pipeline/operate/evaluate/progress.ts';
import type { Camera } from '../../pipeline/site/site.ts';

const base = { version: 1, severity: 'medium', sensitivity: 'medium' } as const;
const camera: Camera = {
  id: 'cam',
  analysis: {},
  ground: [],
  zones: [{ id: 'z', polygon: [] }],
  lines: [
    {
      id: 'upright',
      points: [
        { x: 0.5, y: 0 },
        { x: 0.5, y: 1 },
      ],
    },
  ],
  rules: [
    { ...base, id: 'no-z', event: 'forbidden_zone', zone: 'z', dwellMs: 0 },
    { ...base, id: 'in', event: 'wrong_way', line: 'upright', allowed: 'left_to_right' },
  ],
};
const clip = { name: 'clip', frames: 10, width: 640, height: 480 };

function candidate(phase: CandidatePhase, frame: number, more: Partial<Candidate> = {}): Candidate {
  return {
    id: 'a',
    site: 's',
    siteKind: 'station',
    camera: 'cam',
    epoch: 0,
    type: 'forbidden_zone',
    rule: 'no-z',
    ruleVersion: 1,
    severity: 'medium',
    phase,
    revision: 0,
    beganFrame: 0,
    beganAtMs: 0,
    frame,
    atMs: 0,
    region: { x0: 0.4, y0: 0.4, x1: 0.5, y1: 0.5 },
    score: 0.5,
    explanation: '',
    findings: [],
    build: '',
    ...more,
  };
}

function measured(number: number, people: number | undefined, more: Partial<Measured> = {}): Measured {
  const frame: Frame = {
    site: 's',
    camera: 'cam',
    epoch: 0,
    number,
    capturedAtMs: 0,
    receivedAtMs: 0,
    intervalMs: 0,
    planeWidth: 160,
    planeHeight: 90,
    view: 'ok',
    blobs: [],
    objects: [],
    statics: [],
  };
  return {
    frame,
    zones: [people === undefined ? { zone: 'z' } : { zone: 'z', people }],
    crossings: [],
    tracks: [],
    ...more,
  };
}

describe('alerts', () => {
  it('is one per claim, from the frame that raised it to the one that ended it, around all it named', () => {
    const collector = new Collector(clip, camera);
    collector.candidate(candidate('begin', 2));
    collector.candidate(
      candidate('update', 4, { region: { x0: 0.1, y0: 0.45, x1: 0.2, y1: 0.9 }, score: 0.9 }),
    );
    collector.candidate(candidate('end', 6, { score: 0.1 }));
    expect(collector.result().alerts).toEqual([
      {
        clip: 'clip',
        type: 'forbidden_zone',
        rule: 'no-z',
        zone: 'z',
        region: [0.1, 0.4, 0.5, 0.9],
        start_frame: 2,
        end_frame: 6,
        score: 0.9,
      },
    ]);
  });

  it('runs to the last frame when the claim never ended, and never beyond', () => {
    const collector = new Collector(clip, camera);
    collector.candidate(candidate('begin', 2));
    collector.candidate(candidate('begin', 3, { id: 'b' }));
    collector.candidate(candidate('end', 12, { id: 'b' }));
    expect(collector.result().alerts.map((alert) => alert.end_frame)).toEqual([9, 9]);
  });

  it('has no zone when the rule is on a line', () => {
    const collector = new Collector(clip, camera);
    collector.candidate(candidate('end', 2, { rule: 'in', type: 'wrong_way' }));
    expect(collector.result().alerts[0]?.zone).toBeNull();
  });
});

describe('people per source frame', () => {
  it('holds the last value over skipped frames and to the end, null while unknown', () => {
    const collector = new Collector(clip, camera);
    collector.measured(measured(0, undefined));
    collector.measured(measured(3, 1.5));
    collector.measured(measured(6, undefined));
    collector.measured(measured(7, 0));
    collector.measured(
      measured(10, undefined, { frame: viewLost(measured(7, 0).frame, { fps: 5, sourceFps: 15 }) }),
    );
    expect(collector.result().counts).toEqual({ z: [null, null, null, 1.5, 1.5, 1.5, null, 0, 0, 0] });
  });

  it('says nothing about a clip of which nothing was seen', () => {
    expect(new Collector(clip, camera).result().counts.z).toEqual(new Array(10).fill(null));
  });
});

describe('crossings', () => {
  const point = (x: number, y: number) => ({ x, y });
  // Facing along the line with y down, its left is (dy, -dx).
  it.each([
    ['downwards', [point(0.5, 0), point(0.5, 1)], 'left'],
    ['upwards', [point(0.5, 1), point(0.5, 0)], 'right'],
    ['to the right', [point(0, 0.5), point(1, 0.5)], 'down'],
    ['to the left', [point(1, 0.5), point(0, 0.5)], 'up'],
    ['45 degrees on a wide view is flat', [point(0, 0), point(1, 1)], 'down'],
    ['nearer to upright', [point(0, 0), point(0.5, 1)], 'left'],
  ])('line %s, left to right', (_, points, want) => {
    const opposite = { left: 'right', right: 'left', up: 'down', down: 'up' }[want];
    expect(travel({ id: 'l', points }, 'left_to_right', clip)).toBe(want);
    expect(travel({ id: 'l', points }, 'right_to_left', clip)).toBe(opposite);
  });

  it('are dated by the source frame', () => {
    const collector = new Collector(clip, camera);
    const crossing: LineCrossing = {
      line: 'upright',
      track: 1,
      frame: 4,
      atMs: 0,
      direction: 'left_to_right',
      velocity: point(-1, 0),
    };
    collector.measured(measured(5, 1, { crossings: [crossing] }));
    expect(collector.result().crossings).toEqual([
      { clip: 'clip', line: 'upright', frame: 4, direction: 'left' },
    ]);
  });
});

describe('progress', () => {
  const draw = (isTTY: boolean) => {
    const written: string[] = [];
    const bar = progressBar(200, 'frames', { isTTY, write: (text) => written.push(text) });
    for (let i = 0; i < 200; i++) bar.advance(1);
    bar.done();
    return written;
  };
  it('draws once per percent and wipes itself on a terminal', () => {
    const written = draw(true);
    expect(written).toHaveLength(102);
    expect(written.at(-2)).toBe(`\r[${'#'.repeat(30)}] 100 %  200 of 200 frames`);
  });
  it('writes nothing elsewhere', () => {
    expect(draw(false)).toEqual([]);
  });
});
