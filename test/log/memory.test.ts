import { describe, expect, test } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { StaleGenerationError } from '../../pipeline/log/port.ts';
import { logContract } from './contract.ts';

logContract('memory', async () => {
  const log = openMemoryLog();
  return {
    log,
    other: log,
    dropBefore: async (at, offset) => void (await log.dropBefore(at, offset)),
    cleanup: () => log.close(),
  };
});

describe('memory log', () => {
  test('retention by age: exactly the records older than the topic keeps', async () => {
    let nowMs = 1_000_000;
    const log = openMemoryLog({ now: () => nowMs });
    await log.createTopics([
      { topic: 'short', partitions: 1, retentionMs: 1000 },
      { topic: 'long', partitions: 1 },
    ]);
    for (let i = 0; i < 5; i++) {
      await log.append(['short', 'long'].map((topic) => ({ topic, partition: 0, value: new Uint8Array(1) })));
      nowMs += 400;
    }
    // Appended at 0, 400, 800, 1200, 1600; now 2000: those of 0, 400 and 800 are older than 1000.
    expect(await log.sweep()).toBe(3);
    expect(await log.firstOffset({ topic: 'short', partition: 0 })).toBe(3);
    expect(await log.firstOffset({ topic: 'long', partition: 0 })).toBe(0);
    expect(await log.sweep()).toBe(0);
  });

  test('a clock that falls back does not take timestamps with it', async () => {
    let nowMs = 5000;
    const log = openMemoryLog({ now: () => nowMs });
    await log.createTopics([{ topic: 't', partitions: 1 }]);
    await log.append([{ topic: 't', partition: 0, value: new Uint8Array(1) }]);
    nowMs = 3000;
    await log.append([{ topic: 't', partition: 0, value: new Uint8Array(1) }]);
    const reader = await log.reader([{ topic: 't', partition: 0, offset: 0 }]);
    expect((await reader.read(10, 0)).map((record) => record.timestampMs)).toEqual([5000, 5000]);
  });

  test('a silent member loses its partitions when its lease ends, and cannot commit afterwards', async () => {
    let nowMs = 0;
    const log = openMemoryLog({ now: () => nowMs, leaseMs: 1000 });
    await log.createTopics([{ topic: 't', partitions: 2 }]);
    const silent = await log.consumer({ group: 'g', topics: ['t'] });
    await silent.read(1, 0);
    nowMs = 900;
    await silent.read(1, 0);
    nowMs = 1800;
    const other = await log.consumer({ group: 'g', topics: ['t'] });
    await other.read(1, 0);
    expect(other.assigned()).toHaveLength(0);
    nowMs = 2700;
    await other.read(1, 0);
    expect(other.assigned()).toHaveLength(2);
    await expect(silent.commit([{ topic: 't', partition: 0, offset: 0 }])).rejects.toThrow(
      StaleGenerationError,
    );
    await silent.read(1, 0);
    await other.read(1, 0);
    await silent.read(1, 0);
    expect([silent.assigned().length, other.assigned().length]).toEqual([1, 1]);
  });

  test('a lone member that was silent for longer than its lease goes on where it was', async () => {
    let nowMs = 0;
    const log = openMemoryLog({ now: () => nowMs, leaseMs: 1000 });
    await log.createTopics([{ topic: 't', partitions: 2 }]);
    const told: string[] = [];
    const alone = await log.consumer({
      group: 'g',
      topics: ['t'],
      onAssigned: (owned) => void told.push(`has ${owned.length}`),
      onRevoked: (lost) => void told.push(`lost ${lost.length}`),
    });
    await alone.read(1, 0);
    nowMs = 5000;
    await alone.read(1, 0);
    expect(told).toEqual(['has 2', 'lost 2', 'has 2']);
    await alone.commit([{ topic: 't', partition: 0, offset: 0 }]);
  });

  test('a fault in append leaves no trace of the call', async () => {
    const log = openMemoryLog({
      faults: {
        append: () => {
          throw new Error('cut');
        },
      },
    });
    await log.createTopics([{ topic: 't', partitions: 1 }]);
    await expect(log.append([{ topic: 't', partition: 0, value: new Uint8Array(1) }])).rejects.toThrow('cut');
    expect(await log.endOffset({ topic: 't', partition: 0 })).toBe(0);
  });
});
