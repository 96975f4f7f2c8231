/** The set checker is shown a whole history that agrees, and then each way in which one does not. */
import { describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import {
  type Candidate,
  cameraKey,
  candidateId,
  type Verdict,
  type VerifiedEvent,
} from '../../pipeline/model.ts';
import { page } from '../../pipeline/operate/reconcile/command.ts';
import { gather } from '../../pipeline/operate/reconcile/gather.ts';
import { type History, type Said, Sessions } from '../../pipeline/operate/reconcile/history.ts';
import { reconcile } from '../../pipeline/operate/reconcile/reconcile.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { encodeCandidate, encodeEvent, encodeFrameBatch, encodeVerdict } from '../../proto/messages.ts';
import { frameOf } from '../measure/build.ts';

const T0 = 1_790_000_000_000;
const PARTITIONS = 4;
const HOME = partitionFor(cameraKey('gare', 'hall'), PARTITIONS);

function claim(began: number, revision: number, change: Partial<Candidate> = {}): Candidate {
  const of = { site: 'gare', camera: 'hall', epoch: T0 };
  return {
    ...of,
    id: candidateId(of, 'no-tracks', began),
    siteKind: 'station',
    type: 'forbidden_zone',
    rule: 'no-tracks',
    ruleVersion: 1,
    severity: 'high',
    phase: revision === 0 ? 'begin' : 'update',
    revision,
    beganFrame: began,
    beganAtMs: T0,
    frame: began + revision,
    atMs: T0,
    region: { x0: 0, y0: 0, x1: 1, y1: 1 },
    score: 0.5,
    explanation: 'somebody is there',
    findings: [],
    build: 'test',
    ...change,
  };
}

function act(
  id: string,
  candidate: Candidate,
  what: Verdict['act'],
  by: Partial<Verdict['by']> = {},
): Verdict {
  const { site, camera } = candidate;
  const agent = { name: 'A. Martin', role: 'agent', ...by } as const;
  return { id, candidate: candidate.id, site, camera, by: agent, atMs: T0, act: what };
}

function told(change: VerifiedEvent['change'], candidate: Candidate, verdict: Verdict): VerifiedEvent {
  const byVerdict = change === 'verified' || change === 'retracted';
  const cause = byVerdict ? verdict.id : candidate.revision;
  return { id: candidate.id, changeId: `${candidate.id}#${change}#${cause}`, change, candidate, verdict };
}

const begun = claim(10, 0);
const ended = claim(10, 1, { phase: 'end' });
const confirm = act('v1', begun, { kind: 'confirm' });
const reverse = act('v2', begun, { kind: 'reverse', of: 'v1' });
const verified = told('verified', begun, confirm);
const over = told('ended', ended, confirm);
const retracted = told('retracted', ended, reverse);

interface Parts {
  readonly claims?: readonly Candidate[];
  readonly acts?: readonly Verdict[];
  readonly events?: readonly VerifiedEvent[];
  /** What the one subscriber received. */
  readonly received?: readonly VerifiedEvent[];
  readonly from?: readonly number[];
}

function history(parts: Parts = {}): History {
  const said = <T>(topic: string, values: readonly T[]): readonly Said<T>[] =>
    values.map((value, offset) => ({ topic, partition: HOME, offset, value, atMs: T0 + offset }));
  const sessions = new Sessions();
  for (let n = 0; n < 40; n++) sessions.take(frameOf(n, [], { epoch: T0 }), HOME);
  const events = parts.events ?? [verified, over, retracted];
  const ends = Array.from({ length: PARTITIONS }, () => events.length);
  return {
    partitions: PARTITIONS,
    sessions: sessions.all(),
    candidates: said(TOPICS.candidates, parts.claims ?? [begun, ended]),
    verdicts: said(TOPICS.verdicts, parts.acts ?? [confirm, reverse]),
    events: said(TOPICS.events, events),
    rejected: [],
    unread: [],
    subscribers: [
      {
        name: 'archive',
        received: (parts.received ?? events).map((event) => ({ event })),
        from: parts.from ?? ends.map(() => 0),
        until: ends,
      },
    ],
  };
}

const codes = (parts: Parts) => [...new Set(reconcile(history(parts)).violations.map(({ code }) => code))];

describe('a history that agrees', () => {
  it('has no violation, and is counted', () => {
    const { figures, violations } = reconcile(history());
    expect(violations).toEqual([]);
    expect(figures).toMatchObject({
      cameras: 1,
      frames: 40,
      claims: 1,
      confirmed: 1,
      retracted: 1,
      events: 3,
    });
    expect(page({ figures, violations })).toContain('all agrees');
  });

  it('may say everything twice, as delivery at least once does', () => {
    const twice = <T>(values: readonly T[]) => [...values, ...values];
    const events = twice([verified, over, retracted]);
    expect(codes({ claims: twice([begun, ended]), acts: twice([confirm, reverse]), events })).toEqual([]);
  });

  it('may hold an end under either of two confirmations, when an owner taken for dead told it late', () => {
    const again = act('v3', begun, { kind: 'confirm' });
    const acts = [confirm, reverse, again];
    const events = [verified, retracted, told('verified', ended, again), told('ended', ended, again), over];
    expect(codes({ acts, events })).toEqual([]);
  });

  it('may be at work: then what follows from the last verdicts is not missed yet', () => {
    const parts = { events: [], received: [] };
    expect(reconcile(history(parts), { settled: false }).violations).toEqual([]);
    expect(codes(parts)).toEqual(['event_missing']);
  });
});

describe('a history that does not agree', () => {
  const unnamed = act('v1', begun, { kind: 'confirm' }, { name: ' ' });
  const service = act('v1', begun, { kind: 'confirm' }, { name: 'review', role: 'producer' });
  const later = claim(12, 0);
  const cases: readonly [what: string, parts: Parts, code: string][] = [
    ['an event that nobody decided', { acts: [reverse] }, 'event_unconfirmed'],
    [
      'an event whose agent has no name',
      { acts: [unnamed], events: [told('verified', begun, unnamed)] },
      'event_unconfirmed',
    ],
    [
      'an event that a service decided',
      { acts: [service], events: [told('verified', begun, service)] },
      'event_unconfirmed',
    ],
    ['an event that nothing claims', { claims: [] }, 'event_without_claim'],
    ['a confirmation that was not told', { events: [over, retracted] }, 'event_missing'],
    ['a retraction that was not told', { events: [verified, over] }, 'event_missing'],
    ['an end that was not told', { acts: [confirm], events: [verified] }, 'event_missing'],
    ['a retraction before its event', { events: [retracted, verified, over] }, 'event_before_verified'],
    [
      'one verdict told under two ids',
      { events: [verified, { ...verified, changeId: `${verified.changeId}+` }, over, retracted] },
      'event_doubled',
    ],
    [
      'an id of a change that was not derived',
      { events: [{ ...verified, changeId: 'x' }, over, retracted] },
      'event_id_not_derived',
    ],
    [
      'one change with two contents',
      { events: [verified, { ...verified, verdict: reverse }, over, retracted] },
      'event_says_two_things',
    ],
    [
      'an end told once more under a verdict that nobody gave',
      { events: [verified, over, retracted, told('ended', ended, act('v9', begun, { kind: 'confirm' }))] },
      'event_unconfirmed',
    ],
    [
      'an id of a claim that was not derived',
      { claims: [{ ...begun, id: 'gare/hall/now' }, begun, ended] },
      'claim_id_not_derived',
    ],
    ['a claim from a frame that never was', { claims: [claim(99, 0), begun, ended] }, 'claim_without_frame'],
    [
      'one claim with two contents',
      { claims: [begun, { ...begun, score: 1 }, ended] },
      'claim_says_two_things',
    ],
    ['a claim that lost a record', { claims: [begun, { ...ended, revision: 2 }] }, 'claim_revision_missing'],
    ['a claim that went on after its end', { claims: [begun, ended, claim(10, 2)] }, 'claim_after_end'],
    ['one happening under two ids', { claims: [begun, { ...ended, frame: 20 }, later] }, 'claim_doubled'],
    ['an event that was not received', { received: [verified, retracted] }, 'delivery_missing'],
    ['an event that came out of order', { received: [over, verified, retracted] }, 'delivery_out_of_order'],
    [
      'an event that only the subscriber knows',
      { received: [verified, over, retracted, { ...over, changeId: 'y' }] },
      'delivery_unknown',
    ],
    [
      'an event that changed on the way',
      { received: [{ ...verified, verdict: reverse }, over, retracted] },
      'delivery_differs',
    ],
  ];
  it.each(cases)('%s', (_, parts, code) => {
    expect(codes(parts)).toContain(code);
    expect(page(reconcile(history(parts)))).toContain(code);
  });
});

it('reads a log, and wants a line about every record that could not be read', async () => {
  const log = openMemoryLog({ now: () => T0 });
  await createTopics(log, { partitions: PARTITIONS });
  const put = (topic: string, ...values: Uint8Array[]) =>
    log.append(values.map((value) => ({ topic, partition: HOME, value })));
  await put(
    TOPICS.frames,
    encodeFrameBatch({ frames: Array.from({ length: 20 }, (_, n) => frameOf(n, [], { epoch: T0 })) }),
  );
  await put(TOPICS.candidates, encodeCandidate(begun), encodeCandidate(ended), new Uint8Array([1, 2, 3]));
  await put(TOPICS.verdicts, encodeVerdict(confirm));
  await put(TOPICS.events, encodeEvent(verified), encodeEvent(over));
  const { figures, violations } = reconcile(await gather(log));
  expect(figures).toMatchObject({ frames: 20, claims: 1, confirmed: 1, events: 2 });
  expect(violations).toMatchObject([{ code: 'refusal_missing', at: `${TOPICS.candidates}/${HOME}/2` }]);
});
