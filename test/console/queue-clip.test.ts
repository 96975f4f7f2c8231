/** How a clip is read, coloured and counted as seen. */
import { describe, expect, it } from 'vitest';
import type { ClipPart } from '../../pipeline/console/api.ts';
import { CUT_SHORT, PART_BYTES_MAX, readClip } from '../../pipeline/console/web/queue/clip-reader.ts';
import { advanced, Coverage, loopEndMs, pictureAt } from '../../pipeline/console/web/queue/playback.ts';
import { planesLength, toRgba } from '../../pipeline/console/web/queue/yuv.ts';
import { random as chance } from '../support/random.ts';
import { framed } from '../support/scripted-reviews.ts';

async function* inPieces(bytes: Uint8Array, sizeOf: () => number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, sizeOf());
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function partsOf(bytes: Uint8Array, sizeOf: () => number) {
  const found = [];
  for await (const one of readClip(inPieces(bytes, sizeOf))) found.push(one);
  return found;
}

function join(...all: Uint8Array[]): Uint8Array {
  return Uint8Array.from(all.flatMap((one) => [...one]));
}

const picture = (number: number): ClipPart => ({ part: 'picture', number, capturedAtMs: number * 200 });
const END: ClipPart = { part: 'end', code: 'ok', message: 'é – à la fin' };

describe('a clip that comes in pieces', () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251);
  const whole = join(
    framed(picture(0), bytes),
    framed(picture(1)),
    framed(picture(2), bytes.subarray(0, 3)),
    framed(END),
  );
  it.each([[1], [2], [7], [4_096], [1_000_000]])('of %i bytes', async (size) => {
    const parts = await partsOf(size === 1 ? whole.subarray(0) : whole, () => size);
    expect(parts.map(({ part }) => part)).toEqual([picture(0), picture(1), picture(2), END]);
    expect(parts.map((one) => one.picture.length)).toEqual([70_000, 0, 3, 0]);
    expect(parts[0]!.picture).toEqual(bytes);
  });
  it('of chance', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { unit: random } = chance(seed);
      const parts = await partsOf(whole, () => Math.floor(random() ** 3 * 100_000));
      expect(
        parts.map(({ part }) => part),
        `seed ${seed}`,
      ).toEqual([picture(0), picture(1), picture(2), END]);
    }
  });
  it('hands a picture on before the next has come', async () => {
    const first = framed(picture(0), bytes.subarray(0, 10));
    async function* slowly() {
      yield first;
      await new Promise(() => {});
    }
    const { value } = await readClip(slowly()).next();
    expect(value?.part).toEqual(picture(0));
  });
  it('says when it breaks off, wherever', async () => {
    for (const length of [0, 3, 20, 70_050, whole.length - 1]) {
      const last = (await partsOf(whole.subarray(0, length), () => 999)).at(-1)!;
      expect(last.part, String(length)).toMatchObject({ part: 'end', code: CUT_SHORT });
    }
  });
  it('takes no length that no part has', async () => {
    const bad = new Uint8Array(12);
    new DataView(bad.buffer).setUint32(0, PART_BYTES_MAX + 1, true);
    expect((await partsOf(bad, () => 12)).at(-1)!.part).toMatchObject({ code: CUT_SHORT });
    const noJson = join(Uint8Array.of(2, 0, 0, 0, 0x7b, 0x7b, 0, 0, 0, 0));
    expect((await partsOf(noJson, () => 12)).at(-1)!.part).toMatchObject({ code: CUT_SHORT });
  });
  it('listens no longer than to the end', async () => {
    const parts = await partsOf(join(framed(END), framed(picture(9))), () => 5);
    expect(parts).toHaveLength(1);
  });
});

describe('planes as colours', () => {
  /** One colour all over, 3 x 3: odd, so that chroma is rounded up. */
  const plain = (y: number, u: number, v: number) => {
    const planes = new Uint8Array(planesLength(3, 3)).fill(y, 0, 9).fill(u, 9, 13).fill(v, 13, 17);
    const rgba = new Uint8ClampedArray(36);
    expect(toRgba(planes, 3, 3, rgba)).toBe(true);
    for (let at = 4; at < 36; at++) expect(rgba[at]).toBe(rgba[at - 4]);
    return [...rgba.subarray(0, 4)];
  };
  // ITU-R BT.601 colour bars at 100 %.
  it.each([
    ['black', [16, 128, 128], [0, 0, 0]],
    ['white', [235, 128, 128], [255, 255, 255]],
    ['red', [81, 90, 240], [255, 0, 0]],
    ['green', [145, 54, 34], [0, 255, 0]],
    ['blue', [41, 240, 110], [0, 0, 255]],
    ['blacker than black', [0, 128, 128], [0, 0, 0]],
  ] as const)('%s', (_, [y, u, v], want) => {
    const [red, green, blue, alpha] = plain(y, u, v);
    expect(alpha).toBe(255);
    for (const [index, got] of [red!, green!, blue!].entries())
      expect(Math.abs(got - want[index]!)).toBeLessThanOrEqual(2);
  });
  it('chroma belongs to two by two pixels', () => {
    const planes = new Uint8Array(planesLength(4, 2)).fill(81, 0, 8);
    planes.set([128, 90, 128, 240], 8);
    const rgba = new Uint8ClampedArray(32);
    toRgba(planes, 4, 2, rgba);
    const redness = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => rgba[at * 4]! - rgba[at * 4 + 1]! > 100);
    expect(redness).toEqual([false, false, true, true, false, false, true, true]);
  });
  it('is grey without chroma, and nothing without pixels', () => {
    const rgba = new Uint8ClampedArray(16);
    expect(toRgba(new Uint8Array([235, 16, 16, 235]), 2, 2, rgba)).toBe(true);
    expect([...rgba.subarray(0, 8)]).toEqual([255, 255, 255, 255, 0, 0, 0, 255]);
    expect(toRgba(new Uint8Array(3), 2, 2, rgba)).toBe(false);
  });
});

describe('the loop', () => {
  const times = [1_000, 1_200, 1_400, 1_600];
  it('shows the last picture as long as the others', () => {
    expect(loopEndMs(times)).toBe(1_800);
    expect(loopEndMs([5_000])).toBe(5_200);
  });
  it.each([
    [0, 0],
    [1_000, 0],
    [1_199, 0],
    [1_200, 1],
    [9_999, 3],
  ])('at %i ms there is picture %i', (atMs, index) => {
    expect(pictureAt(times, atMs)).toBe(index);
  });
  it('has none of none', () => {
    expect(pictureAt([], 0)).toBe(-1);
  });
  it('begins again behind its end', () => {
    expect(advanced(times, 1_700, 50)).toBe(1_750);
    expect(advanced(times, 1_700, 100)).toBe(1_000);
    expect(advanced(times, 1_700, 900)).toBe(1_000);
    expect(advanced([], 7, 100)).toBe(7);
  });
});

describe('what was seen', () => {
  const playThrough = (speed: number, step: number) => {
    const coverage = new Coverage();
    let at = 0;
    coverage.look(0);
    for (let passed = 0; passed < 10 - 1; passed += step) {
      const next = Math.min(9, at + step);
      coverage.play(at, next, 10, speed);
      at = next;
    }
    return coverage.share(10);
  };
  it.each([
    [0.5, 1, 1],
    [1, 1, 1],
    [2, 1, 1],
    // The screen was too slow for every picture; the time was theirs.
    [2, 3, 1],
    [4, 1, 0.1],
  ])('at speed %f in steps of %i: %f', (speed, step, share) => {
    expect(playThrough(speed, step)).toBeCloseTo(share);
  });
  it('goes on over the end of the loop', () => {
    const coverage = new Coverage();
    coverage.play(7, 2, 10, 1);
    expect(coverage.share(10)).toBeCloseTo(0.6);
  });
  it('counts what was stepped to, and no jump', () => {
    const coverage = new Coverage();
    for (const picture of [0, 5, 9, 9]) coverage.look(picture);
    expect(coverage.share(10)).toBeCloseTo(0.3);
    expect(coverage.share(0)).toBe(0);
  });
  it('begins anew with more pictures: not all of the longer clip were seen', () => {
    const coverage = new Coverage();
    coverage.play(0, 9, 10, 1);
    expect(coverage.share(10)).toBe(1);
    expect(coverage.share(20)).toBe(0.5);
  });
});
