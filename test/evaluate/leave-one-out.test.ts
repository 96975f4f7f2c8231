import { describe, expect, it } from 'vitest';
import { leaveOneOut, leaveOneOutTable } from '../../pipeline/operate/evaluate/leave-one-out.ts';
import type { Alert, Truth } from '../../pipeline/operate/evaluate/result.ts';

const clip = (name: string, events: Truth['events'] = []): Truth => ({
  ...({ zones: {}, counts: {}, crossings: [] } as unknown as Truth),
  name,
  fps: 10,
  frames: 1_000,
  events,
});
const fall = { type: 'person_on_ground', start_frame: 100, end_frame: 200 } as const;
const alert = (name: string, start = 120): Alert =>
  ({
    clip: name,
    type: 'person_on_ground',
    rule: 'r',
    region: [0, 0, 1, 1],
    start_frame: start,
    end_frame: start + 50,
    score: 1,
    zone: null,
  }) as Alert;
const rowOf = (rows: ReturnType<typeof leaveOneOut>) => rows.find(({ type }) => type === 'person_on_ground')!;

describe('leave one clip out', () => {
  it('takes the default where every step is as good', () => {
    const truths = [clip('a', [fall]), clip('b', [fall])];
    const same = [alert('a'), alert('b')];
    const row = rowOf(leaveOneOut(truths, { low: same, medium: same, high: same }));
    expect(row).toEqual({
      type: 'person_on_ground',
      truths: 2,
      costs: { low: 0, medium: 0, high: 0 },
      chosen: { low: 0, medium: 2, high: 0 },
      cost: 0,
    });
  });
  it('shows a step that one clip alone holds in place', () => {
    // Only clip a needs `high`; without it the others take the default, and a is missed.
    const truths = [clip('a', [fall]), clip('b', [fall]), clip('quiet')];
    const row = rowOf(
      leaveOneOut(truths, { low: [alert('b')], medium: [alert('b')], high: [alert('a'), alert('b')] }),
    );
    expect(row.costs).toEqual({ low: 1, medium: 1, high: 0 });
    expect(row.chosen).toEqual({ low: 0, medium: 1, high: 2 });
    expect(row.cost).toBe(1);
  });
  it('counts a false alert as much as a miss, and prefers the step that claims less', () => {
    const truths = [clip('a', [fall]), clip('b'), clip('c')];
    const noisy = [alert('a'), alert('b'), alert('c')];
    const row = rowOf(leaveOneOut(truths, { low: [alert('a')], medium: noisy, high: noisy }));
    expect(row.costs).toEqual({ low: 0, medium: 2, high: 2 });
    expect(row.chosen).toEqual({ low: 3, medium: 0, high: 0 });
    expect(row.cost).toBe(0);
  });
  it('prints a line for each type', () => {
    const none: readonly Alert[] = [];
    const text = leaveOneOutTable(leaveOneOut([clip('a')], { low: none, medium: none, high: none }));
    expect(text).toContain('abandoned_object');
    expect(text).toContain('medium 1');
  });
});
