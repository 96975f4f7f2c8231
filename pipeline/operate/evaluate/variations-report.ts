/** How well the same clips were judged when seen otherwise: one row a variation, then every result that flipped. */
import { EVENT_TYPES } from '../../model.ts';
import { table } from './report.ts';
import type { Alert, Truth } from './result.ts';
import { scoreType } from './score.ts';

export interface VariedResult {
  readonly name: string;
  readonly says: string;
  readonly alerts: readonly Alert[];
  /** As varied. */
  readonly truths: readonly Truth[];
}

export interface VariedScore {
  readonly name: string;
  readonly says: string;
  readonly truths: number;
  readonly hit: number;
  readonly falseAlerts: number;
  /** By clip and type. */
  readonly missed: readonly string[];
  readonly raised: readonly string[];
}

export function scoreVaried({ name, says, alerts, truths }: VariedResult): VariedScore {
  const scores = truths.flatMap((truth) =>
    EVENT_TYPES.map((type) => ({ clip: truth.name, ...scoreType(type, alerts, [truth]) })),
  );
  const total = (of: (score: (typeof scores)[number]) => number) =>
    scores.reduce((sum, score) => sum + of(score), 0);
  const named = (of: (score: (typeof scores)[number]) => number) =>
    scores.filter((score) => of(score) > 0).map((score) => `${score.type} in ${score.clip} (${of(score)})`);
  return {
    name,
    says,
    truths: total((score) => score.truths),
    hit: total((score) => score.hit),
    falseAlerts: total((score) => score.falseAlerts),
    missed: named((score) => score.truths - score.hit),
    raised: named((score) => score.falseAlerts),
  };
}

export function variationsTable(scores: readonly VariedScore[]): string {
  const flips = scores.flatMap(({ name, missed, raised }) => [
    ...missed.map((what) => `${name}: missed ${what}`),
    ...raised.map((what) => `${name}: false ${what}`),
  ]);
  const rows = scores.map(({ name, says, truths, hit, falseAlerts }) => [
    name,
    says,
    `${truths}`,
    `${hit}`,
    `${falseAlerts}`,
  ]);
  return [table(['seen otherwise', 'how', 'truths', 'hit', 'false'], rows), ...flips].join('\n');
}
