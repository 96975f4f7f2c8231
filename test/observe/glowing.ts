/** Pictures in colour for what flickers: a room, and on it flames or what has been taken for flames. */
import { type Chance, random } from '../support/random.ts';
import { waves } from '../support/textures.ts';

export const [WIDTH, HEIGHT] = [160, 90] as const;

export interface Colour {
  readonly y: number;
  readonly u: number;
  readonly v: number;
}

/** Luma and chroma of BT.601, limited range. */
export const COLOURS = {
  flame: { y: 185, u: 60, v: 172 },
  core: { y: 232, u: 112, v: 138 },
  amber: { y: 190, u: 50, v: 168 },
  orange: { y: 140, u: 70, v: 185 },
  red: { y: 85, u: 100, v: 205 },
  white: { y: 225, u: 128, v: 128 },
  headlight: { y: 235, u: 118, v: 135 },
  dark: { y: 40, u: 126, v: 130 },
} satisfies Readonly<Record<string, Colour>>;

/** From the rim of a flame to its heart. */
export type Heat = readonly [Colour, Colour, ...Colour[]];

export const HEATS = {
  usual: [{ y: 140, u: 84, v: 186 }, COLOURS.flame, { y: 212, u: 66, v: 148 }, COLOURS.core],
  /** Hardly brighter than a white wall. */
  pale: [{ y: 170, u: 82, v: 180 }, { ...COLOURS.flame, y: 208 }, { y: 214, u: 70, v: 146 }, COLOURS.core],
  /** Beyond what the sensor can tell, but for the rim. */
  blinding: [
    { y: 190, u: 112, v: 150 },
    { y: 250, u: 125, v: 130 },
  ],
} satisfies Readonly<Record<string, Heat>>;

export class Canvas {
  readonly luma = new Uint8Array(WIDTH * HEIGHT);
  readonly u = new Uint8Array((WIDTH * HEIGHT) / 4);
  readonly v = new Uint8Array((WIDTH * HEIGHT) / 4);

  /** One pixel, as far as it lies on the plane; `share` of the colour over what is there. */
  dot(x: number, y: number, colour: Colour, share = 1): void {
    if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT) return;
    const at = y * WIDTH + x;
    this.luma[at] = this.luma[at]! + share * (colour.y - this.luma[at]!);
    const half = (y >> 1) * (WIDTH / 2) + (x >> 1);
    this.u[half] = this.u[half]! + share * (colour.u - this.u[half]!);
    this.v[half] = this.v[half]! + share * (colour.v - this.v[half]!);
  }

  box(x0: number, y0: number, x1: number, y1: number, colour: Colour, share = 1): void {
    for (let y = Math.round(y0); y < Math.round(y1); y++)
      for (let x = Math.round(x0); x < Math.round(x1); x++) this.dot(x, y, colour, share);
  }

  disc(cx: number, cy: number, radius: number, colour: Colour, share = 1): void {
    for (let y = Math.floor(cy - radius); y <= cy + radius; y++)
      for (let x = Math.floor(cx - radius); x <= cx + radius; x++)
        if (Math.hypot(x - cx, y - cy) <= radius) this.dot(x, y, colour, share);
  }
}

/** Draws what there is at a moment onto the room. */
export type Drawing = (canvas: Canvas, seconds: number, chance: Chance) => void;

const wall = waves(17);

/** The room at a moment, with what is drawn on it and a sensor's noise. `bright`: of the walls, 1 by day. */
export function picture(drawing: Drawing, seconds: number, seed: number, bright = 1): Canvas {
  const canvas = new Canvas();
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      canvas.luma[y * WIDTH + x] = 16 + bright * Math.max(0, 60 + 0.4 * wall(x, y));
  canvas.u.fill(126);
  canvas.v.fill(130);
  const chance = random(seed);
  drawing(canvas, seconds, chance);
  for (let i = 0; i < canvas.luma.length; i++)
    canvas.luma[i] = Math.max(0, Math.min(255, canvas.luma[i]! + chance.below(7) - 3));
  return canvas;
}

/**
 * Flames `width` pixels wide and about `height` high, whose foot is at x, y: tongues that each rise and fall by themselves,
 * at some 2 to 5 Hz, bent by the draught, hotter inside and at their foot than at the rim.
 */
export function flamesAt(
  x: number,
  y: number,
  width: number,
  height: number,
  heats: Heat = HEATS.usual,
): Drawing {
  const tongues = Array.from({ length: Math.max(2, Math.round(width / 4)) }, (_, k) => {
    const chance = random(k + 100 * x);
    return {
      at: x - width / 2 + ((k + 0.5) * width) / Math.max(2, Math.round(width / 4)),
      rates: Array.from({ length: 4 }, () => 1.3 + 4 * chance.unit()),
      phases: Array.from({ length: 4 }, () => 6.3 * chance.unit()),
    };
  });
  return (canvas, seconds) => {
    for (const { at, rates, phases } of tongues) {
      const wave = rates.reduce((sum, rate, k) => sum + Math.sin(6.283 * rate * seconds + phases[k]!), 0) / 4;
      const tall = height * (0.55 + 0.9 * wave);
      const bend = 3 * Math.sin(6.283 * rates[0]! * 0.7 * seconds + phases[1]!);
      for (let up = 0; up < tall; up++) {
        const half = 2.6 * (1 - up / tall) + 0.6;
        const middle = at + (bend * up) / height;
        for (let across = -half; across <= half; across++) {
          const heat = (1 - up / tall) * (1.2 - (0.8 * Math.abs(across)) / half);
          const colour = heats[Math.min(heats.length - 1, Math.floor(heat * heats.length))]!;
          canvas.dot(Math.round(middle + across), Math.round(y - up), colour);
        }
      }
    }
  };
}

/** On for half of the time. */
export function isOn(seconds: number, hertz: number): boolean {
  return (seconds * hertz) % 1 < 0.5;
}
