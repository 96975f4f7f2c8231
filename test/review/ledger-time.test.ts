import { describe, expect, test } from 'vitest';
import { HELD_MAX } from '../../pipeline/review/held.ts';
import { Ledger, type LedgerInput, SETTLED_MAX } from '../../pipeline/review/ledger.ts';
import {
  ana,
  answerOf,
  bob,
  candidate,
  changesOf,
  claim,
  confirm,
  eventsOf,
  given,
  HOUR,
  heard,
  idOf,
  ledgerOf,
  MINUTE,
  reject,
  reverse,
  service,
  tick,
  verdict,
} from './build.ts';

const begun = heard(candidate(0), 1000);

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
      {
        kind: 'review',
        review: { candidate: candidate(0), state: { kind: 'waiting' }, sinceMs: 1000, lapsesAtMs: 901_000 },
      },
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

  test('a clock that is ahead asks too early once, and again when the time has come by the log', () => {
    const ahead = 14 * MINUTE;
    const due = 1000 + 15 * MINUTE;
    const ledger = ledgerOf([begun]);
    const asked = (atMs: number) =>
      ledger.step(tick(atMs + ahead)).flatMap((out) => (out.kind === 'lapse' ? [out.verdict] : []));
    const [early] = asked(due - ahead);
    expect(answerOf(ledger.step(given(early!, due - ahead)))).toBe('too_early');
    expect(ledger.get(idOf(0))?.state.kind).toBe('waiting');
    for (let atMs = due - ahead; atMs < due; atMs += 1_000) expect(asked(atMs)).toEqual([]);
    const [again] = asked(due);
    expect(again?.id).not.toBe(early!.id);
    expect(answerOf(ledger.step(given(again!, due)))).toBe('taken');
  });

  test('a clock that was ahead and was put right is believed again', () => {
    const due = 1000 + 15 * MINUTE;
    const ledger = ledgerOf([begun]);
    const [early] = ledger.step(tick(due)).filter((out) => out.kind === 'lapse');
    ledger.step(given(early!.verdict, 2000));
    ledger.step(tick(3000));
    ledger.step(heard(candidate(1), 3000));
    expect(ledger.step(tick(due - 1))).toEqual([]);
    expect(ledger.step(tick(due))).toMatchObject([{ kind: 'lapse', verdict: { candidate: idOf(0) } }]);
  });

  test('the severity with which it began counts, in whatever order the rest is read', () => {
    const options = { lapseAfterMs: { low: 10 } };
    const low = heard(candidate(0, { severity: 'low' }), 1000);
    const raised = heard(candidate(0, { severity: 'high', phase: 'update', revision: 1 }), 1001);
    const lapsed = given(verdict('l', service, { kind: 'lapse' }), 1010);
    for (const inputs of [
      [low, raised, lapsed],
      [low, lapsed, raised],
      [lapsed, low, raised],
    ])
      expect(ledgerOf(inputs, options).get(idOf(0))?.state.kind).toBe('lapsed');
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
