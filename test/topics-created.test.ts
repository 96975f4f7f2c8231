/** Topics are created although the broker drops a connection, and not for ever. */
import { expect, it } from 'vitest';
import { openMemoryLog } from '../pipeline/log/memory.ts';
import { type Log, LogFailure } from '../pipeline/log/port.ts';
import { createTopics, topicSpecs } from '../pipeline/topics.ts';

/** A log in memory that creates the first topic and fails, so many times. */
function failing(times: number, transient = true) {
  const log = openMemoryLog();
  let tries = 0;
  const failure = new LogFailure('kafka_away', 'Closed connection', { transient });
  const creating: Log = Object.assign(Object.create(log), {
    partitionCount: (topic: string) => log.partitionCount(topic),
    createTopics: async (specs: Parameters<Log['createTopics']>[0]) => {
      tries++;
      await log.createTopics(tries <= times ? specs.slice(0, 1) : specs);
      if (tries <= times) throw failure;
    },
  });
  return { log, creating, tries: () => tries };
}

it('are all there after two attempts that failed', async () => {
  const { log, creating } = failing(2);
  const created = await createTopics(creating);
  expect(created).toHaveLength(topicSpecs().length);
  for (const { topic, partitions } of created) expect(await log.partitionCount(topic)).toBe(partitions);
});

it.each([
  ['three attempts that failed are told', 3, true, 3],
  ['what waiting cannot mend is told at once', 1, false, 1],
])('%s', async (_, times, transient, expected) => {
  const { creating, tries } = failing(times, transient);
  await expect(createTopics(creating)).rejects.toThrow('Closed connection');
  expect(tries()).toBe(expected);
});
