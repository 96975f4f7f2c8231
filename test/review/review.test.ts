import { expect, test } from 'vitest';
import { review } from '../../pipeline/review/review.ts';
import { ana, candidate, confirm, given, heard, idOf, verdict } from './build.ts';

test('each partition has a ledger of its own, seen as one from outside', () => {
  const stage = review();
  stage.step({ ...heard(candidate(2), 1000), partition: 0 });
  stage.step({ ...heard(candidate(1), 1000), partition: 7 });
  expect(stage.snapshot().map((of) => of.candidate.beganFrame)).toEqual([1, 2]);

  const yes = verdict('v', ana, confirm, 1);
  expect(stage.validate(yes, 2000)).toBeUndefined();
  const out = stage.step({ ...given(yes, 2000), partition: 7 });
  expect(out.map(({ kind, partition }) => [kind, partition])).toEqual([
    ['settled', 7],
    ['review', 7],
    ['event', 7],
  ]);
  expect(stage.get(idOf(1))?.state.kind).toBe('confirmed');
  expect(stage.settled(idOf(1), 'v')).toEqual({ verdict: yes });
  expect(stage.size()).toEqual({ candidates: 2, held: 0, told: 1 });
});

test('a lost partition is forgotten: its candidates are unknown, its verdicts are held for the next owner', () => {
  const stage = review();
  stage.step({ ...heard(candidate(1), 1000), partition: 7 });
  stage.drop(7);
  expect(stage.snapshot()).toEqual([]);
  expect(stage.validate(verdict('v', ana, confirm, 1), 2000)?.code).toBe('unknown_candidate');
});
