/**
 * Rows of the server summed up: of a rule, a camera, a type, a site, a day, or of all. Pure.
 *
 * Precision is confirmed / (confirmed + false + true but irrelevant): of what agents looked at in earnest, the share that
 * mattered. Tests and what lapsed undecided say nothing about it and stand apart.
 */
import { DECIDED_WITHIN_S } from '../../../model.ts';
import type { StatisticsRow } from '../../api.ts';

export interface Sum {
  readonly raised: number;
  readonly confirmed: number;
  readonly rejectedFalse: number;
  readonly rejectedIrrelevant: number;
  readonly rejectedTest: number;
  readonly lapsed: number;
  readonly reversed: number;
  /** Still waiting or claimed. */
  readonly open: number;
  readonly decidedWithin: readonly number[];
  /** That raised anything. */
  readonly cameras: number;
}

export const DIMENSIONS = ['camera', 'type', 'rule', 'site'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Group extends Sum {
  readonly key: string;
  /** Of which all rows of the group are. */
  readonly row: StatisticsRow;
}

/** Fewer decisions than this say little: said beside every share of them. */
export const FEW = 10;

export function sumOf(rows: readonly StatisticsRow[]): Sum {
  const total = (key: 'raised' | 'confirmed' | 'lapsed' | 'reversed' | Rejected) =>
    rows.reduce((sum, row) => sum + row[key], 0);
  const [raised, confirmed, lapsed] = [total('raised'), total('confirmed'), total('lapsed')];
  const [rejectedFalse, rejectedIrrelevant, rejectedTest] = [
    total('rejectedFalse'),
    total('rejectedIrrelevant'),
    total('rejectedTest'),
  ];
  const settled = confirmed + rejectedFalse + rejectedIrrelevant + rejectedTest + lapsed;
  return {
    ...{ raised, confirmed, rejectedFalse, rejectedIrrelevant, rejectedTest, lapsed },
    reversed: total('reversed'),
    open: Math.max(0, raised - settled),
    decidedWithin: Array.from({ length: DECIDED_WITHIN_S.length + 1 }, (_, at) =>
      rows.reduce((sum, row) => sum + (row.decidedWithin[at] ?? 0), 0),
    ),
    cameras: new Set(rows.map(({ site, camera }) => `${site}/${camera}`)).size,
  };
}

type Rejected = 'rejectedFalse' | 'rejectedIrrelevant' | 'rejectedTest';

export function groupsBy(rows: readonly StatisticsRow[], dimension: Dimension): readonly Group[] {
  const groups = new Map<string, StatisticsRow[]>();
  for (const row of rows) {
    const key = keyOf(row, dimension);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups].map(([key, of]) => ({ ...sumOf(of), key, row: of[0]! }));
}

function keyOf({ site, camera, type, rule }: StatisticsRow, dimension: Dimension): string {
  switch (dimension) {
    case 'site':
      return site;
    case 'type':
      return type;
    case 'camera':
      return `${site}/${camera}`;
    case 'rule':
      return `${site}/${camera}/${rule}`;
  }
}

/** What precision is a share of. */
export function judged({ confirmed, rejectedFalse, rejectedIrrelevant }: Sum): number {
  return confirmed + rejectedFalse + rejectedIrrelevant;
}

/** 0..1; undefined: nothing was judged. */
export function precision(sum: Sum): number | undefined {
  const of = judged(sum);
  return of === 0 ? undefined : sum.confirmed / of;
}

export type Within =
  | { readonly kind: 'none' }
  | { readonly kind: 'within'; readonly seconds: number }
  /** Longer than the last bound. */
  | { readonly kind: 'beyond'; readonly seconds: number };

/** The bound within which this share (0..1) of the decisions came. */
export function quantile(decidedWithin: readonly number[], share: number): Within {
  const total = decidedWithin.reduce((sum, one) => sum + one, 0);
  if (total === 0) return { kind: 'none' };
  let sum = 0;
  for (const [at, seconds] of DECIDED_WITHIN_S.entries()) {
    sum += decidedWithin[at] ?? 0;
    if (sum >= share * total) return { kind: 'within', seconds };
  }
  return { kind: 'beyond', seconds: DECIDED_WITHIN_S.at(-1)! };
}

/** Of cameras that raised anything; one that raised nothing is not in the rows. */
export function perCameraDay({ raised, cameras }: Sum, days: number): number {
  return cameras === 0 || days === 0 ? 0 : raised / cameras / days;
}

export type Column =
  | 'name'
  | 'raised'
  | 'confirmed'
  | 'rejectedFalse'
  | 'rejectedIrrelevant'
  | 'rejectedTest'
  | 'lapsed'
  | 'precision'
  | 'median'
  | 'p90';

export interface Order {
  readonly column: Column;
  readonly isDescending: boolean;
}

/** What is not known comes last, whichever way; equals by name. */
export function ordered(groups: readonly Group[], { column, isDescending }: Order): readonly Group[] {
  const sign = isDescending ? -1 : 1;
  return [...groups].sort((a, b) => {
    if (column === 'name') return sign * a.key.localeCompare(b.key);
    const [x, y] = [rank(a, column), rank(b, column)];
    if (x === undefined || y === undefined || x === y)
      return Number(x === undefined) - Number(y === undefined) || a.key.localeCompare(b.key);
    return sign * (x - y);
  });
}

function rank(group: Group, column: Exclude<Column, 'name'>): number | undefined {
  switch (column) {
    case 'precision':
      return precision(group);
    case 'median':
      return seconds(quantile(group.decidedWithin, 0.5));
    case 'p90':
      return seconds(quantile(group.decidedWithin, 0.9));
    default:
      return group[column];
  }
}

function seconds(within: Within): number | undefined {
  if (within.kind === 'none') return undefined;
  return within.kind === 'beyond' ? Number.POSITIVE_INFINITY : within.seconds;
}
