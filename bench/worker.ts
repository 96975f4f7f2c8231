/**
 * What a worker pays for a frame of the demonstration's five cameras, which take turns: decoding, measuring, judging,
 * and keeping the state of a camera. Frames are rendered and observed before the clock starts.
 */
import { detect } from '../pipeline/detect/detect.ts';
import { demoSite, type Planes, parseSceneSource, sceneOf } from '../pipeline/ingest/scenes/index.ts';
import { measure } from '../pipeline/measure/measure.ts';
import { observations } from '../pipeline/measure/observations.ts';
import { cameraKey, type Frame } from '../pipeline/model.ts';
import { Observer } from '../pipeline/observe/observer.ts';
import { parseSite } from '../pipeline/site/parse.ts';
import type { Camera, Site } from '../pipeline/site/site.ts';
import { decodeFrameBatch, encodeFrameBatch } from '../proto/messages.ts';
import { packedPlatform } from '../test/support/busy.ts';
import type { Case } from './harness.ts';

/** Seconds of every camera: the first event is over by then. */
const FRAMES = 60 * 5;
const GROUP = "stages of a worker, the demonstration's five cameras, one thread";

export function workerCases(): readonly Case[] {
  const site = parseSite(demoSite(), { file: 'demo', dev: true });
  const seen = site.cameras.map((camera) => observed(site, camera));
  const frames = Array.from({ length: FRAMES }, (_, n) => seen.map((one) => one[n]!)).flat();
  const records = frames.map((frame) => encodeFrameBatch({ frames: [frame] }));
  const decoded = decodeAll(records);
  const measured = through(measure(site), decoded);
  const per = (name: string, run: () => unknown, check: () => void): Case => ({
    group: GROUP,
    name,
    items: [frames.length, 'frames'],
    check,
    run: () => void run(),
  });
  return [
    per(
      'decode, measure and detect',
      () => work(site, records),
      () => same(work(site, records), work(site, records, FRAMES / 2)),
    ),
    per(
      '- decode',
      () => decodeAll(records),
      () => same(decoded.length, frames.length),
    ),
    per(
      '- measure',
      () => through(measure(site), decoded),
      () => same(through(measure(site), decoded), measured),
    ),
    per(
      '- detect',
      () => through(detect(site, 'bench'), measured),
      () => same(work(site, records), through(detect(site, 'bench'), measured)),
    ),
    ...keeping('the demonstration', site, decoded),
    ...keeping('a packed platform', ...packed()),
  ];
}

function packed(): readonly [Site, readonly Frame[]] {
  const { site, frames } = packedPlatform(FRAMES);
  return [site, frames];
}

/** One camera's frames on its way to a worker. */
function observed(site: Site, camera: Camera): readonly Frame[] {
  const scene = sceneOf(parseSceneSource(camera.source!), camera.analysis);
  const { width, height, fps } = scene;
  const observer = new Observer({ site: site.id, camera: camera.id, epoch: 0, width, height });
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  const planes: Planes = {
    luma: new Uint8Array(width * height),
    u: new Uint8Array(chroma),
    v: new Uint8Array(chroma),
  };
  try {
    return Array.from({ length: FRAMES }, (_, number) => {
      scene.render(number, planes);
      const capturedAtMs = number * (1000 / fps);
      return observer.observe({ number, capturedAtMs, ...planes }, capturedAtMs);
    });
  } finally {
    observer.close();
  }
}

function decodeAll(records: readonly Uint8Array[]): readonly Frame[] {
  return records.flatMap((record) => decodeFrameBatch(record).frames);
}

function through<I, O>(stage: { step(input: I): readonly O[] }, inputs: readonly I[]): readonly O[] {
  return inputs.flatMap((input) => stage.step(input));
}

/** As a worker does it, record by record; with `moveAt`, by two workers, one after the other. */
function work(site: Site, records: readonly Uint8Array[], moveAt?: number) {
  let [measuring, detecting] = [measure(site), detect(site, 'bench')];
  return records.flatMap((record, n) => {
    if (n === moveAt) {
      const [before, judged] = [measuring, detecting];
      [measuring, detecting] = [measure(site), detect(site, 'bench')];
      for (const { id } of site.cameras) {
        const key = cameraKey(site.id, id);
        measuring.restore(key, before.save(key)!);
        detecting.restore(key, judged.save(key)!);
      }
    }
    return decodeFrameBatch(record)
      .frames.flatMap((frame) => measuring.step(frame))
      .flatMap((measured) => detecting.step(measured));
  });
}

/** What saving and restoring one camera costs, and how many bytes that is, over the moments of a run. */
function keeping(name: string, site: Site, frames: readonly Frame[]): readonly Case[] {
  const fresh = () => [measure(site), detect(site, 'bench'), observations()] as const;
  const stages = fresh();
  const keys = site.cameras.map(({ id }) => cameraKey(site.id, id));
  const save = () => keys.map((key) => stages.map((stage) => stage.save(key)));
  const sizes: number[] = [];
  let most = save();
  let mostBytes = 0;
  for (const frame of frames) {
    const [measuring, detecting, observing] = stages;
    for (const measured of measuring.step(frame)) {
      detecting.step(measured);
      observing.step(measured);
    }
    const saved = stages.map((stage) => stage.save(cameraKey(frame.site, frame.camera)));
    const bytes = saved.reduce((sum, part) => sum + (part?.length ?? 0), 0);
    sizes.push(bytes);
    if (bytes <= mostBytes) continue;
    mostBytes = bytes;
    most = save();
  }
  const mean = Math.round(sizes.reduce((sum, bytes) => sum + bytes, 0) / sizes.length);
  const restore = () => {
    const others = fresh();
    keys.forEach((key, i) => {
      others.forEach((stage, part) => {
        const saved = most[i]![part];
        if (saved !== undefined && !stage.restore(key, saved)) throw new Error(`${key} was not restored`);
      });
    });
    return keys.map((key) => others.map((stage) => stage.save(key)));
  };
  const items = [keys.length, 'cameras'] as const;
  const check = () => same(restore(), most);
  return [
    {
      group: GROUP,
      name: `save ${name} (mean ${mean}, at most ${mostBytes} bytes a camera)`,
      items,
      check,
      run: () => void save(),
    },
    { group: GROUP, name: `restore ${name} and save it again`, items, check, run: () => void restore() },
  ];
}

function same(found: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`found ${a?.slice(0, 200)}, expected ${b?.slice(0, 200)}`);
}
