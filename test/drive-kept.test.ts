import { describe, expect, it } from 'vitest';
import { type DriveOptions, drive } from '../pipeline/drive.ts';
import { type Faults, openMemoryLog } from '../pipeline/log/memory.ts';
import type { Log, LogRecord, TopicPartition } from '../pipeline/log/port.ts';
import type { Work } from '../pipeline/work.ts';
import { bytes, contents, IN, inputs, KEPT, OUT, options, text, topics } from './support/toy.ts';

/** A running sum that is kept: it adds what it reads, one record a turn, and saves the sum so far. */
function sum(at: TopicPartition, from: number, turns: { saved: number[]; waitingMax: number }): Work {
  let total = from;
  const waiting: LogRecord[] = [];
  return {
    step(record) {
      waiting.push(record);
      turns.waitingMax = Math.max(turns.waitingMax, waiting.length);
      return [];
    },
    turn() {
      const record = waiting.shift()!;
      total += Number(text(record.value));
      const out = { topic: OUT, partition: at.partition, value: bytes(`${text(record.value)}=${total}`) };
      return [{ kind: 'append', record: out }];
    },
    isWaiting: () => waiting.length > 0,
    isFull: () => waiting.length >= 4,
    resumeAt: () => waiting[0]?.offset,
    async save(resumeAt) {
      turns.saved.push(resumeAt);
      const of = { topic: KEPT, partition: at.partition };
      return [
        { ...of, value: bytes(String(total)) },
        { ...of, value: bytes('seal') },
      ];
    },
  };
}

/** As a worker would: the state that was committed with the position, or none. */
async function kept(log: Log, at: TopicPartition): Promise<number> {
  const offset = await log.committed('toy', { topic: KEPT, partition: at.partition });
  if (offset === undefined) return 0;
  const reader = await log.reader([{ topic: KEPT, partition: at.partition, offset }]);
  const [record] = await reader.read(1, 0);
  await reader.close();
  return Number(text(record!.value));
}

describe('drive with a state that is kept', () => {
  async function keeping(log: Log, signal: AbortSignal, more: Partial<DriveOptions> = {}) {
    const turns = { saved: [] as number[], waitingMax: 0 };
    const running = drive({
      ...options(log, signal, more),
      workFor: async (at) => sum(at, await kept(log, at), turns),
    });
    return { turns, running };
  }

  async function openLog(faults: Faults = {}) {
    const log = openMemoryLog({ faults });
    await topics(log);
    await log.createTopics([{ topic: KEPT, partitions: 1 }]);
    return log;
  }

  const sums = (to: number) => Array.from({ length: to }, (_, i) => `${i}=${(i * (i + 1)) / 2}`);

  it('goes on with what was left for later, and reads no more than there is room for', async () => {
    const log = await openLog();
    await log.append(inputs(0, 40));
    const stop = new AbortController();
    const { turns, running } = await keeping(log, stop.signal, {
      batchMax: 3,
      onProgress: ({ positions }) => positions[0]?.offset === 40 && stop.abort(),
    });
    await running;
    expect(await contents(log, OUT)).toEqual(sums(40));
    // Full at 4, looked at after every batch of 3.
    expect(turns.waitingMax).toBeLessThanOrEqual(6);
  });

  it('commits at a checkpoint both where to go on and the state that belongs there', async () => {
    const log = await openLog();
    await log.append(inputs(0, 60));
    const stop = new AbortController();
    let nowMs = 0;
    const { turns, running } = await keeping(log, stop.signal, {
      batchMax: 1,
      saveMs: 16,
      nowMs: () => nowMs,
      onProgress: () => {
        nowMs += 1;
        if (nowMs === 50) stop.abort();
      },
    });
    await running;
    // Soon at first, so that a process that dies often gets on; at last at its interval; again at the stop.
    expect(turns.saved).toEqual([2, 6, 14, 30, 46, 50]);
    expect(await log.committed('toy', { topic: IN, partition: 0 })).toBe(50);
    expect(await log.committed('toy', { topic: KEPT, partition: 0 })).toBe(10);
    expect(await kept(log, { topic: IN, partition: 0 })).toBe((49 * 50) / 2);
  });

  it('goes on from the state when it is started again, and after it broke', async () => {
    let broken = 2;
    const log = await openLog({
      deliver: (records) => {
        if (records[0]?.topic === IN && records[0].offset === 7 && broken-- > 0) throw new Error('cut');
        return records;
      },
    });
    await log.append(inputs(0, 9));
    for (const end of [9, 20]) {
      const stop = new AbortController();
      const { running } = await keeping(log, stop.signal, {
        batchMax: 1,
        onProgress: ({ positions }) => positions[0]?.offset === end && stop.abort(),
      });
      await running;
      await log.append(inputs(9, 20));
    }
    const found = await contents(log, OUT);
    expect([...new Set(found)]).toEqual(sums(20));
  });

  it('saves a partition that is handed over', async () => {
    const log = openMemoryLog();
    await topics(log, 2);
    await log.createTopics([{ topic: KEPT, partitions: 2 }]);
    await log.append(inputs(0, 8, 2));
    const stop = new AbortController();
    const { turns, running } = await keeping(log, stop.signal);
    await expect.poll(async () => (await contents(log, OUT)).length).toBe(8);
    expect(turns.saved).toEqual([]);
    const other = await log.consumer({ group: 'toy', topics: [IN] });
    while (other.assigned().length === 0) await other.read(1, 1);
    const [at] = other.assigned();
    expect(turns.saved).toEqual([4]);
    expect(await log.committed('toy', at!)).toBe(4);
    expect(await kept(log, at!)).toBe(at!.partition === 0 ? 12 : 16);
    await other.close();
    stop.abort();
    await running;
  });

  it('saves nothing that is not on the log', async () => {
    const broken = new AbortController();
    const other = await openLog({
      append: (records) => {
        if (records[0]!.topic !== OUT) return;
        broken.abort();
        throw new Error('away');
      },
    });
    await other.append(inputs(0, 3));
    const two = await keeping(other, broken.signal);
    await two.running;
    expect(two.turns.saved).toEqual([]);
    expect(await other.committed('toy', { topic: IN, partition: 0 })).toBeUndefined();
  });

  it('keeps its state when a checkpoint cannot be written or committed, and tries the next one', async () => {
    let failures = 4;
    const log = await openLog({
      append: (records) => {
        if (records[0]!.topic === KEPT && failures-- > 2) throw new Error('no room');
      },
      commit: () => {
        if (failures-- > 0) throw new Error('no coordinator');
      },
    });
    await log.append(inputs(0, 30));
    const stop = new AbortController();
    const outages: string[] = [];
    let nowMs = 0;
    let made = 0;
    const { turns, running } = await keeping(log, stop.signal, {
      batchMax: 1,
      saveMs: 1,
      nowMs: () => nowMs++,
      onOutage: ({ doing, error }) => outages.push(`${doing} ${error.message}`),
      onDropped: () => {
        made += 1;
      },
      onProgress: ({ positions }) => positions[0]?.offset === 30 && stop.abort(),
    });
    await running;
    expect(outages.length).toBeGreaterThan(2);
    expect(made).toBe(1);
    expect(await contents(log, OUT)).toEqual(sums(30));
    expect(turns.saved.length).toBeGreaterThan(4);
    expect(await log.committed('toy', { topic: IN, partition: 0 })).toBe(30);
  });
});
