import { describe, expect, test } from 'vitest';
import type { Cells, Frame } from '../../pipeline/model.ts';
import {
  decodeFrameBatch,
  decodeFrameBatchLenient,
  decodeFramesOf,
  encodeFrameBatch,
} from '../../proto/messages.ts';
import { frame } from './samples.ts';

const cells = frame.cells!;
const bad = (patch: Partial<Frame>): Frame => ({ ...frame, camera: 'bad', ...patch });
const grid = (patch: Partial<Cells>): Frame => bad({ cells: { ...cells, ...patch } });

describe('bytes', () => {
  test('are views of the record, whatever kind of array the log gave', () => {
    const record = encodeFrameBatch({ frames: [frame] });
    const apart = new Uint8Array(record.length + 7);
    apart.set(record, 7);
    for (const bytes of [record, apart.subarray(7), Buffer.from(apart.buffer, 7)]) {
      const decoded = decodeFrameBatch(bytes).frames[0]!.cells!;
      for (const name of ['bitmap', 'occupancy', 'flowX', 'flowY'] as const) {
        expect(decoded[name].buffer).toBe(bytes.buffer);
        expect(decoded[name].constructor).toBe(Uint8Array);
        expect(decoded[name]).toEqual(cells[name]);
      }
    }
  });
});

describe('one bad frame', () => {
  test.each([
    ['wrong columns', grid({ columns: 4 }), 'bad_grid'],
    ['wrong rows', grid({ rows: 1 }), 'bad_grid'],
    ['bitmap too short', grid({ bitmap: new Uint8Array(0) }), 'bad_grid'],
    ['bitmap too long', grid({ bitmap: Uint8Array.of(0b100101, 0) }), 'bad_grid'],
    ['a bit beyond the last cell', grid({ bitmap: Uint8Array.of(0b1100001) }), 'bad_grid'],
    ['fewer occupancies than set bits', grid({ occupancy: Uint8Array.of(1, 2) }), 'bad_grid'],
    ['more flows than set bits', grid({ flowX: Uint8Array.of(1, 2, 3, 4) }), 'bad_grid'],
    ['no flow', grid({ flowY: new Uint8Array(0) }), 'bad_grid'],
    ['no plane', bad({ planeWidth: 0 }), 'bad_grid'],
    ['a plane above 57,600 pixels', bad({ planeWidth: 321, planeHeight: 180 }), 'bad_grid'],
    ['no site', bad({ site: '' }), 'missing_field'],
    ['a blob larger than the plane', bad({ blobs: [{ ...frame.blobs[0]!, areaPx: 61 }] }), 'bad_number'],
    ['a blob faster than the plane', bad({ blobs: [{ ...frame.blobs[0]!, flowX: -10.125 }] }), 'bad_number'],
    ['too many blobs', bad({ blobs: Array.from({ length: 4097 }, () => frame.blobs[0]!) }), 'too_long'],
  ])('%s costs itself and no other', (_name, culprit, code) => {
    const bytes = encodeFrameBatch({ frames: [frame, culprit, { ...frame, number: 9 }] });
    const { frames, faults } = decodeFrameBatchLenient(bytes);
    expect(frames.map(({ number }) => number)).toEqual([frame.number, 9]);
    expect(faults).toEqual([expect.objectContaining({ index: 1, code, camera: 'bad' })]);
    expect(() => decodeFrameBatch(bytes)).toThrow(expect.objectContaining({ name: 'DecodeError', code }));
  });

  test('garbage in the middle costs itself', () => {
    const one = Buffer.from(encodeFrameBatch({ frames: [frame] }));
    const garbage = Buffer.from([10, 3, 0xff, 0xff, 0xff]);
    const { frames, faults } = decodeFrameBatchLenient(Buffer.concat([one, garbage, one]));
    expect(frames).toEqual([frame, frame]);
    expect(faults).toEqual([expect.objectContaining({ index: 1, code: 'garbage' })]);
  });

  test('a truncated batch keeps the frames before the cut', () => {
    const bytes = encodeFrameBatch({ frames: [frame, frame, frame] });
    const { frames, faults } = decodeFrameBatchLenient(bytes.subarray(0, bytes.length - 1));
    expect(frames).toEqual([frame, frame]);
    expect(faults).toEqual([expect.objectContaining({ index: 2, code: 'garbage' })]);
  });

  test('a record without frames does not vanish: empty, or of something else', () => {
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0x10, 1)]) {
      expect(decodeFrameBatchLenient(bytes)).toEqual({
        frames: [],
        faults: [{ index: 0, code: 'missing_field', detail: 'the batch has no frames' }],
      });
    }
  });

  test('size and number are bounded', () => {
    const large = decodeFrameBatchLenient(new Uint8Array(4 * 1024 * 1024 + 1));
    expect(large.faults).toEqual([expect.objectContaining({ code: 'too_large' })]);
    const many = Buffer.concat(Array.from({ length: 4097 }, () => Buffer.from([10, 0])));
    const { faults } = decodeFrameBatchLenient(many);
    expect(faults).toHaveLength(4097);
    expect(faults.at(-1)).toMatchObject({ index: 4096, code: 'too_long' });
    const wide = Buffer.concat([Buffer.from([10, 0x81, 0x80, 0x10]), Buffer.alloc(256 * 1024 + 1)]);
    expect(decodeFrameBatchLenient(wide).faults).toEqual([
      expect.objectContaining({ index: 0, code: 'too_large' }),
    ]);
  });
});

describe('the frames of one camera', () => {
  const named = (camera: string, number: number) => ({ ...frame, camera, number });
  const bytes = encodeFrameBatch({
    frames: [named('quai', 1), named('quai-b', 2), named('voie', 3), { ...named('quai', 4), site: 'quai' }],
  });
  test.each([
    ['quai', [1]],
    ['quai-b', [2]],
    ['voie', [3]],
    ['voi', []],
    ['gone', []],
  ])('%s', (camera, numbers) => {
    expect(decodeFramesOf(bytes, frame.site, camera).map(({ number }) => number)).toEqual(numbers);
  });
  test('are those that reading the whole finds, and garbage has none', () => {
    const whole = decodeFrameBatch(bytes).frames.filter(
      ({ camera, site }) => camera === 'quai' && site !== camera,
    );
    expect(decodeFramesOf(bytes, frame.site, 'quai')).toEqual(whole);
    expect(decodeFramesOf(bytes.subarray(0, 40), frame.site, 'quai')).toEqual([]);
    expect(decodeFramesOf(Buffer.from('quai quai quai'), frame.site, 'quai')).toEqual([]);
  });
});
