import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openEmbeddedLog } from '../../pipeline/log/embedded/embedded.ts';
import type { Log, LogRecord } from '../../pipeline/log/port.ts';
import { built } from '../support/built.ts';
import { randomOf, readCallValue } from '../support/log/values.ts';
import { logContract } from './contract.ts';

const directories: string[] = [];

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'vigie-log-'));
  directories.push(directory);
  return directory;
}

logContract('embedded', async () => {
  const directory = newDirectory();
  const log = await openEmbeddedLog({ directory });
  return {
    log,
    other: log,
    dropBefore: async (at, offset) => void (await log.dropBefore(at, offset)),
    cleanup: async () => {
      await log.close();
      rmSync(directory, { recursive: true });
    },
  };
});

describe('embedded log', () => {
  let child: string;
  beforeAll(() => {
    child = built('test/support/log/child.ts', ['pipeline/log']);
  });
  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });

  /** Lines as they come; the process ends with the test at the latest. */
  function start(args: readonly string[], lines: (line: string) => void): ChildProcess {
    const running = spawn(process.execPath, [child, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: running.stdout! }).on('line', lines);
    return running;
  }

  async function endOf(running: ChildProcess): Promise<void> {
    if (running.exitCode === null && running.signalCode === null) await once(running, 'close');
  }

  test('everything is there after closing and opening again', async () => {
    const directory = newDirectory();
    const first = await openEmbeddedLog({ directory });
    await first.createTopics([{ topic: 't', partitions: 2 }]);
    await first.append([
      { topic: 't', partition: 1, key: 'k', value: Buffer.from('kept'), headers: { a: 'b' } },
    ]);
    const consumer = await first.consumer({ group: 'g', topics: ['t'] });
    await consumer.read(10, 0);
    await consumer.commit([{ topic: 't', partition: 1, offset: 1 }]);
    await first.close();
    const second = await openEmbeddedLog({ directory });
    expect(await second.partitionCount('t')).toBe(2);
    expect(await second.committed('g', { topic: 't', partition: 1 })).toBe(1);
    const [record] = await all(second, 't', 1);
    expect(record).toMatchObject({ offset: 0, key: 'k', headers: { a: 'b' } });
    expect(Buffer.from(record!.value).toString()).toBe('kept');
    await second.close();
  });

  test('retention by age survives a restart and counts on', async () => {
    const directory = newDirectory();
    let nowMs = 1_000_000;
    let log = await openEmbeddedLog({ directory, now: () => nowMs });
    await log.createTopics([
      { topic: 't', partitions: 1, retentionMs: 1000 },
      { topic: 'kept', partitions: 1 },
    ]);
    for (let i = 0; i < 5000; i += 500) {
      await log.append(
        ['t', 'kept'].flatMap((topic) => Array(500).fill({ topic, partition: 0, value: new Uint8Array(10) })),
      );
      nowMs += 200;
    }
    await log.close();
    log = await openEmbeddedLog({ directory, now: () => nowMs });
    // Ten calls at 0, 200, ... 1800; now 2000: the five before 1000 go, in pieces of 2,000.
    expect(await log.sweep()).toBe(2500);
    expect(await log.firstOffset({ topic: 't', partition: 0 })).toBe(2500);
    expect(await log.endOffset({ topic: 't', partition: 0 })).toBe(5000);
    expect(await log.firstOffset({ topic: 'kept', partition: 0 })).toBe(0);
    expect(await log.sweep()).toBe(0);
    await log.close();
  });

  test('kill -9 during appends: what was acknowledged is there, no call is there by half', async () => {
    const directory = newDirectory();
    const seed = Number(process.env.VIGIE_SEED ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`kill -9: VIGIE_SEED=${seed}\n`);
    const random = randomOf(seed);
    const setUp = await openEmbeddedLog({ directory });
    await setUp.createTopics([{ topic: 't', partitions: 2 }]);
    await setUp.close();
    const acknowledged = new Map<string, readonly number[]>();

    for (let round = 0; round < 10; round++) {
      // Every other round this process has the log open too while the other is killed.
      const watching = round % 2 === 1 ? await openEmbeddedLog({ directory }) : undefined;
      const childSeed = (seed + round) >>> 0;
      let acks = 0;
      const running = start(['append', directory, `${childSeed}`], (line) => {
        const [, call, offsets] = line.split(' ');
        acknowledged.set(`${childSeed}/${call}`, offsets!.split(',').map(Number));
        acks++;
      });
      while (acks === 0) await pause(5);
      await pause(random() * 150);
      running.kill('SIGKILL');
      await endOf(running);

      const log = watching ?? (await openEmbeddedLog({ directory }));
      // The dead process's lock does not stand in the way.
      await log.append([{ topic: 't', partition: 0, value: Buffer.from('between rounds') }]);
      await checkCalls(log, acknowledged);
      await log.close();
    }
    expect(acknowledged.size).toBeGreaterThan(10);
  }, 120_000);

  test('a reader hears of what another process appends', async () => {
    const directory = newDirectory();
    const log = await openEmbeddedLog({ directory });
    await log.createTopics([{ topic: 't', partitions: 2 }]);
    const reader = await log.reader([0, 1].map((partition) => ({ topic: 't', partition, offset: 0 })));
    const running = start(['append', directory, '7'], () => {});
    const got: LogRecord[] = [];
    while (got.length < 500) got.push(...(await reader.read(100, 30_000)));
    running.kill('SIGKILL');
    await endOf(running);
    for (const record of got) readCallValue(record.value);
    for (const partition of [0, 1]) {
      const offsets = got.filter((record) => record.partition === partition).map((record) => record.offset);
      expect(offsets).toEqual(Array.from({ length: offsets.length }, (_, i) => i));
    }
    await log.close();
  });

  test('two processes append at once: every offset is given once', async () => {
    const directory = newDirectory();
    const log = await openEmbeddedLog({ directory });
    await log.createTopics([{ topic: 't', partitions: 2 }]);
    const acknowledged = new Map<string, readonly number[]>();
    const running = start(['append', directory, '11'], (line) => {
      const [, call, offsets] = line.split(' ');
      acknowledged.set(`11/${call}`, offsets!.split(',').map(Number));
    });
    while (acknowledged.size < 20)
      await log.append([{ topic: 't', partition: 0, value: Buffer.from('between rounds') }]);
    running.kill('SIGKILL');
    await endOf(running);
    await checkCalls(log, acknowledged);
    await log.close();
  });

  test('a member whose process was killed is replaced at once, not after its lease', async () => {
    const directory = newDirectory();
    // A lease so long that only the missing process can be the reason.
    const log = await openEmbeddedLog({ directory, leaseMs: 3_600_000 });
    await log.createTopics([{ topic: 't', partitions: 4 }]);
    let owned = 0;
    const running = start(['hold', directory, 'g'], (line) => {
      owned = Number(line.split(' ')[1]);
    });
    while (owned !== 4) await pause(5);
    const consumer = await log.consumer({ group: 'g', topics: ['t'] });
    while (consumer.assigned().length !== 2) await consumer.read(1, 20);
    running.kill('SIGKILL');
    await endOf(running);
    const next = await log.consumer({ group: 'g', topics: ['t'] });
    while (consumer.assigned().length + next.assigned().length !== 4) {
      await consumer.read(1, 10);
      await next.read(1, 10);
    }
    await log.close();
  });

  test('a disk that takes no more is said with a code, and what was appended stays', async () => {
    const directory = newDirectory();
    const log = await openEmbeddedLog({ directory });
    await log.createTopics([{ topic: 't', partitions: 1 }]);
    await log.close();
    // A limit on the file's size stands in for the full disk: the write fails in the same place. (A disk that
    // really is full gets the code disk_full; LMDB reports both as an input/output error.)
    const running = spawn('sh', [
      '-c',
      'ulimit -f 8192; exec "$@"',
      'sh',
      process.execPath,
      child,
      'fill',
      directory,
    ]);
    let output = '';
    running.stdout.on('data', (data) => {
      output += data;
    });
    await endOf(running);
    expect(output).toMatch(/^refused disk_f(ull|ailed) after \d+: .*\nend \d+\nclosed\n$/);
    const appended = Number(/after (\d+)/.exec(output)![1]);
    expect(appended).toBeGreaterThan(10);
    const again = await openEmbeddedLog({ directory });
    expect(await again.endOffset({ topic: 't', partition: 0 })).toBe(appended);
    expect(await all(again, 't', 0)).toHaveLength(appended);
    await again.append([{ topic: 't', partition: 0, value: new Uint8Array(1) }]);
    await again.close();
  });

  test('a directory that cannot hold a log is refused with a code and the reason', async () => {
    const directory = newDirectory();
    const file = join(directory, 'a-file');
    writeFileSync(file, 'x');
    await expect(openEmbeddedLog({ directory: file })).rejects.toMatchObject({
      code: 'log_directory_unusable',
      message: expect.stringContaining('it is a file'),
    });
    await expect(openEmbeddedLog({ directory: join(file, 'below') })).rejects.toMatchObject({
      code: 'log_directory_unusable',
    });
    writeFileSync(join(directory, 'data.mdb'), Buffer.alloc(16_384, 7));
    await expect(openEmbeddedLog({ directory })).rejects.toMatchObject({ code: 'log_directory_unusable' });
  });

  test('used after close, it says so', async () => {
    const log = await openEmbeddedLog({ directory: newDirectory() });
    await log.close();
    await log.close();
    await expect(log.endOffset({ topic: 't', partition: 0 })).rejects.toMatchObject({
      name: 'LogClosedError',
    });
    await expect(log.append([])).rejects.toMatchObject({ name: 'LogClosedError' });
  });
});

/** Every acknowledged call at its offsets, every call whole, every byte right. */
async function checkCalls(log: Log, acknowledged: ReadonlyMap<string, readonly number[]>): Promise<void> {
  const calls = new Map<string, (number | undefined)[]>();
  for (const partition of [0, 1]) {
    const records = await all(log, 't', partition);
    expect(records.map((record) => record.offset)).toEqual(records.map((_, i) => i));
    for (const record of records) {
      if (Buffer.from(record.value).toString() === 'between rounds') continue;
      const { seed, call, index, size } = readCallValue(record.value);
      const offsets = calls.get(`${seed}/${call}`) ?? Array(size).fill(undefined);
      offsets[index] = record.offset;
      calls.set(`${seed}/${call}`, offsets);
    }
  }
  for (const [call, offsets] of calls) {
    if (offsets.includes(undefined)) throw new Error(`call ${call} is there by half: ${offsets}`);
  }
  for (const [call, offsets] of acknowledged) expect([call, calls.get(call)]).toEqual([call, offsets]);
}

async function all(log: Log, topic: string, partition: number): Promise<LogRecord[]> {
  const at = { topic, partition };
  const end = await log.endOffset(at);
  const reader = await log.reader([{ ...at, offset: await log.firstOffset(at) }]);
  const records: LogRecord[] = [];
  while ((records.at(-1)?.offset ?? -1) < end - 1) records.push(...(await reader.read(1000, 1000)));
  await reader.close();
  return records;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
