import { describe, expect, it } from 'vitest';
import { mixedSpec } from '../../pipeline/ingest/scenes/index.ts';
import { SENSITIVITIES } from '../../pipeline/model.ts';
import type { Alert } from '../../pipeline/operate/evaluate/result.ts';
import { runScene } from '../../pipeline/operate/evaluate/scene-run.ts';
import type { SceneRun } from '../../pipeline/operate/evaluate/scene-task.ts';
import { evaluateScenes } from '../../pipeline/operate/evaluate/scenes.ts';
import { byStep, scoreSteps, stepsTable } from '../../pipeline/operate/evaluate/steps.ts';

describe('every step of sensitivity in one pass', () => {
  it('raises what a run of each step by itself raises', async () => {
    const spec = mixedSpec('platform', 'fire', 3_300_100);
    const types = ['fire', 'forbidden_zone'] as const;
    const together = await runScene({ spec, types, everyStep: true });
    for (const sensitivity of SENSITIVITIES) {
      const alone = await runScene({ spec, types, sensitivity });
      expect(together.steps![sensitivity].filter(({ type }) => type === 'fire')).toEqual(
        alone.alerts.filter(({ type }) => type === 'fire'),
      );
    }
    expect(together.alerts).toEqual(together.steps!.medium);
    expect(together.steps!.high.length).toBeGreaterThan(0);
  }, 60_000);

  it('counts what is found and what is false under the step that raised it', () => {
    const alert = (step: string, from: number): Alert => ({
      ...{ clip: 'a', type: 'fire', rule: `camera_fire${step}`, zone: null, region: [0, 0, 1, 1], score: 1 },
      ...{ start_frame: from, end_frame: from + 5 },
    });
    const run = (event: boolean, alerts: readonly Alert[]): SceneRun => ({
      truth: {
        ...{ name: 'a', fps: 5, width: 160, height: 90, frames: 900 },
        events: event ? [{ type: 'fire', start_frame: 100, end_frame: 200 }] : [],
      },
      ...({ steps: byStep(alerts) } as Omit<SceneRun, 'truth'>),
    });
    const own = [run(true, [alert('@high', 110), alert('', 150), alert('@high', 600)])];
    const other = [run(false, [alert('@low', 10)])];
    const quiet = [run(false, [alert('@high', 10), alert('', 10), alert('@high', 90)])];
    const scores = scoreSteps(['density', 'fire'], [other, own], quiet);
    const rows = scores.map(({ step, hit, falseAlerts, elsewhere, inQuiet }) =>
      [step, hit, falseAlerts, elsewhere, inQuiet].join(' '),
    );
    expect(rows).toEqual(['low 0 0 1 0', 'medium 1 0 0 1', 'high 1 1 0 2']);
    expect(scores.every(({ type, truths }) => type === 'fire' && truths === 1)).toBe(true);
    expect(stepsTable(scores)).toMatch(/^fire +high +1 +1 +1 +0 +2$/m);
    expect(byStep(own[0]!.steps!.high).medium[0]?.rule).toBe('camera_fire');
  });

  it('is told at the default beside the table of the steps', async () => {
    const lines: string[] = [];
    const print = (line: string) => void lines.push(line);
    await evaluateScenes({
      scenes: 1,
      hours: 0,
      seed: 5,
      types: ['weapon'],
      everyStep: true,
      plain: true,
      print,
    });
    const text = lines.join('\n');
    expect(text).toMatch(/^weapon +1 +1 +1\.000/m);
    for (const step of SENSITIVITIES) expect(text).toMatch(new RegExp(`^weapon +${step} +1 +[01] `, 'm'));
    expect(text).toContain('sensitivity medium');
  }, 60_000);
});
