import { describe, expect, test } from 'vitest';
import type { Agent, RejectReason, VerdictAct } from '../../pipeline/model.ts';
import { LEASE_MS_MAX } from '../../pipeline/review/judge.ts';
import { type LedgerInput, validateVerdict } from '../../pipeline/review/ledger.ts';
import {
  ana,
  answerOf,
  bob,
  candidate,
  changesOf,
  chief,
  claim,
  confirm,
  given,
  HOUR,
  heard,
  idOf,
  lapse,
  ledgerOf,
  MINUTE,
  reject,
  release,
  reverse,
  service,
  tick,
  verdict,
} from './build.ts';

const begun = heard(candidate(0), 1000);
/** When it lapses. */
const DUE = 1000 + 15 * MINUTE;

describe('what a verdict does', () => {
  type Row = readonly [string, readonly [Agent, VerdictAct, number][], string, string];
  const rows: readonly Row[] = [
    ['an agent confirms', [[ana, confirm, 2000]], 'taken', 'confirmed'],
    ['a supervisor confirms', [[chief, confirm, 2000]], 'taken', 'confirmed'],
    ['an agent rejects', [[ana, reject, 2000]], 'taken', 'rejected'],
    ['an agent claims', [[ana, claim(MINUTE), 2000]], 'taken', 'claimed'],
    ['nobody confirms', [[{ name: '', role: 'agent' }, confirm, 2000]], 'no_agent_name', 'waiting'],
    ['blanks confirm', [[{ name: ' \t', role: 'agent' }, confirm, 2000]], 'no_agent_name', 'waiting'],
    ['a producer confirms', [[service, confirm, 2000]], 'wrong_role', 'waiting'],
    ['a subscriber confirms', [[{ name: 'S', role: 'subscriber' }, confirm, 2000]], 'wrong_role', 'waiting'],
    ['an auditor confirms', [[{ name: 'A', role: 'auditor' }, confirm, 2000]], 'wrong_role', 'waiting'],
    [
      'a producer reverses',
      [
        [ana, confirm, 2000],
        [service, reverse('v0'), 2001],
      ],
      'wrong_role',
      'confirmed',
    ],
    ['the service lapses', [[service, lapse, DUE]], 'taken', 'lapsed'],
    ['the service lapses 1 ms too early', [[service, lapse, DUE - 1]], 'too_early', 'waiting'],
    ['an agent lapses', [[ana, lapse, 2000]], 'wrong_role', 'waiting'],
    [
      'two decide',
      [
        [ana, reject, 2000],
        [bob, confirm, 2001],
      ],
      'already_decided',
      'rejected',
    ],
    [
      'one decides twice',
      [
        [ana, confirm, 2000],
        [ana, confirm, 2001],
      ],
      'already_decided',
      'confirmed',
    ],
    [
      'a claim on what is decided',
      [
        [ana, confirm, 2000],
        [bob, claim(1), 2001],
      ],
      'already_decided',
      'confirmed',
    ],
    [
      'a lapse on what is decided',
      [
        [ana, confirm, 2000],
        [service, lapse, 2001],
      ],
      'already_decided',
      'confirmed',
    ],
    [
      'a confirmation of what lapsed',
      [
        [service, lapse, DUE],
        [ana, confirm, DUE + 1],
      ],
      'already_decided',
      'lapsed',
    ],
    [
      'another claims',
      [
        [ana, claim(MINUTE), 2000],
        [bob, claim(MINUTE), 3000],
      ],
      'claimed_by_other',
      'claimed',
    ],
    [
      'another confirms',
      [
        [ana, claim(MINUTE), 2000],
        [bob, confirm, 3000],
      ],
      'claimed_by_other',
      'claimed',
    ],
    [
      'a lapse under a claim',
      [
        [ana, claim(MINUTE), 2000],
        [service, lapse, 3000],
      ],
      'claimed_by_other',
      'claimed',
    ],
    [
      'the last ms of a claim',
      [
        [ana, claim(1000), 2000],
        [bob, confirm, 2999],
      ],
      'claimed_by_other',
      'claimed',
    ],
    [
      'the first ms after it',
      [
        [ana, claim(1000), 2000],
        [bob, confirm, 3000],
      ],
      'taken',
      'confirmed',
    ],
    [
      'the holder confirms',
      [
        [ana, claim(MINUTE), 2000],
        [ana, confirm, 3000],
      ],
      'taken',
      'confirmed',
    ],
    [
      'the holder renews',
      [
        [ana, claim(1000), 2000],
        [ana, claim(MINUTE), 2500],
        [bob, confirm, 4000],
      ],
      'claimed_by_other',
      'claimed',
    ],
    [
      'handed over',
      [
        [ana, claim(MINUTE), 2000],
        [ana, release, 2500],
        [bob, claim(MINUTE), 2600],
      ],
      'taken',
      'claimed',
    ],
    [
      'another releases',
      [
        [ana, claim(MINUTE), 2000],
        [bob, release, 2500],
      ],
      'claimed_by_other',
      'claimed',
    ],
    ['a release of nothing', [[ana, release, 2500]], 'not_claimed', 'waiting'],
    ['a lease of nothing', [[ana, claim(0), 2000]], 'bad_lease', 'waiting'],
    ['a lease for the day', [[ana, claim(LEASE_MS_MAX + 1), 2000]], 'bad_lease', 'waiting'],
    ['a lease without end', [[ana, claim(Number.NaN), 2000]], 'bad_lease', 'waiting'],
    [
      'a reason nobody knows',
      [[ana, { kind: 'reject', reason: 'bored' as RejectReason }, 2000]],
      'bad_reason',
      'waiting',
    ],
    [
      'a reversal',
      [
        [ana, confirm, 2000],
        [bob, reverse('v0'), 3000],
      ],
      'taken',
      'waiting',
    ],
    [
      'a reversal of a rejection',
      [
        [ana, reject, 2000],
        [ana, reverse('v0'), 3000],
      ],
      'taken',
      'waiting',
    ],
    [
      'a reversal of a lapse',
      [
        [service, lapse, DUE],
        [ana, reverse('v0'), DUE + 1_000],
      ],
      'taken',
      'waiting',
    ],
    [
      'a reversal of another verdict',
      [
        [ana, confirm, 2000],
        [ana, reverse('v7'), 3000],
      ],
      'not_in_force',
      'confirmed',
    ],
    ['a reversal of nothing', [[ana, reverse('v7'), 3000]], 'not_in_force', 'waiting'],
    [
      'a reversal twice',
      [
        [ana, confirm, 2000],
        [ana, reverse('v0'), 3000],
        [bob, reverse('v0'), 3001],
      ],
      'not_in_force',
      'waiting',
    ],
    [
      'decided again',
      [
        [ana, confirm, 2000],
        [ana, reverse('v0'), 3000],
        [bob, reject, 3001],
      ],
      'taken',
      'rejected',
    ],
  ];
  test.each(rows)('%s', (_name, acts, answer, state) => {
    const inputs = acts.map(([by, act, atMs], index) => given(verdict(`v${index}`, by, act), atMs));
    const ledger = ledgerOf([begun, ...inputs.slice(0, -1)]);
    const last = inputs.at(-1)! as LedgerInput & { kind: 'verdict' };
    const foretold = validateVerdict(ledger, last.verdict, last.atMs);
    expect(answerOf(ledger.step(last))).toBe(answer);
    expect(foretold?.code ?? 'taken').toBe(answer);
    expect(ledger.get(idOf(0))?.state.kind).toBe(state);
  });

  test('of another place, and of a candidate nobody knows', () => {
    const ledger = ledgerOf([begun]);
    const elsewhere = { ...verdict('v1', ana, confirm), camera: 'other' };
    expect(answerOf(ledger.step(given(elsewhere, 2000)))).toBe('wrong_place');
    expect(validateVerdict(ledger, verdict('v2', ana, confirm, 5), 2000)?.code).toBe('unknown_candidate');
  });

  test('nothing is verified by any act or role but a confirmation by an agent or supervisor', () => {
    const acts = [claim(1000), release, confirm, reject, reverse('x'), lapse];
    const roles = ['producer', 'agent', 'subscriber', 'supervisor', 'auditor'] as const;
    for (const act of acts) {
      for (const role of roles) {
        for (const name of ['Ana', ' ']) {
          const ledger = ledgerOf([begun]);
          const out = [
            ...ledger.step(given(verdict('v', { name, role }, act), 2000)),
            ...ledger.step(tick(25 * HOUR)),
          ];
          const may = act === confirm && name === 'Ana' && (role === 'agent' || role === 'supervisor');
          expect(changesOf(out), `${act.kind} ${role} '${name}'`).toEqual(may ? ['verified v'] : []);
        }
      }
    }
  });
});

describe('repeats', () => {
  test('a verdict that is read twice answers twice and acts once', () => {
    const yes = given(verdict('v1', ana, confirm), 2000);
    const ledger = ledgerOf([begun, yes]);
    const again = ledger.step(yes);
    expect(again).toEqual([{ kind: 'settled', verdict: verdict('v1', ana, confirm) }]);
    ledger.step(given(verdict('r', ana, reverse('v1')), 3000));
    expect(changesOf(ledger.step(yes))).toEqual([]);
    expect(ledger.get(idOf(0))?.state.kind).toBe('waiting');
  });

  test('a refused verdict stays refused when it comes again', () => {
    const ledger = ledgerOf([begun, given(verdict('c', ana, claim(1000)), 2000)]);
    const early = given(verdict('v', bob, confirm), 2500);
    expect(answerOf(ledger.step(early))).toBe('claimed_by_other');
    expect(answerOf(ledger.step({ ...early, atMs: 9000 } as LedgerInput))).toBe('claimed_by_other');
    expect(ledger.settled(idOf(0), 'v')?.refusal?.code).toBe('claimed_by_other');
  });

  test('an id that is used for another act or by another agent is refused', () => {
    const ledger = ledgerOf([begun, given(verdict('v', ana, claim(1000)), 2000)]);
    expect(validateVerdict(ledger, verdict('v', ana, confirm), 2100)?.code).toBe('id_reused');
    expect(answerOf(ledger.step(given(verdict('v', bob, claim(1000)), 2100)))).toBe('id_reused');
  });

  test('candidate records that were reprocessed change nothing', () => {
    const update = candidate(0, { phase: 'update', revision: 1 });
    const ledger = ledgerOf([begun, heard(update, 1100), given(verdict('v', ana, confirm), 2000)]);
    expect(ledger.step(begun)).toEqual([]);
    expect(ledger.step(heard(update, 3000))).toEqual([]);
    expect(ledger.get(idOf(0))).toMatchObject({ candidate: { revision: 1 }, state: { kind: 'confirmed' } });
  });

  test('what is said of a claim after its end is dropped and counted', () => {
    const end = candidate(0, { phase: 'end', revision: 1 });
    const ledger = ledgerOf([begun, heard(end, 1100)]);
    const more = candidate(0, { phase: 'update', revision: 2 });
    expect(ledger.step(heard(more, 1200))).toEqual([{ kind: 'dropped', candidate: more, code: 'after_end' }]);
    expect(ledger.get(idOf(0))?.candidate).toBe(end);
  });
});

test('the queue: most severe first, then oldest first', () => {
  const ledger = ledgerOf([
    heard(candidate(3, { severity: 'low' }), 1000),
    heard(candidate(2), 1000),
    heard(candidate(4, { severity: 'critical' }), 1000),
    heard(candidate(1), 1000),
  ]);
  expect(ledger.snapshot().map(({ candidate: of }) => of.beganFrame)).toEqual([4, 1, 2, 3]);
});
