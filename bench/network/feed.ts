/**
 * Plays the edge of a region: replays observed frames as `--cameras` cameras at `--fps`, through the batches that
 * ingest uses, in real time. Tells every `--every` seconds, as a JSON line, how many frames are on the log.
 */
import { openLog } from '../../pipeline/operate/log.ts';
import { partitionsByCamera } from '../../pipeline/topics.ts';
import { FrameBatches } from '../../pipeline/topology/batches.ts';
import { tell, until, words } from './child.ts';
import { idOf, regionFrames } from './region.ts';

const { cameras, fps, seconds, every, scenes, log: choice } = words();
const frames = regionFrames(scenes);
const { log, close } = await openLog(choice);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const patience = { signal: stop.signal };
const batches = new FrameBatches(log, await partitionsByCamera(log), patience);

const SLICES = 40;
const stepMs = 1_000 / fps;
const epoch = Date.now();
let sent = 0;
let late = 0;
const report = setInterval(() => tell({ sent, lateMs: Math.round(late) }), every * 1_000);
// Cameras are spread over the time between two pictures, as unsynchronised cameras are.
for (let slice = 0; !stop.signal.aborted; slice++) {
  const dueMs = epoch + (slice * stepMs) / SLICES;
  if (dueMs >= epoch + seconds * 1_000) break;
  late = Date.now() - dueMs;
  await until(dueMs, stop.signal);
  const number = Math.floor(slice / SLICES);
  for (let camera = slice % SLICES; camera < cameras; camera += SLICES) {
    const shown = frames[camera % scenes]!;
    const frame = shown[(number + 37 * camera) % shown.length]!;
    const nowMs = Math.round(dueMs);
    await batches.add({
      ...frame,
      site: 'region',
      camera: idOf(camera),
      epoch,
      number,
      capturedAtMs: nowMs,
      receivedAtMs: nowMs,
      intervalMs: Math.round(stepMs),
    });
    sent++;
  }
}
await batches.flush();
clearInterval(report);
tell({ sent, lateMs: 0, done: true });
await close();
