/**
 * The middle of a site: [rail.frames] -> measure, detect -> [rail.candidates], [rail.observations].
 *
 * Any number of processes share the partitions of a site; the consumer group says who has which.
 */
import { randomUUID } from 'node:crypto';
import { drive } from '../drive.ts';
import { partitionFor } from '../log/partition.ts';
import { cameraKey } from '../model.ts';
import { pause } from '../patience.ts';
import { TOPICS } from '../topics.ts';
import { buildOf } from './build.ts';
import { type Common, type Part, patienceOf, toRejected, workerGroup } from './common.ts';
import { SetupLog } from './setups.ts';
import type { Overload } from './turns.ts';
import { frameWork } from './worker.ts';

export interface MiddleOptions extends Omit<Common, 'signal'> {
  /** Workers of other sites read the same log. */
  readonly shared: boolean;
  /** What becomes of more frames than can be measured. Default `keep_all`. */
  readonly overload?: Overload;
  /** Unique among all workers that ever were; default a random one. */
  readonly writer?: string;
}

export interface Middle extends Part {
  /** Ids of the cameras whose frames are measured here now. */
  cameras(): ReadonlySet<string>;
  /** Records of `rail.frames` that are not measured yet, of the partitions that are measured here. */
  lag(): Promise<number>;
  /** Resolves when nothing is left to measure, after some seconds at the latest. */
  drained(): Promise<void>;
}

/** What is not measured by then waits on the log for the next start. */
const DRAIN_MS = 5_000;

export function startMiddle(options: MiddleOptions): Middle {
  const { log, site, partitions, tally, nowMs, shared, overload = 'keep_all' } = options;
  const writer = options.writer ?? randomUUID();
  const stopping = new AbortController();
  const common: Common = { ...options, signal: stopping.signal };
  const group = workerGroup(site);
  const build = buildOf(site);
  const owned = new Set<number>();
  const setups = new SetupLog(common, 'worker setups');
  const following = setups.run();
  let works = 0;
  /** The group has said what is measured here. */
  let joined = false;
  const working = drive({
    ...patienceOf(common, 'worker'),
    log,
    nowMs,
    toRejected,
    group,
    topics: [TOPICS.frames],
    async workFor(at) {
      const work = await frameWork(at, {
        ...{ log, site, group, partitions, build, shared, tally, overload, setups },
        // A partition may come here, go and come back.
        writer: `${writer}/${works++}`,
      });
      owned.add(at.partition);
      return work;
    },
    onDropped: ({ partition }) => {
      owned.delete(partition);
      tally.stepped.delete(partition);
      tally.restored.delete(partition);
    },
    onProgress: ({ positions }) => {
      joined = true;
      tally.outages.delete('worker');
      for (const { partition, offset } of positions) tally.stepped.set(partition, offset);
    },
  });

  const lag = async () => {
    const lags = await Promise.all(
      [...owned].map(async (partition) => {
        const at = { topic: TOPICS.frames, partition };
        const known = tally.stepped.get(partition) ?? (await log.committed(group, at));
        const next = known ?? (await log.firstOffset(at));
        return Math.max(0, (await log.endOffset(at)) - next);
      }),
    );
    return lags.reduce((sum, one) => sum + one, 0);
  };

  return {
    failed: Promise.all([working, following]).then(() => undefined),
    cameras: () =>
      new Set(
        site.cameras
          .map(({ id }) => id)
          .filter((id) => owned.has(partitionFor(cameraKey(site.id, id), partitions))),
      ),
    lag,
    async drained() {
      const late = AbortSignal.any([AbortSignal.timeout(DRAIN_MS), stopping.signal]);
      // A log that is away has nothing to wait for.
      const waits = async () => !joined || (await lag().catch(() => 0)) > 0;
      await Promise.race([working.catch(() => undefined), until(waits, late)]);
    },
    async stop() {
      stopping.abort();
      await Promise.all([working, following].map((part) => part.catch(() => undefined)));
    },
  };
}

async function until(waits: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await waits())) await pause(20, signal);
}
