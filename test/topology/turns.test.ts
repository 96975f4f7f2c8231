import { describe, expect, it } from 'vitest';
import type { Frame, ViewState } from '../../pipeline/model.ts';
import { FRESH_MS, QUANTUM, Turns } from '../../pipeline/topology/turns.ts';

const T = 1_700_000_000_000;

function frame(camera: string, number: number, view: ViewState = 'ok'): Frame {
  const capturedAtMs = T + number * 200;
  return {
    site: 'gare',
    camera,
    epoch: T,
    number,
    capturedAtMs,
    receivedAtMs: capturedAtMs,
    intervalMs: 200,
    planeWidth: 160,
    planeHeight: 90,
    view,
    blobs: [],
    objects: [],
    statics: [],
  };
}

function fill(counts: Readonly<Record<string, number>>): Turns<number> {
  const turns = new Turns<number>();
  let offset = 0;
  for (const [camera, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) turns.add(camera, { frame: frame(camera, i), source: offset++ });
  }
  return turns;
}

function taken(turns: Turns<number>, max: number): string[] {
  const found: string[] = [];
  turns.take(max, ({ frame }) => found.push(`${frame.camera}${frame.number}`));
  return found;
}

describe('turns', () => {
  it('let nobody wait for a burst: 3,000 frames of a train and one of each other camera', () => {
    const turns = fill({ a: 3_000, b: 1, c: 1 });
    expect(taken(turns, QUANTUM + 2).slice(QUANTUM)).toEqual(['b0', 'c0']);
    // And then one that comes while the burst is being worked off.
    turns.add('b', { frame: frame('b', 1), source: 9_999 });
    expect(taken(turns, 2 * QUANTUM).indexOf('b1')).toBeLessThanOrEqual(QUANTUM);
    expect(turns.waitingOf('a')).toBe(3_000 - 3 * QUANTUM + 1);
  });

  it('give everybody their first at once, as far as asked, and go on with whose turn it is', () => {
    const turns = fill({ a: 3, b: 1, c: 2 });
    const found: string[] = [];
    const hand = ({ frame }: { frame: Frame }) => found.push(`${frame.camera}${frame.number}`);
    turns.takeFirst(2, hand);
    expect(found).toEqual(['a0', 'b0']);
    turns.takeFirst(100, hand);
    expect(found).toEqual(['a0', 'b0', 'c0', 'a1']);
    expect(turns.size).toBe(2);
    expect(taken(turns, 100)).toEqual(['c1', 'a2']);
  });

  it('keep the order of a camera, and go around', () => {
    const turns = fill({ a: 2 * QUANTUM, b: QUANTUM + 1 });
    const found = taken(turns, Number.POSITIVE_INFINITY);
    for (const camera of ['a', 'b']) {
      const own = found.filter((one) => one.startsWith(camera));
      expect(own).toEqual(own.map((_, i) => `${camera}${i}`));
    }
    expect(found[QUANTUM]).toBe('b0');
    expect(found[2 * QUANTUM]).toBe(`a${QUANTUM}`);
    expect(turns.size).toBe(0);
  });

  it('say what came first of each camera', () => {
    const turns = fill({ a: 20, b: 5 });
    taken(turns, 4);
    expect([...turns.heads()].map(({ source }) => source).sort((x, y) => x - y)).toEqual([4, 20]);
  });
});

describe('keeping fresh', () => {
  it('passes over the oldest of a camera that is behind, and nothing of the others', () => {
    const turns = fill({ a: 100, b: 3 });
    const passed: string[] = [];
    turns.freshen(1_000, ({ frame }) => passed.push(`${frame.camera}${frame.number}`));
    const kept = FRESH_MS / 200 + 1;
    expect(passed).toEqual(Array.from({ length: 100 - kept }, (_, i) => `a${i}`));
    expect(turns.size).toBe(kept + 3);
    expect(taken(turns, 1)).toEqual([`a${100 - kept}`]);
  });

  it('passes over what there is no room for, of each its share', () => {
    const turns = fill({ a: 8, b: 8, c: 1 });
    const passed: string[] = [];
    turns.freshen(9, ({ frame }) => passed.push(`${frame.camera}${frame.number}`));
    expect(passed).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'b0', 'b1', 'b2', 'b3', 'b4']);
    expect(turns.size).toBe(7);
  });

  it('never passes over what says that a view is lost, and keeps it in its place', () => {
    const turns = new Turns<number>();
    for (let i = 0; i < 50; i++) {
      turns.add('a', { frame: frame('a', i, i === 3 ? 'lost' : 'ok'), source: i });
    }
    const handed: string[] = [];
    turns.freshen(1_000, ({ frame }, _, passed) =>
      handed.push(`${passed ? 'passed' : 'measured'} ${frame.number}`),
    );
    expect(handed).toEqual(Array.from({ length: 39 }, (_, i) => `${i === 3 ? 'measured' : 'passed'} ${i}`));
    expect(taken(turns, 1)).toEqual(['a39']);
  });
});
