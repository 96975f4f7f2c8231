import { describe, expect, test } from 'vitest';
import { murmur2, partitionFor } from '../../pipeline/log/partition.ts';

/** What org.apache.kafka.common.utils.Utils.murmur2 (Java client 4.1.0) gives for the UTF-8 bytes. */
const VECTORS: readonly (readonly [key: string, hash: number])[] = [
  ['', 275646681],
  ['2', 648968168],
  ['21', -973932308],
  ['abc', 479470107],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['gare-exemple/quai-a-01', 1775519421],
  ['quai-é/日本-🚆', 350820881],
];

describe('partition', () => {
  test.each(VECTORS)('murmur2 of %j as the Java client has it', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
    for (const count of [1, 2, 7, 8, 64]) expect(partitionFor(key, count)).toBe((hash & 0x7fffffff) % count);
  });

  test('every length of the tail takes part in the hash', () => {
    for (let length = 1; length <= 9; length++) {
      const hashes = new Set<number>();
      for (let at = 0; at < length; at++) {
        const bytes = new Uint8Array(length);
        bytes[at] = 200;
        hashes.add(murmur2(bytes));
      }
      expect(hashes.size).toBe(length);
    }
  });

  test('a count that is none is refused', () => {
    for (const count of [0, -1, 1.5, Number.NaN]) expect(() => partitionFor('k', count)).toThrow(RangeError);
  });
});
