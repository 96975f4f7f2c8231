/** Several processes serve one site: each sees everything and takes every verdict, and nothing is told twice. */
import { afterEach, describe, expect, it } from 'vitest';
import { TOPICS } from '../../pipeline/topics.ts';
import { readThrough } from '../../pipeline/topology/history.ts';
import { encodeVerdict } from '../../proto/messages.ts';
import { candidate, changes, claims, closeRooms, fresh, open, partitionOf, T0, verdict } from './rooms.ts';

afterEach(closeRooms);

/** Cameras that live in different partitions. */
const CAMERAS = [
  ...new Map(
    ['quai', 'hall', 'voie', 'pont', 'gate', 'parvis', 'sas'].map((id) => [partitionOf(id), id]),
  ).values(),
];
const each = CAMERAS.map((camera, i) => candidate(i, { camera }));

type Room = Awaited<ReturnType<typeof open>>;

const owned = ({ tally }: Room) => [...tally.events.keys()];
const standing = ({ room }: Room, id: string) => room.find(id)?.state.kind;

/** Two rooms that share the partitions. */
async function two() {
  const log = await fresh();
  await log.append(claims(...each));
  const [a, b] = [await open(log), await open(log)];
  await expect.poll(() => Math.min(owned(a).length, owned(b).length)).toBeGreaterThan(0);
  return { log, a, b };
}

describe('two review rooms over one log', () => {
  it('each list every candidate, and each partition has one owner', async () => {
    expect(CAMERAS.length).toBeGreaterThan(3);
    const { a, b } = await two();
    for (const { room } of [a, b]) expect(room.list({ statuses: [], sites: [] })).toHaveLength(each.length);
    await expect.poll(() => [...owned(a), ...owned(b)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('take a verdict wherever it is asked, tell both, and append each event once', async () => {
    const { log, a, b } = await two();
    const seen: string[] = [];
    b.room.watch(({ candidate, state }) => seen.push(`${candidate.camera} ${state.kind}`));
    // All through one room, whoever owns the partitions.
    for (const one of each) {
      expect((await a.room.decide(verdict(`v-${one.camera}`, one, { kind: 'confirm' }))).state.kind).toBe(
        'confirmed',
      );
    }
    const expected = each.map((one) => `${one.id}#verified#v-${one.camera}`).sort();
    await expect.poll(async () => (await changes(log)).sort()).toEqual(expected);
    await expect.poll(() => [...seen].sort()).toEqual(CAMERAS.map((camera) => `${camera} confirmed`).sort());
    // Asked again at the other one, it is the same act.
    const [first] = each;
    expect((await b.room.decide(verdict(`v-${first!.camera}`, first!, { kind: 'confirm' }))).state.kind).toBe(
      'confirmed',
    );
    await expect(b.room.decide(verdict('late', first!, { kind: 'confirm' }))).rejects.toMatchObject({
      code: 'already_decided',
    });
    expect((await changes(log)).sort()).toEqual(expected);
  });

  it('let one agent win when two decide at once in different rooms, and agree on who', async () => {
    const { log, a, b } = await two();
    for (const one of each) {
      const both = await Promise.allSettled([
        a.room.decide(verdict(`a-${one.camera}`, one, { kind: 'confirm' }, 'A. Martin')),
        b.room.decide(verdict(`b-${one.camera}`, one, { kind: 'reject', reason: 'false' }, 'B. Petit')),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await expect.poll(() => standing(a, one.id)).toBe(standing(b, one.id));
    }
    const confirmed = each.filter((one) => standing(a, one.id) === 'confirmed').length;
    await expect.poll(async () => (await changes(log)).length).toBe(confirmed);
  });

  it('keep a claim made in one room from agents in the other', async () => {
    const { a, b } = await two();
    const [one] = each;
    await a.room.decide(verdict('c', one!, { kind: 'claim', leaseMs: 60_000 }, 'A. Martin'));
    await expect.poll(() => standing(b, one!.id)).toBe('claimed');
    await expect(b.room.decide(verdict('v', one!, { kind: 'confirm' }, 'B. Petit'))).rejects.toMatchObject({
      code: 'claimed_by_other',
    });
  });

  it('go on when one of them goes: the other takes its partitions and tells nothing twice', async () => {
    const { log, a, b } = await two();
    for (const one of each) await b.room.decide(verdict(`v-${one.camera}`, one, { kind: 'confirm' }));
    await expect.poll(async () => (await changes(log)).length).toBe(each.length);
    await a.close();
    await expect.poll(() => owned(b).length).toBe(8);
    await log.append(
      claims(...each.map((one) => ({ ...one, phase: 'end' as const, revision: 1, atMs: T0 + 1 }))),
    );
    await expect.poll(async () => (await changes(log)).length).toBe(2 * each.length);
    expect(new Set(await changes(log)).size).toBe(2 * each.length);
  });

  it('look without appending: what only one owner may write is written once, also when nobody decides', async () => {
    const { log, a, b } = await two();
    const [one] = each;
    // A verdict that came by the log itself, asked of neither room.
    await log.append([
      {
        topic: TOPICS.verdicts,
        partition: partitionOf(one!.camera),
        value: encodeVerdict(verdict('v', one!, { kind: 'reject', reason: 'test' })),
      },
    ]);
    await expect.poll(() => [standing(a, one!.id), standing(b, one!.id)]).toEqual(['rejected', 'rejected']);
    let verdicts = 0;
    await readThrough(
      log,
      [{ topic: TOPICS.verdicts, partition: partitionOf(one!.camera) }],
      () => verdicts++,
    );
    expect(verdicts).toBe(1);
  });
});
