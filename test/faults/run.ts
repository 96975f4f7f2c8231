/**
 * The kill test: two ingest, two worker and two serve processes over three brokers, agents who decide, subscribers who
 * listen, and somebody who kills one of all that every few seconds. Afterwards everything comes to rest and is checked.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openKafkaLog } from '../../pipeline/log/kafkajs/kafkajs.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { gather, readSubscriber } from '../../pipeline/operate/reconcile/gather.ts';
import { type Figures, reconcile } from '../../pipeline/operate/reconcile/reconcile.ts';
import type { Violation } from '../../pipeline/operate/reconcile/violation.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { partitionsOf } from '../../pipeline/topology/history.ts';
import { type RunningKafka, startKafka } from '../support/kafka/broker.ts';
import { random } from '../support/random.ts';
import { Actor, type PartKind } from './actor.ts';
import { ScriptedAgent } from './agent.ts';
import { claimsThroughKills } from './claims.ts';
import { confirmedFaults, type Received, receivedBy } from './confirmed.ts';
import { type Kill, killAtRandom } from './killer.ts';
import { Listener } from './listener.ts';
import { OpenClaims } from './open-claims.ts';
import { renderedCameras, SITE } from './site.ts';
import { type FrameLoss, frameLoss, type TakeOver, takeOvers } from './traces.ts';
import { comesTrue, sleep } from './wait.ts';

export interface KillTestOptions {
  readonly seed: number;
  readonly kills: number;
  readonly cameras: number;
  readonly fps: number;
  /** Mean time between two kills. */
  readonly paceMs: number;
  readonly partitions: number;
  /** The compiled `vigie`. */
  readonly command: string;
  /** Kafka's data, and what subscribers wrote, stay here. Absent: a new directory, removed at the end. */
  readonly directory?: string;
  readonly say?: (line: string) => void;
}

export interface Outcome {
  readonly seconds: number;
  readonly kills: readonly Kill[];
  readonly figures: Figures;
  readonly answered: { readonly confirm: number; readonly reject: number; readonly reverse: number };
  readonly refused: Readonly<Record<string, number>>;
  readonly askedAgain: number;
  readonly answerMs: { readonly median: number; readonly max: number };
  readonly openAtKill: number;
  readonly wentOn: number;
  readonly takeOvers: readonly TakeOver[];
  readonly frameLoss: FrameLoss;
  readonly received: readonly Received[];
  readonly violations: readonly Violation[];
}

const OF_EACH = 2;
const UP_MS_MAX = 120_000;
const REST_MS_MAX = 120_000;
const MOVES_MS = 15_000;

export async function killTest(options: KillTestOptions): Promise<Outcome> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'vigie-faults-'));
  // Data that is thrown away needs no orderly end, and gets none.
  const kept = options.directory === undefined ? {} : { directory: join(directory, 'kafka') };
  const kafka = await startKafka({ nodes: 3, ...kept });
  const log = await openKafkaLog({ brokers: kafka.brokers });
  const stage = new Stage(options, directory, kafka, log);
  const endAll = () => stage.endAll();
  process.on('exit', endAll);
  try {
    await createTopics(log, { partitions: options.partitions, replication: 3 });
    return await stage.play();
  } finally {
    process.off('exit', endAll);
    await stage.clear();
    await log.close();
    await kafka.stop();
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

class Stage {
  readonly #options: KillTestOptions;
  readonly #directory: string;
  readonly #kafka: RunningKafka;
  readonly #log: Log;
  readonly #site: string;
  readonly #actors: Actor[] = [];
  readonly #agents: ScriptedAgent[] = [];
  readonly #listeners: Listener[] = [];
  readonly #faults: Violation[] = [];

  constructor(options: KillTestOptions, directory: string, kafka: RunningKafka, log: Log) {
    this.#options = options;
    this.#directory = directory;
    this.#kafka = kafka;
    this.#log = log;
    this.#site = join(directory, 'site.yaml');
  }

  async play(): Promise<Outcome> {
    const { seed, kills: count, cameras, fps, paceMs, say = () => undefined } = this.#options;
    const beganMs = performance.now();
    writeFileSync(this.#site, renderedCameras(cameras, fps));
    const addresses = await freeAddresses(OF_EACH);
    for (let i = 0; i < OF_EACH; i++) {
      this.#cast('worker', i, []);
      this.#cast('serve', i, ['--grpc', addresses[i]!]);
      this.#cast('ingest', i, ['--share', `${i + 1}/${OF_EACH}`]);
    }
    for (const actor of this.#actors) actor.start();
    // One stays at each server, one moves between them, one is killed as the processes are.
    const [atFirst, atSecond, moving, mortal] = ['first', 'second', 'moving', 'mortal'].map((name) => {
      const listener = new Listener(`subscriber-${name}`, this.#options.command, this.#directory);
      this.#listeners.push(listener);
      return listener;
    });
    atFirst!.start(addresses[0]!);
    for (const one of [atSecond!, moving!, mortal!]) one.start(addresses[1]!);
    for (let i = 0; i < OF_EACH; i++) {
      const mine = (candidate: string) => sumOf(candidate) % OF_EACH === i;
      this.#agents.push(new ScriptedAgent(`Agent ${i + 1}`, addresses, random(seed + 1 + i), mine));
    }
    await this.#must('all cameras are measured', () => this.#isMeasuring(), UP_MS_MAX);
    say(`all ${cameras} cameras are measured after ${since(beganMs)} s`);
    for (const agent of this.#agents) agent.start();

    let over = false;
    const wandering = (async () => {
      const chance = random(seed + 10);
      for (let turn = 0; !over; turn++) {
        await comesTrue(() => over, MOVES_MS * (0.5 + chance.unit()));
        if (over) break;
        await moving!.end('SIGINT');
        moving!.start(addresses[turn % OF_EACH]!);
        await mortal!.end('SIGKILL');
        mortal!.start(addresses[chance.below(OF_EACH)]!);
      }
    })();
    const claims = await OpenClaims.follow(this.#log, this.#options.partitions);
    const kills = await killAtRandom({
      ...{ actors: this.#actors, kafka: this.#kafka, chance: random(seed), kills: count, paceMs },
      isWorth: ({ kind, view }) =>
        kind !== 'worker' || claims.of(view?.cameras.map(({ camera }) => camera) ?? []) > 0,
      onKill: ({ name, spooled }, n) => {
        const held = spooled === 0 ? '' : `, ${spooled} frames in its spool`;
        say(`${since(beganMs)} s: kill ${n} of ${count}: ${name}${held}`);
      },
    });
    await claims.close();
    over = true;
    await wandering;
    say(`${since(beganMs)} s: everything is up again and comes to rest`);
    await this.#rest();
    say(`${since(beganMs)} s: at rest, checking`);
    return this.#judge(kills, (performance.now() - beganMs) / 1_000);
  }

  async clear(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.end('SIGKILL')));
    await Promise.all(this.#actors.map((actor) => actor.kill()));
  }

  /** When there is no time to wait for anything. */
  endAll(): void {
    for (const one of [...this.#listeners, ...this.#actors]) one.endNow();
  }

  #cast(kind: PartKind, index: number, more: readonly string[]): void {
    const words = [kind, this.#site, '--dev', '--json', '--data', join(this.#directory, 'data')];
    const brokers = ['--brokers', this.#kafka.brokers.join(',')];
    const name = `${kind} ${index + 1}`;
    this.#actors.push(new Actor(kind, name, this.#options.command, [...words, ...brokers, ...more]));
  }

  #of(kind: PartKind): readonly Actor[] {
    return this.#actors.filter((actor) => actor.kind === kind);
  }

  /** Every camera has an owner who measures it, and every server serves. */
  #isMeasuring(): boolean {
    const seen = this.#of('worker').flatMap(({ view }) => view?.cameras ?? []);
    const measured = seen.filter(({ framesPerSecond }) => framesPerSecond > 0).map(({ camera }) => camera);
    const serving = this.#of('serve').every(({ view }) => view !== undefined);
    return serving && new Set(measured).size === this.#options.cameras;
  }

  /** First the frames end, then the claims, then the verdicts, then the events. */
  async #rest(): Promise<void> {
    await this.#must('all cameras are measured again', () => this.#isMeasuring(), UP_MS_MAX);
    const isSent = () =>
      this.#of('ingest').every(({ view }) => view?.cameras.every(({ spooled }) => spooled === 0) === true);
    await this.#must('no frame waits in a spool', isSent, REST_MS_MAX);
    await Promise.all(this.#of('ingest').map((actor) => actor.stop()));
    const sinceMs = Date.now();
    const isDone = () =>
      this.#of('worker').every(
        ({ view }) => view !== undefined && view.atMs > sinceMs + 2_000 && view.lag === 0,
      );
    await this.#must('nothing is left to measure', isDone, REST_MS_MAX);
    await Promise.all(this.#of('worker').map((actor) => actor.stop()));
    await Promise.all(this.#agents.map((agent) => agent.stop(60_000)));
    let before = '';
    await this.#must(
      'every subscriber has everything',
      async () => {
        const ends = await this.#ends(TOPICS.events);
        const reached = await Promise.all(this.#listeners.map((listener) => listener.reached()));
        const isThere = reached.every((offsets) =>
          ends.every((end, partition) => offsets[partition]! >= end),
        );
        const now = ends.join();
        const isStill = now === before;
        before = now;
        return isThere && isStill;
      },
      REST_MS_MAX,
      3_000,
    );
    await Promise.all(this.#of('serve').map((actor) => actor.stop()));
    await Promise.all(this.#listeners.map((listener) => listener.end('SIGINT')));
  }

  async #judge(kills: readonly Kill[], seconds: number): Promise<Outcome> {
    const { partitions, fps } = this.#options;
    const log = this.#log;
    const until = await this.#ends(TOPICS.events);
    const from = until.map(() => 0);
    const subscribers = await Promise.all(
      this.#listeners.map(async ({ file }) => ({
        ...(await readSubscriber(file)),
        name: basename(file),
        from,
        until,
      })),
    );
    const history = await gather(log, subscribers);
    const { figures, violations } = reconcile(history);
    const answered = this.#agents.flatMap((agent) => agent.answered);
    const { openAtKill, wentOn, violations: claims } = claimsThroughKills(history, kills);
    const own = [...this.#actors, ...this.#listeners, ...this.#agents].flatMap(({ faults }) => faults);
    const count = (act: string) => answered.filter((one) => one.act === act).length;
    const times = answered.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    const refused: Record<string, number> = {};
    for (const agent of this.#agents)
      for (const [code, times] of agent.refused) refused[code] = (refused[code] ?? 0) + times;
    return {
      ...{ seconds, kills, figures, refused, openAtKill, wentOn },
      answered: { confirm: count('confirm'), reject: count('reject'), reverse: count('reverse') },
      askedAgain: this.#agents.reduce((sum, { again }) => sum + again, 0),
      answerMs: { median: times[times.length >> 1] ?? Number.NaN, max: times.at(-1) ?? Number.NaN },
      takeOvers: await takeOvers(log, partitions, kills),
      frameLoss: await frameLoss(log, partitions, kills, fps),
      received: subscribers.map(receivedBy),
      violations: [
        ...violations,
        ...claims,
        ...confirmedFaults(answered, subscribers),
        ...(await this.#unmeasured()),
        ...this.#faults,
        ...own.map((message) => ({ code: 'process_failed', at: 'a process', message })),
      ],
    };
  }

  /** Workers that stopped have committed everything they measured: that must be everything. */
  async #unmeasured(): Promise<readonly Violation[]> {
    const ends = await this.#ends(TOPICS.frames);
    const violations: Violation[] = [];
    for (const [partition, end] of ends.entries()) {
      const at = { topic: TOPICS.frames, partition };
      const done = (await this.#log.committed(`vigie-worker-${SITE}`, at)) ?? 0;
      if (done >= end) continue;
      const message = `committed ${done}, the log ends at ${end}`;
      violations.push({ code: 'frames_unmeasured', at: `${at.topic}/${partition}`, message });
    }
    return violations;
  }

  #ends(topic: string): Promise<readonly number[]> {
    return Promise.all(partitionsOf(topic, this.#options.partitions).map((at) => this.#log.endOffset(at)));
  }

  async #must(
    what: string,
    holds: () => Promise<boolean> | boolean,
    withinMs: number,
    everyMs = 250,
  ): Promise<void> {
    if (await comesTrue(holds, withinMs, everyMs)) return;
    const message = `not within ${withinMs / 1_000} s`;
    this.#faults.push({ code: 'never_came_to_rest', at: what, message });
    await sleep(0);
  }
}

function since(beganMs: number): string {
  return ((performance.now() - beganMs) / 1_000).toFixed(0);
}

/** Which agent a candidate falls to. */
function sumOf(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i);
  return sum;
}

/** Kept by the servers through all their lives. */
async function freeAddresses(count: number): Promise<readonly string[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports.map((port) => `127.0.0.1:${port}`);
}
