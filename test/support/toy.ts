/** The smallest work that can be driven: texts in, the same texts out. */
import type { DriveOptions } from '../../pipeline/drive.ts';
import { fault, InputError } from '../../pipeline/errors.ts';
import type { Log, NewRecord, TopicPartition } from '../../pipeline/log/port.ts';
import type { Effect, Work } from '../../pipeline/work.ts';

export const IN = 'in';
export const OUT = 'out';
export const BAD = 'bad';
export const KEPT = 'kept';

export const text = (value: Uint8Array) => new TextDecoder().decode(value);
export const bytes = (value: string) => new TextEncoder().encode(value);

export async function topics(log: Log, partitions = 1): Promise<void> {
  await log.createTopics([
    { topic: IN, partitions },
    { topic: OUT, partitions },
    { topic: BAD, partitions: 1 },
  ]);
}

export function inputs(from: number, to: number, partitions = 1): NewRecord[] {
  return Array.from({ length: to - from }, (_, i) => ({
    topic: IN,
    partition: (from + i) % partitions,
    value: bytes(String(from + i)),
  }));
}

export async function contents(log: Log, topic: string): Promise<string[]> {
  const found: string[] = [];
  const count = (await log.partitionCount(topic))!;
  for (let partition = 0; partition < count; partition++) {
    const reader = await log.reader([{ topic, partition, offset: 0 }]);
    for (;;) {
      const records = await reader.read(1000, 0);
      if (records.length === 0) break;
      found.push(...records.map((record) => text(record.value)));
    }
    await reader.close();
  }
  return found;
}

/** Gives back what it reads, with the number of records that this state has seen: a fold with a memory. */
export function echo(at: TopicPartition): Work {
  let seen = 0;
  return {
    step(record): Effect[] {
      const value = text(record.value);
      if (value === 'garbage') throw new InputError([fault('undecodable', 'value', 'is no number')]);
      if (value === 'bug') throw new TypeError('a bug');
      seen += 1;
      const out: NewRecord = { topic: OUT, partition: at.partition, value: bytes(value) };
      const effects: Effect[] = [{ kind: 'append', record: { ...out, headers: { seen: String(seen) } } }];
      if (value === '13')
        effects.push({ kind: 'reject', refusal: { code: 'unlucky', detail: 'is 13', camera: 'c' } });
      return effects;
    },
  };
}

export function options(log: Log, signal: AbortSignal, more: Partial<DriveOptions> = {}): DriveOptions {
  return {
    log,
    group: 'toy',
    topics: [IN],
    workFor: echo,
    toRejected: (value) => ({ topic: BAD, partition: 0, value: bytes(JSON.stringify(value)) }),
    nowMs: () => 7,
    signal,
    retryMs: 1,
    retryMsMax: 4,
    ...more,
  };
}
