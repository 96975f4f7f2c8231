import { expect, test } from 'vitest';
import * as messages from '../../proto/messages.ts';
import { samples } from './samples.ts';

// Millions of errors are thrown, and nobody reads where.
Error.stackTraceLimit = 0;
const SEED = 0x5eed;

/** Mulberry32: public-domain generator of 32-bit numbers. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const decoders = [...new Map(samples.map(({ message, decode }) => [message, decode])).values()];

function survives(bytes: Uint8Array, context: string, by = decoders): boolean {
  let accepted = false;
  for (const decode of by) {
    try {
      decode(bytes);
      accepted = true;
    } catch (error) {
      if (!(error instanceof messages.DecodeError)) {
        throw new Error(`${context}, bytes ${Buffer.from(bytes).toString('hex')}: ${String(error)}`);
      }
    }
  }
  messages.decodeFrameBatchLenient(bytes);
  return accepted;
}

test(`random bytes meet a DecodeError or a value, never anything else (seed ${SEED})`, () => {
  const next = chance(SEED);
  for (let round = 0; round < 100_000; round++) {
    const bytes = Uint8Array.from({ length: next() % 48 }, () => next());
    survives(bytes, `round ${round}`, [decoders[round % decoders.length]!]);
  }
});

test(`honest records with some bytes changed, cut or doubled (seed ${SEED + 1})`, () => {
  const next = chance(SEED + 1);
  const honest = samples.map(({ encode, decode }) => ({ whole: Uint8Array.from(encode()), decode }));
  let accepted = 0;
  for (let round = 0; round < 20_000; round++) {
    const { whole, decode } = honest[next() % honest.length]!;
    const bytes = Uint8Array.from(whole);
    for (let changes = 1 + (next() % 4); changes > 0; changes--) bytes[next() % bytes.length] = next();
    const cut = next() % 3 === 0 ? bytes.subarray(0, next() % bytes.length) : bytes;
    if (survives(cut, `round ${round}`, [decode])) accepted++;
  }
  // The mutations are neither all fatal nor all harmless, so both ways were walked.
  expect(accepted).toBeGreaterThan(1000);
  expect(accepted).toBeLessThan(19_000);
});

test('every cut of every honest record', () => {
  for (const sample of samples) {
    const bytes = sample.encode();
    for (let length = 0; length < bytes.length; length++)
      survives(bytes.subarray(0, length), `${sample.message} ${length}`);
  }
});

test('groups nested without end are refused, not followed', () => {
  for (const depth of [64, 1000, 200_000]) {
    // Field 100 as a start-group tag, over and over.
    const bytes = new Uint8Array(depth * 2).map((_, at) => (at % 2 === 0 ? 0xa3 : 0x06));
    survives(bytes, `depth ${depth}`);
    for (const decode of decoders) expect(() => decode(bytes)).toThrow(messages.DecodeError);
  }
});
