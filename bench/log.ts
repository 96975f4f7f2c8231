/**
 * `npm run bench -- log [--brokers HOST:PORT,...]`: frames through the log's port, in records as the pipeline makes
 * them: 64 rendered frames each. Without brokers it starts one, where Java is there.
 *
 * Each Kafka client takes turns with librdkafka's own `rdkafka_performance` (C) on the same broker, with records of
 * the same size and the same promises (idempotent, acknowledged by all in sync). It is built beside the package's
 * sources; RDKAFKA_PERFORMANCE names another place.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildScene, sceneSite, sceneSpec } from '../pipeline/ingest/scenes/index.ts';
import { openEmbeddedLog } from '../pipeline/log/embedded/embedded.ts';
import { openKafkaLog } from '../pipeline/log/kafkajs/kafkajs.ts';
import type { Log, LogRecord, NewRecord, Reader } from '../pipeline/log/port.ts';
import { openRdkafkaLog } from '../pipeline/log/rdkafka/rdkafka.ts';
import type { Frame } from '../pipeline/model.ts';
import { Observer } from '../pipeline/observe/observer.ts';
import { parseSite } from '../pipeline/site/parse.ts';
import { FRAMES_MAX } from '../pipeline/topology/batches.ts';
import { decodeFrameBatch, encodeFrameBatch } from '../proto/messages.ts';
import { haveKafka, type RunningKafka, startKafka } from '../test/support/kafka/broker.ts';
import { type Case, type Effort, type Timing, time } from './harness.ts';

const PARTITIONS = 8;
const RECORDS = 512;
/** Records of one call of append, and calls under way at once: a busy ingest's. */
const CALL_RECORDS = 16;
const CALLS = 4;
const READ_MAX = 512;
/** Laid down for reading: several times what a client fetches ahead. */
const LAID_ROUNDS = 8;
const TURNS = 3;

export interface LogFigures {
  readonly timings: readonly Timing[];
  /** Lines that say bytes per second and how they stand to C. */
  readonly lines: readonly string[];
}

export async function benchLog(effort: Effort, brokersGiven: readonly string[]): Promise<LogFigures> {
  const values = recordsOf();
  const bytes = values.reduce((sum, value) => sum + value.length, 0);
  const mean = Math.round(bytes / RECORDS);
  const timings: Timing[] = [];
  const lines = [`records of ${FRAMES_MAX} frames, ${mean} bytes (${Math.round(mean / FRAMES_MAX)} a frame)`];
  const mbOf = ({ medianUs }: Timing) => bytes / (RECORDS * FRAMES_MAX) / medianUs;
  const add = async (name: string, log: Log): Promise<Timing[]> => {
    const measured: Timing[] = [];
    const [append, read] = await casesOf(name, log, values);
    for (const one of [append, read]) measured.push(await time(one.case, effort));
    await read.close();
    timings.push(...measured);
    for (const timing of measured) lines.push(`${timing.name.padEnd(24)} ${mbOf(timing).toFixed(0)} MB/s`);
    return measured;
  };

  const directory = mkdtempSync(path.join(tmpdir(), 'vigie-bench-'));
  const embedded = await openEmbeddedLog({ directory });
  await add('embedded', embedded);
  await embedded.close();
  rmSync(directory, { recursive: true });

  let kafka: RunningKafka | undefined;
  try {
    let brokers = brokersGiven;
    if (brokers.length === 0) {
      const { present, why } = haveKafka();
      if (!present) return { timings, lines: [...lines, `skipped: kafka: ${why}`] };
      kafka = await startKafka();
      brokers = kafka.brokers;
    }
    const before = await inC(brokers, mean, lines);
    const ours: [string, Timing[]][] = [];
    for (const [name, open] of CLIENTS) {
      const log = await open({ brokers });
      ours.push([name, await add(name, log)]);
      await log.close();
    }
    if (before !== undefined) {
      const after = (await inC(brokers, mean, [])) ?? before;
      const inCMb = before.map((mb, i) => (mb + after[i]!) / 2);
      ['append', 'read'].forEach((way, i) => {
        lines.push(
          `C ${way}: ${inCMb[i]!.toFixed(0)} MB/s (${before[i]!.toFixed(0)} before, ${after[i]!.toFixed(0)} after)`,
        );
        for (const [name, both] of ours) {
          lines.push(`  ${name}: ${((100 * mbOf(both[i]!)) / inCMb[i]!).toFixed(0)} % of C`);
        }
      });
    }
  } finally {
    await kafka?.stop();
  }
  return { timings, lines };
}

const CLIENTS = [
  ['rdkafka', openRdkafkaLog],
  ['kafkajs', openKafkaLog],
] as const;

/** A rendered platform, seen by as many cameras as a record has frames. */
export function recordsOf(): readonly Uint8Array[] {
  const [width, height, fps] = [160, 90, 5];
  const scene = buildScene(
    sceneSpec({ scene: 'platform', seed: 90_210, width, height, fps, durationS: RECORDS / fps }),
  );
  const site = parseSite(sceneSite(scene, 'bench'), { file: 'bench', dev: true });
  const observer = new Observer({ site: site.id, camera: 'bench', epoch: 0, width, height });
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  const planes = {
    luma: new Uint8Array(width * height),
    u: new Uint8Array(chroma),
    v: new Uint8Array(chroma),
  };
  const frames: Frame[] = [];
  for (let number = 0; number < RECORDS; number++) {
    scene.render(number, planes);
    frames.push(
      observer.observe({ number, capturedAtMs: (number * 1000) / fps, ...planes }, (number * 1000) / fps),
    );
  }
  observer.close();
  return frames.map((_, i) =>
    encodeFrameBatch({ frames: Array.from({ length: FRAMES_MAX }, (__, at) => frames[(i + at) % RECORDS]!) }),
  );
}

async function casesOf(name: string, log: Log, values: readonly Uint8Array[]) {
  const topics = { append: `bench-append-${randomUUID()}`, read: `bench-read-${randomUUID()}` };
  await log.createTopics(Object.values(topics).map((topic) => ({ topic, partitions: PARTITIONS })));
  const group = 'the log, one process';
  const items = [RECORDS * FRAMES_MAX, 'frames'] as const;
  const appendTo = (topic: string) => appendAll(log, recordsFor(topic, values));
  for (let round = 0; round < LAID_ROUNDS; round++) await appendTo(topics.read);
  const reading = new Reading(log, topics.read);
  const append: Case = {
    group,
    name: `${name} append`,
    items,
    check: async () => {
      await appendTo(topics.append);
      const check = new Reading(log, topics.append);
      same(await check.next(), values);
      await check.close();
    },
    run: () => appendTo(topics.append),
  };
  const read: Case = {
    group,
    name: `${name} read`,
    items,
    check: async () => same(await reading.next(), values),
    run: async () => void (await reading.next()),
  };
  return [{ case: append }, { case: read, close: () => reading.close() }] as const;
}

function recordsFor(topic: string, values: readonly Uint8Array[]): readonly NewRecord[] {
  return values.map((value, i) => ({ topic, partition: i % PARTITIONS, value }));
}

async function appendAll(log: Log, records: readonly NewRecord[]): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < records.length) {
      const from = next;
      next += CALL_RECORDS;
      await log.append(records.slice(from, next));
    }
  };
  await Promise.all(Array.from({ length: CALLS }, one));
}

/** Reads a topic round by round, from the start again when it has been read. */
class Reading {
  readonly #log: Log;
  readonly #topic: string;
  #reader: Reader | undefined;
  #left = 0;

  constructor(log: Log, topic: string) {
    this.#log = log;
    this.#topic = topic;
  }

  async next(): Promise<readonly LogRecord[]> {
    if (this.#left < RECORDS) await this.#again();
    const got: LogRecord[] = [];
    while (got.length < RECORDS) {
      const found = await this.#reader!.read(Math.min(READ_MAX, RECORDS - got.length), 10_000);
      if (found.length === 0) throw new Error(`${got.length} records came, expected ${RECORDS}`);
      got.push(...found);
    }
    this.#left -= RECORDS;
    return got;
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  async #again(): Promise<void> {
    await this.close();
    const from = Array.from({ length: PARTITIONS }, (_, partition) => ({
      topic: this.#topic,
      partition,
      offset: 0,
    }));
    const ends = await Promise.all(from.map((at) => this.#log.endOffset(at)));
    this.#left = ends.reduce((sum, end) => sum + end, 0);
    this.#reader = await this.#log.reader(from);
  }
}

/** Every record is one of those that were made, whole, with frames that can be decoded. */
function same(got: readonly LogRecord[], values: readonly Uint8Array[]): void {
  const known = new Set(values.map((value) => Buffer.from(value).toString('base64')));
  for (const { value } of got) {
    if (!known.has(Buffer.from(value).toString('base64'))) throw new Error('a record came back changed');
  }
  const { frames } = decodeFrameBatch(got[0]!.value);
  if (frames.length !== FRAMES_MAX) throw new Error(`${frames.length} frames, expected ${FRAMES_MAX}`);
}

/** MB/s of appending and reading, median of turns; undefined where the tool is absent. */
async function inC(brokers: readonly string[], size: number, lines: string[]): Promise<number[] | undefined> {
  const tool = toolInC();
  if (tool === undefined) {
    lines.push('skipped: C: rdkafka_performance is not built (RDKAFKA_PERFORMANCE names it)');
    return undefined;
  }
  const count = RECORDS * LAID_ROUNDS;
  const rates: number[][] = [[], []];
  const topic = `bench-c-${randomUUID()}`;
  const log = await openKafkaLog({ brokers });
  await log.createTopics([{ topic, partitions: PARTITIONS }]);
  await log.close();
  const all = ['-t', topic, '-b', brokers.join(','), '-c', `${count}`];
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ['-p', `${partition}`]).flat();
  for (let turn = 0; turn < TURNS; turn++) {
    const wrote = ['-P', ...all, '-s', `${size}`, '-a', '-1', '-X', 'enable.idempotence=true'];
    rates[0]!.push(await rate(tool, wrote, /(\d+) messages produced.* ([\d.]+) MB\/s/g, count));
    const read = ['-C', ...all, ...partitions, '-o', 'beginning'];
    rates[1]!.push(await rate(tool, read, /(\d+) messages.* consumed in .*\(([\d.]+) MB\/s\)/g, count));
  }
  return rates.map((found) => found.sort((a, b) => a - b)[found.length >> 1]!);
}

function toolInC(): string | undefined {
  const asked = process.env.RDKAFKA_PERFORMANCE;
  if (asked !== undefined) return asked;
  try {
    const packed = createRequire(import.meta.url).resolve('node-rdkafka/package.json');
    const built = path.join(path.dirname(packed), 'deps/librdkafka/examples/rdkafka_performance');
    return existsSync(built) ? built : undefined;
  } catch {
    return undefined;
  }
}

async function rate(tool: string, words: readonly string[], said: RegExp, count: number): Promise<number> {
  const run = spawn(tool, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (data) => (output += data));
  await new Promise((resolve) => run.on('close', resolve));
  const last = [...output.matchAll(said)].at(-1);
  if (Number(last?.[1]) < count || last === undefined)
    throw new Error(`rdkafka_performance:\n${output.slice(-2000)}`);
  return Number(last[2]);
}
