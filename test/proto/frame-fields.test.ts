/** Reading a frame by hand takes and refuses exactly what the generated code does, sound bytes and others. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFrameFields } from '../../proto/frame-fields.ts';
import { encodeFrameBatch } from '../../proto/messages.ts';
import { orGarbage, read, readerOf, v1, wideOf } from '../../proto/wire.ts';
import { frame } from './samples.ts';

/** The frame alone: a batch of one is a tag, a length of two bytes, and it. */
function recordOf(): Uint8Array {
  const reader = readerOf(encodeFrameBatch({ frames: [frame] }));
  reader.tag();
  return reader.bytes();
}

type Outcome = { readonly fault: string } | { readonly fields: unknown };

function outcome(decode: () => object): Outcome {
  try {
    return { fields: plain(decode()) };
  } catch (error) {
    return { fault: String(error) };
  }
}

/** As the model's reader sees it: what is absent is zero, empty or null, and a wide integer is a number. */
function plain(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return value.length === 0 ? null : [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return typeof value === 'number' ? bounded(value) : value;
  if ('low' in value && 'high' in value) return bounded(wide(value as { low: number; high: number }));
  return Object.fromEntries(
    NAMES.filter((name) => name in value).map((name) => [name, plain((value as never)[name])]),
  );
}

/** From 2^53 on it is refused, however it is rounded. */
function bounded(value: number): number {
  return Math.min(2 ** 53, value);
}

function wide({ low, high }: { low: number; high: number }): number {
  return (high >>> 0) * 2 ** 32 + (low >>> 0);
}

const NAMES = [
  ...['site', 'camera', 'epoch', 'number', 'capturedAtMs', 'receivedAtMs', 'intervalMs', 'planeWidth'],
  ...['planeHeight', 'view', 'cells', 'blobs', 'objects', 'columns', 'rows', 'bitmap', 'occupancy', 'flowX'],
  ...['flowY', 'box', 'foot', 'areaPx', 'stillMs', 'class', 'confidence', 'x0', 'y0', 'x1', 'y1', 'x', 'y'],
  ...['flame', 'spread', 'slant', 'statics', 'sinceMs', 'steady', 'rim'],
  ...['vehicle', 'id', 'trip', 'position', 'latitude', 'longitude'],
];

function agree(bytes: Uint8Array): void {
  const byHand = outcome(() => orGarbage(() => readFrameFields(readerOf(bytes))));
  expect(byHand).toEqual(outcome(() => read(v1.Frame, bytes)));
}

test('a sound frame', () => {
  const bytes = recordOf();
  agree(bytes);
  expect(outcome(() => readFrameFields(readerOf(bytes)))).toMatchObject({ fields: { site: frame.site } });
});

test('every cut, and every byte that is another', () => {
  const bytes = recordOf();
  for (let length = 0; length < bytes.length; length++) agree(bytes.subarray(0, length));
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 0xff]) {
      const other = bytes.slice();
      other[at]! ^= flip;
      agree(other);
    }
  }
});

test('fields in any order, several times, with others between them', () => {
  const tag = fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 7 }));
  const field: fc.Arbitrary<number[]> = fc.letrec<{ field: number[]; message: number[] }>((tie) => ({
    field: fc
      .tuple(tag, fc.oneof(fc.array(fc.nat(255), { maxLength: 12 }), tie('message')))
      .map(([[number, type], value]) =>
        type === 2 ? [(number << 3) | type, value.length & 0x7f, ...value] : [(number << 3) | type, ...value],
      ),
    message: fc.array(tie('field'), { maxLength: 4 }).map((parts) => parts.flat()),
  })).field;
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), (parts) =>
      agree(Uint8Array.from([...recordOf(), ...parts.flat(), ...recordOf()])),
    ),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => agree(bytes)),
    { numRuns: 2_000 },
  );
});

test('a wide integer is what the reader makes of it', () => {
  const byte = fc.oneof(fc.constantFrom(0x80, 0xff, 0x81, 0x82, 0, 1, 2), fc.nat(255));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3 }), fc.array(byte, { maxLength: 12 }), (before, bytes) => {
      const [ours, theirs] = [0, 1].map(() => {
        const reader = readerOf(Uint8Array.from([...before, ...bytes]));
        reader.pos = before.length;
        return reader;
      });
      const told = (read: () => number) => {
        try {
          return bounded(read());
        } catch (error) {
          return String(error);
        }
      };
      const found = told(() => wideOf(ours!));
      const wanted = told(() => {
        const value = theirs!.uint64() as unknown as Parameters<typeof wide>[0] | number;
        return typeof value === 'number' ? value : wide(value);
      });
      expect(found).toBe(wanted);
      if (typeof found === 'number') expect(ours!.pos).toBe(theirs!.pos);
    }),
    { numRuns: 3_000 },
  );
});
