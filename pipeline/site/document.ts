/**
 * A document as read, every value with the line it stands on; and a reader over it that collects every fault
 * instead of stopping at the first. Knows nothing of YAML (parse.ts makes the tree) and nothing of sites.
 */
import type { Fault } from '../errors.ts';
import { nearest } from './spelling.ts';

export type Located =
  | { readonly kind: 'scalar'; readonly line: number; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly Located[] }
  | { readonly kind: 'map'; readonly line: number; readonly entries: ReadonlyMap<string, Located> };

/** Most faults that are kept: a file that is wrong everywhere is told so once. */
export const FAULTS_MAX = 200;

export class Faults {
  readonly #file: string;
  readonly #list: Fault[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  get list(): readonly Fault[] {
    return this.#list;
  }

  add(code: string, at: string, line: number, message: string, hint?: string): void {
    if (this.#list.length >= FAULTS_MAX) return;
    this.#list.push({ code, at, message, file: this.#file, line, ...(hint === undefined ? {} : { hint }) });
  }
}

/**
 * Reads one map. Every method answers undefined when the value is absent or wrong; what was wrong is in the
 * faults, so the caller goes on and finds the next fault too.
 */
export class MapReader {
  readonly at: string;
  readonly line: number;
  readonly faults: Faults;
  readonly #entries: ReadonlyMap<string, Located>;

  /** undefined, with a fault, when `node` is no map. Keys that are not in `known` are faults. */
  static open(node: Located, at: string, known: readonly string[], faults: Faults): MapReader | undefined {
    if (node.kind !== 'map') {
      faults.add('wrong_type', at, node.line, `is ${describe(node)}, expected keys and values`);
      return undefined;
    }
    const reader = new MapReader(node.entries, at, node.line, faults);
    reader.refuseUnknown(known);
    return reader;
  }

  private constructor(entries: ReadonlyMap<string, Located>, at: string, line: number, faults: Faults) {
    this.#entries = entries;
    this.at = at;
    this.line = line;
    this.faults = faults;
  }

  refuseUnknown(known: readonly string[]): void {
    for (const [key, node] of this.#entries) {
      if (known.includes(key)) continue;
      this.faults.add(
        'unknown_key',
        this.path(key),
        node.line,
        `unknown key '${key}'`,
        nearest(key, known) ?? `known here: ${known.join(', ')}`,
      );
    }
  }

  /** The path of one of its keys. */
  path(key: string): string {
    return this.at === '' ? key : `${this.at}.${key}`;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  node(key: string): Located | undefined {
    return this.#entries.get(key);
  }

  /** The line of a key's value, or of the map when it is absent. */
  lineOf(key: string): number {
    return this.#entries.get(key)?.line ?? this.line;
  }

  fault(code: string, key: string, message: string, hint?: string): void {
    this.faults.add(code, this.path(key), this.lineOf(key), message, hint);
  }

  missing(key: string, what: string, hint?: string): void {
    this.faults.add('missing_key', this.path(key), this.line, `missing, expected ${what}`, hint);
  }

  string(key: string, what: string): string | undefined {
    const node = this.#entries.get(key);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'string') {
      if (node.value.trim() !== '') return node.value;
      this.fault('wrong_type', key, `is empty, expected ${what}`);
      return undefined;
    }
    const quote = node.kind === 'scalar' && node.value !== null ? 'put it in quotes' : undefined;
    this.fault('wrong_type', key, `is ${describe(node)}, expected ${what}`, quote);
    return undefined;
  }

  number(key: string, what: string): number | undefined {
    const node = this.#entries.get(key);
    if (node === undefined) return undefined;
    const value = numberOf(node);
    if (value === undefined) this.fault('wrong_type', key, `is ${describe(node)}, expected ${what}`);
    return value;
  }

  boolean(key: string): boolean | undefined {
    const node = this.#entries.get(key);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    this.fault('wrong_type', key, `is ${describe(node)}, expected true or false`);
    return undefined;
  }

  /** One of a closed list. */
  choice<Choice extends string>(key: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.string(key, `one of ${choices.join(', ')}`);
    if (value === undefined) return undefined;
    const known = choices.find((choice) => choice === value);
    if (known === undefined) {
      this.fault(
        'unknown_value',
        key,
        `is '${value}', expected one of ${choices.join(', ')}`,
        nearest(value, choices),
      );
    }
    return known;
  }

  /** The items with their paths; empty when absent or wrong. */
  list(key: string, what: string, most: number): readonly { readonly node: Located; readonly at: string }[] {
    const node = this.#entries.get(key);
    if (node === undefined) return [];
    if (node.kind !== 'list') {
      this.fault('wrong_type', key, `is ${describe(node)}, expected a list of ${what}`);
      return [];
    }
    if (node.items.length > most) {
      this.fault('too_many', key, `has ${node.items.length} ${what}, expected at most ${most}`);
      return [];
    }
    return node.items.map((item, index) => ({ node: item, at: `${this.path(key)}[${index}]` }));
  }
}

/** Finite numbers only: `.nan` and `.inf` are words of YAML too. */
export function numberOf(node: Located): number | undefined {
  return node.kind === 'scalar' && typeof node.value === 'number' && Number.isFinite(node.value)
    ? node.value
    : undefined;
}

export function describe(node: Located): string {
  if (node.kind === 'list') return `a list of ${node.items.length}`;
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'empty';
  if (typeof node.value === 'string') return `the text '${node.value.slice(0, 60)}'`;
  return `${node.value}`;
}
