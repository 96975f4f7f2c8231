/**
 * What decoding promises: a value that left this folder has finite numbers in their ranges, texts of bounded
 * length, and no meaning that this release does not know. Everything else is a DecodeError with a code.
 *
 * What encoding promises: it never writes what decoding would refuse. A value out of range there is our own
 * mistake, so it is a RangeError, not bad input.
 */
import type { Box, Point } from '../pipeline/model.ts';

export type DecodeCode =
  /** Not a message of this type: truncated, wrong wire types, invalid UTF-8. */
  | 'garbage'
  | 'too_large'
  | 'too_long'
  | 'missing_field'
  | 'unknown_enum'
  | 'bad_number'
  | 'bad_box'
  /** Grid, bitmap and cell arrays contradict one another or the plane. */
  | 'bad_grid';

/** Bytes that are not what they should be. `code` is stable, for counting; `detail` is for people. */
export class DecodeError extends Error {
  readonly code: DecodeCode;
  readonly detail: string;

  constructor(code: DecodeCode, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'DecodeError';
    this.code = code;
    this.detail = detail;
  }
}

export function refuse(code: DecodeCode, detail: string): never {
  throw new DecodeError(code, detail);
}

/** Longest id (site, camera, rule, zone, verdict, agent's name ...), UTF-16 units. A candidate's id joins five. */
export const ID_LENGTH_MAX = 512;
/** Longest sentence (explanation, note, detail). */
export const TEXT_LENGTH_MAX = 4096;

const U16 = 65_535;
const U32 = 4_294_967_295;

/** As the generated code gives a uint64: a number, or the two halves of one. */
export type Wide = number | { readonly low: number; readonly high: number } | null | undefined;

export function wideIn(value: Wide, field: string): number {
  if (value === null || value === undefined) return 0;
  const number = typeof value === 'number' ? value : (value.high >>> 0) * 4_294_967_296 + (value.low >>> 0);
  if (number > Number.MAX_SAFE_INTEGER) refuse('bad_number', `${field} is above 2^53 - 1`);
  return number;
}

export function wideOut(value: number, field: string): number {
  const rounded = Math.round(value);
  if (!(rounded >= 0 && rounded <= Number.MAX_SAFE_INTEGER)) throw outOfRange(field, value, '0..2^53-1');
  return rounded;
}

export function countOut(value: number, field: string): number {
  if (!(Number.isInteger(value) && value >= 0 && value <= U32))
    throw outOfRange(field, value, 'an integer 0..2^32-1');
  return value;
}

/** Durations are rounded to whole ms: a rate of 30 pictures a second has none. */
export function durationOut(value: number, field: string): number {
  return countOut(Math.round(value), field);
}

export function signedOut(value: number, field: string): number {
  const rounded = Math.round(value);
  if (!(Math.abs(rounded) <= 2_147_483_647)) throw outOfRange(field, value, 'i32');
  return rounded;
}

export function idIn(value: string | null | undefined, field: string): string {
  if (!value) refuse('missing_field', `${field} is empty`);
  if (value.length > ID_LENGTH_MAX)
    refuse('too_long', `${field} has ${value.length} characters, at most ${ID_LENGTH_MAX}`);
  return value;
}

export function textIn(value: string | null | undefined, field: string): string {
  const text = value ?? '';
  if (text.length > TEXT_LENGTH_MAX) {
    refuse('too_long', `${field} has ${text.length} characters, at most ${TEXT_LENGTH_MAX}`);
  }
  return text;
}

export function listIn<T>(items: readonly T[] | null | undefined, max: number, field: string): readonly T[] {
  if (!items) return [];
  if (items.length > max) refuse('too_long', `${field} has ${items.length} entries, at most ${max}`);
  return items;
}

/** Entries of one filter of a request. */
export const FILTERS_MAX = 1024;

export function namesIn(names: readonly string[] | null | undefined, field: string): readonly string[] {
  return listIn(names, FILTERS_MAX, field).map((name) => idIn(name, field));
}

export function presentIn<T>(value: T | null | undefined, field: string): T {
  if (value === null || value === undefined) refuse('missing_field', `${field} is absent`);
  return value;
}

export function finiteIn(value: number | null | undefined, field: string): number {
  const number = value ?? 0;
  if (!Number.isFinite(number)) refuse('bad_number', `${field} is ${number}, expected a finite number`);
  return number;
}

export function rangeIn(value: number | null | undefined, min: number, max: number, field: string): number {
  const number = finiteIn(value, field);
  if (number < min || number > max) refuse('bad_number', `${field} is ${number}, expected ${min}..${max}`);
  return number;
}

export function finiteOut(value: number, field: string): number {
  if (!Number.isFinite(value)) throw outOfRange(field, value, 'a finite number');
  return value;
}

/** Shares are clamped: a ratio of sums may come out a rounding error above 1. */
export function shareOut(value: number, field: string): number {
  return Math.min(1, Math.max(0, finiteOut(value, field)));
}

/** Positions are clamped: a box that was grown or predicted may reach a little beyond the view. */
function u16Out(value: number, field: string): number {
  return Math.round(shareOut(value, field) * U16);
}

function u16In(value: number | null | undefined, field: string): number {
  return rangeIn(value, 0, U16, field) / U16;
}

export function pointOut(point: Point, field: string): { x: number; y: number } {
  return { x: u16Out(point.x, field), y: u16Out(point.y, field) };
}

interface WirePoint {
  readonly x?: number | null;
  readonly y?: number | null;
}

export function pointIn(wire: WirePoint | null | undefined, field: string): Point {
  const point = presentIn(wire, field);
  return { x: u16In(point.x, field), y: u16In(point.y, field) };
}

export function boxOut(box: Box, field: string): { x0: number; y0: number; x1: number; y1: number } {
  const out = {
    x0: u16Out(box.x0, field),
    y0: u16Out(box.y0, field),
    x1: u16Out(box.x1, field),
    y1: u16Out(box.y1, field),
  };
  if (out.x0 > out.x1 || out.y0 > out.y1)
    throw outOfRange(field, JSON.stringify(box), 'x0 <= x1 and y0 <= y1');
  return out;
}

interface WireBox {
  readonly x0?: number | null;
  readonly y0?: number | null;
  readonly x1?: number | null;
  readonly y1?: number | null;
}

export function boxIn(wire: WireBox | null | undefined, field: string): Box {
  const box = presentIn(wire, field);
  const out = {
    x0: u16In(box.x0, field),
    y0: u16In(box.y0, field),
    x1: u16In(box.x1, field),
    y1: u16In(box.y1, field),
  };
  if (out.x0 > out.x1 || out.y0 > out.y1) {
    refuse('bad_box', `${field} runs from ${out.x0},${out.y0} to ${out.x1},${out.y1}`);
  }
  return out;
}

function outOfRange(field: string, value: unknown, expected: string): RangeError {
  return new RangeError(`${field} is ${String(value)}, expected ${expected}`);
}

/** An optional field that was set. */
export function isKnown<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
