/** The pyramid kernel against its twin: every byte, repeated edges included. */
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../../pipeline/kernels.ts';
import { expectSame } from '../support/bytes.ts';
import { findFlow } from '../support/plane-pair.ts';
import { random, SEED } from '../support/random.ts';
import { pyramidTwin, pyramidTwinBytes } from '../support/twins/pyramid.ts';

const sizes = [
  [96, 54],
  [160, 90],
  [138, 104],
  [90, 160],
  [37, 29],
  [161, 91],
  [320, 180],
  [1, 1],
  [3, 17],
  [17, 3],
] as const;

describe('pyramid', () => {
  it('belongs to a module that imports nothing', () => {
    expect(WebAssembly.Module.imports(kernelModule())).toEqual([]);
  });

  it.each(sizes)(`is its twin at %ix%i (seed ${SEED})`, (w, h) => {
    const chance = random(SEED + w * 1000 + h);
    const fills: [string, () => number][] = [
      ['0', () => 0],
      ['0 and 1', () => chance.below(2)],
      ['254 and 255', () => 254 + chance.below(2)],
      ['255', () => 255],
      ['random', () => chance.below(256)],
    ];
    for (const [name, value] of fills) {
      const luma = Uint8Array.from({ length: w * h }, value);
      const expected = pyramidTwinBytes(pyramidTwin(luma, w, h));
      const found = findFlow(luma, luma, w, h).pyramid;
      expect(found.length - expected.length, 'rounded up to 64').toBeLessThan(64);
      expectSame(found.subarray(0, expected.length), expected, name);
    }
  });
});
