import type { AgentActor, SubscriberActor } from './people.ts';
import type { IngestProcess, ServeProcess, Watched, WorkerProcess, World } from './processes.ts';

/** Everything in a running installation, as the storm and the final check see it. */
export interface Installation {
  readonly world: World;
  readonly workers: WorkerProcess[];
  readonly servers: ServeProcess[];
  readonly ingests: IngestProcess[];
  readonly watched: readonly Watched[];
  readonly agents: readonly AgentActor[];
  readonly subscribers: readonly SubscriberActor[];
  /** Of the log's own clock. */
  readonly logClock: { aheadMs: number };
  startWorker(): void;
  startServer(): void;
  /** `skewMs`: how wrong its clock is from the start. */
  startIngest(watched: readonly Watched[], skewMs?: number): void;
}
