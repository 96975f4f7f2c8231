/** The values that site files are made of: ids, points, durations, days. Each answers undefined after a fault. */
import type { Point } from '../model.ts';
import { DURATION_MS_MAX } from './defaults.ts';
import { describe, type Faults, type Located, type MapReader, numberOf } from './document.ts';

/** Ids are joined with '/' and '#', stand in file names and in commands. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** A required id. */
export function readId(reader: MapReader, key: string): string | undefined {
  const what = 'an id of letters, digits, _ - .';
  if (!reader.has(key)) reader.missing(key, what);
  const id = reader.string(key, what);
  if (id === undefined || ID.test(id)) return id;
  reader.fault(
    'id_syntax',
    key,
    `is '${id.slice(0, 80)}', expected 1 to 64 letters, digits, _ - or ., the first a letter or digit`,
  );
  return undefined;
}

/** Most characters of a name or number that is shown and never compared. */
const TEXT_MAX = 128;

/** A text for people, where the key is given. */
export function readLabel(reader: MapReader, key: string, what: string): string | undefined {
  const text = reader.string(key, what);
  if (text === undefined || text.length <= TEXT_MAX) return text;
  reader.fault('text_too_long', key, `has ${text.length} characters, expected at most ${TEXT_MAX}`);
  return undefined;
}

/** Keeps ids apart; `what` names the family that they must differ in. */
export class Ids {
  readonly #what: string;
  readonly #lines = new Map<string, number>();

  constructor(what: string) {
    this.#what = what;
  }

  /** Reads an id that no other of the family has. */
  read(reader: MapReader): string | undefined {
    const id = readId(reader, 'id');
    if (id === undefined) return undefined;
    const before = this.#lines.get(id);
    if (before !== undefined) {
      reader.fault('duplicate_id', 'id', `${this.#what} '${id}' was already defined on line ${before}`);
    } else this.#lines.set(id, reader.lineOf('id'));
    return id;
  }
}

/** A pair of numbers [x, y], whatever their range. */
export function readPair(node: Located, at: string, what: string, faults: Faults): Point | undefined {
  const [x, y] = node.kind === 'list' ? node.items.map(numberOf) : [];
  if (node.kind === 'list' && node.items.length === 2 && x !== undefined && y !== undefined) return { x, y };
  faults.add('wrong_type', at, node.line, `is ${describe(node)}, expected ${what}`);
  return undefined;
}

/** A point on the view. */
export function readPoint(node: Located, at: string, faults: Faults): Point | undefined {
  const point = readPair(node, at, 'a point [x, y] in 0..1', faults);
  if (point === undefined) return undefined;
  if (point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1) return point;
  faults.add(
    'point_outside_view',
    at,
    node.line,
    `is [${point.x}, ${point.y}], expected both in 0..1`,
    Math.max(point.x, point.y) > 2 ? 'divide pixels by the width and height of the view' : undefined,
  );
  return undefined;
}

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

/** '500ms', '10s', '2m', '1h'; a bare number is seconds. In whole ms, above 0, at most a day. */
export function readDurationMs(reader: MapReader, key: string): number | undefined {
  const node = reader.node(key);
  if (node === undefined) return undefined;
  const text = node.kind === 'scalar' ? String(node.value) : '';
  const [, amount, unit = 's'] = /^(-?\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text) ?? [];
  const scale = MS[unit === '' ? 's' : unit];
  if (amount === undefined || scale === undefined) {
    const hint = 'write for example 500ms, 10s or 2m; a bare number is seconds';
    reader.fault('duration_syntax', key, `is ${describe(node)}, expected a duration`, hint);
    return undefined;
  }
  const ms = Math.round(Number(amount) * scale);
  if (ms > 0 && ms <= DURATION_MS_MAX) return ms;
  reader.fault(
    'duration_range',
    key,
    `is ${text} = ${ms} ms, expected more than 0 and at most ${DURATION_MS_MAX} ms`,
  );
  return undefined;
}

/** A number above zero. */
export function readPositive(reader: MapReader, key: string, what: string): number | undefined {
  const value = reader.number(key, what);
  if (value === undefined || value > 0) return value;
  reader.fault('not_positive', key, `is ${value}, expected ${what} above 0`);
  return undefined;
}

/** A whole number within bounds. */
export function readWhole(reader: MapReader, key: string, least: number, most: number): number | undefined {
  const value = reader.number(key, `a whole number from ${least} to ${most}`);
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  reader.fault('number_range', key, `is ${value}, expected a whole number from ${least} to ${most}`);
  return undefined;
}
