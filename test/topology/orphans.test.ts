import { describe, expect, it } from 'vitest';
import { type Candidate, candidateId, type Frame } from '../../pipeline/model.ts';
import { Orphans } from '../../pipeline/topology/orphans.ts';

const EPOCH = 1_700_000_000_000;

function candidate(began: number, frame: number, change: Partial<Candidate> = {}): Candidate {
  const of = { site: 'gare', camera: change.camera ?? 'quai', epoch: change.epoch ?? EPOCH };
  return {
    id: candidateId(of, 'no-tracks', began),
    ...of,
    siteKind: 'station',
    type: 'forbidden_zone',
    rule: 'no-tracks',
    ruleVersion: 1,
    severity: 'high',
    place: 'tracks',
    phase: 'begin',
    revision: 0,
    beganFrame: began,
    beganAtMs: of.epoch + began * 200,
    frame,
    atMs: of.epoch + frame * 200,
    region: { x0: 0, y0: 0, x1: 1, y1: 1 },
    score: 0.5,
    explanation: 'somebody is there',
    findings: [],
    build: 'test',
    ...change,
  };
}

function frame(number: number, change: Partial<Frame> = {}): Frame {
  return {
    site: 'gare',
    camera: 'quai',
    epoch: EPOCH,
    number,
    capturedAtMs: EPOCH + number * 200,
    receivedAtMs: EPOCH + number * 200,
    intervalMs: 200,
    planeWidth: 160,
    planeHeight: 90,
    view: 'ok',
    blobs: [],
    objects: [],
    statics: [],
    ...change,
  };
}

const begun = candidate(10, 15);
const updated = candidate(10, 40, { phase: 'update', revision: 3 });
const over = candidate(10, 50, { phase: 'end', revision: 4 });

describe('claims that a worker left open', () => {
  it('are ended by the first frame of a new epoch, where they were last seen', () => {
    const orphans = new Orphans([begun, updated]);
    const [end, ...rest] = orphans.step(frame(0, { epoch: EPOCH + 1 }), []);
    expect(rest).toEqual([]);
    expect(end).toMatchObject({
      id: begun.id,
      epoch: EPOCH,
      phase: 'end',
      revision: 4,
      frame: 40,
      atMs: updated.atMs,
    });
    expect(orphans.step(frame(1, { epoch: EPOCH + 1 }), [])).toEqual([]);
    expect(orphans.size).toBe(0);
  });

  it('are ended the same way at every start, so that a repeat is recognised', () => {
    const once = new Orphans([begun, updated]).step(frame(41), []);
    const twice = new Orphans([begun, updated]).step(frame(70), []);
    expect(twice).toEqual(once);
  });

  it('stay open while the frames that they speak of are stepped once more', () => {
    const orphans = new Orphans([begun, updated]);
    expect(orphans.step(frame(39), [])).toEqual([]);
    expect(orphans.step(frame(40), [])).toEqual([]);
    expect(orphans.step(frame(41), [])).toHaveLength(1);
  });

  it('go on when they are claimed again from the same frames', () => {
    const orphans = new Orphans([begun, updated]);
    expect(orphans.step(frame(15), [begun])).toEqual([begun]);
    expect(orphans.step(frame(41), [])).toEqual([]);
    const later = candidate(10, 60, { phase: 'end', revision: 5 });
    expect(orphans.step(frame(60), [later])).toEqual([later]);
  });

  it('stay ended, whatever the rule says of them afterwards', () => {
    const orphans = new Orphans([begun, updated]);
    expect(orphans.step(frame(41), [])).toMatchObject([{ phase: 'end' }]);
    const other = candidate(41, 45);
    expect(orphans.step(frame(45), [candidate(10, 45, { phase: 'update', revision: 9 }), other])).toEqual([
      other,
    ]);
  });

  it.each([
    ['ended already', [begun, updated, over]],
    ['ended, and an older record is read late', [begun, over, updated]],
  ])('are left alone when %s', (_, records) => {
    const orphans = new Orphans(records);
    expect(orphans.size).toBe(0);
    expect(orphans.step(frame(0, { epoch: EPOCH + 1 }), [])).toEqual([]);
  });

  it('of another camera wait for that camera', () => {
    const orphans = new Orphans([begun]);
    expect(orphans.step(frame(0, { camera: 'hall', epoch: EPOCH + 1 }), [])).toEqual([]);
    expect(orphans.size).toBe(1);
  });
});
