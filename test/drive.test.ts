import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type DriveOptions, drive } from '../pipeline/drive.ts';
import { fault, InputError } from '../pipeline/errors.ts';
import { openMemoryLog } from '../pipeline/log/memory.ts';
import { type Log, LogFailure } from '../pipeline/log/port.ts';
import type { Rejected } from '../pipeline/model.ts';
import type { Outage } from '../pipeline/patience.ts';
import { BAD, bytes, contents, echo, IN, inputs, OUT, options, topics } from './support/toy.ts';

/** Runs until `done` says so, looked at after every batch. */
async function until(
  log: Log,
  done: () => Promise<boolean> | boolean,
  more: Partial<DriveOptions> = {},
): Promise<void> {
  const stop = new AbortController();
  const running = drive({
    ...options(log, stop.signal, more),
    onProgress: (progress) => {
      more.onProgress?.(progress);
      void (async () => (await done()) && stop.abort())();
    },
  });
  await running;
}

const committedAll = (log: Log, to: number) => async () =>
  (await log.committed('toy', { topic: IN, partition: 0 })) === to;

describe('drive', () => {
  it('steps every record once, in order, and commits', async () => {
    const log = openMemoryLog();
    await topics(log);
    await log.append(inputs(0, 10));
    await until(log, committedAll(log, 10), { batchMax: 3 });
    expect(await contents(log, OUT)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  it('goes on from what was committed', async () => {
    const log = openMemoryLog();
    await topics(log);
    await log.append(inputs(0, 3));
    await until(log, committedAll(log, 3));
    await log.append(inputs(3, 5));
    await until(log, committedAll(log, 5));
    expect(await contents(log, OUT)).toEqual(['0', '1', '2', '3', '4']);
  });

  it('puts bad input aside with where it was and what it hashes to, and goes on', async () => {
    const log = openMemoryLog();
    await topics(log);
    await log.append([
      ...inputs(0, 1),
      { topic: IN, partition: 0, value: bytes('garbage') },
      ...inputs(13, 15),
    ]);
    await until(log, committedAll(log, 4));
    expect(await contents(log, OUT)).toEqual(['0', '13', '14']);
    const rejected = (await contents(log, BAD)).map((line): Rejected => JSON.parse(line));
    expect(rejected).toEqual([
      {
        code: 'undecodable',
        detail: 'value: is no number',
        topic: IN,
        partition: 0,
        offset: 1,
        length: 7,
        // printf garbage | sha256sum
        sha256: '795b6904e54f82411df4b0e27a373a55eea3f9d66dac5a9bce1dd92f7b401da5',
        atMs: 7,
      },
      expect.objectContaining({ code: 'unlucky', offset: 2, camera: 'c', length: 2 }),
    ]);
  });

  it('waits an outage out, longer each time, and loses nothing', async () => {
    let failures = 5;
    const log = openMemoryLog({
      faults: {
        append: (records) => {
          if (records.some((record) => record.topic === OUT) && failures-- > 0) throw new Error('no leader');
        },
      },
    });
    await topics(log);
    await log.append(inputs(0, 4));
    const outages: Outage[] = [];
    await until(log, committedAll(log, 4), { onOutage: (outage) => outages.push(outage) });
    expect(outages.map((outage) => [outage.doing, outage.attempt, outage.retryInMs])).toEqual([
      ['append', 1, 1],
      ['append', 2, 2],
      ['append', 3, 4],
      ['append', 4, 4],
      ['append', 5, 4],
    ]);
    expect(outages[0]!.error.message).toBe('no leader');
    expect(await contents(log, OUT)).toEqual(['0', '1', '2', '3']);
  });

  it('says what retention took before it was read, and goes on from the oldest kept', async () => {
    let nowMs = 0;
    const log = openMemoryLog({ now: () => nowMs });
    await log.createTopics([{ topic: IN, partitions: 1, retentionMs: 1_000 }]);
    await topics(log);
    await log.append(inputs(0, 2));
    await until(log, committedAll(log, 2));
    await log.append(inputs(2, 5));
    nowMs = 5_000;
    await log.append(inputs(5, 6));
    await log.sweep();
    await until(log, committedAll(log, 6));
    expect(await contents(log, OUT)).toEqual(['0', '1', '5']);
    expect((await contents(log, BAD)).map((line) => JSON.parse(line))).toMatchObject([
      {
        code: 'offset_gone',
        topic: IN,
        partition: 0,
        offset: 2,
        length: 0,
        detail: expect.stringContaining('3 records'),
      },
    ]);
  });

  it('stops on a bug instead of hiding it', async () => {
    const log = openMemoryLog();
    await topics(log);
    await log.append([{ topic: IN, partition: 0, value: bytes('bug') }]);
    await expect(drive(options(log, new AbortController().signal))).rejects.toThrow('a bug');
    expect(await log.committed('toy', { topic: IN, partition: 0 })).toBeUndefined();
  });

  it.each([
    ['a bug', new TypeError('a bug')],
    ['what the log refuses for good', new LogFailure('refused', 'no rights', { transient: false })],
    ['bad input where there is nothing to put aside', new InputError([fault('x', 'y', 'z')])],
  ])('does not wait for %s to pass', async (_, error) => {
    const log = openMemoryLog();
    await topics(log);
    const workFor = () => {
      throw error;
    };
    await expect(drive(options(log, new AbortController().signal, { workFor }))).rejects.toBe(error);
  });

  it('finishes the batch in hand when it is stopped', async () => {
    const stop = new AbortController();
    const log = openMemoryLog({
      faults: { append: (records) => void (records[0]!.topic === OUT && stop.abort()) },
    });
    await topics(log);
    await log.append(inputs(0, 6));
    await drive(options(log, stop.signal, { batchMax: 4 }));
    expect(await contents(log, OUT)).toEqual(['0', '1', '2', '3']);
    expect(await log.committed('toy', { topic: IN, partition: 0 })).toBe(4);
  });

  it('hands partitions over: state is dropped by one and made afresh by the other, nothing is lost', async () => {
    const log = openMemoryLog();
    await topics(log, 4);
    await log.append(inputs(0, 40, 4));
    const dropped: number[] = [];
    const made: number[] = [];
    const first = new AbortController();
    const second = new AbortController();
    const one = drive(
      options(log, first.signal, { batchMax: 4, onDropped: (at) => dropped.push(at.partition) }),
    );
    await expect.poll(async () => (await contents(log, OUT)).length).toBeGreaterThan(7);
    const two = drive(
      options(log, second.signal, {
        workFor: (at) => {
          made.push(at.partition);
          return echo(at);
        },
      }),
    );
    await expect.poll(() => made.length).toBe(2);
    expect([...dropped].sort()).toEqual([...made].sort());
    await log.append(inputs(40, 80, 4));
    first.abort();
    await one;
    const all = async () => new Set(await contents(log, OUT)).size;
    await expect.poll(all).toBe(80);
    expect(made.length).toBe(4);
    second.abort();
    await two;
  });

  it('makes the states of several partitions at a time, and those of one number one after the other', async () => {
    const log = openMemoryLog();
    const names = ['a', 'b'];
    await log.createTopics([
      ...names.map((topic) => ({ topic, partitions: 4 })),
      { topic: OUT, partitions: 1 },
      { topic: BAD, partitions: 1 },
    ]);
    const making: number[] = [];
    let most = 0;
    let clashes = 0;
    await until(log, () => true, {
      topics: names,
      workFor: async (at) => {
        const { partition } = at;
        if (making.includes(partition)) clashes += 1;
        making.push(partition);
        most = Math.max(most, making.length);
        await nextTurn();
        making.splice(making.indexOf(partition), 1);
        return echo(at);
      },
    });
    expect(most).toBe(4);
    expect(clashes).toBe(0);
  });

  it('never commits past what is durable, through failures and restarts', async () => {
    const seed = Number(process.env.VIGIE_SEED ?? Date.now() % 1_000_000);
    console.log(`drive: seed ${seed}`);
    const chance = lcg(seed);
    for (let round = 0; round < 20; round++) {
      const early: string[] = [];
      let stop = new AbortController();
      const log = openMemoryLog({
        faults: {
          append: (records) => {
            if (records[0]!.topic === IN) return;
            if (chance() < 0.2) throw new Error('append lost');
            if (chance() < 0.1) stop.abort();
          },
          commit: async (_, positions) => {
            const out = new Set(await contents(log, OUT));
            for (const { partition, offset } of positions) {
              for (let i = 0; i < offset; i++) {
                if (!out.has(String(i * 3 + partition))) early.push(`${partition}/${i}`);
              }
            }
            if (chance() < 0.3) throw new Error('commit lost');
            if (chance() < 0.1) stop.abort();
          },
        },
      });
      await topics(log, 3);
      await log.append(inputs(0, 90, 3));
      const ended = async () => {
        const ends = await Promise.all(
          [0, 1, 2].map((partition) => log.committed('toy', { topic: IN, partition })),
        );
        return ends.every((offset) => offset === 30);
      };
      while (!(await ended())) {
        stop = new AbortController();
        await drive({
          ...options(log, stop.signal, { batchMax: 7 }),
          onProgress: () => void ended().then((done) => done && stop.abort()),
        });
      }
      expect(early).toEqual([]);
      const found = await contents(log, OUT);
      expect(new Set(found).size).toBe(90);
    }
  });
});

describe('drive without commits', () => {
  it('folds from the first offset at every start and asks for what time alone brings', async () => {
    const log = openMemoryLog();
    await topics(log);
    await log.append(inputs(0, 3));
    for (let start = 0; start < 2; start++) {
      const stop = new AbortController();
      await drive({
        ...options(log, stop.signal, { commits: false }),
        onTick: (nowMs, idle) => {
          if (!idle) return [];
          stop.abort();
          return [{ topic: OUT, partition: 0, value: bytes(`tick ${nowMs}`) }];
        },
      });
    }
    expect(await contents(log, OUT)).toEqual(['0', '1', '2', 'tick 7', '0', '1', '2', 'tick 7']);
    expect(await log.committed('toy', { topic: IN, partition: 0 })).toBeUndefined();
  });

  it('starts afresh after a broken read: state and records belong together', async () => {
    let broken = 0;
    const log = openMemoryLog({
      faults: {
        deliver: (records) => {
          if (records[0]?.topic === IN && records[0].offset === 3 && broken++ < 2) throw new Error('cut');
          return records;
        },
      },
    });
    await topics(log);
    await log.append(inputs(0, 6));
    const stop = new AbortController();
    const outages: string[] = [];
    let made = 0;
    await drive({
      ...options(log, stop.signal, { batchMax: 3, commits: false }),
      workFor: (at) => {
        made += 1;
        return echo(at);
      },
      onOutage: (outage) => outages.push(`${outage.doing} ${outage.error.message}`),
      onProgress: (progress) => progress.read === 0 && stop.abort(),
    });
    expect(outages).toEqual(['read cut', 'read cut']);
    expect(made).toBe(3);
    expect((await contents(log, OUT)).slice(-6)).toEqual(['0', '1', '2', '3', '4', '5']);
  });
});

/** Numerical Recipes' linear congruential generator, 0..1. */
function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
