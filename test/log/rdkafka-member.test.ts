/** The order in which the library tells a member its news cannot be had from a broker at will: here it is played. */
import { expect, test } from 'vitest';
import { type Position, StaleGenerationError, type TopicPartition } from '../../pipeline/log/port.ts';
import {
  Client,
  type NativeConfig,
  type NativeConsumer,
  type NativeMessage,
} from '../../pipeline/log/rdkafka/client.ts';
import { RdkafkaMember } from '../../pipeline/log/rdkafka/member.ts';

const AT = { topic: 'frames', partition: 0 };
const GIVEN = { code: -175 };
const TAKEN = { code: -174 };
const UNKNOWN_MEMBER = Object.assign(new Error('Broker: Unknown member'), { code: 25 });

type Callback = (error: unknown, at: readonly TopicPartition[]) => void;

/** A broker's partition of so many records, and a group of one member. */
class PlayedGroup {
  committed: number | undefined;
  refuses = false;
  readonly #records: number;
  #next = 0;
  #rebalance: Callback = () => {};
  #answer: Callback = () => {};
  readonly #answers: unknown[] = [];

  constructor(records: number) {
    this.#records = records;
  }

  tell(error: { readonly code: number }): void {
    this.#rebalance(error, [AT]);
  }

  member(): RdkafkaMember {
    return new RdkafkaMember({
      client: (callbacks) => new Client(() => this.#consumer(callbacks), undefined),
      group: { group: 'observe', topics: [AT.topic] },
      counts: new Map([[AT.topic, 1]]),
      firstOffset: async () => 0,
      check: async () => {},
      probe: async () => {},
    });
  }

  #consumer(callbacks: NativeConfig): NativeConsumer {
    this.#rebalance = callbacks.rebalance_cb as Callback;
    this.#answer = callbacks.offset_commit_cb as Callback;
    const played: Partial<NativeConsumer> = {
      on: () => {},
      connect: (_options, done) => done(null, { topics: [] }),
      disconnect: (done) => done(),
      setDefaultConsumeTimeout: () => {},
      subscribe: () => this.tell(GIVEN),
      incrementalAssign: ([start]) => {
        if (start !== undefined) this.#next = start.offset;
      },
      incrementalUnassign: () => {},
      committed: (at, _timeout, done) =>
        done(
          null,
          at.map((one) => (this.committed === undefined ? one : { ...one, offset: this.committed })),
        ),
      commit: ([position]) => this.#commit(position!),
      consume: (max, done) => {
        for (const error of this.#answers.splice(0)) this.#answer(error, [AT]);
        const until = Math.min(this.#records, this.#next + max);
        const found: NativeMessage[] = [];
        while (this.#next < until) found.push(message(this.#next++));
        done(null, found);
      },
    };
    return played as NativeConsumer;
  }

  #commit({ offset }: Position): void {
    this.#answers.push(this.refuses ? UNKNOWN_MEMBER : undefined);
    if (!this.refuses) this.committed = offset;
  }
}

test('what was fetched before the group took the member for dead is not read after it', async () => {
  const group = new PlayedGroup(4);
  const member = group.member();
  const offsets = async (waitMs: number) => (await member.read(1, waitMs)).map(({ offset }) => offset);
  expect(await offsets(1_000)).toEqual([0]);
  expect(await offsets(1_000)).toEqual([1]);
  await member.commit([{ ...AT, offset: 1 }]);
  group.refuses = true;
  await expect(member.commit([{ ...AT, offset: 2 }])).rejects.toThrow(StaleGenerationError);
  // Offset 2 lies here already; the client has not yet said that the partition is lost.
  expect(await offsets(20)).toEqual([]);
  group.refuses = false;
  group.tell(TAKEN);
  group.tell(GIVEN);
  expect(await offsets(1_000)).toEqual([1]);
  expect(await offsets(1_000)).toEqual([2]);
  await member.commit([{ ...AT, offset: 3 }]);
  expect(group.committed).toBe(3);
  await member.close();
});

function message(offset: number): NativeMessage {
  return { ...AT, offset, key: null, value: Buffer.from(`${offset}`), timestamp: 0 };
}
