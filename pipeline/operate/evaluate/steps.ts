/**
 * Every rule at every step of sensitivity in one pass: a scene is drawn and measured once, and only what decides runs
 * three times. The rule of the default keeps its name, so that nothing else has to know of the others.
 */
import { type EventType, SENSITIVITIES, type Sensitivity } from '../../model.ts';
import type { Rule } from '../../site/site.ts';
import { table } from './report.ts';
import type { Alert } from './result.ts';
import type { AlertsAtSteps, SceneRun } from './scene-task.ts';
import { scoreType } from './score.ts';

const DEFAULT: Sensitivity = 'medium';
const MARK = '@';

/** The types whose rules take a sensitivity: those that watch a whole view. */
export const STEPPED: readonly EventType[] = [
  'fire',
  'person_on_ground',
  'abandoned_object',
  'crowd_movement',
  'weapon',
];

/** The rules as they are at the default, and those that take a sensitivity at the other steps too. */
export function atEveryStep(rules: readonly Rule[]): readonly Rule[] {
  return rules.flatMap((rule) => {
    const steps = STEPPED.includes(rule.event) ? SENSITIVITIES : [DEFAULT];
    return steps.map((sensitivity) => ({ ...rule, id: named(rule.id, sensitivity), sensitivity }));
  });
}

/** Alerts of such rules, each under the step that raised it and the name that its rule has in the site. */
export function byStep(alerts: readonly Alert[]): AlertsAtSteps {
  const at = (step: Sensitivity) =>
    alerts.flatMap((alert) => {
      const [rule = '', found = DEFAULT] = alert.rule.split(MARK);
      return found === step ? [{ ...alert, rule }] : [];
    });
  return { low: at('low'), medium: at('medium'), high: at('high') };
}

export interface StepScore {
  readonly type: EventType;
  readonly step: Sensitivity;
  readonly truths: number;
  readonly hit: number;
  /** In the scenes with an event of this type. */
  readonly falseAlerts: number;
  /** In the scenes with an event of another. */
  readonly elsewhere: number;
  readonly inQuiet: number;
}

/** `own`: the scenes with an event of each type, in the order of `types`. */
export function scoreSteps(
  types: readonly EventType[],
  own: readonly (readonly SceneRun[])[],
  quiet: readonly SceneRun[],
): readonly StepScore[] {
  return types
    .filter((type) => STEPPED.includes(type))
    .flatMap((type) => SENSITIVITIES.map((step) => score(type, step)));

  function score(type: EventType, step: Sensitivity): StepScore {
    const of = (run: SceneRun) => scoreType(type, run.steps?.[step] ?? [], [run.truth]);
    const falseIn = (runs: readonly SceneRun[]) => sum(runs.map((run) => of(run).falseAlerts));
    const mine = own[types.indexOf(type)] ?? [];
    return {
      type,
      step,
      truths: sum(mine.map((run) => of(run).truths)),
      hit: sum(mine.map((run) => of(run).hit)),
      falseAlerts: falseIn(mine),
      elsewhere: falseIn(own.filter((runs) => runs !== mine).flat()),
      inQuiet: falseIn(quiet),
    };
  }
}

export function stepsTable(scores: readonly StepScore[]): string {
  return table(
    ['at each sensitivity', 'step', 'events', 'hit', 'false', 'false elsewhere', 'false in quiet hours'],
    scores.map(({ type, step, truths, hit, falseAlerts, elsewhere, inQuiet }) => [
      type,
      step,
      ...[truths, hit, falseAlerts, elsewhere, inQuiet].map(String),
    ]),
  );
}

function named(rule: string, step: Sensitivity): string {
  return step === DEFAULT ? rule : `${rule}${MARK}${step}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
