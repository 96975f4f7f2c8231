/** A real Apache Kafka on loopback: KRaft, every node both broker and controller, small heaps, few internal partitions. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaLibraries } from './jars.ts';

export { haveKafka } from './jars.ts';

export interface KafkaOptions {
  /** Of the first node; the others follow. Absent: free ports. */
  readonly port?: number;
  readonly nodes?: number;
  /** Where clients are told to find the one node: a port that something between passes on. Absent: its own. */
  readonly advertise?: number;
  /** Kept between runs. Absent: a new directory, removed on stop. */
  readonly directory?: string;
  /** A second door on each node, with TLS and a password (SASL PLAIN). */
  readonly secure?: SecureDoor;
  readonly say?: (line: string) => void;
}

export interface SecureDoor {
  /** PEM: the brokers' certificate and its key. */
  readonly cert: string;
  readonly key: string;
  readonly user: string;
  readonly password: string;
}

export interface RunningKafka {
  /** host:port of the secure doors, if any. */
  readonly secureBrokers: string[];
  /** host:port, one per node. */
  readonly brokers: string[];
  /** Waits until every node has ended. */
  stop(): Promise<void>;
  /** For tests of outages: ends one node at once, without its farewell; `startNode` brings it back. */
  killNode(index: number): Promise<void>;
  startNode(index: number): Promise<void>;
}

/** A node that has not answered by then never will. */
const START_MS_MAX = 120_000;

export async function startKafka(options: KafkaOptions = {}): Promise<RunningKafka> {
  const say = options.say ?? (() => {});
  const classPath = kafkaLibraries(say);
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'vigie-kafka-'));
  mkdirSync(directory, { recursive: true });
  const count = options.nodes ?? 1;
  const free = await freePorts(count * 3);
  const ports = Array.from({ length: count }, (_, i) =>
    options.port === undefined ? free[i]! : options.port + i,
  );
  const controllers = free.slice(count, 2 * count);
  const securePorts = options.secure === undefined ? [] : free.slice(2 * count);
  const brokers = ports.map((port) => `127.0.0.1:${port}`);
  const clusterId = clusterIdOf(directory);

  const configs = ports.map((port, i) => {
    const node = join(directory, `node-${i + 1}`);
    mkdirSync(node, { recursive: true });
    const config = join(node, 'server.properties');
    writeFileSync(
      config,
      properties(i + 1, port, controllers, join(node, 'data'), options.advertise ?? port, securePorts[i]) +
        (options.secure === undefined ? '' : secureProperties(options.secure, port, securePorts[i]!)),
    );
    return config;
  });
  const running: (ChildProcess | undefined)[] = [];

  async function startNode(index: number): Promise<void> {
    const node = java(classPath, ['kafka.Kafka', configs[index]!]);
    running[index] = node.process;
    await Promise.race([
      answers(ports[index]!),
      once(node.process, 'close').then(([code]) => {
        throw new Error(`Kafka ended with ${code} while starting:\n${node.output()}`);
      }),
    ]);
  }

  async function endNode(index: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const node = running[index];
    running[index] = undefined;
    if (node === undefined || node.exitCode !== null || node.signalCode !== null) return;
    node.kill(signal);
    const late = setTimeout(() => node.kill('SIGKILL'), 15_000);
    await once(node, 'close');
    clearTimeout(late);
  }

  async function stop(): Promise<void> {
    process.off('exit', killAll);
    // Data that is thrown away needs no orderly end.
    const signal = options.directory === undefined ? 'SIGKILL' : 'SIGTERM';
    await Promise.all(configs.map((_, i) => endNode(i, signal)));
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  }

  function killAll(): void {
    for (const node of running) node?.kill('SIGKILL');
  }

  process.on('exit', killAll);
  try {
    await Promise.all(configs.map((config) => format(classPath, config, clusterId)));
    await Promise.all(configs.map((_, i) => startNode(i)));
  } catch (error) {
    await stop();
    throw error;
  }
  const secureBrokers = securePorts.map((port) => `127.0.0.1:${port}`);
  return { brokers, secureBrokers, stop, killNode: (index) => endNode(index, 'SIGKILL'), startNode };
}

function properties(
  id: number,
  port: number,
  controllers: readonly number[],
  data: string,
  advertised: number,
  securePort: number | undefined,
): string {
  const replicas = Math.min(3, controllers.length);
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': controllers.map((at, i) => `${i + 1}@127.0.0.1:${at}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: [
      `PLAINTEXT://127.0.0.1:${port}`,
      `CONTROLLER://127.0.0.1:${controllers[id - 1]}`,
      ...(securePort === undefined ? [] : [`SECURE://127.0.0.1:${securePort}`]),
    ].join(','),
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertised}`,
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': replicas >= 3 ? 2 : 1,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.num.partitions': 1,
    // The first member of a group need not wait for others here.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'log.retention.check.interval.ms': 1000,
    // A node that starts again is refused until the session of its former life is over.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Of two lines with one name the later holds. */
function secureProperties({ cert, key, user, password }: SecureDoor, plain: number, secure: number): string {
  const controller = `CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL`;
  const oneLine = (pem: string) => pem.trim().replaceAll('\n', '\\n');
  return Object.entries({
    'listener.security.protocol.map': controller,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${plain},SECURE://127.0.0.1:${secure}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.secure.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user}="${password}";`,
    'listener.name.secure.ssl.keystore.type': 'PEM',
    'listener.name.secure.ssl.keystore.certificate.chain': oneLine(cert),
    'listener.name.secure.ssl.keystore.key': oneLine(key),
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function format(classPath: string, config: string, clusterId: string): Promise<void> {
  const args = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', clusterId, '-c', config];
  const tool = java(classPath, args, ['-XX:TieredStopAtLevel=1']);
  const [code] = await once(tool.process, 'close');
  if (code !== 0) throw new Error(`the storage tool ended with ${code}:\n${tool.output()}`);
}

function java(classPath: string, args: readonly string[], flags: readonly string[] = []) {
  const started = spawn(
    'java',
    ['-Xms64m', '-Xmx384m', '-XX:+UseSerialGC', ...flags, '-cp', classPath, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (data) => {
      output = (output + data).slice(-4000);
    });
  }
  return { process: started, output: () => output };
}

/** Kept in the directory: data formatted for one cluster cannot be opened as another. */
function clusterIdOf(directory: string): string {
  const file = join(directory, 'cluster-id');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  // A leading '-' would be taken for an option.
  const id = `v${randomBytes(16).toString('base64url').slice(1)}`;
  writeFileSync(file, id);
  return id;
}

/** Resolves at the first answer to an ApiVersions request: the port opens long before requests are served. */
async function answers(port: number): Promise<void> {
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0); // length
  request.writeInt16BE(18, 4); // ApiVersions
  request.writeInt16BE(0, 6); // version
  request.writeInt32BE(1, 8); // correlation id
  request.writeInt16BE(-1, 12); // no client id
  const deadline = performance.now() + START_MS_MAX;
  while (performance.now() < deadline) {
    if (await asked(port, request)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Kafka did not answer on port ${port} within ${START_MS_MAX / 1000} s`);
}

function asked(port: number, request: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.setTimeout(2000, () => end(false));
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
