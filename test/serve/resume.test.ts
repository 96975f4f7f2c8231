/**
 * Subscribers that break off anywhere and go on at any server with the token they have: together they have the whole
 * log, each partition in order, and nothing again but what came after the token. VIGIE_RESUMES=10000 for the long run.
 */
import { expect, it } from 'vitest';
import { subscription } from '../../pipeline/serve/client/subscription.ts';
import { decodeToken } from '../../pipeline/serve/events/token.ts';
import { Stream } from '../simulation/stream.ts';
import { type Chance, random, SEED } from '../support/random.ts';
import { append, FakeCall, feedOf, memoryLog } from './feed.ts';

const RESUMES = Number(process.env.VIGIE_RESUMES ?? 500);
const SUBSCRIBERS = 4;
const turn = () => new Promise((resolve) => setImmediate(resolve));

it(
  `nothing is missing after ${RESUMES} breaks at random points (seed ${SEED})`,
  async () => {
    const chance = random(SEED);
    const log = await memoryLog();
    const feeds = [feedOf(log, { progressMs: 5 }), feedOf(log, { progressMs: 1 })];
    // One server has somebody who stays, so that its tail does; the other's begins anew now and then.
    void feeds[0]!.subscribe(new FakeCall().call);
    const readers = Array.from({ length: SUBSCRIBERS }, () => new Reader(feeds, chance));
    const slowest = () => Math.min(...readers.map(({ has }) => has.size));
    let end = 0;
    let isDone = false;
    const writing = (async () => {
      while (!isDone) {
        const more = chance.below(4) === 0 ? chance.below(300) : chance.below(8);
        await append(log, end, end + more);
        end += more;
        for (let turns = chance.below(6); turns > 0; turns--) await turn();
        // Whoever reads would never come to the end of a log that grows faster than that.
        while (!isDone && slowest() + 2_000 < end) await turn();
      }
    })();
    await Promise.all(readers.map((reader) => reader.run(RESUMES / SUBSCRIBERS)));
    isDone = true;
    await writing;
    for (const reader of readers) await reader.finish(end);
    for (const { has, faults } of readers) {
      expect(faults).toEqual([]);
      expect(has.size).toBe(end);
    }
    expect(end).toBeGreaterThan(RESUMES);
    for (const feed of feeds) feed.close();
    await log.close();
  },
  RESUMES * 100 + 30_000,
);

/** Keeps its token with what it has, or a little later, as a process that dies in between. */
class Reader {
  readonly has = new Set<number>();
  readonly faults: string[] = [];
  readonly #feeds: readonly ReturnType<typeof feedOf>[];
  readonly #chance: Chance;
  #token: Uint8Array | undefined;

  constructor(feeds: readonly ReturnType<typeof feedOf>[], chance: Chance) {
    this.#feeds = feeds;
    this.#chance = chance;
  }

  async run(breaks: number): Promise<void> {
    for (let n = 0; n < breaks; n++) {
      const [length, keeps] = [this.#chance.below(60), this.#chance.unit()];
      await this.#session((taken) => taken >= length, keeps);
    }
  }

  /** Until it has the event before `end`, and all others. */
  finish(end: number): Promise<void> {
    return this.#session(() => this.has.size === end, 1);
  }

  async #session(isEnough: (taken: number) => boolean, keeps: number): Promise<void> {
    const chance = this.#chance;
    const open = (request: Uint8Array) => {
      const stream = new Stream(request, async () => {
        if (chance.below(20) === 0) await turn();
      });
      void this.#feeds[chance.below(2)]!.subscribe(stream.call);
      return stream.readable;
    };
    const from = this.#token;
    // Partition n % 4 of event n; its offset is n >> 2.
    const next = from === undefined ? [0, 0, 0, 0] : [...decodeToken(from).offsets];
    let taken = 0;
    const resume = from === undefined ? { fromStart: true } : { resumeToken: from };
    for await (const delivery of subscription(open, { ...resume, backoffMs: 1, chance: () => 0 })) {
      taken++;
      if (delivery.kind === 'event') {
        const { frame } = delivery.event.candidate;
        const [partition, offset] = [frame % 4, frame >> 2];
        if (next[partition] !== offset)
          this.faults.push(`${partition}@${offset} came where ${next[partition]} was next`);
        next[partition] = offset + 1;
        this.has.add(frame);
      } else if (delivery.kind !== 'progress' && delivery.kind !== 'catching_up') {
        this.faults.push(delivery.kind);
      }
      if ('token' in delivery && chance.unit() < keeps) this.#token = delivery.token;
      if (isEnough(taken)) return;
    }
  }
}
