/** A reader over node-rdkafka: partitions that it was told, a client of its own, no group. */
import { LogClosedError, type LogRecord, type Position, type Reader, type TopicPartition } from '../port.ts';
import { Wakeups } from '../wakeups.ts';
import type { Client, NativeConsumer } from './client.ts';
import { Inbox, keyOf } from './inbox.ts';
import { Outage } from './outage.ts';
import { Pump, untilAny } from './pump.ts';

export interface RdkafkaReaderOptions {
  readonly client: Client<NativeConsumer>;
  readonly from: readonly Position[];
  firstOffset(at: TopicPartition): Promise<number>;
  /** Throws while no broker answers. */
  probe(): Promise<unknown>;
}

export class RdkafkaReader implements Reader {
  readonly #client: Client<NativeConsumer>;
  readonly #inbox: Inbox;
  readonly #pump: Pump;
  readonly #outage: Outage;
  readonly #wakeups = new Wakeups();
  readonly #positions: Map<string, Position>;
  #assigned: Promise<void> | undefined;
  #closed = false;

  constructor({ client, from, firstOffset, probe }: RdkafkaReaderOptions) {
    this.#client = client;
    this.#inbox = new Inbox(firstOffset);
    for (const position of from) this.#inbox.set(position);
    this.#positions = new Map(from.map((position) => [keyOf(position), position]));
    this.#pump = new Pump(client, this.#inbox, (position, consumer) => {
      this.#positions.set(keyOf(position), position);
      consumer.assign([...this.#positions.values()]);
    });
    this.#outage = new Outage(client, probe);
  }

  async read(max: number, waitMs: number): Promise<readonly LogRecord[]> {
    if (this.#closed) throw new LogClosedError('this reader was closed');
    try {
      await this.#assign();
      return await untilAny(
        this.#wakeups,
        waitMs,
        () => this.#closed,
        () => this.#look(max),
      );
    } catch (error) {
      if (this.#closed) return [];
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#wakeups.wake();
    await this.#pump.rest();
    await this.#client.close();
  }

  async #look(max: number): Promise<readonly LogRecord[] | undefined> {
    const found = this.#inbox.take(max);
    if (found.length > 0) {
      this.#pump.ahead(max);
      for (const { topic, partition, offset } of found) {
        this.#positions.set(keyOf({ topic, partition }), { topic, partition, offset: offset + 1 });
      }
      return found;
    }
    if ((await this.#pump.poll(max)) > 0) return undefined;
    await this.#outage.check();
    return [];
  }

  #assign(): Promise<void> {
    this.#assigned ??= this.#client
      .use()
      .then((consumer) => {
        consumer.setDefaultConsumeTimeout(0);
        consumer.assign([...this.#positions.values()]);
      })
      .catch((error: unknown) => {
        this.#assigned = undefined;
        throw error;
      });
    return this.#assigned;
  }
}
