/**
 * fire: cells that glow and flicker as flames do (kernels/flame.ts) stay together in one place and change their outline.
 *
 *   patch --strong enough, in place, restless--> suspected --settled, or strong--> burning --forMs--> claim
 *      ^-------------- another or none for lapseMs -------------/
 *
 * What burns stays where it is while its outline never does. What moves through the view (a bag on a belt, a car, somebody
 * in orange) leaves its place behind; what hangs on a wall (a sign, a screen with a border) keeps its outline; lamps have
 * been told apart before, by cells that rise and fall together or repeat themselves.
 */
import { sharedArea } from '../../box.ts';
import type { Box, Cells, Measured, Point, Sensitivity } from '../../model.ts';
import type { WatchRule, Zone } from '../../site/site.ts';
import { withNeighbours } from '../cell-plane.ts';
import { type Condition, HOLDS_NOT, stepBetween } from '../claim.ts';
import { around, type RuleMachine, seconds } from '../rule.ts';
import { isInBox, type Patch, patchesOf, widened } from './flame-patches.ts';

/** Sum of flame scores (1: a cell without doubt) from which a patch is suspected. */
const STRENGTH: Readonly<Record<Sensitivity, number>> = { low: 2, medium: 1.4, high: 0.6 };
/** So many times that need not settle first. */
const STRONG = 3;
/**
 * A weak patch must last for this long beyond the rule's time: what flickered because somebody moved is forgotten by the
 * kernel two seconds later.
 */
const SETTLE_MS = 1_000;
/** A small fire is as sure when it has burned for long: this share of the strength, for so much longer. */
const WEAK = 0.55;
const SETTLE_WEAK_MS = 6_000;
/**
 * Where more than this share changes in a moment it may be what is warm behind people who pass: it must last for so long,
 * unless it is so many times as strong as is asked.
 */
const RESTLESS = 0.55;
const SETTLE_RESTLESS_MS = 3_000;
const RESTLESS_STRONG = 4;
/** A patch is compared with what burned there this long ago. */
const BEFORE_MS = 600;
const BEFORE_MS_MAX = 2_200;
/**
 * So long ago it burned here already, else what flickers passes by: the kernel forgets within 1.4 s what is no longer hot
 * and stirred.
 */
const STAYED_MS = 1_400;
/** Share of the strength asked for, of what burns where it did then and on the cells around. */
const STAYED_SHARE = 0.3;
const EARLIER_MAX = 16;
/** Share of the cells, now or then, that have changed: less is a fixed outline, more is another place. */
const CHANGE_MIN = 0.08;
const CHANGE_MAX = 0.9;
/** Cells around a patch in which it may have burned before. */
const NEAR = 2;
/** View heights a second, over this long, that a thing moves and flames do not, nearly always in one direction. */
const DRIFT_MIN = 0.08;
/**
 * And so much of its own length: flames that fill the view lean all one way for seconds and stay where they are, which
 * nothing does that moves.
 */
const DRIFT_OF_LENGTH_MIN = 0.2;
const DRIFT_STRAIGHT = 0.9;
const DRIFT_PICTURES = 8;
/** A fire behind somebody who walks by is the same fire afterwards. */
const LAPSE_MS = 700;
/** Smoke and those who fight it hide a fire for longer; it is the same claim when it shows again. */
const RELEASE_MS = 8_000;
const FIRES_MAX = 8;

/** Where it burned at one moment. */
interface Earlier {
  readonly atMs: number;
  readonly cells: readonly number[];
}

type Suspicion =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'suspected';
      readonly fromMs: number;
      readonly lastMs: number;
      /** Cells that burned when it began. */
      readonly firstCells: number;
    };

/** A patch that is followed from frame to frame. */
interface Fire {
  readonly box: Box;
  readonly seenAtMs: number;
  readonly strength: number;
  readonly cells: number;
  /** Strength of what burned here STAYED_MS ago already. */
  readonly stayed: number;
  /** Share of it that changed since a moment ago. */
  readonly change: number;
  /** View heights a second, on the last frames. */
  readonly flows: readonly Point[];
  readonly suspicion: Suspicion;
}

export class Fires implements RuleMachine {
  readonly place: string | undefined;
  readonly timing;
  readonly #rule: WatchRule;
  readonly #least: number;
  readonly #zone: Zone | undefined;
  #fires: readonly Fire[] = [];
  #earlier: readonly Earlier[] = [];
  #previousMs: number | undefined;

  constructor(rule: WatchRule, zone: Zone | undefined) {
    this.#rule = rule;
    this.#least = STRENGTH[rule.sensitivity];
    this.#zone = zone;
    this.place = rule.zone;
    this.timing = { holdMs: rule.forMs, graceMs: LAPSE_MS, releaseMs: RELEASE_MS };
  }

  save() {
    return { fires: this.#fires, earlier: this.#earlier, previousMs: this.#previousMs };
  }

  restore({ fires, earlier, previousMs }: ReturnType<Fires['save']>): void {
    this.#fires = fires;
    this.#earlier = earlier;
    this.#previousMs = previousMs;
  }

  look({ frame }: Measured): Condition | undefined {
    const { cells } = frame;
    const now = frame.capturedAtMs;
    const stepMs = stepBetween(this.#previousMs, now);
    this.#previousMs = now;
    if (cells === undefined) return undefined;
    const patches = patchesOf(cells, this.#zone, frame.planeHeight);
    this.#fires = this.#follow(patches, cells, now, stepMs);
    this.#remember(patches, now);
    const burning = this.#fires.filter((fire) => isBurning(fire, this.#least, now));
    return burning.length > 0 ? this.#condition(burning, cells, now) : HOLDS_NOT;
  }

  #condition(burning: readonly Fire[], { columns, rows }: Cells, now: number): Condition {
    const first = burning.reduce((most, fire) => (fire.strength > most.strength ? fire : most));
    const share = burning.reduce((sum, fire) => sum + fire.cells, 0) / (columns * rows);
    const lastedMs = lastedOf(first, now);
    const others = burning.length > 1 ? ` (${burning.length} places)` : '';
    return {
      holds: true,
      region: around(burning.map(({ box }) => box)),
      score: Math.min(1, 0.5 + (0.05 * first.strength) / this.#least),
      explanation:
        `flames flicker on ${percent(share)} of the view, in one place for ${seconds(lastedMs)}, ` +
        `limit ${seconds(this.#rule.forMs)}; strength ${first.strength.toFixed(1)}, limit ${this.#least}; ` +
        `${percent(first.change)} of the outline changed in a moment${others}`,
      findings: [
        { name: 'strength', value: first.strength, limit: this.#least, unit: 'cells' },
        { name: 'burning', value: lastedMs / 1000, limit: this.#rule.forMs / 1000, unit: 's' },
        { name: 'outline_change', value: first.change, limit: CHANGE_MIN, unit: 'share' },
        { name: 'size', value: share, unit: 'share of the view' },
        { name: 'growth', value: growthOf(first), unit: 'times its first size' },
      ],
    };
  }

  /** Fires go on where a patch is, and for a moment where none is; other patches begin new ones. */
  #follow(patches: readonly Patch[], cells: Cells, now: number, stepMs: number): readonly Fire[] {
    const before = this.#earlier.findLast(({ atMs }) => now - atMs >= BEFORE_MS);
    const longBefore = this.#earlier.findLast(({ atMs }) => now - atMs >= STAYED_MS);
    const left = new Set(this.#fires);
    const fires: Fire[] = [];
    for (const patch of patches.slice(0, FIRES_MAX)) {
      const near = widened(patch.box, NEAR, cells);
      const same = [...left].find(({ box }) => sharedArea(box, near) > 0);
      if (same !== undefined) left.delete(same);
      const flows = [...(same?.flows ?? []), perSecond(patch.flow, stepMs)].slice(-DRIFT_PICTURES);
      const change = before === undefined ? 1 : changeOf(patch, before, near, cells);
      const suspicious =
        patch.strength >= WEAK * this.#least &&
        change >= CHANGE_MIN &&
        change <= CHANGE_MAX &&
        !drifts(flows, lengthsOf(patch.box, cells));
      fires.push({
        box: patch.box,
        seenAtMs: now,
        strength: patch.strength,
        stayed: longBefore === undefined ? 0 : strengthWhere(longBefore, patch, cells),
        cells: patch.cells.length,
        change,
        flows,
        suspicion: suspectedOn(same?.suspicion, suspicious, patch.cells.length, now),
      });
    }
    const hidden = [...left].filter(({ seenAtMs }) => now - seenAtMs <= LAPSE_MS);
    return [...fires, ...hidden].slice(0, FIRES_MAX);
  }

  #remember(patches: readonly Patch[], now: number): void {
    const cells = patches.flatMap((patch) => patch.cells);
    const kept = this.#earlier.filter(({ atMs }) => now - atMs <= BEFORE_MS_MAX);
    this.#earlier = [...kept, { atMs: now, cells }].slice(-EARLIER_MAX);
  }
}

function suspectedOn(
  before: Suspicion | undefined,
  suspicious: boolean,
  cells: number,
  now: number,
): Suspicion {
  const goesOn = before?.kind === 'suspected' && now - before.lastMs <= LAPSE_MS;
  if (!suspicious) return goesOn ? before : { kind: 'none' };
  return goesOn
    ? { ...before, lastMs: now }
    : { kind: 'suspected', fromMs: now, lastMs: now, firstCells: cells };
}

function isBurning(fire: Fire, least: number, now: number): boolean {
  const { suspicion, stayed } = fire;
  if (suspicion.kind === 'none' || suspicion.lastMs !== now) return false;
  const lastedMs = lastedOf(fire, now);
  if (lastedMs >= STAYED_MS && stayed < STAYED_SHARE * least) return false;
  return lastedMs >= settleMsOf(fire, least);
}

function settleMsOf({ strength, change }: Fire, least: number): number {
  const settleMs = strength >= STRONG * least ? 0 : strength >= least ? SETTLE_MS : SETTLE_WEAK_MS;
  const isRestless = change > RESTLESS && strength < RESTLESS_STRONG * least;
  return isRestless ? Math.max(settleMs, SETTLE_RESTLESS_MS) : settleMs;
}

function lastedOf({ suspicion }: Fire, now: number): number {
  return suspicion.kind === 'suspected' ? now - suspicion.fromMs : 0;
}

function growthOf({ suspicion, cells }: Fire): number {
  return suspicion.kind === 'suspected' ? cells / suspicion.firstCells : 1;
}

/** Share of what burns there, now or then, that does not burn at both times. */
function changeOf({ cells: burning }: Patch, before: Earlier, near: Box, cells: Cells): number {
  const now = new Set(burning);
  const then = before.cells.filter((cell) => isInBox(cell, near, cells));
  const both = then.filter((cell) => now.has(cell)).length;
  return 1 - both / (now.size + then.length - both);
}

/** Strength of the cells that burned then as well, or lie beside one that did. */
function strengthWhere({ cells: then }: Earlier, { cells: burning, scores }: Patch, cells: Cells): number {
  const burned = new Uint8Array(cells.columns * cells.rows);
  for (const cell of then) burned[cell] = 1;
  const near = withNeighbours(burned, cells);
  return burning.reduce((sum, cell, at) => sum + near[cell]! * scores[at]!, 0);
}

/** Whether it moved through the view, all the time in one direction; flames do so upwards, which does not count. */
function drifts(flows: readonly Point[], lengths: Point): boolean {
  const falling = flows.map(({ x, y }) => ({ x, y: Math.max(0, y) }));
  const sum = falling.reduce((all, flow) => ({ x: all.x + flow.x, y: all.y + flow.y }), { x: 0, y: 0 });
  const length = falling.reduce((all, flow) => all + Math.hypot(flow.x, flow.y), 0);
  const straight = Math.hypot(sum.x, sum.y);
  const mostly = Math.abs(sum.x) >= Math.abs(sum.y) ? lengths.x : lengths.y;
  const least = Math.max(DRIFT_MIN, DRIFT_OF_LENGTH_MIN * mostly);
  return straight >= least * flows.length && straight >= DRIFT_STRAIGHT * length;
}

/** How broad and how high a box is, view heights. */
function lengthsOf({ x0, y0, x1, y1 }: Box, { columns, rows }: Cells): Point {
  return { x: ((x1 - x0) * columns) / rows, y: y1 - y0 };
}

function perSecond({ x, y }: Point, stepMs: number): Point {
  return stepMs === 0 ? { x: 0, y: 0 } : { x: (1000 * x) / stepMs, y: (1000 * y) / stepMs };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
