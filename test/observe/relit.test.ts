import { describe, expect, test } from 'vitest';
import type { Frame } from '../../pipeline/model.ts';
import type { Texture } from '../support/textures.ts';
import { HEIGHT, lumaOf, observerOf, START_MS, STEP_MS, standing, view, WIDTH } from './pictures.ts';

const chroma = (value: number) => new Uint8Array((WIDTH * HEIGHT) / 4).fill(value);
const coloured = { u: chroma(118), v: chroma(140) };
const grey = { u: chroma(128), v: chroma(128) };

/** In infrared: no colour, other lumas for the same things. */
const infrared: Texture = (x, y) => 230 - 0.7 * view(x, y);
const flash: Texture = (x, y) => 180 + 0.3 * view(x, y);

interface Moment {
  readonly look: Texture;
  readonly colours?: { readonly u: Uint8Array; readonly v: Uint8Array };
}

function watched(count: number, moment: (n: number) => Moment): readonly Frame[] {
  const observer = observerOf();
  const frames = Array.from({ length: count }, (_, n) => {
    const { look, colours = coloured } = moment(n);
    const capturedAtMs = START_MS + n * STEP_MS;
    return observer.observe({ number: n, capturedAtMs, luma: lumaOf(n, look), ...colours }, capturedAtMs);
  });
  observer.close();
  return frames;
}

const blobsOf = (frames: readonly Frame[]) => frames.flatMap(({ blobs }) => blobs);
const unknown = (frames: readonly Frame[]) => frames.filter((frame) => frame.view !== 'ok').length;

describe('a camera that switches to infrared', () => {
  const frames = watched(90, (n) => (n < 40 ? { look: view } : { look: infrared, colours: grey }));
  test('sees nobody in it', () => expect(blobsOf(frames.slice(15))).toEqual([]));
  test('knows nothing at once, and is back within 5 s', () => {
    expect(frames[40]?.view).not.toBe('ok');
    expect(unknown(frames.slice(65))).toBe(0);
  });
  test('and back again sees whoever comes after that', () => {
    const back = watched(130, (n) => {
      if (n >= 40 && n < 80) return { look: infrared, colours: grey };
      return { look: n < 115 ? view : standing({ x0: 60, y0: 40, x1: 74, y1: 80 }) };
    });
    expect(blobsOf(back.slice(15, 115))).toEqual([]);
    expect(back.slice(116).every(({ blobs }) => blobs.length === 1)).toBe(true);
  });
});

describe('lightning', () => {
  const frames = watched(70, (n) => ({ look: n === 40 || n === 41 || n === 44 ? flash : view }));
  test('is nobody', () => expect(blobsOf(frames.slice(15))).toEqual([]));
  test('blinds for no longer than it lasts and a second', () => {
    expect(unknown(frames.slice(15))).toBeLessThanOrEqual(5);
    expect(unknown(frames.slice(50))).toBe(0);
  });
});

test('a view without colours does not wait for them', () => {
  expect(unknown(watched(60, () => ({ look: view, colours: grey })).slice(15))).toBe(0);
});

test('a lens that is covered until the camera takes it for night, and by day again: the view is known as it was', () => {
  const frames = watched(150, (n) => {
    if (n < 70 || n >= 110) return { look: view };
    return { look: () => 60, colours: n < 90 ? grey : coloured };
  });
  const viewsOf = (some: readonly Frame[]) => [...new Set(some.map((frame) => frame.view))];
  expect(viewsOf(frames.slice(20, 70))).toEqual(['ok']);
  expect(viewsOf(frames.slice(77, 90))).toEqual(['covered']);
  expect(viewsOf(frames.slice(97, 110))).toEqual(['covered']);
  // The structure is looked at once a second.
  expect(viewsOf(frames.slice(116))).toEqual(['ok']);
  expect(blobsOf(frames.slice(20))).toEqual([]);
});
