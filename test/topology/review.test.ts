import { afterEach, describe, expect, it } from 'vitest';
import type { CandidateReview } from '../../pipeline/model.ts';
import { RefusedError } from '../../pipeline/serve/port.ts';
import { TOPICS } from '../../pipeline/topics.ts';
import { readThrough } from '../../pipeline/topology/history.ts';
import { decodeRejected, encodeVerdict } from '../../proto/messages.ts';
import { candidate, changes, claims, closeRooms, fresh, open, PARTITION, verdict } from './rooms.ts';

afterEach(closeRooms);

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
