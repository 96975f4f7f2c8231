/** Kills at random, with -9, and starts again what it killed after a moment. */
import type { RunningKafka } from '../support/kafka/broker.ts';
import type { Chance } from '../support/random.ts';
import type { Actor, PartKind } from './actor.ts';
import { bringBack } from './cluster.ts';
import { comesTrue, sleep } from './wait.ts';

export type KillKind = PartKind | 'broker';
export const KILL_KINDS: readonly KillKind[] = ['worker', 'serve', 'ingest', 'broker'];

export interface Kill {
  readonly kind: KillKind;
  readonly name: string;
  readonly atMs: number;
  /** When this life of it began; 0 for a broker. */
  readonly sinceMs: number;
  /** Ids of the cameras that were the process's business. */
  readonly cameras: readonly string[];
  /** Frames that waited in its spool. */
  readonly spooled: number;
}

export interface KillerOptions {
  readonly actors: readonly Actor[];
  readonly kafka: RunningKafka;
  readonly chance: Chance;
  readonly kills: number;
  /** Mean time between two kills. */
  readonly paceMs: number;
  /** Whether a process has something to lose; such a moment is waited for, `WORTH_MS_MAX` at most. */
  readonly isWorth?: (actor: Actor) => boolean;
  readonly onKill?: (kill: Kill, count: number) => void;
}

const WORTH_MS_MAX = 30_000;
const WORTH_EVERY_MS = 50;
const BACK_MS = { least: 500, most: 3_000 };

/** Resolves when everything is up again. */
export async function killAtRandom(options: KillerOptions): Promise<readonly Kill[]> {
  const { actors, kafka, chance, paceMs, isWorth = () => true, onKill } = options;
  const kills: Kill[] = [];
  const returning = new Set<Promise<void>>();
  let deck: KillKind[] = [];
  /** At most one is away or behind: two of three copies are what an append needs. */
  let brokerAway = false;
  let failure: unknown;

  const targets = (kind: PartKind) => actors.filter((actor) => actor.kind === kind && actor.isRunning);
  const isThere = (kind: KillKind) => (kind === 'broker' ? !brokerAway : targets(kind).length > 0);
  const comesBack = (back: () => Promise<void> | void) => {
    const waitMs = BACK_MS.least + chance.below(BACK_MS.most - BACK_MS.least);
    const coming = sleep(waitMs)
      .then(back)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => returning.delete(coming));
    returning.add(coming);
  };

  while (kills.length < options.kills && failure === undefined) {
    await sleep(paceMs * (0.5 + chance.unit()));
    // Each kind has its turn, in an order that nobody knows.
    if (deck.length === 0) deck = shuffled(KILL_KINDS, chance);
    const kind = deck.find(isThere);
    if (kind === undefined) continue;
    deck.splice(deck.indexOf(kind), 1);
    let kill: Kill;
    if (kind === 'broker') {
      const node = chance.below(kafka.brokers.length);
      kill = { kind, name: `broker ${node + 1}`, atMs: Date.now(), sinceMs: 0, cameras: [], spooled: 0 };
      brokerAway = true;
      await kafka.killNode(node);
      comesBack(async () => {
        await bringBack(kafka, node);
        brokerAway = false;
      });
    } else {
      const worth = () => targets(kind).filter(isWorth);
      await comesTrue(() => worth().length > 0, WORTH_MS_MAX, WORTH_EVERY_MS);
      const alive = worth().length > 0 ? worth() : targets(kind);
      if (alive.length === 0) continue;
      const actor = alive[chance.below(alive.length)]!;
      const { startedMs: sinceMs } = actor;
      const { atMs, view } = await actor.kill();
      const seen = view?.cameras ?? [];
      const cameras = seen.map(({ camera }) => camera);
      const spooled = seen.reduce((sum, camera) => sum + camera.spooled, 0);
      kill = { kind, name: actor.name, atMs, sinceMs, cameras, spooled };
      comesBack(() => actor.start());
    }
    kills.push(kill);
    onKill?.(kill, kills.length);
  }
  await Promise.all(returning);
  if (failure !== undefined) throw failure;
  return kills;
}

function shuffled<T>(values: readonly T[], chance: Chance): T[] {
  const out = [...values];
  for (let i = out.length - 1; i > 0; i--) {
    const j = chance.below(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
