/**
 * A log as one process sees it that may be killed: from that moment on nothing it asked for ever answers, and what it
 * was appending is there in whole, in part or not at all.
 */
import { type Consumer, type Log, StaleGenerationError } from '../../pipeline/log/port.ts';
import type { Chance } from './random.ts';

export interface Mortal {
  readonly log: Log;
  /** Rejects when the log failed at the last operation in a way that no killed process explains. */
  readonly died: Promise<void>;
  isDead(): boolean;
}

/** Dies on its `operations`th operation. `onRead`: before every read of the group's. */
export function mortal(log: Log, operations: number, chance: Chance, onRead: () => Promise<void>): Mortal {
  let left = operations;
  let dead = false;
  let die: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const died = new Promise<void>((resolve, reject) => {
    die = resolve;
    fail = reject;
  });
  const never = new Promise<never>(() => undefined);

  /** `last`: what still happens when this operation is the last one. */
  async function live<T>(does: () => Promise<T>, last: () => Promise<unknown>): Promise<T> {
    if (dead) return never;
    left -= 1;
    if (left <= 0) {
      dead = true;
      // A refusal is an answer too: a process that heard it would live on with a log that never answers again.
      await last().then(die, (error) => (error instanceof StaleGenerationError ? die() : fail(error)));
      return never;
    }
    const done = await does();
    return dead ? never : done;
  }
  const either = (does: () => Promise<unknown>) => async () => (chance.below(2) === 0 ? does() : undefined);

  const consumerOf = (consumer: Consumer): Consumer => ({
    assigned: () => consumer.assigned(),
    pause: (partitions) => consumer.pause(partitions),
    resume: (partitions) => consumer.resume(partitions),
    read: async (max) => {
      if (!dead) await onRead();
      // Never waits: the test's clock does not move by itself.
      const read = () => consumer.read(max, 0);
      return live(read, either(read));
    },
    commit: (positions) =>
      live(
        () => consumer.commit(positions),
        either(() => consumer.commit(positions)),
      ),
    close: () => (dead ? never : consumer.close()),
  });

  return {
    died,
    isDead: () => dead,
    log: {
      createTopics: (topics) => log.createTopics(topics),
      partitionCount: (topic) => log.partitionCount(topic),
      append: (records) =>
        live(
          () => log.append(records),
          () => log.append(records.slice(0, chance.below(records.length + 1))),
        ),
      firstOffset: (at) => log.firstOffset(at),
      endOffset: (at) => log.endOffset(at),
      offsetAt: (at, timestampMs) => log.offsetAt(at, timestampMs),
      reader: (from) => log.reader(from),
      consumer: async (options) =>
        consumerOf(
          await log.consumer({
            ...options,
            // Of its last operation somebody waits for the end: what would have been told to it is told to nobody.
            onAssigned: (owned) => (dead ? undefined : options.onAssigned?.(owned)),
            onRevoked: (lost) => (dead ? undefined : options.onRevoked?.(lost)),
          }),
        ),
      committed: (group, at) => log.committed(group, at),
      close: () => log.close(),
    },
  };
}
