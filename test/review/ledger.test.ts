import { describe, expect, test } from 'vitest';
import type { Agent, RejectReason, VerdictAct } from '../../pipeline/model.ts';
import { HELD_MAX } from '../../pipeline/review/held.ts';
import { LEASE_MS_MAX } from '../../pipeline/review/judge.ts';
import {
  Ledger,
  type LedgerInput,
  type LedgerOptions,
  SETTLED_MAX,
  validateVerdict,
} from '../../pipeline/review/ledger.ts';
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
  reject,
  release,
  reverse,
  service,
  tick,
  verdict,
} from './build.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function ledgerOf(inputs: readonly LedgerInput[], options?: LedgerOptions): Ledger {
  const ledger = new Ledger(options);
  for (const input of inputs) ledger.step(input);
  return ledger;
}

const begun = heard(candidate(0), 1000);

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
    ['the service lapses', [[service, lapse, 2000]], 'taken', 'lapsed'],
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
        [service, lapse, 2000],
        [ana, confirm, 2001],
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
        [service, lapse, 2000],
        [ana, reverse('v0'), 3000],
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

describe('what subscribers hear', () => {
  const update = (revision: number) => heard(candidate(0, { phase: 'update', revision }), 1000 + revision);
  const end = (revision: number) => heard(candidate(0, { phase: 'end', revision }), 1000 + revision);
  const yes = given(verdict('v1', ana, confirm), 2000);
  const back = given(verdict('r1', bob, reverse('v1')), 3000);
  const run = (inputs: readonly LedgerInput[]) => {
    const ledger = new Ledger();
    return inputs.flatMap((input) => [...ledger.step(input)]);
  };

  test('a life: verified, updated, ended', () => {
    const out = run([begun, update(1), yes, update(2), end(3)]);
    expect(changesOf(out)).toEqual(['verified v1', 'updated 2', 'ended 3']);
    const [verified] = eventsOf(out);
    expect(verified).toMatchObject({
      id: idOf(0),
      changeId: `${idOf(0)}#verified#v1`,
      candidate: { revision: 1 },
      verdict: { by: ana },
    });
  });

  test('ended before it was confirmed: verified carries the end, and ended follows', () => {
    const out = run([begun, end(1), yes]);
    expect(changesOf(out)).toEqual(['verified v1', 'ended 1']);
    expect(eventsOf(out)[0]?.candidate.phase).toBe('end');
  });

  test('a retraction names the verdict that takes back; nothing follows it until it is confirmed again', () => {
    const out = run([begun, yes, back, update(1), given(verdict('v2', bob, confirm), 4000), end(2)]);
    expect(changesOf(out)).toEqual(['verified v1', 'retracted r1', 'verified v2', 'ended 2']);
    expect(eventsOf(out)[1]?.verdict.act).toEqual({ kind: 'reverse', of: 'v1' });
  });

  test('rejections, and their reversals, are not for subscribers', () => {
    const no = given(verdict('n', ana, reject), 2000);
    expect(
      changesOf(run([begun, no, update(1), given(verdict('r', ana, reverse('n')), 3000), end(2)])),
    ).toEqual([]);
  });

  test('a rebuilt ledger says only what was not told', () => {
    const inputs = [begun, update(1), yes, update(2), back, given(verdict('v2', bob, confirm), 4000), end(3)];
    const all = eventsOf(run(inputs));
    expect(all.map(({ change }) => change)).toEqual([
      'verified',
      'updated',
      'retracted',
      'verified',
      'ended',
    ]);
    for (let told = 0; told <= all.length; told++) {
      const before = all.slice(0, told).map((event): LedgerInput => ({ kind: 'told', event, atMs: 5000 }));
      expect(eventsOf(run([...before, ...inputs]))).toEqual(all.slice(told));
    }
  });

  test('an update that was lost in a crash is said by the rebuilt ledger, though it reads the candidates first', () => {
    const [verified] = eventsOf(run([begun, yes]));
    const told: LedgerInput = { kind: 'told', event: verified!, atMs: 2000 };
    expect(changesOf(run([told, begun, update(1), update(2), yes]))).toEqual(['updated 2']);
    expect(changesOf(run([told, begun, update(1), end(2), yes]))).toEqual(['ended 2']);
  });
});

describe('verdicts that are read before their candidate', () => {
  test('are held, and act in their order when it comes', () => {
    const ledger = new Ledger();
    expect(ledger.step(given(verdict('c', ana, claim(1000)), 2000))).toEqual([]);
    expect(ledger.step(given(verdict('x', bob, confirm), 2500))).toEqual([]);
    ledger.step(given(verdict('v', bob, confirm), 3000));
    expect(ledger.size().held).toBe(3);
    const out = ledger.step(begun);
    expect(out.filter(({ kind }) => kind === 'settled')).toMatchObject([
      { verdict: { id: 'c' } },
      { verdict: { id: 'x' }, refusal: { code: 'claimed_by_other' } },
      { verdict: { id: 'v' } },
    ]);
    expect(changesOf(out)).toEqual(['verified v']);
    expect(ledger.size()).toEqual({ candidates: 1, held: 0, told: 1 });
  });

  test('are refused when the candidate does not come within the retention', () => {
    const ledger = ledgerOf([given(verdict('v', ana, confirm), 1000)], { retentionMs: HOUR });
    expect(ledger.step(tick(1000 + HOUR))).toEqual([]);
    expect(answerOf(ledger.step(tick(1001 + HOUR)))).toBe('unknown_candidate');
    expect(ledger.size().held).toBe(0);
  });

  test(`are at most ${HELD_MAX}`, () => {
    const ledger = new Ledger();
    for (let n = 0; n < HELD_MAX; n++)
      expect(ledger.step(given(verdict('v', ana, confirm, n), 1000))).toEqual([]);
    expect(answerOf(ledger.step(given(verdict('w', ana, confirm), 1000)))).toBe('too_many_held');
    expect(ledger.size().held).toBe(HELD_MAX);
  });
});

describe('time', () => {
  test('a claim expires for watchers at a tick, once', () => {
    const ledger = ledgerOf([begun, given(verdict('c', ana, claim(1000)), 2000)]);
    expect(ledger.step(tick(2999))).toEqual([]);
    expect(ledger.get(idOf(0))?.state).toEqual({ kind: 'claimed', by: ana, untilMs: 3000 });
    expect(ledger.step(tick(3000))).toEqual([
      { kind: 'review', review: { candidate: candidate(0), state: { kind: 'waiting' } } },
    ]);
    expect(ledger.step(tick(3001))).toEqual([]);
  });

  test('nobody decides: a lapse is asked for once, and never a confirmation', () => {
    const ledger = ledgerOf([begun]);
    expect(ledger.step(tick(1000 + 15 * MINUTE - 1))).toEqual([]);
    const out = ledger.step(tick(1000 + 15 * MINUTE));
    expect(out).toMatchObject([
      { kind: 'lapse', verdict: { by: service, act: { kind: 'lapse' }, candidate: idOf(0) } },
    ]);
    expect(ledger.get(idOf(0))?.state.kind).toBe('waiting');
    expect(ledger.step(tick(1000 + 20 * MINUTE))).toEqual([]);
    const asked = out[0] as { verdict: ReturnType<typeof verdict> };
    expect(answerOf(ledger.step(given(asked.verdict, 21 * MINUTE)))).toBe('taken');
    expect(ledger.get(idOf(0))?.state.kind).toBe('lapsed');
  });

  test('the age is settable by severity', () => {
    const ledger = ledgerOf([begun, heard(candidate(1, { severity: 'low' }), 1000)], {
      lapseAfterMs: { low: 10 },
    });
    const out = ledger.step(tick(1010));
    expect(out).toMatchObject([{ kind: 'lapse', verdict: { candidate: idOf(1) } }]);
  });

  test('a claim holds the lapse back; a lapse that it beat is asked for again under a new id', () => {
    const ledger = ledgerOf([begun]);
    const due = 1000 + 15 * MINUTE;
    const [first] = ledger.step(tick(due));
    ledger.step(given(verdict('c', ana, claim(1000)), due));
    const asked = first as { verdict: ReturnType<typeof verdict> };
    expect(answerOf(ledger.step(given(asked.verdict, due + 1)))).toBe('claimed_by_other');
    expect(ledger.step(tick(due + 999))).toEqual([]);
    const again = ledger.step(tick(due + 1000)).find(({ kind }) => kind === 'lapse') as typeof asked;
    expect(again.verdict.id).not.toBe(asked.verdict.id);
    expect(answerOf(ledger.step(given(again.verdict, due + 1001)))).toBe('taken');
  });

  test('after a reversal the age counts anew', () => {
    const late = 14 * MINUTE;
    const ledger = ledgerOf([
      begun,
      given(verdict('v', ana, confirm), late),
      given(verdict('r', ana, reverse('v')), late),
    ]);
    expect(ledger.step(tick(late + 15 * MINUTE - 1))).toEqual([]);
    expect(ledger.step(tick(late + 15 * MINUTE))).toMatchObject([{ kind: 'lapse' }]);
  });

  test('a decision is kept and reversible for the retention, to the ms', () => {
    const options = { retentionMs: HOUR };
    const decided = [begun, given(verdict('v', ana, confirm), 2000)];
    const back = verdict('r', ana, reverse('v'));
    expect(answerOf(ledgerOf(decided, options).step(given(back, 2000 + HOUR)))).toBe('taken');
    expect(answerOf(ledgerOf(decided, options).step(given(back, 2001 + HOUR)))).toBe('too_late');
    const ledger = ledgerOf([...decided, tick(2000 + HOUR)], options);
    expect(ledger.size()).toEqual({ candidates: 1, held: 0, told: 1 });
    ledger.step(tick(2001 + HOUR));
    expect(ledger.size()).toEqual({ candidates: 0, held: 0, told: 0 });
  });

  test('a confirmed candidate that goes on is kept for as long as it does', () => {
    const options = { retentionMs: HOUR };
    const ledger = ledgerOf([begun, given(verdict('v', ana, confirm), 2000)], options);
    for (let hour = 1; hour < 50; hour++) {
      ledger.step(heard(candidate(0, { phase: 'update', revision: hour }), hour * HOUR));
      ledger.step(tick(hour * HOUR));
    }
    const out = ledger.step(heard(candidate(0, { phase: 'end', revision: 50 }), 50 * HOUR));
    expect(changesOf(out)).toEqual(['ended 50']);
  });

  test('an undecided candidate is never forgotten', () => {
    const ledger = ledgerOf([begun], { retentionMs: HOUR });
    ledger.step(tick(1000 * HOUR));
    expect(ledger.get(idOf(0))?.state.kind).toBe('waiting');
  });
});

describe('bounds', () => {
  test('a long run holds what the retention says, and no more', () => {
    const ledger = new Ledger({ retentionMs: 100 * 1000 });
    for (let n = 0; n < 5000; n++) {
      const atMs = n * 1000;
      ledger.step(heard(candidate(n, { phase: 'end' }), atMs));
      ledger.step(given(verdict(`v${n}`, ana, confirm, n), atMs));
      ledger.step(tick(atMs));
    }
    // One a second, kept while now <= decided + 100 s: the last 101.
    expect(ledger.size()).toEqual({ candidates: 101, held: 0, told: 101 });
  });

  test(`a candidate remembers its last ${SETTLED_MAX} verdicts`, () => {
    const ledger = ledgerOf([begun]);
    for (let n = 0; n <= SETTLED_MAX; n++) ledger.step(given(verdict(`c${n}`, ana, claim(1000)), 2000 + n));
    expect(ledger.settled(idOf(0), 'c0')).toBeUndefined();
    expect(ledger.settled(idOf(0), 'c1')).toBeDefined();
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
