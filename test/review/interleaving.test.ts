/**
 * Random lives of a few candidates, read in random interleavings: the same end every time, also across a crash.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Agent, VerdictAct, VerifiedEvent } from '../../pipeline/model.ts';
import { Ledger, type LedgerInput } from '../../pipeline/review/ledger.ts';
import {
  ana,
  bob,
  candidate,
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

const SEED = 20_260_731;
const CANDIDATES = 3;
/** The one that takes two people. */
const TWO_CONFIRM = 1;
/** Shorter than a run, so that some reversals come too late. */
const RETENTION_MS = 12_000;
const NEVER_MS = 10 ** 12;
/** So that some lapses come too early. */
const LAPSE_MS = 4_000;

type Timed = LedgerInput & { readonly atMs: number };
interface Topics {
  readonly candidates: readonly Timed[];
  readonly verdicts: readonly Timed[];
}

const gapMs = fc.integer({ min: 0, max: 1500 });
const which = fc.nat(CANDIDATES - 1);

const candidateTopic = fc
  .array(
    fc.record({ n: which, gap: gapMs, what: fc.constantFrom('next', 'next', 'next', 'repeat', 'end') }),
    { maxLength: 16 },
  )
  .map((steps) => {
    const revisions = new Map<number, number>();
    let atMs = 1000;
    return steps.map(({ n, gap, what }): Timed => {
      atMs += gap;
      const last = revisions.get(n);
      const revision = last === undefined ? 0 : what === 'repeat' ? last : last + 1;
      revisions.set(n, revision);
      const phase = revision === 0 ? 'begin' : what === 'end' ? 'end' : 'update';
      return heard(
        candidate(n, { revision, phase, ...(n === TWO_CONFIRM && { confirmers: 2 }) }),
        atMs,
      ) as Timed;
    });
  });

const people: readonly Agent[] = [ana, bob, chief, service, { name: '', role: 'agent' }];
const kinds = [
  'claim',
  'release',
  'confirm',
  'confirm',
  'reject',
  'reverse',
  'reverse',
  'lapse',
  'repeat',
] as const;

const verdictTopic = fc
  .array(
    fc.record({ n: which, gap: gapMs, by: fc.constantFrom(...people), kind: fc.constantFrom(...kinds) }),
    { maxLength: 20 },
  )
  .map((steps) => {
    const given_: Timed[] = [];
    const decisions = new Map<number, string>();
    let atMs = 1000;
    steps.forEach(({ n, gap, by, kind }, index) => {
      atMs += gap;
      const id = `v${index}`;
      const earlier = given_[Math.floor(index / 2)];
      if (kind === 'repeat') {
        if (earlier) given_.push({ ...earlier, atMs });
        return;
      }
      const acts: Record<Exclude<typeof kind, 'repeat'>, VerdictAct> = {
        claim: claim(2500),
        release,
        confirm,
        reject,
        reverse: reverse(decisions.get(n) ?? 'none'),
        lapse,
      };
      if (kind === 'confirm' || kind === 'reject' || kind === 'lapse') decisions.set(n, id);
      const fit = kind === 'lapse' && by === ana ? service : by;
      given_.push(given(verdict(id, fit, acts[kind], n), atMs) as Timed);
    });
    return given_;
  });

const topics: fc.Arbitrary<Topics> = fc.record({ candidates: candidateTopic, verdicts: verdictTopic });
/** true: the next of the candidates, else the next of the verdicts. */
const order = fc.array(fc.boolean(), { minLength: 36, maxLength: 36 });

function interleave(
  { candidates, verdicts }: Topics,
  picks: readonly boolean[],
  ticks = false,
): LedgerInput[] {
  const left = [...candidates];
  const right = [...verdicts];
  const merged: LedgerInput[] = [];
  for (const pick of picks) {
    // Both topics have been read up to the earlier of their next records: what a tick promises.
    if (ticks) merged.push(tick(Math.min(left[0]?.atMs ?? NEVER_MS, right[0]?.atMs ?? NEVER_MS, 60_000)));
    const next = (pick ? left : right).shift();
    if (next) merged.push(next);
  }
  return [...merged, ...left, ...right];
}

interface End {
  readonly snapshot: unknown;
  readonly answers: Readonly<Record<string, string>>;
  readonly events: readonly VerifiedEvent[];
}

function run(inputs: readonly LedgerInput[], retentionMs = RETENTION_MS): End {
  const ledger = new Ledger({ retentionMs, lapseAfterMs: { high: LAPSE_MS } });
  const answers: Record<string, string> = {};
  const events: VerifiedEvent[] = [];
  for (const input of inputs) {
    const out = ledger.step(input);
    events.push(...eventsOf(out));
    for (const output of out) {
      if (output.kind === 'settled') answers[output.verdict.id] ??= output.refusal?.code ?? 'taken';
    }
  }
  ledger.step(tick(40_000));
  return { snapshot: ledger.snapshot(), answers, events };
}

const changes = (events: readonly VerifiedEvent[], ...of: readonly VerifiedEvent['change'][]) =>
  events
    .filter(({ change }) => of.includes(change))
    .map(({ changeId }) => changeId)
    .sort();

/** Subscribers' view: every change once, retractions after what they take back, nothing told of what is not verified. */
function checkStory(events: readonly VerifiedEvent[]): void {
  const ids = events.map(({ changeId }) => changeId);
  expect(new Set(ids).size).toBe(ids.length);
  const inForce = new Map<string, string>();
  for (const { id, change, verdict: by, firstConfirmation: first } of events) {
    if (id === idOf(TWO_CONFIRM) && change !== 'retracted') {
      expect(first?.act.kind).toBe('confirm');
      expect(first?.by.name).not.toBe(by.by.name);
    } else expect(first).toBeUndefined();
    expect(by.by.name.trim()).not.toBe('');
    expect(['agent', 'supervisor']).toContain(by.by.role);
    if (change === 'verified') {
      expect(inForce.has(id)).toBe(false);
      expect(by.act.kind).toBe('confirm');
      inForce.set(id, by.id);
    } else if (change === 'retracted') {
      expect(by.act).toMatchObject({ kind: 'reverse', of: inForce.get(id) });
      inForce.delete(id);
    } else {
      expect(inForce.get(id)).toBe(by.id);
    }
  }
}

test(`two interleavings, one end (seed ${SEED})`, () => {
  let verified = 0;
  let retracted = 0;
  fc.assert(
    fc.property(topics, order, order, (of, one, other) => {
      const a = run(interleave(of, one));
      const b = run(interleave(of, other));
      expect(b.snapshot).toEqual(a.snapshot);
      expect(b.answers).toEqual(a.answers);
      expect(changes(b.events, 'verified', 'retracted')).toEqual(changes(a.events, 'verified', 'retracted'));
      checkStory(a.events);
      checkStory(b.events);
      verified += changes(a.events, 'verified').length;
      retracted += changes(a.events, 'retracted').length;
    }),
    { seed: SEED, numRuns: 4500 },
  );
  // The generator reaches what it is meant to test.
  expect(verified).toBeGreaterThan(500);
  expect(retracted).toBeGreaterThan(100);
});

test(`ticks that keep their promise change no decision (seed ${SEED})`, () => {
  fc.assert(
    fc.property(topics, order, order, (of, one, other) => {
      const a = run(interleave(of, one), NEVER_MS);
      const b = run(interleave(of, other, true), NEVER_MS);
      expect(b.snapshot).toEqual(a.snapshot);
      expect(b.answers).toEqual(a.answers);
      expect(changes(b.events, 'verified', 'retracted')).toEqual(changes(a.events, 'verified', 'retracted'));
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test(`a crash after any number of events, and a rebuild in any interleaving: each once, none lost (seed ${SEED})`, () => {
  fc.assert(
    fc.property(topics, order, order, fc.nat(30), fc.nat(36), (of, one, other, durable, stop) => {
      const complete = run(interleave(of, other));
      const before = run(interleave(of, one).slice(0, stop)).events.slice(0, durable);
      const told = before.map((event): LedgerInput => ({ kind: 'told', event, atMs: 1000 }));
      const after = run([...told, ...interleave(of, other)]);
      const all = [...before, ...after.events];
      checkStory(all);
      expect(changes(all, 'verified', 'retracted')).toEqual(
        changes(complete.events, 'verified', 'retracted'),
      );
      expect(after.snapshot).toEqual(complete.snapshot);
      checkCurrent(of, all);
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

/** Whatever is verified in the end is known to subscribers in its last revision, its end included. */
function checkCurrent(of: Topics, events: readonly VerifiedEvent[]): void {
  for (let n = 0; n < CANDIDATES; n++) {
    const mine = events.filter(({ id }) => id === idOf(n));
    if (mine.length === 0 || mine.at(-1)!.change === 'retracted') continue;
    const records = of.candidates.flatMap((input) =>
      input.kind === 'candidate' && input.candidate.id === idOf(n) ? [input.candidate] : [],
    );
    const ended = records.find(({ phase }) => phase === 'end');
    const last = ended ?? records.at(-1)!;
    expect(Math.max(...mine.map((event) => event.candidate.revision))).toBe(last.revision);
    expect(mine.some(({ change }) => change === 'ended')).toBe(ended !== undefined);
  }
}
