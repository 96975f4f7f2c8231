/**
 * The public clips with ground truth, through the real path. They are few and were looked at while the detectors were
 * written: this keeps what was reached, and says nothing about footage that nobody has seen.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ClipRun, readTruths, runClips } from '../../pipeline/operate/evaluate/clips.ts';
import { evaluationOf } from '../../pipeline/operate/evaluate/evaluate.ts';
import { summarise } from '../../pipeline/operate/evaluate/report.ts';
import { VARIATIONS } from '../../pipeline/operate/evaluate/variations.ts';
import { scoreVaried } from '../../pipeline/operate/evaluate/variations-report.ts';
import { haveFfmpeg } from '../ingest/videos.ts';
import { havePart } from '../support/require.ts';

const data = resolve('..', 'shared', 'data');
const present =
  havePart('footage', existsSync(resolve(data, 'clips')), `no footage in ${data}`) &&
  havePart('ffmpeg', haveFfmpeg, 'no ffmpeg on the path');

/** Half of the variations, the ones that changed most; `vigie evaluate DIR --variations` runs all. */
const SEEN = ['mirrored', 'dark', 'noisy', 'soft', 'slow', 'fast'];
/** Of these together. */
const HIT_MIN = 146;
const FALSE_MAX = 0;

async function runAll(name?: string): Promise<readonly ClipRun[]> {
  const variation = VARIATIONS.find((one) => one.name === name);
  const { runs, failures } = await runClips(data, await readTruths(data), () => undefined, { variation });
  expect(failures).toEqual([]);
  return runs;
}

function scoreOf(name: string, runs: readonly ClipRun[]) {
  const alerts = runs.flatMap((run) => run.alerts);
  return scoreVaried({ name, says: '', alerts, truths: runs.map((run) => run.truth) });
}

describe.runIf(present)('the clips', () => {
  let runs: readonly ClipRun[] = [];

  beforeAll(async () => {
    runs = await runAll();
  }, 300_000);

  it('have every event found, and nothing else', () => {
    expect(runs).toHaveLength(24);
    expect(scoreOf('as filmed', runs)).toMatchObject({ truths: 25, hit: 25, missed: [], raised: [] });
  });

  it('have people counted, and crossings of lines', () => {
    const { counts, crossings } = summarise(
      evaluationOf(runs),
      runs.map((run) => run.truth),
    );
    expect(crossings.truths).toBe(17);
    expect(crossings.matched).toBeGreaterThanOrEqual(12);
    expect(crossings.spurious).toBeLessThanOrEqual(2);
    const walkway = counts.find(({ clip, zone }) => clip === 'pets09_s2l1' && zone === 'walkway')!;
    expect(walkway.meanAbsoluteError).toBeLessThanOrEqual(0.8);
    expect(walkway.rankCorrelation).toBeGreaterThanOrEqual(0.5);
  });

  it('are judged alike in a mirror, and nearly so when seen otherwise', async () => {
    const scores: ReturnType<typeof scoreOf>[] = [];
    for (const name of SEEN) scores.push(scoreOf(name, await runAll(name)));
    expect(scores[0]).toMatchObject({ name: 'mirrored', hit: 25, missed: [], raised: [] });
    const sum = (of: (score: (typeof scores)[number]) => number) =>
      scores.reduce((total, score) => total + of(score), 0);
    const flips = scores.flatMap(({ missed, raised }) => [...missed, ...raised]);
    expect(sum((score) => score.truths)).toBe(25 * SEEN.length);
    // What was reached; more may be wrong on no account, less may be held to.
    expect(
      sum((score) => score.hit),
      flips.join(', '),
    ).toBeGreaterThanOrEqual(HIT_MIN);
    expect(
      sum((score) => score.falseAlerts),
      flips.join(', '),
    ).toBeLessThanOrEqual(FALSE_MAX);
  }, 600_000);
});
