/** Review rooms over one log, and what agents and workers put on it. */
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import type { Log, NewRecord } from '../../pipeline/log/port.ts';
import {
  type Candidate,
  cameraKey,
  candidateId,
  type Verdict,
  type VerifiedEvent,
} from '../../pipeline/model.ts';
import { createTopics, PARTITIONS_DEFAULT, TOPICS } from '../../pipeline/topics.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { ReviewRoom } from '../../pipeline/topology/review.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { decodeEvent, encodeCandidate } from '../../proto/messages.ts';
import { walkedSite } from '../support/walker.ts';

export const T0 = 1_700_000_000_000;

export const partitionOf = (camera: string) => partitionFor(cameraKey('gare', camera), PARTITIONS_DEFAULT);
export const PARTITION = partitionOf('quai');

const closing: (() => Promise<unknown>)[] = [];

/** For afterEach. */
export async function closeRooms(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

export function candidate(began: number, change: Partial<Candidate> = {}): Candidate {
  const of = { site: change.site ?? 'gare', camera: change.camera ?? 'quai', epoch: T0 };
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

export function verdict(id: string, of: Candidate, act: Verdict['act'], by = 'A. Martin'): Verdict {
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

export const claims = (...values: readonly Candidate[]): NewRecord[] =>
  values.map((value) => ({
    topic: TOPICS.candidates,
    partition: partitionOf(value.camera),
    value: encodeCandidate(value),
  }));

export async function fresh(append?: (records: readonly NewRecord[]) => void): Promise<Log> {
  const log = openMemoryLog(append === undefined ? {} : { faults: { append } });
  await createTopics(log);
  return log;
}

export async function open(log: Log) {
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

export async function events(log: Log): Promise<VerifiedEvent[]> {
  const found: VerifiedEvent[] = [];
  await readThrough(log, partitionsOf(TOPICS.events, PARTITIONS_DEFAULT), ({ value }) =>
    found.push(decodeEvent(value)),
  );
  return found;
}

export const changes = async (log: Log) => (await events(log)).map(({ changeId }) => changeId);
