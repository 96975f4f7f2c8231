/**
 * One run: an installation of several processes lives through bad weather, comes to rest, and is held to what can
 * never happen (design, section 10). Everything that is left to chance follows from the seed.
 */
import { openMemoryLog } from '../../pipeline/log/memory.ts';
import { gather } from '../../pipeline/operate/reconcile/gather.ts';
import { type Figures, reconcile } from '../../pipeline/operate/reconcile/reconcile.ts';
import type { Violation } from '../../pipeline/operate/reconcile/violation.ts';
import { createTopics, TOPICS } from '../../pipeline/topics.ts';
import { workerGroup } from '../../pipeline/topology/common.ts';
import { partitionsOf } from '../../pipeline/topology/history.ts';
import { type Chance, random } from '../support/random.ts';
import { CAMERAS, Scene, site } from './cameras.ts';
import type { Installation } from './installation.ts';
import { FAIR, type LinkWorld, type Weather } from './link.ts';
import { AgentActor, SubscriberActor } from './people.ts';
import { NOTHING, type Planted } from './planted.ts';
import { IngestProcess, PARTITIONS, ServeProcess, WorkerProcess, type World } from './processes.ts';
import { promiseFaults } from './promises.ts';
import { replayFaults } from './replay.ts';
import { Storm } from './storm.ts';
import { Trace } from './trace.ts';
import { VirtualTime } from './virtual.ts';

export interface Outcome {
  readonly seed: number;
  /** The same for the same seed and build. */
  readonly digest: string;
  readonly figures: Figures;
  readonly violations: readonly Violation[];
  /** What the weather did, by kind. */
  readonly faults: ReadonlyMap<string, number>;
  readonly turns: number;
  readonly virtualMs: number;
  /** Only when they were asked for. */
  readonly lines: readonly string[];
}

export interface SimulateOptions {
  readonly planted?: Planted;
  /** Keep the trace's lines. */
  readonly trace?: boolean;
}

const START_MS = 1_790_000_000_000;
const STORM_MS = 11_000;
const REST_MS_MAX = 90_000;
const REST_STEP_MS = 1_500;
const LEASE_MS = 3_000;
/** Those who were killed last come back, and the leases of those who do not have ended. */
const AFTER_STORM_MS = LEASE_MS + 4_000;

export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Outcome> {
  const time = new VirtualTime(START_MS);
  const restore = time.install();
  // Outages are thrown by the hundred, and nobody reads where.
  const stackLines = Error.stackTraceLimit;
  Error.stackTraceLimit = options.trace === true ? stackLines : 0;
  try {
    return await run(seed, time, options);
  } finally {
    Error.stackTraceLimit = stackLines;
    restore();
  }
}

async function run(seed: number, time: VirtualTime, options: SimulateOptions): Promise<Outcome> {
  const chance = random(seed);
  const trace = new Trace(() => time.elapsedMs, options.trace === true);
  const broken: Violation[] = [];
  const installation = await install(chance, time, trace, options.planted ?? NOTHING, (who, error) => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    broken.push({ code: 'process_broken', at: who, message });
  });
  const { world, agents } = installation;
  const storm = new Storm(installation);
  for (const agent of agents) void agent.work(STORM_MS + 2_000);
  void storm.blow(STORM_MS);
  await time.run(STORM_MS);
  storm.calm();
  const rested = await rest(installation, time);
  const subscribers = installation.subscribers.map(({ name, received }) => ({
    name,
    received,
    from: Array.from({ length: PARTITIONS }, () => 0),
    until: Array.from({ length: PARTITIONS }, () => Number.MAX_SAFE_INTEGER),
  }));
  const history = await gather(world.log, subscribers);
  const { figures, violations } = reconcile(history);
  const promised = promiseFaults(installation, history);
  stopAll(installation);
  await time.run(time.elapsedMs + 1);
  const digest = trace.digest();
  const replayed = await replayFaults(world.log, time);
  const restless: Violation[] = rested
    ? []
    : [{ code: 'no_rest', at: 'installation', message: `still at work ${REST_MS_MAX} ms after the storm` }];
  return {
    seed,
    digest,
    figures,
    violations: [...broken, ...restless, ...violations, ...promised, ...replayed],
    faults: storm.faults,
    turns: time.turns,
    virtualMs: time.elapsedMs,
    lines: trace.lines(),
  };
}

async function install(
  chance: Chance,
  time: VirtualTime,
  trace: Trace,
  planted: Planted,
  onBroken: World['onBroken'],
): Promise<Installation> {
  const logClock = { aheadMs: 0 };
  let members = 0;
  const log = openMemoryLog({
    now: () => time.nowMs + logClock.aheadMs,
    leaseMs: LEASE_MS,
    memberId: () => `member-${members++}`,
  });
  await createTopics(log, { partitions: PARTITIONS });
  const weather: Weather = { ...FAIR };
  const links: LinkWorld = { log, time, chance, trace, weather, onAppend: () => undefined };
  const world: World = { ...links, planted, onBroken };
  const workers: WorkerProcess[] = [];
  const servers: ServeProcess[] = [];
  const ingests: IngestProcess[] = [];
  const names = { worker: 0, serve: 0, ingest: 0 };
  const cameras = CAMERAS.slice(0, 2 + chance.below(CAMERAS.length - 1));
  const watched = cameras.map((camera) => ({
    camera,
    scene: new Scene(chance, STORM_MS),
    skewMs: 0,
    tunnelUntilMs: 0,
  }));
  const installation: Installation = {
    world,
    workers,
    servers,
    ingests,
    watched,
    agents: ['A. Martin', 'B. Durand'].map((name) => new AgentActor(name, world, () => servers)),
    subscribers: ['gendarmerie', 'archive'].map((name) => new SubscriberActor(name, world, () => servers)),
    logClock,
    startWorker: () => void workers.push(new WorkerProcess(`worker-${names.worker++}`, world)),
    startServer: () => void servers.push(new ServeProcess(`serve-${names.serve++}`, world)),
    startIngest: (some, skewMs = 0) =>
      void ingests.push(new IngestProcess(`ingest-${names.ingest++}`, world, some, STORM_MS, skewMs)),
  };
  for (let n = 1 + chance.below(2); n > 0; n--) installation.startWorker();
  for (let n = 1 + chance.below(2); n > 0; n--) installation.startServer();
  const half = chance.below(watched.length + 1);
  for (const some of [watched.slice(0, half), watched.slice(half)])
    if (some.length > 0) installation.startIngest(some);
  for (const subscriber of installation.subscribers) subscriber.start();
  return installation;
}

/** At rest: every frame is stepped, nothing was appended for a while, subscribers stand at the end. */
async function rest(installation: Installation, time: VirtualTime): Promise<boolean> {
  const { world, subscribers } = installation;
  const { log } = world;
  const untilMs = time.elapsedMs + REST_MS_MAX;
  let before = '';
  for (const subscriber of subscribers) subscriber.hurry();
  await time.run(time.elapsedMs + AFTER_STORM_MS);
  while (time.elapsedMs < untilMs) {
    await time.run(time.elapsedMs + REST_STEP_MS);
    const lags = await Promise.all(
      partitionsOf(TOPICS.frames, PARTITIONS).map(async (at) => {
        const end = await log.endOffset(at);
        return end === 0 ? 0 : end - ((await log.committed(workerGroup(site), at)) ?? 0);
      }),
    );
    const topics = [TOPICS.frames, TOPICS.candidates, TOPICS.verdicts, TOPICS.events];
    const ends = await Promise.all(
      topics.flatMap((topic) => partitionsOf(topic, PARTITIONS).map((at) => log.endOffset(at))),
    );
    const now = [...ends, ...subscribers.map(({ received }) => received.length)].join(' ');
    if (now === before && lags.every((lag) => lag === 0)) return true;
    before = now;
  }
  return false;
}

function stopAll({ workers, servers, ingests }: Installation): void {
  for (const process of [...workers, ...servers, ...ingests]) {
    process.kill();
    process.stop.abort();
  }
}
