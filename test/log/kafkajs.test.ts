import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { assign, type Claim } from '../../pipeline/log/kafkajs/assign.ts';
import { openKafkaLog } from '../../pipeline/log/kafkajs/kafkajs.ts';
import { partitionFor } from '../../pipeline/log/partition.ts';
import { kafkaContract } from './kafka-contract.ts';

const require = createRequire(import.meta.url);
const { Partitioners } = require('kafkajs') as typeof import('kafkajs');

kafkaContract('kafkajs', openKafkaLog);

test('a camera lives in the partition that the package would choose by itself', () => {
  const choose = Partitioners.DefaultPartitioner();
  const keys = ['gare/quai-é', '日本/🚆', '', ...Array.from({ length: 5_000 }, () => randomUUID())];
  for (const count of [1, 3, 8, 48]) {
    const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 1,
      replicas: [1],
      isr: [1],
    }));
    for (const key of keys) {
      const chosen = choose({ topic: 't', partitionMetadata, message: { key, value: null } });
      // It takes an empty key for none.
      if (key !== '') expect(partitionFor(key, count)).toBe(chosen);
    }
  }
});

describe('who reads which numbers', () => {
  const claim = (member: string, held: readonly number[], generation = 1): Claim => ({
    member,
    held,
    generation,
  });
  const shares = (claims: readonly Claim[], count: number) => Object.fromEntries(assign(claims, count));

  test.each([
    ['all to one', [claim('a', [])], 4, { a: [0, 1, 2, 3] }],
    [
      'a new member gets nothing before another let go',
      [claim('a', [0, 1, 2, 3]), claim('b', [])],
      4,
      { a: [0, 1], b: [] },
    ],
    ['then it does', [claim('a', [0, 1]), claim('b', [])], 4, { a: [0, 1], b: [2, 3] }],
    ['who stays keeps its own', [claim('a', [1]), claim('b', [3])], 4, { a: [1, 0], b: [3, 2] }],
    ['the rest to who holds more', [claim('a', [0]), claim('b', [1, 2])], 3, { a: [0], b: [1, 2] }],
    ['of two claims the younger holds', [claim('a', [0, 1], 1), claim('b', [0, 1], 2)], 2, { a: [], b: [0] }],
    ['more members than numbers', [claim('a', []), claim('b', [])], 1, { a: [0], b: [] }],
    ['a number that is no more', [claim('a', [7])], 1, { a: [0] }],
  ])('%s', (_, claims, count, expected) => {
    expect(shares(claims, count)).toEqual(expected);
  });
});
