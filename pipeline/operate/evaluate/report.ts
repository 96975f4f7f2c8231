/**
 * The scores of an evaluation: as the `summary` of the JSON file, and as tables for people.
 */
import { EVENT_TYPES, type EventType } from '../../model.ts';
import type { Evaluation, Truth } from './result.ts';
import {
  type CountScore,
  type CrossingScore,
  scoreCounts,
  scoreCrossings,
  scoreType,
  type TypeScore,
} from './score.ts';

export interface Summary {
  /** One per event type. */
  readonly types: readonly TypeScore[];
  readonly crossings: CrossingScore;
  readonly counts: readonly CountScore[];
}

export function summarise(
  evaluation: Evaluation,
  truths: readonly Truth[],
  types: readonly EventType[] = EVENT_TYPES,
): Summary {
  return {
    types: types.map((type) => scoreType(type, evaluation.alerts, truths)),
    crossings: scoreCrossings(evaluation.crossings, truths),
    counts: scoreCounts(evaluation.zone_counts, truths),
  };
}

/** Tables of an evaluation, ready to print. */
export function report(
  evaluation: Evaluation,
  truths: readonly Truth[],
  types: readonly EventType[] = EVENT_TYPES,
): string {
  const summary = summarise(evaluation, truths, types);
  const sections = [table(TYPE_HEADINGS, summary.types.map(typeRow)), perClip(evaluation, truths, types)];
  if (summary.crossings.truths > 0 || summary.crossings.spurious > 0) {
    const { truths: wanted, matched, spurious } = summary.crossings;
    sections.push(
      `line crossings: ${matched} of ${wanted} matched (direction, within 2 s), ${spurious} spurious`,
    );
  }
  if (summary.counts.length > 0) sections.push(table(COUNT_HEADINGS, summary.counts.map(countRow)));
  return sections.join('\n\n');
}

const TYPE_HEADINGS = [
  'event type',
  'truths',
  'hit',
  'alerts',
  'false',
  'alert time inside',
  'truth covered',
  'alerts/truth',
  'delay s',
];

function typeRow(score: TypeScore): string[] {
  return [
    score.type,
    `${score.truths}`,
    `${score.hit}`,
    `${score.alerts}`,
    `${score.falseAlerts}`,
    figure(score.alertTimeInside),
    figure(score.truthTimeCovered),
    figure(score.alertsPerTruth),
    figure(score.delayS, 1),
  ];
}

/** One row per clip and type that has a truth or an alert; clips with neither are counted in one line. */
function perClip(evaluation: Evaluation, truths: readonly Truth[], types: readonly EventType[]): string {
  const rows: string[][] = [];
  let quiet = 0;
  for (const truth of truths) {
    const scores = types
      .map((type) => scoreType(type, evaluation.alerts, [truth]))
      .filter((score) => score.truths > 0 || score.alerts > 0);
    if (scores.length === 0) quiet += 1;
    for (const score of scores) rows.push([truth.name, ...typeRow(score)]);
  }
  const rest = `${quiet} of ${truths.length} clips have neither a truth nor an alert of these types`;
  return rows.length === 0 ? rest : `${table(['clip', ...TYPE_HEADINGS], rows)}\n${rest}`;
}

const COUNT_HEADINGS = [
  'people counts: clip',
  'zone',
  'frames',
  'mean abs error',
  'rank corr.',
  'unknown',
  'unknown later',
  'known from s',
];

function countRow(score: CountScore): string[] {
  return [
    score.clip,
    score.zone,
    `${score.frames}`,
    figure(score.meanAbsoluteError),
    figure(score.rankCorrelation),
    `${score.unknownFrames}`,
    `${score.unknownLater}`,
    figure(score.knownFromS, 1),
  ];
}

function figure(value: number | undefined, digits = 2): string {
  return value === undefined ? '-' : value.toFixed(digits);
}

/** Words flush left, figures flush right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const isFigure = (text: string) => /^-?[\d.]*$/.test(text);
  const line = (cells: readonly string[], like: readonly string[]) =>
    cells
      .map((cell, column) =>
        isFigure(like[column] ?? '') ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  const first = rows[0] ?? headings;
  return [
    line(headings, first),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows.map((row) => line(row, row)),
  ].join('\n');
}
