/**
 * A real Apache Kafka: one node that is broker and controller (KRaft), on loopback, as small as it goes. For tests, and
 * for trying things out (npm run kafka).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kafkaJars } from './jars.ts';

export { haveKafka } from './jars.ts';

export interface KafkaOptions {
  /** Default: one that is free. */
  readonly port?: number;
  /** Kept when stopped. Default: a new one, removed when stopped. */
  readonly data?: string;
  /** Called when the jars have to be fetched first. */
  readonly onFetch?: () => void;
}

export interface RunningKafka {
  /** host:port */
  readonly brokers: string[];
  /** Resolves when it ended by itself or was stopped. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const READY_MS = 90_000;
/** After so long without an end it is ended. */
const STOP_MS = 15_000;
const LINES_KEPT = 40;
const READY = /Kafka Server started/;

/** Resolves when it takes requests. Throws what it said when it does not come up. */
export async function startKafka(options: KafkaOptions = {}): Promise<RunningKafka> {
  const jars = kafkaJars(options.onFetch);
  const data = options.data ?? mkdtempSync(path.join(tmpdir(), 'vigie-kafka-'));
  const forget = () => {
    if (options.data === undefined) rmSync(data, { recursive: true, force: true });
  };
  try {
    const port = options.port ?? (await freePort());
    const properties = path.join(data, 'server.properties');
    mkdirSync(data, { recursive: true });
    writeFileSync(properties, propertiesOf(data, port, await freePort()));
    await format(jars, data, properties);
    const broker = new Java(jars, ['kafka.Kafka', properties]);
    await broker.until(READY, READY_MS);
    const ended = broker.ended.then(forget);
    return {
      brokers: [`${HOST}:${port}`],
      ended,
      async stop() {
        await broker.stop();
        await ended;
      },
    };
  } catch (error) {
    forget();
    throw error;
  }
}

/** A process of Java of which the last lines are kept, to be shown when it fails. */
class Java {
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();
  readonly ended: Promise<void>;

  constructor(jars: string, command: readonly string[]) {
    const settings = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...LOGGING];
    this.#process = spawn('java', [...settings, '-cp', jars, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.#process, 'close').then(
      () => undefined,
      () => undefined,
    );
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop()!;
        for (const line of lines) this.#hear(line);
      });
    }
  }

  get said(): string {
    return this.#lines.join('\n');
  }

  get status(): number | null {
    return this.#process.exitCode;
  }

  async until(sign: RegExp, limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let listener: ((line: string) => void) | undefined;
    const seen = await Promise.race([
      new Promise<boolean>((resolve) => {
        listener = (line) => sign.test(line) && resolve(true);
        this.#listeners.add(listener);
      }),
      this.ended.then(() => false),
      new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), limitMs);
      }),
    ]);
    clearTimeout(timer);
    if (listener !== undefined) this.#listeners.delete(listener);
    if (seen) return;
    await this.stop();
    throw new Error(`Kafka did not start; the last it said:\n${this.said}`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #hear(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
    for (const listener of this.#listeners) listener(line);
  }
}

const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  // Says when it is ready.
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
];

async function format(jars: string, data: string, properties: string): Promise<void> {
  if (existsSync(path.join(data, 'log', 'meta.properties'))) return;
  const id = randomBytes(16).toString('base64url');
  const tool = new Java(jars, ['kafka.tools.StorageTool', 'format', '-t', id, '-c', properties]);
  await tool.ended;
  if (tool.status !== 0) throw new Error(`Kafka's storage could not be prepared:\n${tool.said}`);
}

function propertiesOf(data: string, port: number, controllerPort: number): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${HOST}:${controllerPort}`,
    listeners: `PLAINTEXT://${HOST}:${port},CONTROLLER://${HOST}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${HOST}:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': path.join(data, 'log'),
    'auto.create.topics.enable': false,
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Every file of a cleaner's buffer counts where the heap is small.
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'controlled.shutdown.enable': false,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
