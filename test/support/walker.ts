/**
 * The smallest source of pictures that means something: a grey view with texture, and somebody who walks from the
 * right into the left part of it, stays there for a while and walks back. For tests of the wiring; scenes and footage
 * are for tests of what is seen.
 */
import type { Picture, PictureSource } from '../../pipeline/ingest/picture.ts';
import { parseSite } from '../../pipeline/site/parse.ts';
import type { Site } from '../../pipeline/site/site.ts';

const WIDTH = 160;
const HEIGHT = 90;
const FPS = 5;

/** Where the walker's left edge is, px, by second. */
const PATH: readonly (readonly [second: number, x: number])[] = [
  [0, 200],
  [6, 200],
  [14, 30],
  [22, 20],
  [24, 30],
  [32, 200],
  [36, 200],
];
export const WALK_MS = 36_000;

/** Cameras `one`, `two`, ...: each has the left 45 % as its forbidden zone. */
export function walkedSite(id: string, cameras: readonly string[]): Site {
  const text = [
    `site: ${id}`,
    'cameras:',
    ...cameras.flatMap((camera) => [
      `  - id: ${camera}`,
      '    source: ./walker.mp4',
      '    zones:',
      '      - { id: tracks, polygon: [[0, 0], [0.45, 0], [0.45, 1], [0, 1]] }',
      '    rules:',
      '      - { id: no-tracks, event: forbidden_zone, zone: tracks, for: 1s }',
    ]),
  ].join('\n');
  return parseSite(text, { file: `${id}.yaml`, dev: true });
}

export function walker(startMs: number, seconds = WALK_MS / 1_000): PictureSource {
  let closed = false;
  return {
    width: WIDTH,
    height: HEIGHT,
    fps: FPS,
    sourceFps: FPS,
    async *pictures(): AsyncGenerator<Picture> {
      const u = new Uint8Array((WIDTH * HEIGHT) / 4).fill(128);
      for (let number = 0; number < seconds * FPS && !closed; number++) {
        const luma = view();
        draw(luma, Math.round(positionAt(number / FPS)), number);
        yield { number, capturedAtMs: startMs + (number * 1_000) / FPS, luma, u, v: u };
      }
    },
    async close() {
      closed = true;
    },
  };
}

function view(): Uint8Array {
  return Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const x = i % WIDTH;
    const y = (i - x) / WIDTH;
    return 110 + ((x * 7 + y * 13) % 24) + ((x >> 3) + (y >> 3)) * 2;
  });
}

/** A head, a body and legs that move, so that somebody who stands is not a thing that was put down. */
function draw(luma: Uint8Array, left: number, number: number): void {
  const top = 40;
  const sway = number % 4 < 2 ? 0 : 1;
  for (let y = top; y < 84; y++) {
    for (let x = left; x < left + 14; x++) {
      if (x < 0 || x >= WIDTH) continue;
      const inHead = y < top + 9;
      const inLegs = y > 64;
      if (inHead && (x < left + 4 || x > left + 10)) continue;
      if (inLegs && x % 7 === (3 + sway) % 7) continue;
      luma[y * WIDTH + x] = inHead ? 190 : 30 + ((x + y + sway) % 5) * 6;
    }
  }
}

function positionAt(second: number): number {
  const next = PATH.findIndex(([at]) => at > second);
  const [t1, x1] = PATH[next]!;
  const [t0, x0] = PATH[next - 1]!;
  return x0 + ((x1 - x0) * (second - t0)) / (t1 - t0);
}
