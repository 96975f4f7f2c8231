/**
 * `vigie evaluate DIR`: runs every clip that has ground truth through the real path and says how well it did.
 */
import { writeFile } from 'node:fs/promises';
import { SENSITIVITIES, type Sensitivity } from '../../model.ts';
import type { ChainCost } from './chain.ts';
import { type ClipFailure, type ClipOptions, type ClipRun, readTruths, runClips } from './clips.ts';
import { type AlertsByStep, leaveOneOut, leaveOneOutTable } from './leave-one-out.ts';
import { progressBar } from './progress.ts';
import { report, type Summary, summarise } from './report.ts';
import type { Evaluation } from './result.ts';
import { VARIATIONS } from './variations.ts';
import { scoreVaried, type VariedScore, variationsTable } from './variations-report.ts';

export interface EvaluateOptions {
  readonly clip?: string;
  /** Directory with what a detector found in the clips (objects.ts). */
  readonly objects?: string;
  /** Of every rule, instead of what the site files say. */
  readonly sensitivity?: Sensitivity;
  /** Also at the other steps of sensitivity, to see how far the clips hold the default in place. */
  readonly leaveOneOut?: boolean;
  /** Also with every clip seen otherwise (variations.ts). */
  readonly variations?: boolean;
  /** File for the JSON result. */
  readonly json?: string;
  readonly print?: (text: string) => void;
}

/** Exit codes: 0 every clip was evaluated, 1 a clip could not be read. Throws InputError for a wrong DIR. */
export async function evaluate(directory: string, options: EvaluateOptions = {}): Promise<number> {
  const print = options.print ?? ((text) => process.stdout.write(`${text}\n`));
  const startMs = performance.now();
  const truths = await readTruths(directory, options.clip);
  const steps = options.leaveOneOut === true ? SENSITIVITIES : [];
  const variations = options.variations === true ? VARIATIONS : [];
  const total = truths.reduce((sum, truth) => sum + truth.frames, 0) * (1 + steps.length + variations.length);
  const bar = progressBar(total, 'frames');
  const { objects, sensitivity } = options;
  const run = (changed: ClipOptions = {}) =>
    runClips(directory, truths, (frames) => bar.advance(frames), { objects, sensitivity, ...changed });
  const { runs, failures } = await run();
  const atSteps = [];
  for (const step of steps) {
    const { runs } = await run({ sensitivity: step });
    atSteps.push([step, runs.flatMap(({ alerts }) => alerts)] as const);
  }
  const otherwise: VariedScore[] = [];
  for (const variation of variations) {
    const { runs } = await run({ variation });
    const alerts = runs.flatMap((run) => run.alerts);
    otherwise.push(scoreVaried({ ...variation, alerts, truths: runs.map((run) => run.truth) }));
  }
  bar.done();

  const evaluation = evaluationOf(runs);
  const ran = runs.map((run) => run.truth);
  const cost = costOf(runs, performance.now() - startMs);
  print(report(evaluation, ran));
  if (steps.length > 0) {
    const byStep = Object.fromEntries(atSteps) as unknown as AlertsByStep;
    print(`\n${leaveOneOutTable(leaveOneOut(ran, byStep))}`);
  }
  if (variations.length > 0) print(`\n${variationsTable(otherwise)}`);
  print(`\n${costText(cost)}`);
  for (const failure of failures) print(failureText(failure));
  if (options.json !== undefined) {
    const summary: Summary & { cost: Cost; variations?: readonly VariedScore[] } = {
      ...summarise(evaluation, ran),
      cost,
      ...(variations.length > 0 ? { variations: otherwise } : {}),
    };
    await writeFile(options.json, `${JSON.stringify({ ...evaluation, summary })}\n`);
  }
  return failures.length > 0 ? 1 : 0;
}

export function evaluationOf(runs: readonly ClipRun[]): Evaluation {
  return {
    clips: runs.map((run) => run.truth.name),
    alerts: runs.flatMap((run) => run.alerts),
    zone_counts: Object.fromEntries(runs.map((run) => [run.truth.name, run.counts])),
    crossings: runs.flatMap((run) => run.crossings),
  };
}

/** Of all runs together. */
export interface Cost {
  readonly frames: number;
  /** Mean encoded frame, bytes, per clip. */
  readonly frameBytes: Readonly<Record<string, number>>;
  readonly observeUs: number;
  readonly wireUs: number;
  readonly decideUs: number;
  readonly wallS: number;
}

function costOf(runs: readonly ClipRun[], wallMs: number): Cost {
  const frames = runs.reduce((sum, run) => sum + run.cost.frames, 0);
  const perFrameUs = (part: (cost: ChainCost) => number) =>
    frames === 0 ? 0 : (1000 * runs.reduce((sum, run) => sum + part(run.cost), 0)) / frames;
  return {
    frames,
    frameBytes: Object.fromEntries(
      runs.map(({ truth, cost }) => [truth.name, Math.round(cost.bytes / Math.max(1, cost.frames))]),
    ),
    observeUs: perFrameUs((cost) => cost.observeMs),
    wireUs: perFrameUs((cost) => cost.wireMs),
    decideUs: perFrameUs((cost) => cost.decideMs),
    wallS: wallMs / 1000,
  };
}

function costText(cost: Cost): string {
  const bytes = Object.entries(cost.frameBytes).sort(([, a], [, b]) => b - a);
  const largest = bytes[0];
  const mean = bytes.reduce((sum, [, size]) => sum + size, 0) / Math.max(1, bytes.length);
  return [
    `encoded frame: mean ${Math.round(mean)} bytes over ${bytes.length} clips` +
      (largest ? `, largest mean ${largest[1]} (${largest[0]})` : ''),
    `${cost.frames} analysed frames, µs a frame: observe ${cost.observeUs.toFixed(0)}, ` +
      `encode + log + decode ${cost.wireUs.toFixed(0)}, measure + detect ${cost.decideUs.toFixed(0)}`,
    `wall time ${cost.wallS.toFixed(1)} s`,
  ].join('\n');
}

function failureText({ clip, error }: ClipFailure): string {
  return `not evaluated: ${clip}: ${error.message}`;
}
