/**
 * A stage's state as bytes and back: exact (-0, infinities, NaN, `undefined`, the order of Maps and of names) and the
 * same bytes for the same state on every machine. Made for what stages hold: few kinds of record, many of each, so the
 * names of a record's fields and every text are written once and cited after that.
 *
 *   saved  = 'V' varint(layout) crc32(value), 4 bytes, little endian       value
 *   value  = 00..7f                 that integer
 *          | 80 undefined | 81 false | 82 true
 *          | 83 varint              an integer up to 2^53 - 1
 *          | 84 8 bytes             any other number, IEEE 754, little endian
 *          | 85 varint utf-8        a text
 *          | 86 varint              the text that was written as this one, counted from 0
 *          | 87 varint value*       an array
 *          | 88 varint (value value)*  a Map
 *          | 89 varint value* value*   a record: its names, then what they hold
 *          | 8a varint value*       a record with the names of the one that was written as this one
 *          | 8b varint varint (varint value)*  a Float64Array: its length, then what is not 0, each after so many zeros
 *   varint = LEB128
 */
import { crc32 } from 'node:zlib';

/**
 * `state` is made of numbers, texts, booleans, undefined, arrays, Maps, Float64Arrays and plain records. `layout`
 * changes when what a stage saves means something else. Throws TypeError for anything else: that is a slip of ours.
 */
export function toSaved(layout: number, state: unknown): Uint8Array {
  const writer = new Writer();
  writer.byte(MAGIC);
  writer.varint(layout);
  const sumAt = writer.length;
  writer.uint32At(sumAt, 0);
  writer.value(state);
  writer.uint32At(sumAt, crc32(writer.from(sumAt + 4)));
  return Buffer.from(writer.from(0));
}

/** Undefined for bytes of another layout and for damaged ones. */
export function fromSaved(layout: number, saved: Uint8Array): { readonly state: unknown } | undefined {
  try {
    const reader = new Reader(saved);
    if (reader.byte() !== MAGIC || reader.varint() !== layout) return undefined;
    if (reader.uint32() !== crc32(reader.rest())) return undefined;
    const state = reader.value();
    return reader.rest().length === 0 ? { state } : undefined;
  } catch (error) {
    // What Reader and the platform say of bytes that end too early or make no sense.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const MAGIC = 0x56;
const SMALL_MAX = 0x7f;
const UNDEFINED = 0x80;
const FALSE = 0x81;
const TRUE = 0x82;
const INTEGER = 0x83;
const DOUBLE = 0x84;
const TEXT = 0x85;
const TEXT_AGAIN = 0x86;
const ARRAY = 0x87;
const MAP = 0x88;
const RECORD = 0x89;
const RECORD_AGAIN = 0x8a;
const DOUBLES = 0x8b;
/** The largest state has 624 (measure/ground.ts); a length from damaged bytes must not reserve gigabytes. */
const DOUBLES_MAX = 1 << 16;

/** Serves one writer at a time, which leaves it larger where it was too small. */
let shared = Buffer.allocUnsafe(1 << 14);

class Writer {
  #buffer = shared;
  #at = 0;
  readonly #texts = new Map<string, number>();
  /** Names of every kind of record: so few that going through them is the fastest way to find one. */
  readonly #records: (readonly string[])[] = [];

  get length(): number {
    return this.#at;
  }

  /** A view of what was written from there on, until more is. */
  from(start: number): Uint8Array {
    return this.#buffer.subarray(start, this.#at);
  }

  value(value: unknown): void {
    if (typeof value === 'number') this.number(value);
    else if (value === undefined) this.byte(UNDEFINED);
    else if (typeof value === 'boolean') this.byte(value ? TRUE : FALSE);
    else if (typeof value === 'string') this.#text(value);
    else if (Array.isArray(value)) this.#array(value);
    else if (value instanceof Map) this.#map(value);
    else if (value instanceof Float64Array) this.#doubles(value);
    else if (isRecord(value)) this.#record(value);
    else throw new TypeError(`state holds ${Object.prototype.toString.call(value)}, which cannot be saved`);
  }

  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
      this.byte(DOUBLE);
      this.#room(8);
      this.#at = this.#buffer.writeDoubleLE(value, this.#at);
    } else if (value <= SMALL_MAX) this.byte(value);
    else {
      this.byte(INTEGER);
      this.varint(value);
    }
  }

  #text(text: string): void {
    const known = this.#texts.get(text);
    if (known !== undefined) {
      this.byte(TEXT_AGAIN);
      this.varint(known);
      return;
    }
    this.#texts.set(text, this.#texts.size);
    const length = Buffer.byteLength(text);
    this.byte(TEXT);
    this.varint(length);
    this.#room(length);
    this.#at += this.#buffer.write(text, this.#at);
  }

  #array(values: readonly unknown[]): void {
    this.byte(ARRAY);
    this.varint(values.length);
    for (const value of values) this.value(value);
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    this.byte(MAP);
    this.varint(map.size);
    for (const [key, value] of map) {
      this.value(key);
      this.value(value);
    }
  }

  #record(record: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(record);
    const known = this.#records.findIndex((others) => isSame(others, names));
    if (known === -1) {
      this.#records.push(names);
      this.byte(RECORD);
      this.varint(names.length);
      for (const name of names) this.#text(name);
    } else {
      this.byte(RECORD_AGAIN);
      this.varint(known);
    }
    for (const name of names) this.value(record[name]);
  }

  #doubles(values: Float64Array): void {
    this.byte(DOUBLES);
    this.varint(values.length);
    let others = 0;
    for (let i = 0; i < values.length; i++) if (!Object.is(values[i], 0)) others++;
    this.varint(others);
    let zeros = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Object.is(value, 0)) zeros++;
      else {
        this.varint(zeros);
        this.number(value);
        zeros = 0;
      }
    }
  }

  byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#at++] = value;
  }

  uint32At(at: number, value: number): void {
    this.#room(4);
    this.#at = Math.max(this.#at, this.#buffer.writeUInt32LE(value, at));
  }

  varint(value: number): void {
    this.#room(8);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.#buffer[this.#at++] = (rest % 0x80) | 0x80;
    this.#buffer[this.#at++] = rest;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#buffer.length + bytes));
    this.#buffer.copy(larger);
    this.#buffer = larger;
    shared = larger;
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

class Reader {
  readonly #buffer: Buffer;
  #at = 0;
  readonly #texts: string[] = [];
  readonly #records: (readonly string[])[] = [];

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  rest(): Uint8Array {
    return this.#buffer.subarray(this.#at);
  }

  value(): unknown {
    const tag = this.byte();
    if (tag <= SMALL_MAX) return tag;
    switch (tag) {
      case UNDEFINED:
        return undefined;
      case FALSE:
        return false;
      case TRUE:
        return true;
      case INTEGER:
        return this.varint();
      case DOUBLE:
        return this.#buffer.readDoubleLE(this.#take(8));
      case TEXT:
        return this.#text();
      case TEXT_AGAIN:
        return cited(this.#texts, this.varint());
      case ARRAY:
        return this.#times(() => this.value());
      case MAP:
        return new Map(this.#times(() => [this.value(), this.value()]));
      case RECORD:
        this.#records.push(this.#times(() => String(this.value())));
        return this.#record(this.#records.at(-1)!);
      case RECORD_AGAIN:
        return this.#record(cited(this.#records, this.varint()));
      case DOUBLES:
        return this.#doubles();
      default:
        throw new RangeError(`tag ${tag} means nothing`);
    }
  }

  #text(): string {
    const length = this.varint();
    const from = this.#take(length);
    const text = this.#buffer.toString('utf8', from, from + length);
    this.#texts.push(text);
    return text;
  }

  #record(names: readonly string[]): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    for (const name of names) record[name] = this.value();
    return record;
  }

  #doubles(): Float64Array {
    const length = this.varint();
    if (length > DOUBLES_MAX) throw new RangeError(`${length} numbers, at most ${DOUBLES_MAX}`);
    const values = new Float64Array(length);
    let at = 0;
    for (let left = this.varint(); left > 0; left--) {
      at += this.varint();
      values[at++] = Number(this.value());
    }
    return values;
  }

  #times<T>(read: () => T): T[] {
    const values: T[] = [];
    for (let left = this.varint(); left > 0; left--) values.push(read());
    return values;
  }

  byte(): number {
    return this.#buffer[this.#take(1)]!;
  }

  uint32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw new RangeError('an integer beyond 2^53');
      if (byte <= 0x7f) return value;
    }
  }

  /** Where the next `bytes` bytes begin. */
  #take(bytes: number): number {
    const from = this.#at;
    if (from + bytes > this.#buffer.length) throw new RangeError(`${bytes} bytes expected, fewer are left`);
    this.#at += bytes;
    return from;
  }
}

function cited<T>(known: readonly T[], index: number): T {
  const found = known[index];
  if (found === undefined) throw new RangeError(`cites ${index} of ${known.length}`);
  return found;
}
