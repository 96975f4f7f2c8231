/** Where a confirmation takes two people: what each says, and what becomes of it. */
import { describe, expect, test } from 'vitest';
import type { Agent, VerdictAct } from '../../pipeline/model.ts';
import { Ledger } from '../../pipeline/review/ledger.ts';
import {
  ana,
  answerOf,
  bob,
  candidate,
  changesOf,
  chief,
  claim,
  confirm,
  eventsOf,
  given,
  heard,
  idOf,
  lapse,
  MINUTE,
  reject,
  release,
  reverse,
  service,
  verdict,
} from './build.ts';

const DUE = 1_000 + 15 * MINUTE;

function run(steps: readonly (readonly [Agent, VerdictAct, number])[], confirmers: number | 'none' = 2) {
  const ledger = new Ledger();
  const asks = confirmers === 'none' ? {} : { confirmers };
  ledger.step(heard(candidate(0, asks), 1_000));
  const answers: (string | undefined)[] = [];
  const outputs = steps.flatMap(([by, act, atMs], index) => {
    const out = ledger.step(given(verdict(`v${index}`, by, act), atMs));
    answers.push(answerOf(out));
    return out;
  });
  return { ledger, outputs, answers, review: ledger.get(idOf(0))! };
}

describe('a candidate that takes two people', () => {
  type Row = readonly [
    string,
    readonly (readonly [Agent, VerdictAct, number])[],
    string,
    string,
    (string | undefined)?,
  ];
  const rows: readonly Row[] = [
    ['one confirms', [[ana, confirm, 2_000]], 'taken', 'waiting', 'Ana'],
    [
      'the same one confirms again',
      [
        [ana, confirm, 2_000],
        [ana, confirm, 3_000],
      ],
      'needs_another_agent',
      'waiting',
      'Ana',
    ],
    [
      'two confirm',
      [
        [ana, confirm, 2_000],
        [bob, confirm, 3_000],
      ],
      'taken',
      'confirmed',
      'Ana',
    ],
    [
      'a supervisor is a second person',
      [
        [ana, confirm, 2_000],
        [chief, confirm, 3_000],
      ],
      'taken',
      'confirmed',
      'Ana',
    ],
    [
      'the second one rejects',
      [
        [ana, confirm, 2_000],
        [bob, reject, 3_000],
      ],
      'taken',
      'rejected',
    ],
    ['one rejects', [[ana, reject, 2_000]], 'taken', 'rejected'],
    [
      'the first one thinks again',
      [
        [ana, confirm, 2_000],
        [ana, reverse('v0'), 3_000],
      ],
      'taken',
      'waiting',
    ],
    [
      'the first one thinks again, and another confirms: they are the first now',
      [
        [ana, confirm, 2_000],
        [ana, reverse('v0'), 3_000],
        [bob, confirm, 4_000],
      ],
      'taken',
      'waiting',
      'Bob',
    ],
    [
      'the first confirmation lets go of the claim',
      [
        [ana, claim(MINUTE), 2_000],
        [ana, confirm, 3_000],
        [bob, claim(MINUTE), 4_000],
      ],
      'taken',
      'claimed',
      'Ana',
    ],
    [
      'a claim and its release leave the first confirmation',
      [
        [ana, confirm, 2_000],
        [bob, claim(MINUTE), 3_000],
        [bob, release, 4_000],
      ],
      'taken',
      'waiting',
      'Ana',
    ],
    [
      'nobody comes second: it lapses',
      [
        [ana, confirm, 2_000],
        [service, lapse, DUE],
      ],
      'taken',
      'lapsed',
    ],
    [
      'both are taken back with the second: it begins anew',
      [
        [ana, confirm, 2_000],
        [bob, confirm, 3_000],
        [chief, reverse('v1'), 4_000],
      ],
      'taken',
      'waiting',
    ],
    [
      'the first of two in force cannot be taken back alone',
      [
        [ana, confirm, 2_000],
        [bob, confirm, 3_000],
        [ana, reverse('v0'), 4_000],
      ],
      'not_in_force',
      'confirmed',
      'Ana',
    ],
  ];
  test.each(rows.map((row) => ({ name: row[0], row })))(
    '$name',
    ({ row: [, steps, answer, state, first] }) => {
      const { answers, review, outputs } = run(steps);
      expect(answers.at(-1)).toBe(answer);
      expect(review.state.kind).toBe(state);
      if (state !== 'rejected' && state !== 'lapsed') expect(review.firstConfirmation?.by.name).toBe(first);
      for (const event of eventsOf(outputs).filter(({ change }) => change !== 'retracted'))
        expect([event.firstConfirmation?.by.name, event.verdict.by.name]).toEqual(['Ana', steps[1]![0].name]);
      const isVerified = changesOf(outputs).some((change) => change.startsWith('verified'));
      expect(isVerified).toBe(
        state === 'confirmed' || steps.some(([, act]) => act.kind === 'reverse' && act.of === 'v1'),
      );
    },
  );

  test('what comes later does not make it easier', () => {
    const { ledger } = run([]);
    ledger.step(heard(candidate(0, { revision: 1, phase: 'update', confirmers: 1 }), 1_500));
    expect(eventsOf(ledger.step(given(verdict('v', ana, confirm), 2_000)))).toEqual([]);
  });

  test('what goes on and ends is told with both names', () => {
    const { ledger } = run([
      [ana, confirm, 2_000],
      [bob, confirm, 3_000],
    ]);
    const out = ledger.step(heard(candidate(0, { revision: 1, phase: 'end', confirmers: 2 }), 4_000));
    expect(eventsOf(out)).toMatchObject([
      { change: 'ended', firstConfirmation: { by: ana }, verdict: { by: bob } },
    ]);
  });
});

test.each([[1], ['none']] as const)('a candidate that asks for %s is confirmed by one', (confirmers) => {
  const { review, outputs } = run([[ana, confirm, 2_000]], confirmers);
  expect(review.state.kind).toBe('confirmed');
  expect(review.firstConfirmation).toBeUndefined();
  expect(eventsOf(outputs)[0]?.firstConfirmation).toBeUndefined();
});

test('an open candidate says since when it waits and when it lapses; a decided one does not', () => {
  expect(run([]).review).toMatchObject({ sinceMs: 1_000, lapsesAtMs: DUE });
  const { review } = run([[ana, reject, 2_000]]);
  expect(review.sinceMs).toBeUndefined();
  expect(review.lapsesAtMs).toBeUndefined();
});
