import { describe, expect, it } from 'vitest';
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { LogFailure } from '../../pipeline/log/port.ts';
import type { NativeReport, Rdkafka } from '../../pipeline/log/rdkafka/client.ts';
import { locate } from '../../pipeline/log/rdkafka/locate.ts';
import { type Find, RdkafkaProducer } from '../../pipeline/log/rdkafka/producer.ts';

const TOPIC = 'kept';
/** What librdkafka reports of a record that the broker has kept without saying where. */
const NOWHERE = -1_001;

type Log = ReturnType<typeof openMemoryLog>;
type Report = (error: Error | null, report: NativeReport) => void;

/**
 * A client whose broker is a log in memory, and does not say where it keeps those that `forgets` names. `late`: these are
 * reported after all others that are known by then.
 */
function forgetful(log: Log, forgets: (text: string) => boolean, late: boolean): Rdkafka {
  class Producer {
    readonly #reports: NativeReport[] = [];
    #tell: Report = () => undefined;
    #last: Promise<unknown> = Promise.resolve();

    connect(_options: unknown, done: (error: null, metadata: object) => void) {
      done(null, { topics: [] });
    }
    disconnect(done: () => void) {
      done();
    }
    on(event: string, listener: Report) {
      if (event === 'delivery-report') this.#tell = listener;
    }
    produce(
      topic: string,
      partition: number,
      value: Buffer,
      key: string | Buffer | null,
      _: undefined,
      opaque: number,
    ) {
      const record = {
        topic,
        partition,
        value: Buffer.from(value),
        ...(key === null ? {} : { key: `${key}` }),
      };
      this.#last = this.#last.then(async () => {
        const [offset] = await log.append([record]);
        this.#reports.push({ opaque, offset: forgets(`${value}`) ? NOWHERE : offset! });
      });
    }
    poll() {
      const reports = this.#reports.splice(0);
      const order = late ? reports.toSorted((a, b) => b.offset - a.offset) : reports;
      for (const report of order) this.#tell(null, report);
    }
  }
  return { Producer } as unknown as Rdkafka;
}

/** `misses`: what the search after a known offset ends with. */
async function opened(
  forgets: (text: string) => boolean,
  { late = false, misses }: { readonly late?: boolean; readonly misses?: Error } = {},
) {
  const log = openMemoryLog();
  await log.createTopics([{ topic: TOPIC, partitions: 2 }]);
  const asked: Parameters<Find>[2][] = [];
  const producer = new RdkafkaProducer(
    forgetful(log, forgets, late),
    { brokers: ['none'] },
    async (at, records, from) => {
      asked.push(from);
      if (misses !== undefined && from.after !== undefined) throw misses;
      const reader = await log.reader([{ ...at, offset: (from.after ?? -1) + 1 }]);
      return locate(reader, at, records, await log.endOffset(at));
    },
  );
  const append = (partition: number, ...texts: string[]) =>
    producer.append(texts.map((text) => ({ topic: TOPIC, partition, value: Buffer.from(text) })));
  return { log, producer, append, asked };
}

describe('records of which the broker does not say where it keeps them', () => {
  it('are found after the last of which it did', async () => {
    const { producer, append, asked } = await opened((text) => text.startsWith('?'));
    expect(await append(0, 'a', 'b')).toEqual([0, 1]);
    expect(await append(0, '?c', 'd', '?e')).toEqual([2, 3, 4]);
    expect(asked.map(({ after }) => after)).toEqual([1]);
    await producer.close();
  });

  it('are found among those of others, in each partition', async () => {
    const { log, producer, append } = await opened((text) => text.startsWith('?'));
    await log.append(
      [0, 1, 1].map((partition) => ({ topic: TOPIC, partition, value: Buffer.from('theirs') })),
    );
    const mixed = [0, 1, 0, 1].map((partition, i) => ({
      topic: TOPIC,
      partition,
      value: Buffer.from(`?${i}`),
    }));
    expect(await producer.append(mixed)).toEqual([1, 2, 2, 3]);
    expect(await append(1, 'after')).toEqual([4]);
    await producer.close();
  });

  it('are found before those that were reported earlier and lie after them', async () => {
    const { producer, append, asked } = await opened((text) => text.startsWith('?'), { late: true });
    expect(await append(0, 'a')).toEqual([0]);
    const calls = [append(0, '?b'), append(0, 'c'), append(0, '?d', 'e')];
    expect(await Promise.all(calls)).toEqual([[1], [2], [3, 4]]);
    expect(asked.map(({ after }) => after)).toEqual([0, 0]);
    await producer.close();
  });

  it('are looked for once more, among all that was kept since, before the writer is told to write them again', async () => {
    const misses = new LogFailure('kafka_offset_unknown', 'none found', { transient: true });
    const { producer, append, asked } = await opened((text) => text.startsWith('?'), { misses });
    expect(await append(0, 'a')).toEqual([0]);
    expect(await append(0, '?b')).toEqual([1]);
    expect(asked.map(({ after }) => after)).toEqual([0, undefined]);
    await producer.close();
  });

  it('are not looked for again where nobody could look', async () => {
    const misses = new LogFailure('kafka_away', 'no broker', { transient: true });
    const { producer, append, asked } = await opened((text) => text.startsWith('?'), { misses });
    expect(await append(0, 'a')).toEqual([0]);
    await expect(append(0, '?b')).rejects.toBe(misses);
    expect(asked).toHaveLength(1);
    await producer.close();
  });

  it('are found by a reader that has nothing for a while', async () => {
    const at = { topic: TOPIC, partition: 0 };
    const mine = { ...at, offset: 7, timestampMs: 0, value: Buffer.from('mine'), headers: {} };
    const answers = (...found: readonly (readonly (typeof mine)[])[]) => {
      const left = [...found];
      return { read: async () => left.shift() ?? [] };
    };
    await expect(locate(answers([], [], [mine]), at, [mine], 8)).resolves.toEqual([7]);
    await expect(locate(answers([], [], [], [mine]), at, [mine], 8)).rejects.toMatchObject({
      transient: true,
    });
  });

  it('are told apart by their keys', async () => {
    const { log, producer } = await opened(() => true);
    const record = { topic: TOPIC, partition: 0, value: Buffer.from('same') };
    await log.append([record, { ...record, key: 'theirs' }]);
    expect(await producer.append([{ ...record, key: 'mine' }])).toEqual([2]);
    await producer.close();
  });

  it('fail in a way that may pass when they cannot be found', async () => {
    const { log } = await opened(() => false);
    const at = { topic: TOPIC, partition: 0 };
    await log.append([{ ...at, value: Buffer.from('other') }]);
    const reader = await log.reader([{ ...at, offset: 0 }]);
    const sought = locate(reader, at, [{ ...at, value: Buffer.from('mine') }], 1);
    await expect(sought).rejects.toMatchObject({ code: 'kafka_offset_unknown', transient: true });
  });
});
