/**
 * Every promise of pipeline/log/port.ts as tests, run over each implementation. A log that passes can stand under
 * Vigie; a promise that is not tested here must not be relied on.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Consumer,
  type Log,
  LogClosedError,
  type LogRecord,
  OffsetGoneError,
  type Reader,
  StaleGenerationError,
  type TopicPartition,
  UnknownTopicError,
} from '../../pipeline/log/port.ts';

export interface OpenedLog {
  readonly log: Log;
  /** A second way into the same data, as another process would have it. May be the same object. */
  readonly other: Log;
  /** Makes retention remove everything before `offset` of this partition, by whatever means the log has. */
  dropBefore(at: TopicPartition, offset: number): Promise<void>;
  cleanup(): Promise<void>;
}

/** The group's hand-over takes a session on Kafka, a moment elsewhere: wait for what must come, not for a time. */
const SETTLE_MS = 30_000;

export function logContract(name: string, open: () => Promise<OpenedLog>): void {
  describe(`log contract: ${name}`, () => {
    let opened: OpenedLog;
    let log: Log;
    let topicsMade = 0;

    beforeAll(async () => {
      opened = await open();
      log = opened.log;
    });
    afterAll(async () => {
      await opened?.cleanup();
    });

    async function newTopic(partitions = 1, retentionMs?: number): Promise<string> {
      const topic = `contract-${++topicsMade}`;
      await log.createTopics([{ topic, partitions, ...(retentionMs === undefined ? {} : { retentionMs }) }]);
      return topic;
    }

    async function fill(topic: string, partition: number, texts: readonly string[]) {
      return log.append(texts.map((text) => ({ topic, partition, value: bytes(text) })));
    }

    test('a topic has the partitions it was made with; making it again changes nothing', async () => {
      const topic = await newTopic(3);
      expect(await log.partitionCount(topic)).toBe(3);
      await log.createTopics([{ topic, partitions: 3 }]);
      expect(await log.partitionCount(topic)).toBe(3);
      expect(await log.partitionCount('contract-never-made')).toBeUndefined();
    });

    test('another partition count for an existing topic is refused', async () => {
      const topic = await newTopic(2);
      await expect(log.createTopics([{ topic, partitions: 5 }])).rejects.toThrow(/2 partitions, 5/);
      expect(await log.partitionCount(topic)).toBe(2);
    });

    test('an unknown topic is named, by every operation', async () => {
      const at = { topic: 'contract-unknown', partition: 0 };
      await expect(log.append([{ ...at, value: bytes('x') }])).rejects.toThrow(UnknownTopicError);
      await expect(log.firstOffset(at)).rejects.toThrow(UnknownTopicError);
      await expect(log.endOffset(at)).rejects.toThrow(UnknownTopicError);
      await expect(log.offsetAt(at, 0)).rejects.toThrow(UnknownTopicError);
      await expect(log.reader([{ ...at, offset: 0 }])).rejects.toThrow(UnknownTopicError);
      await expect(log.consumer({ group: 'g-unknown', topics: [at.topic] })).rejects.toThrow(
        UnknownTopicError,
      );
    });

    test('a partition out of range is refused and nothing of the call is appended', async () => {
      const topic = await newTopic(2);
      const call = log.append([
        { topic, partition: 0, value: bytes('a') },
        { topic, partition: 2, value: bytes('b') },
      ]);
      await expect(call).rejects.toThrow(RangeError);
      expect(await log.endOffset({ topic, partition: 0 })).toBe(0);
    });

    test('records come back whole and in order: key, value, headers', async () => {
      const topic = await newTopic();
      const sent = [
        { key: 'quai-é/日本-🚆', value: bytes('hello'), headers: { codec: 'frame/1', 'x-ü': 'ÿ日' } },
        { value: new Uint8Array(0), headers: {} },
        { key: '', value: Uint8Array.from({ length: 256 }, (_, i) => i), headers: { empty: '' } },
      ];
      const offsets = await log.append(sent.map((record) => ({ topic, partition: 0, ...record })));
      expect(offsets).toEqual([0, 1, 2]);
      const reader = await log.reader([{ topic, partition: 0, offset: 0 }]);
      const got = await readCount(reader, 3);
      expect(got.map(({ key, value, headers }) => ({ key, value: [...value], headers }))).toEqual(
        sent.map(({ value, ...rest }) => ({ key: undefined, ...rest, value: [...value] })),
      );
      expect(got.map((record) => record.offset)).toEqual([0, 1, 2]);
      await reader.close();
    });

    test('a value of 900 KB survives, several of them in one call too', async () => {
      const topic = await newTopic();
      const large = [1, 2, 3].map((seed) => Uint8Array.from({ length: 900_000 }, (_, i) => (i * seed) >>> 3));
      await log.append(large.map((value) => ({ topic, partition: 0, value })));
      const reader = await log.reader([{ topic, partition: 0, offset: 0 }]);
      const got = await readCount(reader, 3);
      for (const [i, record] of got.entries()) expect(Buffer.compare(record.value, large[i]!)).toBe(0);
      await reader.close();
    });

    test('a value no broker would take is refused with a code, and the log goes on', async () => {
      const topic = await newTopic();
      const call = log.append([{ topic, partition: 0, value: new Uint8Array(1_100_000) }]);
      await expect(call).rejects.toMatchObject({ code: 'record_too_large', transient: false });
      expect(await fill(topic, 0, ['after'])).toEqual([0]);
    });

    test('the caller may reuse its buffer once append resolved', async () => {
      const topic = await newTopic();
      const buffer = Buffer.from('first');
      await log.append([{ topic, partition: 0, value: buffer }]);
      buffer.fill(0);
      const reader = await log.reader([{ topic, partition: 0, offset: 0 }]);
      expect(text((await readCount(reader, 1))[0]!)).toBe('first');
      await reader.close();
    });

    test('concurrent appends keep each call in order, and every offset is given once', async () => {
      const topic = await newTopic(2);
      const calls = Array.from({ length: 20 }, (_, call) =>
        log.append(
          Array.from({ length: 10 }, (_, i) => ({ topic, partition: i % 2, value: bytes(`${call}.${i}`) })),
        ),
      );
      const offsets = (await Promise.all(calls)).map((given) => [...given]);
      for (const partition of [0, 1]) {
        const ofPartition = offsets.flatMap((given) => given.filter((_, i) => i % 2 === partition));
        expect([...ofPartition].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      }
      const reader = await log.reader([0, 1].map((partition) => ({ topic, partition, offset: 0 })));
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
      const topic = await newTopic(2);
      const at = { topic, partition: 1 };
      expect([await log.firstOffset(at), await log.endOffset(at)]).toEqual([0, 0]);
      await fill(topic, 1, ['a', 'b', 'c']);
      expect([await log.firstOffset(at), await log.endOffset(at)]).toEqual([0, 3]);
      expect(await log.endOffset({ topic, partition: 0 })).toBe(0);
    });

    test('timestamps are append times, never fall, and offsetAt finds by them', async () => {
      const topic = await newTopic();
      const at = { topic, partition: 0 };
      for (let i = 0; i < 4; i++) {
        await fill(topic, 0, [`${i}`]);
        await pause(3);
      }
      const reader = await log.reader([{ ...at, offset: 0 }]);
      const times = (await readCount(reader, 4)).map((record) => record.timestampMs);
      await reader.close();
      expect([...times].sort((a, b) => a - b)).toEqual(times);
      for (const time of times) expect(await log.offsetAt(at, time)).toBe(times.indexOf(time));
      expect(await log.offsetAt(at, 0)).toBe(0);
      expect(await log.offsetAt(at, times[3]! + 1)).toBe(4);
    });

    test('a reader starts where it was told and gives at most what was asked for', async () => {
      const topic = await newTopic();
      await fill(topic, 0, ['0', '1', '2', '3', '4', '5']);
      const reader = await log.reader([{ topic, partition: 0, offset: 2 }]);
      const first = await reader.read(3, SETTLE_MS);
      expect(first.length).toBeLessThanOrEqual(3);
      const rest = await readCount(reader, 4 - first.length);
      expect([...first, ...rest].map(text)).toEqual(['2', '3', '4', '5']);
      expect(await reader.read(10, 20)).toEqual([]);
      await reader.close();
    });

    test('a waiting reader gets what is appended meanwhile, also through another way in', async () => {
      const topic = await newTopic(2);
      const reader = await opened.other.reader([0, 1].map((partition) => ({ topic, partition, offset: 0 })));
      const waiting = reader.read(10, SETTLE_MS);
      await pause(20);
      await fill(topic, 1, ['late']);
      expect((await waiting).map(text)).toEqual(['late']);
      await reader.close();
    });

    test('many partitions: one reader sees all of them, a busy one does not hide the others', async () => {
      const topic = await newTopic(32);
      await fill(topic, 0, Array(500).fill('busy'));
      await log.append(
        Array.from({ length: 31 }, (_, i) => ({ topic, partition: i + 1, value: bytes(`p${i + 1}`) })),
      );
      const reader = await log.reader(
        Array.from({ length: 32 }, (_, partition) => ({ topic, partition, offset: 0 })),
      );
      const got = await readCount(reader, 531, 64);
      for (let partition = 1; partition < 32; partition++) {
        expect(got.filter((record) => record.partition === partition).map(text)).toEqual([`p${partition}`]);
      }
      await reader.close();
    });

    test('close ends a read that waits; a closed reader says so', async () => {
      const topic = await newTopic();
      const reader = await log.reader([{ topic, partition: 0, offset: 0 }]);
      const waiting = reader.read(1, 600_000);
      await pause(20);
      await reader.close();
      expect(await waiting).toEqual([]);
      await expect(reader.read(1, 0)).rejects.toThrow(LogClosedError);
      await reader.close();
    });

    test('retention removes the oldest only; reading before it fails and names the first offset', async () => {
      const topic = await newTopic(2);
      const at = { topic, partition: 0 };
      await fill(topic, 0, ['0', '1', '2', '3', '4']);
      const early = await log.reader([{ ...at, offset: 0 }]);
      await opened.dropBefore(at, 3);
      expect([await log.firstOffset(at), await log.endOffset(at)]).toEqual([3, 5]);
      await expect(early.read(10, SETTLE_MS)).rejects.toMatchObject({ asked: 0, first: 3, at });
      await expect(early.read(10, SETTLE_MS)).rejects.toThrow(OffsetGoneError);
      await early.close();
      const reader = await log.reader([{ ...at, offset: 3 }]);
      expect((await readCount(reader, 2)).map(text)).toEqual(['3', '4']);
      await reader.close();
      expect(await log.offsetAt(at, 0)).toBe(3);
    });

    test('an emptied partition goes on counting', async () => {
      const topic = await newTopic();
      const at = { topic, partition: 0 };
      await fill(topic, 0, ['0', '1']);
      await opened.dropBefore(at, 2);
      expect([await log.firstOffset(at), await log.endOffset(at)]).toEqual([2, 2]);
      expect(await fill(topic, 0, ['2'])).toEqual([2]);
    });

    test('a group starts at the oldest record and resumes where it committed', async () => {
      const topic = await newTopic(2);
      await fill(topic, 0, ['0', '1', '2', '3']);
      const group = `resume-${topic}`;
      const at = { topic, partition: 0 };
      expect(await log.committed(group, at)).toBeUndefined();
      const told: string[] = [];
      const first = await log.consumer({
        group,
        topics: [topic],
        onAssigned: (owned) => void told.push(`+${places(owned)}`),
        onRevoked: (lost) => void told.push(`-${places(lost)}`),
      });
      expect((await readCount(first, 4)).map(text)).toEqual(['0', '1', '2', '3']);
      expect(told).toEqual(['+0,1']);
      expect(places(first.assigned())).toBe('0,1');
      await first.commit([{ ...at, offset: 2 }]);
      expect(await log.committed(group, at)).toBe(2);
      await first.close();
      expect(told).toEqual(['+0,1', '-0,1']);
      await expect(first.read(1, 0)).rejects.toThrow(LogClosedError);

      const second = await log.consumer({ group, topics: [topic] });
      expect((await readCount(second, 2)).map(text)).toEqual(['2', '3']);
      await second.close();
    });

    test('groups do not see each other', async () => {
      const topic = await newTopic();
      await fill(topic, 0, ['a', 'b']);
      const one = await log.consumer({ group: `one-${topic}`, topics: [topic] });
      await readCount(one, 2);
      await one.commit([{ topic, partition: 0, offset: 2 }]);
      const two = await log.consumer({ group: `two-${topic}`, topics: [topic] });
      expect((await readCount(two, 2)).map(text)).toEqual(['a', 'b']);
      await one.close();
      await two.close();
    });

    test('two members share the partitions, hand them over and lose nothing', async () => {
      const topics = [await newTopic(4), await newTopic(4)];
      const group = `share-${topics[0]}`;
      const here = await member(log, group, topics);
      await readUntil([here], () => here.owned.size === 8);
      const there = await member(opened.other, group, topics);
      await readUntil([here, there], () => here.owned.size === 4 && there.owned.size === 4);
      // Partition n of every topic has one owner.
      for (const m of [here, there]) {
        const [a, b] = topics.map((topic) => [...m.owned].filter((place) => place.startsWith(`${topic}/`)));
        expect(a!.map((place) => place.split('/')[1]).sort()).toEqual(
          b!.map((place) => place.split('/')[1]).sort(),
        );
      }
      const sent = topics.flatMap((topic) =>
        Array.from({ length: 40 }, (_, i) => ({ topic, partition: i % 4, value: bytes(`${topic}:${i}`) })),
      );
      await log.append(sent);
      await readUntil([here, there], () => here.got.length + there.got.length >= 80);
      const all = [...here.got, ...there.got].map(text).sort();
      expect(all).toEqual(sent.map((record) => Buffer.from(record.value).toString()).sort());
      for (const m of [here, there]) await m.commitAll();

      await there.consumer.close();
      await readUntil([here], () => here.owned.size === 8);
      await fill(topics[0]!, 0, ['last']);
      await readUntil([here], () => here.got.map(text).includes('last'));
      // What the other had committed was not delivered again.
      expect(here.got.length + there.got.length).toBe(81);
      await here.consumer.close();
    });

    test('a commit for a partition that went to another member is refused', async () => {
      const topic = await newTopic(2);
      const group = `fence-${topic}`;
      await log.append([0, 1].map((partition) => ({ topic, partition, value: bytes('x') })));
      const here = await member(log, group, [topic]);
      await readUntil([here], () => here.got.length === 2);
      const there = await member(opened.other, group, [topic]);
      await readUntil([here, there], () => here.owned.size === 1 && there.owned.size === 1);
      const lost = [...there.owned][0]!;
      const at = { topic, partition: Number(lost.split('/')[1]) };
      await expect(here.consumer.commit([{ ...at, offset: 1 }])).rejects.toThrow(StaleGenerationError);
      expect(await log.committed(group, at)).toBeUndefined();
      await there.consumer.commit([{ ...at, offset: 1 }]);
      expect(await log.committed(group, at)).toBe(1);
      await here.consumer.close();
      await expect(here.consumer.commit([{ topic, partition: 1 - at.partition, offset: 1 }])).rejects.toThrow(
        StaleGenerationError,
      );
      await there.consumer.close();
    });

    test('nothing is delivered before onAssigned has finished', async () => {
      const topic = await newTopic(1);
      await fill(topic, 0, ['a']);
      let prepared = false;
      const consumer = await log.consumer({
        group: `prepare-${topic}`,
        topics: [topic],
        onAssigned: async () => {
          await pause(50);
          prepared = true;
        },
      });
      const got = await readCount(consumer, 1);
      expect(prepared).toBe(true);
      expect(got.map(text)).toEqual(['a']);
      await consumer.close();
    });

    test('a paused partition is held back, the others go on, resume loses nothing', async () => {
      const topic = await newTopic(2);
      const consumer = await log.consumer({ group: `pause-${topic}`, topics: [topic] });
      await log.append([0, 1].map((partition) => ({ topic, partition, value: bytes('a') })));
      await readCount(consumer, 2);
      consumer.pause([{ topic, partition: 0 }]);
      await fill(topic, 0, ['b', 'c']);
      await fill(topic, 1, ['d']);
      expect((await readCount(consumer, 1)).map(text)).toEqual(['d']);
      expect(await consumer.read(10, 200)).toEqual([]);
      consumer.resume([{ topic, partition: 0 }]);
      expect((await readCount(consumer, 2)).map(text)).toEqual(['b', 'c']);
      await consumer.close();
    });

    test('a member whose place is gone is told, and goes on from where it commits', async () => {
      const topic = await newTopic();
      const at = { topic, partition: 0 };
      const group = `gone-${topic}`;
      await fill(topic, 0, ['0', '1', '2', '3']);
      const before = await log.consumer({ group, topics: [topic] });
      await readCount(before, 1, 1);
      await before.commit([{ ...at, offset: 1 }]);
      await before.close();
      await opened.dropBefore(at, 3);
      const consumer = await log.consumer({ group, topics: [topic] });
      await expect(readCount(consumer, 1)).rejects.toMatchObject({ asked: 1, first: 3 });
      await expect(readCount(consumer, 1)).rejects.toThrow(OffsetGoneError);
      await consumer.commit([{ ...at, offset: 3 }]);
      expect((await readCount(consumer, 1)).map(text)).toEqual(['3']);
      await consumer.close();
    });

    test('close ends a member that waits', async () => {
      const topic = await newTopic();
      const consumer = await log.consumer({ group: `close-${topic}`, topics: [topic] });
      await consumer.read(1, 50);
      const waiting = consumer.read(1, 600_000);
      await pause(20);
      await consumer.close();
      expect(await waiting).toEqual([]);
      await consumer.close();
    });
  });
}

interface Member {
  readonly consumer: Consumer;
  readonly owned: Set<string>;
  readonly got: LogRecord[];
  commitAll(): Promise<void>;
}

async function member(log: Log, group: string, topics: readonly string[]): Promise<Member> {
  const owned = new Set<string>();
  const got: LogRecord[] = [];
  const consumer = await log.consumer({
    group,
    topics,
    onAssigned: (gained) => {
      for (const at of gained) owned.add(`${at.topic}/${at.partition}`);
    },
    onRevoked: (lost) => {
      for (const at of lost) owned.delete(`${at.topic}/${at.partition}`);
    },
  });
  const commitAll = async () => {
    const ends = new Map<string, LogRecord>();
    for (const record of got) ends.set(`${record.topic}/${record.partition}`, record);
    await consumer.commit(
      [...ends]
        .filter(([place]) => owned.has(place))
        .map(([, { topic, partition, offset }]) => ({ topic, partition, offset: offset + 1 })),
    );
  };
  return { consumer, owned, got, commitAll };
}

/** Lets all members read in turn, as their own loops would, until the condition holds. */
async function readUntil(members: readonly Member[], condition: () => boolean): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  while (!condition()) {
    if (performance.now() > deadline) {
      const state = members.map((m) => `owns ${[...m.owned].join(' ') || 'nothing'}, got ${m.got.length}`);
      throw new Error(`the group did not settle: ${state.join('; ')}`);
    }
    const reads = await Promise.all(members.map((m) => m.consumer.read(100, 50)));
    for (const [i, records] of reads.entries()) members[i]!.got.push(...records);
  }
}

async function readCount(reader: Reader, count: number, max = 1000): Promise<LogRecord[]> {
  const got: LogRecord[] = [];
  const deadline = performance.now() + SETTLE_MS;
  while (got.length < count) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) throw new Error(`${got.length} records came, expected ${count}`);
    got.push(...(await reader.read(max, leftMs)));
  }
  return got;
}

function places(at: readonly TopicPartition[]): string {
  return at
    .map(({ partition }) => partition)
    .sort((a, b) => a - b)
    .join(',');
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(record: LogRecord): string {
  return new TextDecoder().decode(record.value);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
