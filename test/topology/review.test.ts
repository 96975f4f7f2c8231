import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import type { Log, NewRecord } from '../../pipeline/log/port.ts';
import {
  type Candidate,
  type CandidateReview,
  cameraKey,
  candidateId,
  type Verdict,
  type VerifiedEvent,
} from '../../pipeline/model.ts';
import { RefusedError } from '../../pipeline/serve/port.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { ReviewRoom } from '../../pipeline/topology/review.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { decodeEvent, decodeRejected, encodeCandidate, encodeVerdict } from '../../proto/messages.ts';
import { walkedSite } from '../support/walker.ts';

const T0 = 1_700_000_000_000;
const PARTITION = partitionFor(cameraKey('gare', 'quai'), PARTITIONS_DEFAULT);

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function candidate(began: number, change: Partial<Candidate> = {}): Candidate {
  const of = { site: change.site ?? 'gare', camera: 'quai', epoch: T0 };
  return {
    id: candidateId(of, 'no-tracks', began),
    ...of,
    siteKind: 'station',
    type: 'forbidden_zone',
    rule: 'no-tracks',
    ruleVersion: 1,
    severity: 'high',
    phase: 'begin',
    revision: 0,
    beganFrame: began,
    beganAtMs: T0,
    frame: began,
    atMs: T0,
    region: { x0: 0, y0: 0, x1: 1, y1: 1 },
    score: 0.5,
    explanation: 'somebody is there',
    findings: [],
    build: 'test',
    ...change,
  };
}

function verdict(id: string, of: Candidate, act: Verdict['act'], by = 'A. Martin'): Verdict {
  return {
    id,
    candidate: of.id,
    site: of.site,
    camera: of.camera,
    by: { name: by, role: 'agent' },
    atMs: T0,
    act,
  };
}

const claims = (...values: readonly Candidate[]): NewRecord[] =>
  values.map((value) => ({ topic: TOPICS.candidates, partition: PARTITION, value: encodeCandidate(value) }));

async function fresh(append?: (records: readonly NewRecord[]) => void): Promise<Log> {
  const log = openMemoryLog(append === undefined ? {} : { faults: { append } });
  await createTopics(log);
  return log;
}

async function open(log: Log) {
  const stop = new AbortController();
  const site = walkedSite('gare', ['quai']);
  const tally = new Tally(site);
  const room = new ReviewRoom({
    log,
    site,
    partitions: PARTITIONS_DEFAULT,
    nowMs: Date.now,
    signal: stop.signal,
    tally,
  });
  const running = room.run();
  const close = async () => {
    stop.abort();
    await running;
  };
  closing.push(close);
  await room.caughtUp;
  return { room, tally, close };
}

async function events(log: Log): Promise<VerifiedEvent[]> {
  const found: VerifiedEvent[] = [];
  await readThrough(log, partitionsOf(TOPICS.events, PARTITIONS_DEFAULT), ({ value }) =>
    found.push(decodeEvent(value)),
  );
  return found;
}

const changes = async (log: Log) => (await events(log)).map(({ changeId }) => changeId);

describe('the review room', () => {
  it('knows at the start what was on the log, and shows every change after it', async () => {
    const log = await fresh();
    await log.append(claims(candidate(1), candidate(2)));
    const { room } = await open(log);
    expect(room.list({ statuses: [], sites: [] })).toHaveLength(2);
    const seen: CandidateReview[] = [];
    const leave = room.watch((one) => seen.push(one));
    await log.append(claims(candidate(3)));
    await expect
      .poll(() => seen.map((one) => [one.candidate.beganFrame, one.state.kind]))
      .toEqual([[3, 'waiting']]);
    leave();
    await room.decide(verdict('v1', candidate(3), { kind: 'confirm' }));
    expect(seen).toHaveLength(1);
    expect(room.list({ statuses: ['confirmed'], sites: ['gare'] })).toHaveLength(1);
    expect(room.list({ statuses: [], sites: ['port'] })).toEqual([]);
  });

  it('answers a verdict only when it was read back, and refuses with the ledger its code', async () => {
    const log = await fresh();
    await log.append(claims(candidate(1)));
    const { room } = await open(log);
    const confirm = verdict('v1', candidate(1), { kind: 'confirm' });
    expect((await room.decide(confirm)).state).toMatchObject({ kind: 'confirmed', verdict: { id: 'v1' } });
    await expect(
      room.decide(verdict('v2', candidate(1), { kind: 'reject', reason: 'false' })),
    ).rejects.toMatchObject({
      name: 'RefusedError',
      code: 'already_decided',
    });
    await expect(room.decide(verdict('v3', candidate(9), { kind: 'confirm' }))).rejects.toBeInstanceOf(
      RefusedError,
    );
    // The same act again: the same answer, and nothing more on the log.
    expect((await room.decide(confirm)).state.kind).toBe('confirmed');
    expect(await changes(log)).toEqual([`${candidate(1).id}#verified#v1`]);
  });

  it('lets one of two agents win who decide at once', async () => {
    const log = await fresh();
    await log.append(claims(candidate(1)));
    const { room } = await open(log);
    const both = await Promise.allSettled([
      room.decide(verdict('a', candidate(1), { kind: 'confirm' }, 'A. Martin')),
      room.decide(verdict('b', candidate(1), { kind: 'reject', reason: 'false' }, 'B. Petit')),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'already_decided' },
    });
  });

  it('tells after a restart what a crash left untold, once', async () => {
    const log = await fresh();
    // The verdict was on the log, the event was not.
    const [one] = [candidate(1)];
    await log.append([
      ...claims(one),
      {
        topic: TOPICS.verdicts,
        partition: PARTITION,
        value: encodeVerdict(verdict('v1', one, { kind: 'confirm' })),
      },
    ]);
    const first = await open(log);
    await expect.poll(() => changes(log)).toEqual([`${one.id}#verified#v1`]);
    await first.close();
    const second = await open(log);
    expect([...second.tally.events.values()].reduce((sum, count) => sum + count, 0)).toBe(1);
    await log.append(claims(candidate(1, { phase: 'end', revision: 1 })));
    await expect.poll(() => changes(log)).toEqual([`${one.id}#verified#v1`, `${one.id}#ended#1`]);
  });

  it('waits out a log that is away, and answers then', async () => {
    let away = true;
    const log = await fresh((records) => {
      if (away && records[0]!.topic === TOPICS.verdicts) throw new Error('no leader');
    });
    await log.append(claims(candidate(1)));
    const { room, tally } = await open(log);
    const deciding = room.decide(verdict('v1', candidate(1), { kind: 'confirm' }));
    await expect.poll(() => tally.outages.get('verdicts')?.error.message).toBe('no leader');
    expect(await changes(log)).toEqual([]);
    away = false;
    expect((await deciding).state.kind).toBe('confirmed');
    expect(tally.outages.size).toBe(0);
  });

  it('puts aside what is no candidate and no verdict, and leaves other sites alone', async () => {
    const log = await fresh();
    const garbage = new TextEncoder().encode('garbage');
    await log.append([
      { topic: TOPICS.candidates, partition: PARTITION, value: garbage },
      { topic: TOPICS.verdicts, partition: PARTITION, value: garbage },
      ...claims(candidate(1, { site: 'port' }), candidate(2)),
    ]);
    const { room } = await open(log);
    expect(room.list({ statuses: [], sites: [] }).map((one) => one.candidate.beganFrame)).toEqual([2]);
    const found: string[] = [];
    await readThrough(log, [{ topic: TOPICS.rejected, partition: 0 }], ({ value }) => {
      const { code, topic, offset, length } = decodeRejected(value);
      found.push(`${code} ${topic}/${offset} ${length}`);
    });
    expect(found.sort()).toEqual([`garbage ${TOPICS.candidates}/0 7`, `garbage ${TOPICS.verdicts}/0 7`]);
  });
});
