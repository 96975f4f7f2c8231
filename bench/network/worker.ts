/**
 * One worker process of the region, the production one, that tells its memory after a forced collection (run with
 * --expose-gc) as a JSON line every `--every` seconds.
 */
import { openLog } from '../../pipeline/operate/log.ts';
import { partitionsByCamera } from '../../pipeline/topics.ts';
import { startMiddle } from '../../pipeline/topology/middle.ts';
import { Tally } from '../../pipeline/topology/tally.ts';
import { tell, words } from './child.ts';
import { regionSite } from './region.ts';

const { cameras, every, scenes, log: choice } = words();
const site = regionSite(cameras, scenes);
const { log, close } = await openLog(choice);
const tally = new Tally(site);
const partitions = await partitionsByCamera(log);
const middle = startMiddle({ log, site, partitions, nowMs: Date.now, tally, shared: false });

const report = async () => {
  const lag = await middle.lag().catch(() => undefined);
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const counted = [...tally.cameras.values()];
  const frames = counted.reduce((sum, camera) => sum + camera.frames, 0);
  const rejected = [...tally.rejected.values()].reduce((sum, count) => sum + count, 0);
  const cpu = process.cpuUsage();
  tell({ frames, rejected, lag, heapUsed, external, arrayBuffers, rss, cpuS: (cpu.user + cpu.system) / 1e6 });
};
const timer = setInterval(report, every * 1_000);
process.on('SIGTERM', async () => {
  clearInterval(timer);
  await middle.drained();
  await middle.stop();
  await report();
  await close();
});
await middle.failed;
