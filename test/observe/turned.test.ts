import { describe, expect, it } from 'vitest';
import { Turned } from '../../pipeline/observe/turned.ts';
import { type Texture, waves } from '../support/textures.ts';
import { HEIGHT, lumaOf, STEP_MS, standing, view, WIDTH } from './pictures.ts';

const TURN_FROM = 10;

/** What the camera sees at picture `n`, and how much of it is foreground. */
interface Act {
  readonly look: (n: number) => Texture;
  readonly share: (n: number) => number;
  readonly noise?: number;
  readonly warming?: boolean;
}

/** Of pictures 0..39: `~12` turning, `13` turned. */
function turning({ look, share, noise, warming = false }: Act): string {
  const turned = new Turned();
  const told: string[] = [];
  let previous = lumaOf(0, look(0), noise);
  for (let n = 0; n < 40; n++) {
    const luma = lumaOf(n, look(n), noise);
    const size = { width: WIDTH, height: HEIGHT };
    const first = n === 0;
    const foregroundShare = share(n);
    const looked = { ...size, luma, previous, first, warming, foregroundShare, atMs: n * STEP_MS };
    const state = turned.judge(looked);
    if (state !== 'still') told.push(state === 'turning' ? `~${n}` : `${n}`);
    previous = luma;
  }
  return told.join(' ');
}

/** 0 before picture TURN_FROM, 1 after so many more. */
const within = (pictures: number) => (n: number) => Math.min(1, Math.max(0, (n - TURN_FROM + 1) / pictures));
const shifted =
  (pixels: number, pictures: number) =>
  (n: number): Texture => {
    const at = pixels * within(pictures)(n);
    return (x, y) => view(x + at, y + 0.375 * at);
  };
const filled = (most: number, pictures: number) => (n: number) => most * within(pictures)(n);

describe('a camera that turns', () => {
  it.each<[string, Act, string]>([
    ['at once', { look: shifted(80, 1), share: filled(0.9, 1) }, '~10 11'],
    ['within 0.8 s', { look: shifted(80, 4), share: filled(0.7, 4) }, '~12 ~13 14'],
    ['within 2 s', { look: shifted(100, 10), share: filled(0.7, 10) }, '~15 ~16 ~17 ~18 ~19 20'],
  ])('%s is told until it stands', (_name, act, expected) => {
    expect(turning(act)).toBe(expected);
  });

  const away =
    (until: number) =>
    (n: number): Texture =>
      n >= TURN_FROM && n < until ? shifted(80, 1)(n) : view;

  it('is told when it turns back', () => {
    // Between the two the new view has been learned.
    const share = (n: number) => (n === TURN_FROM || n === 25 ? 0.9 : 0.05);
    expect(turning({ look: away(25), share })).toBe('~10 11 ~25 26');
  });

  it('and trembles has not turned when it stands as before', () => {
    const look = (n: number): Texture => (n >= TURN_FROM && n < 16 ? waves(100 + n) : view);
    const share = (n: number) => (n >= TURN_FROM && n < 16 ? 0.9 : 0.05);
    expect(turning({ look, share })).toBe('~10 ~11 ~12 ~13 ~14 ~15 ~16');
  });

  it('and never stands is believed for five seconds', () => {
    const wild = (n: number): Texture => (n < TURN_FROM ? view : waves(100 + n));
    const told = Array.from({ length: 25 }, (_, i) => `~${TURN_FROM + i}`);
    expect(turning({ look: wild, share: filled(0.9, 1) })).toBe(`${told.join(' ')} 35`);
  });
});

describe('what is no turn', () => {
  const train =
    (share: number, pictures: number) =>
    (n: number): Texture => {
      const until = share * WIDTH * within(pictures)(n);
      return standing({ x0: 0, y0: 0, x1: until, y1: HEIGHT });
    };
  it.each<[string, Act]>([
    ['nothing new', { look: () => view, share: () => 0.05 }],
    ['a train before 60 % of the view within 1 s', { look: train(0.6, 5), share: filled(0.6, 5) }],
    ['a train before all of it, in 6 s', { look: train(1, 30), share: filled(1, 30) }],
    [
      'light that changes everywhere',
      { look: (n) => (n < TURN_FROM ? view : (x, y) => 0.5 * view(x, y)), share: filled(0.9, 1) },
    ],
    [
      'another view that the background does not know yet',
      { look: shifted(80, 1), share: filled(0.9, 1), warming: true },
    ],
    ['a hand before the lens', { look: (n) => (n < TURN_FROM ? view : () => 60), share: filled(1, 1) }],
    ['a few things that stand elsewhere', { look: shifted(80, 1), share: filled(0.3, 1) }],
  ])('%s', (_name, act) => {
    expect(turning(act)).toBe('');
  });
});
