/**
 * Every promise of pipeline/log/port.ts as tests, run over each implementation. A log that passes can stand under
 * Vigie; a promise that is not tested here must not be relied on.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LogClosedError, OffsetGoneError, UnknownTopicError } from '../../pipeline/log/port.ts';
import { groupContract } from './contract-group.ts';
import { bytes, Given, type OpenedLog, pause, readCount, SETTLE_MS, text } from './contract-support.ts';

export type { OpenedLog } from './contract-support.ts';

export function logContract(name: string, open: () => Promise<OpenedLog>): void {
  describe(`log contract: ${name}`, () => {
    const given = new Given();
    beforeAll(async () => {
      given.opened = await open();
    });
    afterAll(async () => {
      await given.opened?.cleanup();
    });
    recordContract(given);
    groupContract(given);
  });
}

function recordContract(given: Given): void {
  test('a topic has the partitions it was made with; making it again changes nothing', async () => {
    const topic = await given.newTopic(3);
    expect(await given.log.partitionCount(topic)).toBe(3);
    await given.log.createTopics([{ topic, partitions: 3 }]);
    expect(await given.log.partitionCount(topic)).toBe(3);
    expect(await given.log.partitionCount('contract-never-made')).toBeUndefined();
  });

  test('another partition count for an existing topic is refused', async () => {
    const topic = await given.newTopic(2);
    await expect(given.log.createTopics([{ topic, partitions: 5 }])).rejects.toThrow(/2 partitions, 5/);
    expect(await given.log.partitionCount(topic)).toBe(2);
  });

  test('an unknown topic is named, by every operation', async () => {
    const at = { topic: 'contract-unknown', partition: 0 };
    await expect(given.log.append([{ ...at, value: bytes('x') }])).rejects.toThrow(UnknownTopicError);
    await expect(given.log.firstOffset(at)).rejects.toThrow(UnknownTopicError);
    await expect(given.log.endOffset(at)).rejects.toThrow(UnknownTopicError);
    await expect(given.log.offsetAt(at, 0)).rejects.toThrow(UnknownTopicError);
    await expect(given.log.reader([{ ...at, offset: 0 }])).rejects.toThrow(UnknownTopicError);
    await expect(given.log.consumer({ group: 'g-unknown', topics: [at.topic] })).rejects.toThrow(
      UnknownTopicError,
    );
  });

  test('a partition out of range is refused and nothing of the call is appended', async () => {
    const topic = await given.newTopic(2);
    const call = given.log.append([
      { topic, partition: 0, value: bytes('a') },
      { topic, partition: 2, value: bytes('b') },
    ]);
    await expect(call).rejects.toThrow(RangeError);
    expect(await given.log.endOffset({ topic, partition: 0 })).toBe(0);
  });

  test('records come back whole and in order: key, value, headers', async () => {
    const topic = await given.newTopic();
    const sent = [
      { key: 'quai-é/日本-🚆', value: bytes('hello'), headers: { codec: 'frame/1', 'x-ü': 'ÿ日' } },
      { value: new Uint8Array(0), headers: {} },
      { key: '', value: Uint8Array.from({ length: 256 }, (_, i) => i), headers: { empty: '' } },
    ];
    const offsets = await given.log.append(sent.map((record) => ({ topic, partition: 0, ...record })));
    expect(offsets).toEqual([0, 1, 2]);
    const reader = await given.log.reader([{ topic, partition: 0, offset: 0 }]);
    const got = await readCount(reader, 3);
    expect(got.map(({ key, value, headers }) => ({ key, value: [...value], headers }))).toEqual(
      sent.map(({ value, ...rest }) => ({ key: undefined, ...rest, value: [...value] })),
    );
    expect(got.map((record) => record.offset)).toEqual([0, 1, 2]);
    await reader.close();
  });

  test('a value of 900 KB survives, several of them in one call too', async () => {
    const topic = await given.newTopic();
    const large = [1, 2, 3].map((seed) => Uint8Array.from({ length: 900_000 }, (_, i) => (i * seed) >>> 3));
    await given.log.append(large.map((value) => ({ topic, partition: 0, value })));
    const reader = await given.log.reader([{ topic, partition: 0, offset: 0 }]);
    const got = await readCount(reader, 3);
    for (const [i, record] of got.entries()) expect(Buffer.compare(record.value, large[i]!)).toBe(0);
    await reader.close();
  });

  test('a value no broker would take is refused with a code, and the log goes on', async () => {
    const topic = await given.newTopic();
    const call = given.log.append([{ topic, partition: 0, value: new Uint8Array(1_100_000) }]);
    await expect(call).rejects.toMatchObject({ code: 'record_too_large', transient: false });
    expect(await given.fill(topic, 0, ['after'])).toEqual([0]);
  });

  test('the caller may reuse its buffer once append resolved', async () => {
    const topic = await given.newTopic();
    const buffer = Buffer.from('first');
    await given.log.append([{ topic, partition: 0, value: buffer }]);
    buffer.fill(0);
    const reader = await given.log.reader([{ topic, partition: 0, offset: 0 }]);
    expect(text((await readCount(reader, 1))[0]!)).toBe('first');
    await reader.close();
  });

  test('concurrent appends keep each call in order, and every offset is given once', async () => {
    const topic = await given.newTopic(2);
    const calls = Array.from({ length: 20 }, (_, call) =>
      given.log.append(
        Array.from({ length: 10 }, (_, i) => ({ topic, partition: i % 2, value: bytes(`${call}.${i}`) })),
      ),
    );
    const offsets = (await Promise.all(calls)).map((given) => [...given]);
    for (const partition of [0, 1]) {
      const ofPartition = offsets.flatMap((given) => given.filter((_, i) => i % 2 === partition));
      expect([...ofPartition].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    }
    const reader = await given.log.reader([0, 1].map((partition) => ({ topic, partition, offset: 0 })));
    const got = await readCount(reader, 200);
    for (const [call, given] of offsets.entries()) {
      const records = got.filter((record) => text(record).startsWith(`${call}.`));
      for (const partition of [0, 1]) {
        const mine = records.filter((record) => record.partition === partition);
        expect(mine.map(text)).toEqual([0, 2, 4, 6, 8].map((i) => `${call}.${i + partition}`));
        expect(mine.map((record) => record.offset)).toEqual(given.filter((_, i) => i % 2 === partition));
      }
    }
    await reader.close();
  });

  test('first and end offsets frame what is held', async () => {
    const topic = await given.newTopic(2);
    const at = { topic, partition: 1 };
    expect([await given.log.firstOffset(at), await given.log.endOffset(at)]).toEqual([0, 0]);
    await given.fill(topic, 1, ['a', 'b', 'c']);
    expect([await given.log.firstOffset(at), await given.log.endOffset(at)]).toEqual([0, 3]);
    expect(await given.log.endOffset({ topic, partition: 0 })).toBe(0);
  });

  test('timestamps are append times, never fall, and offsetAt finds by them', async () => {
    const topic = await given.newTopic();
    const at = { topic, partition: 0 };
    for (let i = 0; i < 4; i++) {
      await given.fill(topic, 0, [`${i}`]);
      await pause(3);
    }
    const reader = await given.log.reader([{ ...at, offset: 0 }]);
    const times = (await readCount(reader, 4)).map((record) => record.timestampMs);
    await reader.close();
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    for (const time of times) expect(await given.log.offsetAt(at, time)).toBe(times.indexOf(time));
    expect(await given.log.offsetAt(at, 0)).toBe(0);
    expect(await given.log.offsetAt(at, times[3]! + 1)).toBe(4);
  });

  test('a reader starts where it was told and gives at most what was asked for', async () => {
    const topic = await given.newTopic();
    await given.fill(topic, 0, ['0', '1', '2', '3', '4', '5']);
    const reader = await given.log.reader([{ topic, partition: 0, offset: 2 }]);
    const first = await reader.read(3, SETTLE_MS);
    expect(first.length).toBeLessThanOrEqual(3);
    const rest = await readCount(reader, 4 - first.length);
    expect([...first, ...rest].map(text)).toEqual(['2', '3', '4', '5']);
    expect(await reader.read(10, 20)).toEqual([]);
    await reader.close();
  });

  test('a waiting reader gets what is appended meanwhile, also through another way in', async () => {
    const topic = await given.newTopic(2);
    const reader = await given.other.reader([0, 1].map((partition) => ({ topic, partition, offset: 0 })));
    const waiting = reader.read(10, SETTLE_MS);
    await pause(20);
    await given.fill(topic, 1, ['late']);
    expect((await waiting).map(text)).toEqual(['late']);
    await reader.close();
  });

  test('many partitions: one reader sees all of them, a busy one does not hide the others', async () => {
    const topic = await given.newTopic(32);
    await given.fill(topic, 0, Array(500).fill('busy'));
    await given.log.append(
      Array.from({ length: 31 }, (_, i) => ({ topic, partition: i + 1, value: bytes(`p${i + 1}`) })),
    );
    const reader = await given.log.reader(
      Array.from({ length: 32 }, (_, partition) => ({ topic, partition, offset: 0 })),
    );
    const got = await readCount(reader, 531, 64);
    for (let partition = 1; partition < 32; partition++) {
      expect(got.filter((record) => record.partition === partition).map(text)).toEqual([`p${partition}`]);
    }
    await reader.close();
  });

  test('close ends a read that waits; a closed reader says so', async () => {
    const topic = await given.newTopic();
    const reader = await given.log.reader([{ topic, partition: 0, offset: 0 }]);
    const waiting = reader.read(1, 600_000);
    await pause(20);
    await reader.close();
    expect(await waiting).toEqual([]);
    await expect(reader.read(1, 0)).rejects.toThrow(LogClosedError);
    await reader.close();
  });

  test('retention removes the oldest only; reading before it fails and names the first offset', async () => {
    const topic = await given.newTopic(2);
    const at = { topic, partition: 0 };
    await given.fill(topic, 0, ['0', '1', '2', '3', '4']);
    const early = await given.log.reader([{ ...at, offset: 0 }]);
    await given.dropBefore(at, 3);
    expect([await given.log.firstOffset(at), await given.log.endOffset(at)]).toEqual([3, 5]);
    await expect(early.read(10, SETTLE_MS)).rejects.toMatchObject({ asked: 0, first: 3, at });
    await expect(early.read(10, SETTLE_MS)).rejects.toThrow(OffsetGoneError);
    await early.close();
    const reader = await given.log.reader([{ ...at, offset: 3 }]);
    expect((await readCount(reader, 2)).map(text)).toEqual(['3', '4']);
    await reader.close();
    expect(await given.log.offsetAt(at, 0)).toBe(3);
  });

  test('an emptied partition goes on counting', async () => {
    const topic = await given.newTopic();
    const at = { topic, partition: 0 };
    await given.fill(topic, 0, ['0', '1']);
    await given.dropBefore(at, 2);
    expect([await given.log.firstOffset(at), await given.log.endOffset(at)]).toEqual([2, 2]);
    expect(await given.fill(topic, 0, ['2'])).toEqual([2]);
  });
}
