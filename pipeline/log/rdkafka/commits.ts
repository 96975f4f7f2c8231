/**
 * Commits of a group member. The broker's answer comes as an event, in the order of the requests, and events are served
 * only while somebody fetches: so whoever waits for an answer fetches.
 */
import { LogFailure, type Position, StaleGenerationError } from '../port.ts';
import type { Client, NativeConsumer } from './client.ts';
import { nameOf } from './errors.ts';
import type { Pump } from './pump.ts';

const ANSWER_MS_MAX = 15_000;
const LOOK_MS = 1;
/** Between two generations nothing is taken: the next is there after about an answer of every member. */
const BETWEEN = new Set(['rebalance_in_progress', 'illegal_generation']);
const BETWEEN_ATTEMPTS = 12;
const BETWEEN_MS = 250;
const GONE = new Set(['unknown_member_id', 'fenced_instance_id', 'illegal_generation']);

export class Commits {
  readonly #client: Client<NativeConsumer>;
  readonly #pump: Pump;
  readonly #group: string;
  readonly #asked: ((error: Error | undefined) => void)[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: Client<NativeConsumer>, pump: Pump, group: string) {
    this.#client = client;
    this.#pump = pump;
    this.#group = group;
  }

  /** The oldest request that was not answered is. */
  hear(error: Error | undefined): void {
    this.#asked.shift()?.(error);
  }

  /** One after the other. Throws StaleGenerationError when this member is not of the group any more. */
  commit(positions: readonly Position[]): Promise<void> {
    const mine = this.#last.then(() => this.#commit(positions));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #commit(positions: readonly Position[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const error = await this.#ask(positions);
      if (error === undefined) return;
      const name = nameOf(error);
      if (BETWEEN.has(name) && attempt < BETWEEN_ATTEMPTS) await this.#fetchFor(BETWEEN_MS);
      else if (GONE.has(name))
        throw new StaleGenerationError(`this member is no longer of group '${this.#group}'`);
      else throw this.#client.failure(error);
    }
  }

  async #ask(positions: readonly Position[]): Promise<Error | undefined> {
    const consumer = await this.#client.use();
    // The group's news first, so that a member which was put out does not speak as one.
    await this.#pump.poll(1);
    let answer: { readonly error: Error | undefined } | undefined;
    try {
      consumer.commit(positions.map(({ topic, partition, offset }) => ({ topic, partition, offset })));
    } catch (error) {
      throw this.#client.failure(error);
    }
    this.#asked.push((error) => {
      answer = { error: error ?? undefined };
    });
    await this.#fetchFor(ANSWER_MS_MAX, () => answer !== undefined);
    if (answer !== undefined) return answer.error;
    throw new LogFailure('kafka_timed_out', `Kafka: no answer to a commit of group '${this.#group}'`, {
      transient: true,
    });
  }

  async #fetchFor(ms: number, isOver: () => boolean = () => false): Promise<void> {
    const deadline = performance.now() + ms;
    while (!isOver() && performance.now() < deadline) {
      await this.#pump.poll(1);
      if (!isOver()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
