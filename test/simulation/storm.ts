/** What happens to an installation: at random moments one of these, until the storm is over and all is mended. */

import { TOPICS } from '../../pipeline/topics.ts';
import { encodeFrameBatch } from '../../proto/messages.ts';
import type { Installation } from './installation.ts';
import { FAIR } from './link.ts';
import { PARTITIONS, type Watched } from './processes.ts';

const EVERY_MS_MAX = 900;
const WORKERS_MAX = 3;
const SERVERS_MAX = 2;

export class Storm {
  readonly faults = new Map<string, number>();
  readonly #at: Installation;

  constructor(installation: Installation) {
    this.#at = installation;
  }

  async blow(forMs: number): Promise<void> {
    const { world } = this.#at;
    const { time, chance, weather } = world;
    if (chance.unit() < 0.85) {
      weather.slow = 0.3 * chance.unit();
      weather.slowMsMax = 5 + chance.below(150);
      weather.lostRequests = 0.03 * chance.unit();
      weather.lostAnswers = 0.03 * chance.unit();
      weather.torn = 0.08 * chance.unit();
    }
    while (time.elapsedMs < forMs) {
      await time.wait(50 + chance.below(EVERY_MS_MAX));
      if (time.elapsedMs < forMs) this.#strike();
    }
  }

  /** Faults end, whoever is down comes back, and clocks stay as they are. */
  calm(): void {
    const { world, workers, servers, ingests, watched } = this.#at;
    Object.assign(world.weather, FAIR);
    world.trace.note('storm', 'is over');
    for (const process of [...workers, ...servers, ...ingests]) process.link.mend();
    if (!workers.some(({ isUp }) => isUp)) this.#at.startWorker();
    if (!servers.some(({ isUp }) => isUp)) this.#at.startServer();
    // A last session of every camera says that the view is lost.
    for (const one of watched) one.tunnelUntilMs = 0;
    const left = this.#unwatched();
    if (left.length > 0) this.#at.startIngest(left);
  }

  #unwatched(): readonly Watched[] {
    const { ingests, watched } = this.#at;
    return watched.filter(({ camera }) => !ingests.some((one) => one.isUp && one.watches(camera)));
  }

  #strike(): void {
    const { world } = this.#at;
    const strikes: readonly (readonly [weight: number, name: string, strike: () => boolean])[] = [
      [5, 'kill worker', () => this.#killWorker()],
      [3, 'kill serve', () => this.#killServer()],
      [2, 'kill ingest', () => this.#killIngest()],
      [3, 'worker joins', () => this.#join()],
      [4, 'stall', () => this.#stall()],
      [4, 'cut', () => this.#cut()],
      [3, 'cut subscriber', () => this.#someone(this.#at.subscribers)?.cut() ?? true],
      [2, 'restart subscriber', () => this.#someone(this.#at.subscribers)?.restart() ?? true],
      [2, 'clock of a process', () => this.#processClock()],
      [1, 'clock of a camera', () => this.#cameraClock()],
      [1, 'clock of the log', () => this.#logClock()],
      [2, 'tunnel', () => this.#tunnel()],
      [2, 'garbage', () => this.#garbage()],
      [3, 'repeated record', () => this.#repeat()],
    ];
    let roll = world.chance.below(strikes.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, name, strike] of strikes) {
      roll -= weight;
      if (roll >= 0) continue;
      world.trace.note('storm', name);
      if (strike()) this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
      return;
    }
  }

  #someone<T>(all: readonly T[]): T | undefined {
    return all.length === 0 ? undefined : all[this.#at.world.chance.below(all.length)];
  }

  #later(run: () => void): void {
    const { time, chance } = this.#at.world;
    time.at(100 + chance.below(3_000), run);
  }

  #killWorker(): boolean {
    const one = this.#someone(this.#at.workers.filter(({ isUp }) => isUp));
    one?.kill();
    if (one !== undefined) this.#later(() => this.#at.startWorker());
    return one !== undefined;
  }

  #killServer(): boolean {
    const one = this.#someone(this.#at.servers.filter(({ isUp }) => isUp));
    one?.kill();
    if (one !== undefined) this.#later(() => this.#at.startServer());
    return one !== undefined;
  }

  #killIngest(): boolean {
    const one = this.#someone(this.#at.ingests.filter(({ isUp }) => isUp));
    one?.kill();
    if (one === undefined) return false;
    // Sometimes on a machine, or after a boot, with another time of day.
    const skewMs = this.#at.world.chance.unit() < 0.5 ? 0 : this.#step();
    this.#later(() => {
      const left = this.#unwatched().filter(({ camera }) => one.watches(camera));
      if (left.length > 0) this.#at.startIngest(left, skewMs);
    });
    return true;
  }

  #join(): boolean {
    const { chance } = this.#at.world;
    const up = this.#at.servers.filter(({ isUp }) => isUp).length;
    if (chance.unit() < 0.3 && up < SERVERS_MAX) this.#at.startServer();
    else if (this.#at.workers.filter(({ isUp }) => isUp).length < WORKERS_MAX) this.#at.startWorker();
    else return false;
    return true;
  }

  #anyProcess() {
    const { workers, servers, ingests } = this.#at;
    return this.#someone([...workers, ...workers, ...servers, ...ingests].filter(({ isUp }) => isUp));
  }

  #stall(): boolean {
    const one = this.#anyProcess();
    one?.link.stall(200 + this.#at.world.chance.below(8_000));
    return one !== undefined;
  }

  #cut(): boolean {
    const one = this.#anyProcess();
    one?.link.cut(100 + this.#at.world.chance.below(6_000));
    return one !== undefined;
  }

  #processClock(): boolean {
    const one = this.#anyProcess();
    if (one !== undefined) one.skewMs += this.#step();
    return one !== undefined;
  }

  #cameraClock(): boolean {
    const one = this.#someone(this.#at.watched);
    if (one !== undefined) one.skewMs += this.#step();
    return one !== undefined;
  }

  /** The log's clock also tells how long a member may be silent, so it is set back by moments only. */
  #logClock(): boolean {
    const { chance } = this.#at.world;
    this.#at.logClock.aheadMs += chance.unit() < 0.5 ? -chance.below(1_500) : chance.below(20 * 60_000);
    return true;
  }

  /** Seconds mostly, sometimes minutes. */
  #step(): number {
    const { chance } = this.#at.world;
    const most = chance.unit() < 0.7 ? 5_000 : 20 * 60_000;
    return chance.below(2 * most) - most;
  }

  #tunnel(): boolean {
    const { time, chance } = this.#at.world;
    const one = this.#someone(this.#at.watched);
    if (one !== undefined) one.tunnelUntilMs = time.nowMs + chance.below(6_000);
    return one !== undefined;
  }

  /** Somebody else's bytes on a topic of ours. */
  #garbage(): boolean {
    const { log, chance } = this.#at.world;
    const topic = this.#someone([TOPICS.frames, TOPICS.candidates, TOPICS.verdicts])!;
    const value =
      chance.unit() < 0.5
        ? Uint8Array.from({ length: chance.below(40) }, () => chance.below(256))
        : encodeFrameBatch({ frames: [] });
    void log.append([{ topic, partition: chance.below(PARTITIONS), value }]);
    return true;
  }

  /** A record of frames or verdicts once more, as a producer that was not answered would send it. */
  #repeat(): boolean {
    const { log, chance } = this.#at.world;
    const topic = this.#someone([TOPICS.frames, TOPICS.verdicts, TOPICS.verdicts])!;
    const at = { topic, partition: chance.below(PARTITIONS) };
    void (async () => {
      const end = await log.endOffset(at);
      if (end === 0) return;
      const reader = await log.reader([{ ...at, offset: Math.max(0, end - 1 - chance.below(3)) }]);
      const [record] = await reader.read(1, 0);
      await reader.close();
      if (record !== undefined) await log.append([{ ...at, value: record.value }]);
    })();
    return true;
  }
}
