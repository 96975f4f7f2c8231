/**
 * A worker of a region, the production one, that tells as JSON lines what happens to it when: that it began, when it is
 * given partitions, when their state is restored, and how far it has measured each.
 */
import { parseArgs } from 'node:util';
import { regionSite } from '../../bench/network/region.ts';
import type { Log } from '../../pipeline/log/port.ts';
import { openLog } from '../../pipeline/operate/log.ts';
import { partitionsByCamera } from '../../pipeline/topics.ts';
import { startMiddle } from '../../pipeline/topology/middle.ts';
import { Tally } from '../../pipeline/topology/tally.ts';

/** What it tells. `atMs`: the wall clock, which the processes of one machine share. */
export type Told = { readonly atMs: number } & (
  | { readonly kind: 'began' }
  | { readonly kind: 'assigned'; readonly partitions: readonly number[] }
  /** Cameras whose state was found and fits. */
  | { readonly kind: 'restored'; readonly partitions: readonly number[]; readonly cameras: number }
  /** Next offset of `rail.frames` that is not measured, by partition. */
  | { readonly kind: 'measured'; readonly next: readonly (readonly [number, number])[] }
);

const LOOK_MS = 5;

const { values } = parseArgs({
  options: { cameras: { type: 'string' }, scenes: { type: 'string' }, brokers: { type: 'string' } },
});
const site = regionSite(Number(values.cameras), Number(values.scenes));
/** What it is to watch is read before the clock runs: a site file of as many cameras takes some milliseconds. */
tell({ kind: 'began' });
const { log, close } = await openLog({ kind: 'kafka', data: '', brokers: values.brokers!.split(',') });
const tally = new Tally(site);
const partitions = await partitionsByCamera(log);
const middle = startMiddle({
  ...{ site, partitions, tally, shared: false, nowMs: Date.now },
  log: telling(log),
});

let last = '';
setInterval(() => {
  const next = [...tally.stepped];
  const now = JSON.stringify(next);
  if (now !== last) tell({ kind: 'measured', next });
  last = now;
}, LOOK_MS);

process.on('SIGTERM', async () => {
  await middle.stop();
  await close();
  process.exit(0);
});
await middle.failed;

function telling(log: Log): Log {
  return {
    createTopics: (topics) => log.createTopics(topics),
    partitionCount: (topic) => log.partitionCount(topic),
    append: (records) => log.append(records),
    firstOffset: (at) => log.firstOffset(at),
    endOffset: (at) => log.endOffset(at),
    offsetAt: (at, timestampMs) => log.offsetAt(at, timestampMs),
    reader: (from) => log.reader(from),
    committed: (group, at) => log.committed(group, at),
    close: () => log.close(),
    consumer: (options) =>
      log.consumer({
        ...options,
        async onAssigned(owned) {
          const given = owned.map(({ partition }) => partition);
          tell({ kind: 'assigned', partitions: given });
          await options.onAssigned?.(owned);
          let cameras = 0;
          for (const partition of given) {
            const found = tally.restored.get(partition);
            if (found?.kind === 'restored') cameras += found.cameras - found.unfit;
          }
          tell({ kind: 'restored', partitions: given, cameras });
        },
      }),
  };
}

type Untimed<T> = T extends unknown ? Omit<T, 'atMs'> : never;

function tell(what: Untimed<Told>): void {
  process.stdout.write(`${JSON.stringify({ atMs: Date.now(), ...what })}\n`);
}
