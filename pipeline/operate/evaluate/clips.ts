/**
 * Runs the clips of an evaluation directory through the chain, two at a time: while one waits for its decoder the
 * other computes.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fault, InputError } from '../../errors.ts';
import { openVideoFile } from '../../ingest/file.ts';
import type { Sensitivity } from '../../model.ts';
import { loadSite } from '../../site/parse.ts';
import { needsFlicker, type Site } from '../../site/site.ts';
import { type ChainCost, runChain } from './chain.ts';
import { type Collected, Collector } from './collect.ts';
import { readObjects, withObjects } from './objects.ts';
import { parseTruth, type Truth } from './result.ts';
import { type Variation, varied } from './variations.ts';

export interface ClipRun extends Collected {
  readonly truth: Truth;
  readonly cost: ChainCost;
}

export interface ClipFailure {
  readonly clip: string;
  readonly error: InputError;
}

const PARALLEL = 2;

/** Event time starts here, so that two runs are equal to the byte. */
const START_MS = Date.UTC(2026, 0, 1);

/** Reads every `gt/*.json` that has `frames`. Throws InputError with all faults, or when there is nothing to do. */
export async function readTruths(directory: string, clip?: string): Promise<readonly Truth[]> {
  const gt = path.join(directory, 'gt');
  const names = await readdir(gt).catch(() => {
    throw new InputError([
      fault('no_ground_truth', gt, 'cannot be read', 'expected DIR/gt/*.json, DIR/site/, DIR/clips/'),
    ]);
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(gt, file), 'utf8')));
  const faults = [];
  const truths: Truth[] = [];
  for (const [index, text] of texts.entries()) {
    try {
      const truth = parseTruth(text, path.join(gt, files[index] ?? ''));
      if (truth && (clip === undefined || truth.name === clip)) truths.push(truth);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(...error.faults);
    }
  }
  if (faults.length > 0) throw new InputError(faults);
  if (truths.length === 0) {
    const what = clip === undefined ? 'no file has `frames`' : `no clip is named '${clip}'`;
    throw new InputError([fault('no_clips', gt, what)]);
  }
  return truths;
}

export interface ClipOptions {
  /** Directory with what a detector found, for those clips that it has a file for. */
  readonly objects?: string | undefined;
  /** Of every rule, instead of what its site file says. */
  readonly sensitivity?: Sensitivity | undefined;
  /** The clips seen otherwise. */
  readonly variation?: Variation | undefined;
}

/** Runs all clips. A clip that cannot be read is a failure of its own; the others go on. */
export async function runClips(
  directory: string,
  truths: readonly Truth[],
  onFrame: (frames: number) => void,
  options: ClipOptions = {},
): Promise<{ runs: readonly ClipRun[]; failures: readonly ClipFailure[] }> {
  const runs = new Map<Truth, ClipRun>();
  const failures: ClipFailure[] = [];
  // The longest first, so that no core ends up waiting for one that started last.
  const waiting = [...truths].sort((a, b) => b.frames - a.frames);
  const work = async () => {
    for (let truth = waiting.shift(); truth; truth = waiting.shift()) {
      try {
        runs.set(truth, await runClip(directory, truth, onFrame, options));
      } catch (error) {
        // Without a decoder no clip can be read: that is said once, and not of each.
        if (!(error instanceof InputError) || error.code === 'decoder_missing') throw error;
        failures.push({ clip: truth.name, error });
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return { runs: truths.flatMap((truth) => runs.get(truth) ?? []), failures };
}

/** `onFrame` gets the number of source frames since its last call. */
async function runClip(
  directory: string,
  asWritten: Truth,
  onFrame: (frames: number) => void,
  { objects, sensitivity, variation }: ClipOptions,
): Promise<ClipRun> {
  const truth = variation?.truth?.(asWritten) ?? asWritten;
  const file = path.join(directory, 'site', `${truth.name}.yaml`);
  const site = withSensitivity(await loadSite(file, { dev: true }), sensitivity);
  const drawn = site.cameras[0];
  if (!drawn) throw new InputError([fault('no_camera', file, 'has no camera, expected one')]);
  const camera = variation?.camera?.(drawn, truth) ?? drawn;
  const found = objects === undefined ? undefined : await readObjects(objects, truth);
  const video = await openVideoFile(path.join(directory, 'clips', `${truth.name}.mp4`), {
    analysis: camera.analysis,
    startMs: START_MS,
    between: needsFlicker(camera),
  });
  const given = withObjects(video, found);
  const source = variation === undefined ? given : varied(given, variation);
  const collector = new Collector(truth, camera);
  let at = 0;
  const cost = await runChain(
    source,
    { ...site, cameras: [camera] },
    camera,
    (measured) => {
      const next = Math.min(measured.frame.number, truth.frames);
      onFrame(next - at);
      at = next;
      collector.measured(measured);
    },
    (candidate) => collector.candidate(candidate),
  );
  return { truth, cost, ...collector.result() };
}

function withSensitivity(site: Site, sensitivity: Sensitivity | undefined): Site {
  if (sensitivity === undefined) return site;
  const cameras = site.cameras.map((camera) => ({
    ...camera,
    rules: camera.rules.map((rule) => ({ ...rule, sensitivity })),
  }));
  return { ...site, cameras };
}
