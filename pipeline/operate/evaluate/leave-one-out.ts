/**
 * Leave-one-clip-out: would the sensitivity that the other clips ask for have served the clip that was left out, and how
 * far does it move from clip to clip? A step that only one clip holds in place is one that was fitted to it.
 *
 * A step costs one for every truth missed and one for every false alert. Of equal ones the default is taken, then the one
 * that claims less.
 */
import { EVENT_TYPES, type EventType, type Sensitivity } from '../../model.ts';
import { table } from './report.ts';
import type { Alert, Truth } from './result.ts';
import { scoreType } from './score.ts';

export type AlertsByStep = Readonly<Record<Sensitivity, readonly Alert[]>>;

export interface LeftOut {
  readonly type: EventType;
  readonly truths: number;
  /** On all clips together. */
  readonly costs: Readonly<Record<Sensitivity, number>>;
  /** How many clips, left out, had each step chosen for them by the others. */
  readonly chosen: Readonly<Record<Sensitivity, number>>;
  /** Cost on the clips left out, each with the step that the others chose. */
  readonly cost: number;
}

/** In the order in which equal ones are taken. */
const STEPS: readonly Sensitivity[] = ['medium', 'low', 'high'];

export function leaveOneOut(truths: readonly Truth[], alerts: AlertsByStep): readonly LeftOut[] {
  return EVENT_TYPES.map((type) => {
    const costOn = (step: Sensitivity, clips: readonly Truth[]) => {
      const score = scoreType(type, alerts[step], clips);
      return score.truths - score.hit + score.falseAlerts;
    };
    const chosen = { low: 0, medium: 0, high: 0 };
    let cost = 0;
    for (const left of truths) {
      const others = truths.filter((truth) => truth !== left);
      const costs = STEPS.map((step) => costOn(step, others));
      const step = STEPS[costs.indexOf(Math.min(...costs))]!;
      chosen[step] += 1;
      cost += costOn(step, [left]);
    }
    const costs = {
      low: costOn('low', truths),
      medium: costOn('medium', truths),
      high: costOn('high', truths),
    };
    return { type, truths: scoreType(type, [], truths).truths, costs, chosen, cost };
  });
}

export function leaveOneOutTable(rows: readonly LeftOut[]): string {
  return table(
    ['leave one clip out', 'truths', 'wrong at low', 'medium', 'high', 'steps chosen', 'wrong when left out'],
    rows.map(({ type, truths, costs, chosen, cost }) => [
      type,
      String(truths),
      ...[costs.low, costs.medium, costs.high].map(String),
      Object.entries(chosen)
        .filter(([, clips]) => clips > 0)
        .map(([step, clips]) => `${step} ${clips}`)
        .join(', '),
      String(cost),
    ]),
  );
}
