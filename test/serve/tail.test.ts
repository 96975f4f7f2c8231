/** A topic read as it grows: nothing missed through outages, and never said to be current when it is not. */
import { expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import type { LogRecord, Reader } from '../../pipeline/log/port.ts';
import { tail } from '../../pipeline/serve/tail.ts';

const TOPIC = 'rail.events';
const PARTITIONS = 3;
async function begin(from: 'first' | 'end', readFails = () => false) {
  const log = openMemoryLog();
  await log.createTopics([{ topic: TOPIC, partitions: PARTITIONS }]);
  const over = new AbortController();
  const records: LogRecord[] = [];
  const current: { atMs: number; read: number }[] = [];
  const outages: string[] = [];
  let nowMs = 1_000;
  const flaky = {
    ...log,
    partitionCount: (topic: string) => log.partitionCount(topic),
    firstOffset: (at: Parameters<typeof log.firstOffset>[0]) => log.firstOffset(at),
    endOffset: (at: Parameters<typeof log.endOffset>[0]) => log.endOffset(at),
    async reader(positions: Parameters<typeof log.reader>[0]): Promise<Reader> {
      const reader = await log.reader(positions);
      return {
        async read(max, waitMs) {
          if (readFails()) throw new Error('the log is away');
          return reader.read(Math.min(max, 5), Math.min(waitMs, 5));
        },
        close: () => reader.close(),
      };
    },
  };
  const append = (count: number) =>
    log.append(
      Array.from({ length: count }, (_, n) => ({
        topic: TOPIC,
        partition: n % PARTITIONS,
        value: Uint8Array.of(n),
      })),
    );
  const follow = () =>
    tail({
      log: flaky as unknown as typeof log,
      topic: TOPIC,
      from,
      now: () => nowMs,
      patience: {
        signal: over.signal,
        retryMs: 1,
        retryMsMax: 5,
        onOutage: ({ error }) => outages.push(error.message),
      },
      onRecord: (record) => records.push(record),
      onCurrent: (atMs) => current.push({ atMs, read: records.length }),
    });
  return {
    ...{ log, records, current, outages, append, follow },
    pass: (ms: number) => {
      nowMs += ms;
    },
    async end(running: Promise<void>) {
      over.abort();
      await running;
      await log.close();
    },
  };
}

it('reads everything from the first, and is current only then', async () => {
  const at = await begin('first');
  await at.append(40);
  const running = at.follow();
  await expect.poll(() => at.current.length).toBe(1);
  expect(at.current).toEqual([{ atMs: 1_000, read: 40 }]);
  await at.append(7);
  await expect.poll(() => at.records.length).toBe(47);
  at.pass(1_000);
  await expect.poll(() => at.current.length).toBe(2);
  expect(at.current[1]).toEqual({ atMs: 2_000, read: 47 });
  const places = at.records.map(({ partition, offset }) => `${partition}/${offset}`);
  expect(new Set(places).size).toBe(47);
  await at.end(running);
});

it('begins at the end where it was told to', async () => {
  const at = await begin('end');
  await at.append(6);
  const running = at.follow();
  await expect.poll(() => at.current.length).toBe(1);
  await at.append(1);
  await expect.poll(() => at.records.length).toBe(1);
  await at.end(running);
});

it('goes on where it stopped after an outage, and is not current during one', async () => {
  let away = false;
  const at = await begin('first', () => away);
  const running = at.follow();
  await expect.poll(() => at.current.length).toBe(1);
  away = true;
  await expect.poll(() => at.outages.length).toBeGreaterThan(0);
  await at.append(9);
  at.pass(5_000);
  const before = at.outages.length;
  await expect.poll(() => at.outages.length).toBeGreaterThan(before + 2);
  expect(at.current.length).toBe(1);
  expect(at.records.length).toBe(0);
  away = false;
  await expect.poll(() => at.records.length).toBe(9);
  await expect.poll(() => at.current.length).toBe(2);
  expect(at.current[1]).toEqual({ atMs: 6_000, read: 9 });
  // Once more: it goes on after the last record, neither before nor behind it.
  away = true;
  const first = at.outages.length;
  await expect.poll(() => at.outages.length).toBeGreaterThan(first);
  await at.append(6);
  away = false;
  await expect.poll(() => at.records.length).toBe(15);
  expect(new Set(at.records.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(15);
  await at.end(running);
});

it('passes over what retention took meanwhile', async () => {
  let began = false;
  const at = await begin('first', () => {
    if (began) return false;
    began = true;
    void at.log.dropBefore({ topic: TOPIC, partition: 0 }, 4);
    return true;
  });
  await at.append(30);
  const running = at.follow();
  await expect.poll(() => at.records.length).toBe(26);
  expect(at.records.filter(({ partition }) => partition === 0)[0]?.offset).toBe(4);
  await at.end(running);
});
