/** Every promise of the port that concerns consumer groups. */
import { expect, test } from 'vitest';
import {
  type Consumer,
  type Log,
  LogClosedError,
  type LogRecord,
  OffsetGoneError,
  StaleGenerationError,
  type TopicPartition,
  UnknownTopicError,
} from '../../pipeline/log/port.ts';
import { bytes, type Given, pause, readCount, SETTLE_MS, text } from './contract-support.ts';

export function groupContract(given: Given): void {
  test('a group starts at the oldest record and resumes where it committed', async () => {
    const topic = await given.newTopic(2);
    await given.fill(topic, 0, ['0', '1', '2', '3']);
    const group = `resume-${topic}`;
    const at = { topic, partition: 0 };
    expect(await given.log.committed(group, at)).toBeUndefined();
    const told: string[] = [];
    const first = await given.log.consumer({
      group,
      topics: [topic],
      onAssigned: (owned) => void told.push(`+${places(owned)}`),
      onRevoked: (lost) => void told.push(`-${places(lost)}`),
    });
    expect((await readCount(first, 4)).map(text)).toEqual(['0', '1', '2', '3']);
    expect(told).toEqual(['+0,1']);
    expect(places(first.assigned())).toBe('0,1');
    await first.commit([{ ...at, offset: 2 }]);
    expect(await given.log.committed(group, at)).toBe(2);
    await first.close();
    expect(told).toEqual(['+0,1', '-0,1']);
    await expect(first.read(1, 0)).rejects.toThrow(LogClosedError);

    const second = await given.log.consumer({ group, topics: [topic] });
    expect((await readCount(second, 2)).map(text)).toEqual(['2', '3']);
    await second.close();
  });

  test('groups do not see each other', async () => {
    const topic = await given.newTopic();
    await given.fill(topic, 0, ['a', 'b']);
    const one = await given.log.consumer({ group: `one-${topic}`, topics: [topic] });
    await readCount(one, 2);
    await one.commit([{ topic, partition: 0, offset: 2 }]);
    const two = await given.log.consumer({ group: `two-${topic}`, topics: [topic] });
    expect((await readCount(two, 2)).map(text)).toEqual(['a', 'b']);
    await one.close();
    await two.close();
  });

  test('two members share the partitions, hand them over and lose nothing', async () => {
    const topics = [await given.newTopic(4), await given.newTopic(4)];
    const group = `share-${topics[0]}`;
    const here = await member(given.log, group, topics);
    await readUntil([here], () => here.owned.size === 8);
    const there = await member(given.other, group, topics);
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
    await given.log.append(sent);
    await readUntil([here, there], () => here.got.length + there.got.length >= 80);
    const all = [...here.got, ...there.got].map(text).sort();
    expect(all).toEqual(sent.map((record) => Buffer.from(record.value).toString()).sort());
    for (const m of [here, there]) await m.commitAll();

    await there.consumer.close();
    await readUntil([here], () => here.owned.size === 8);
    await given.fill(topics[0]!, 0, ['last']);
    await readUntil([here], () => here.got.map(text).includes('last'));
    // What the other had committed was not delivered again.
    expect(here.got.length + there.got.length).toBe(81);
    await here.consumer.close();
  });

  test('a commit for a partition that went to another member is refused', async () => {
    const topic = await given.newTopic(2);
    const group = `fence-${topic}`;
    await given.log.append([0, 1].map((partition) => ({ topic, partition, value: bytes('x') })));
    const here = await member(given.log, group, [topic]);
    await readUntil([here], () => here.got.length === 2);
    const there = await member(given.other, group, [topic]);
    await readUntil([here, there], () => here.owned.size === 1 && there.owned.size === 1);
    const lost = [...there.owned][0]!;
    const at = { topic, partition: Number(lost.split('/')[1]) };
    await expect(here.consumer.commit([{ ...at, offset: 1 }])).rejects.toThrow(StaleGenerationError);
    expect(await given.log.committed(group, at)).toBeUndefined();
    await there.consumer.commit([{ ...at, offset: 1 }]);
    expect(await given.log.committed(group, at)).toBe(1);
    await here.consumer.close();
    await expect(here.consumer.commit([{ topic, partition: 1 - at.partition, offset: 1 }])).rejects.toThrow(
      StaleGenerationError,
    );
    await there.consumer.close();
  });

  test('a commit goes by the number: other topics too, all of it or nothing', async () => {
    const topic = await given.newTopic(2);
    const beside = await given.newTopic(2);
    const group = `beside-${topic}`;
    await given.fill(topic, 0, Array(3).fill('x'));
    await given.fill(topic, 1, Array(4).fill('x'));
    const committed = () =>
      Promise.all(
        [topic, beside].flatMap((of) =>
          [0, 1].map((partition) => given.log.committed(group, { topic: of, partition })),
        ),
      );
    const here = await member(given.log, group, [topic]);
    await readUntil([here], () => here.owned.size === 2);
    await here.consumer.commit([
      { topic, partition: 0, offset: 3 },
      { topic, partition: 1, offset: 4 },
      { topic: beside, partition: 0, offset: 5 },
      { topic: beside, partition: 1, offset: 6 },
    ]);
    expect(await committed()).toEqual([3, 4, 5, 6]);

    const there = await member(given.other, group, [topic]);
    await readUntil([here, there], () => here.owned.size === 1 && there.owned.size === 1);
    const [kept, lost] = here.owned.has(`${topic}/0`) ? [0, 1] : [1, 0];
    for (const at of [topic, beside]) {
      const call = here.consumer.commit([
        { topic: beside, partition: kept!, offset: 9 },
        { topic: at, partition: lost!, offset: 9 },
      ]);
      await expect(call).rejects.toThrow(StaleGenerationError);
    }
    const unknown = here.consumer.commit([
      { topic: beside, partition: kept!, offset: 9 },
      { topic: 'contract-unknown', partition: kept!, offset: 9 },
    ]);
    await expect(unknown).rejects.toThrow(UnknownTopicError);
    const outside = here.consumer.commit([
      { topic: beside, partition: kept!, offset: 9 },
      { topic: beside, partition: 2, offset: 9 },
    ]);
    await expect(outside).rejects.toThrow(RangeError);
    expect(await committed()).toEqual([3, 4, 5, 6]);
    await there.consumer.commit([{ topic: beside, partition: lost!, offset: 7 }]);
    expect((await committed())[2 + lost!]).toBe(7);
    await Promise.all([here.consumer.close(), there.consumer.close()]);
  });

  test('what is handed back may be committed while it is told, on a hand-over and on close', async () => {
    const topic = await given.newTopic(2);
    const group = `last-${topic}`;
    for (const partition of [0, 1]) await given.fill(topic, partition, ['0', '1', '2']);
    const handed: number[] = [];
    const here = await given.log.consumer({
      group,
      topics: [topic],
      onRevoked: async (lost) => {
        for (const { partition } of lost) {
          handed.push(partition);
          await here.commit([{ topic, partition, offset: 2 }]);
        }
      },
    });
    expect(await readCount(here, 6)).toHaveLength(6);
    const there = await member(given.other, group, [topic]);
    while (there.got.length === 0) {
      await here.read(10, 50);
      there.got.push(...(await there.consumer.read(10, 50)));
    }
    expect(there.got.map(text)).toEqual(['2']);
    await here.close();
    await readUntil([there], () => there.got.length === 2);
    expect(there.got.map(text)).toEqual(['2', '2']);
    expect([...handed].sort()).toEqual([0, 1]);
    await there.consumer.close();
  });

  test('nothing is delivered before onAssigned has finished', async () => {
    const topic = await given.newTopic(1);
    await given.fill(topic, 0, ['a']);
    let prepared = false;
    const consumer = await given.log.consumer({
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
    const topic = await given.newTopic(2);
    const consumer = await given.log.consumer({ group: `pause-${topic}`, topics: [topic] });
    await given.log.append([0, 1].map((partition) => ({ topic, partition, value: bytes('a') })));
    await readCount(consumer, 2);
    consumer.pause([{ topic, partition: 0 }]);
    await given.fill(topic, 0, ['b', 'c']);
    await given.fill(topic, 1, ['d']);
    expect((await readCount(consumer, 1)).map(text)).toEqual(['d']);
    expect(await consumer.read(10, 200)).toEqual([]);
    consumer.resume([{ topic, partition: 0 }]);
    expect((await readCount(consumer, 2)).map(text)).toEqual(['b', 'c']);
    await consumer.close();
  });

  test('a member whose place is gone is told, and goes on from where it commits', async () => {
    const topic = await given.newTopic();
    const at = { topic, partition: 0 };
    const group = `gone-${topic}`;
    await given.fill(topic, 0, ['0', '1', '2', '3']);
    const before = await given.log.consumer({ group, topics: [topic] });
    await readCount(before, 1, 1);
    await before.commit([{ ...at, offset: 1 }]);
    await before.close();
    await given.dropBefore(at, 3);
    const consumer = await given.log.consumer({ group, topics: [topic] });
    await expect(readCount(consumer, 1)).rejects.toMatchObject({ asked: 1, first: 3 });
    await expect(readCount(consumer, 1)).rejects.toThrow(OffsetGoneError);
    await consumer.commit([{ ...at, offset: 3 }]);
    expect((await readCount(consumer, 1)).map(text)).toEqual(['3']);
    await consumer.close();
  });

  test('close ends a member that waits', async () => {
    const topic = await given.newTopic();
    const consumer = await given.log.consumer({ group: `close-${topic}`, topics: [topic] });
    await consumer.read(1, 50);
    const waiting = consumer.read(1, 600_000);
    await pause(20);
    await consumer.close();
    expect(await waiting).toEqual([]);
    await consumer.close();
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

function places(at: readonly TopicPartition[]): string {
  return at
    .map(({ partition }) => partition)
    .sort((a, b) => a - b)
    .join(',');
}
