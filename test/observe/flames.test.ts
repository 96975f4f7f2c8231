/** Flames and what has been taken for them, drawn into pictures, through `observe` and the fire rule. */
import { describe, expect, test } from 'vitest';
import { Claim } from '../../pipeline/detect/claim.ts';
import { Fires } from '../../pipeline/detect/fire/fire.ts';
import { SENSITIVITIES, type Sensitivity } from '../../pipeline/model.ts';
import { Observer } from '../../pipeline/observe/observer.ts';
import { random } from '../support/random.ts';
import { COLOURS, type Drawing, flamesAt, HEATS, HEIGHT, isOn, picture, WIDTH } from './glowing.ts';
import { START_MS } from './pictures.ts';

interface Watched {
  /** Seconds until the claim begins; undefined: never. */
  readonly claimedS: number | undefined;
  /** Flame scores of the last frame. */
  readonly flames: readonly number[];
  readonly frames: number;
}

interface Watching {
  readonly seconds?: number;
  readonly sensitivity?: Sensitivity;
  /** Pictures a second, and every how many are analysed. */
  readonly fps?: number;
  readonly every?: number;
  readonly grey?: boolean;
  readonly bright?: number;
  /** Pixels by which the picture is displaced to the left at most. */
  readonly shake?: number;
  /** From this second on the picture is displaced by a pixel: somebody has knocked against the camera. */
  readonly knockedS?: number;
}

function watch(drawing: Drawing, of: Watching = {}): Watched {
  const { seconds = 10, sensitivity = 'medium', fps = 15, every = 3 } = of;
  const observer = new Observer({
    site: 'gare',
    camera: 'hall',
    epoch: START_MS,
    width: WIDTH,
    height: HEIGHT,
    flames: true,
  });
  const rule = {
    id: 'fire',
    event: 'fire',
    version: 1,
    severity: 'critical',
    sensitivity,
    forMs: 1_500,
  } as const;
  const machine = new Fires(rule, undefined);
  const claim = new Claim(machine.timing);
  let claimedS: number | undefined;
  let frames = 0;
  let flames: readonly number[] = [];
  try {
    for (let number = 0; number < seconds * fps; number++) {
      const { luma, u, v } = picture(drawing, number / fps, number, of.bright);
      if (of.shake) luma.copyWithin(0, random(number).below(of.shake + 1));
      if (number / fps >= (of.knockedS ?? Number.POSITIVE_INFINITY)) luma.copyWithin(0, 1);
      if (of.grey) for (const plane of [u, v]) plane.fill(128);
      const capturedAtMs = Math.round(START_MS + (1000 * number) / fps);
      const taken = { number, capturedAtMs, luma, u, v };
      if (number % every !== 0) {
        observer.glance({ ...taken, between: true });
        continue;
      }
      const frame = observer.observe(taken, capturedAtMs);
      frames++;
      flames = [...(frame.cells?.flame ?? [])].filter((score) => score > 0);
      const condition = machine.look({ frame, zones: [], crossings: [], tracks: [] });
      const record = claim.step(condition, { frame: number, atMs: capturedAtMs });
      if (record?.phase === 'begin') claimedS ??= number / fps;
    }
  } finally {
    observer.close();
  }
  return { claimedS, flames, frames };
}

/** What it is, how it is drawn, and how it is watched. */
type Case = readonly [string, Drawing, Watching?];

function whole([name, drawing, watching = {}]: Case): [string, Drawing, Watching] {
  return [name, drawing, watching];
}

const FIRES: readonly Case[] = [
  ['a large one', flamesAt(80, 80, 60, 45)],
  ['one as tall as somebody who sits', flamesAt(50, 70, 16, 20)],
  ['a small one', flamesAt(120, 60, 10, 12)],
  ['one at night', flamesAt(80, 80, 24, 24), { bright: 0.1 }],
  ['one that blinds the camera', flamesAt(80, 80, 40, 50, HEATS.blinding), {}],
  [
    'one before a white wall',
    (canvas, s, chance) => {
      canvas.box(0, 0, 160, 90, { y: 226, u: 126, v: 130 });
      flamesAt(80, 80, 20, 20, HEATS.pale)(canvas, s, chance);
    },
  ],
  ['one in a picture that trembles a little', flamesAt(80, 80, 30, 30), { shake: 1 }],
  ['one seen 25 times a second', flamesAt(80, 80, 30, 30), { fps: 25, every: 5 }],
  ['one seen 10 times a second', flamesAt(80, 80, 30, 30), { fps: 10, every: 2 }],
];

test.each(FIRES.map(whole))('is a fire: %s', (_, drawing, watching) => {
  const { claimedS } = watch(drawing, watching);
  expect(claimedS).toBeLessThanOrEqual(5);
});

test('flames look the same to a camera that has been pushed aside as to one that always stood there', () => {
  const drawing = flamesAt(80, 80, 24, 24);
  const strength = (knockedS: number) =>
    watch(drawing, { seconds: 8, knockedS }).flames.reduce((sum, score) => sum + score, 0);
  expect(Math.abs(Math.log2(strength(4) / strength(0)))).toBeLessThan(0.4);
});

const { amber, orange, red, white, headlight, dark, flame } = COLOURS;

/** A head, a coat and legs: about 40 pixels tall, feet at x, y. */
function somebody(x: number, y: number, coat: (typeof COLOURS)[keyof typeof COLOURS]): Drawing {
  return (canvas) => {
    canvas.disc(x, y - 36, 4, { y: 120, u: 115, v: 150 });
    canvas.box(x - 6, y - 32, x + 6, y - 14, coat);
    canvas.box(x - 5, y - 14, x + 5, y, dark);
  };
}

const LOOK_ALIKES: readonly Case[] = [
  ['nothing', () => undefined],
  ['a lamp that is on', (canvas) => canvas.disc(60, 30, 6, amber)],
  ...[0.7, 1, 1.5, 2, 3].map(
    (hertz): Case => [
      `a beacon at ${hertz} Hz with its reflection`,
      (canvas, s) => {
        if (!isOn(s, hertz)) return;
        canvas.disc(60, 30, 7, amber);
        canvas.disc(60, 30, 14, amber, 0.3);
        canvas.box(50, 70, 72, 80, amber, 0.4);
      },
    ],
  ),
  [
    'a beacon that turns',
    (canvas, s) => {
      const share = Math.max(0, Math.cos(6.283 * 1.2 * s)) ** 4;
      canvas.disc(60, 30, 5, amber, 0.4 + 0.6 * share);
      canvas.disc(60, 30, 12, amber, 0.5 * share);
    },
  ],
  [
    'lights that blink in turns at a level crossing',
    (canvas, s) => canvas.disc(isOn(s, 1) ? 60 : 76, 40, 5, { ...red, y: 130 }),
  ],
  [
    'hazard lights of two cars',
    (canvas, s) => {
      if (isOn(s, 1.4)) for (const x of [40, 62]) canvas.disc(x, 60, 3, amber);
      if (isOn(s + 0.3, 1.7)) for (const x of [70, 96]) canvas.disc(x, 62, 4, amber);
    },
  ],
  [
    'hazard lights on a wall over which a shadow moves slowly',
    (canvas, s) => {
      const on = isOn(s, 1.4);
      for (let y = 30; y < 62; y++)
        for (let x = 44; x < 84; x++) {
          const lit = 130 + 45 * Math.sin(1.9 * s + (x + y) / 12);
          canvas.dot(x, y, { y: lit + (on ? 36 : 0), u: on ? 62 : 104, v: on ? 174 : 146 });
        }
    },
  ],
  [
    'hazard lights while the gain follows something else',
    (canvas, s) => {
      const gain = 1 + 0.35 * Math.sin(2.4 * s);
      for (const [x, share] of [
        [50, 1],
        [66, 0.75],
        [82, 0.55],
      ] as const)
        canvas.disc(x, 50, 7, { y: gain * (100 + (isOn(s, 1.3) ? 70 * share : 0)), u: 60, v: 172 });
    },
  ],
  [
    'hazard lights on a wall that a train lights up slowly while somebody shifts before it',
    (canvas, s, chance) => {
      for (let y = 26; y < 78; y++)
        for (let x = 36; x < 108; x++) {
          const near = Math.exp(-(Math.min((x - 58) ** 2, (x - 86) ** 2) + (y - 52) ** 2) / 150);
          const sweep = Math.exp(-(((x - ((14 * s) % 140) - 10) / 22) ** 2));
          const shine = isOn(s, 1.4) ? near : 0;
          const y0 = 92 + 50 * sweep + 62 * shine;
          canvas.dot(x, y, {
            y: y0,
            u: 112 - 50 * near * (shine ? 1 : 0.5),
            v: 142 + 36 * near * (shine ? 1 : 0.5),
          });
        }
      somebody(72 + 7 * Math.sin(1.7 * s), 84, dark)(canvas, s, chance);
    },
  ],
  [
    'hazard lights that light up the floor while people walk before them',
    (canvas, s, chance) => {
      const on = isOn(s, 1.4);
      for (let y = 24; y < 86; y++)
        for (let x = 40; x < 120; x++) {
          const near = Math.max(0, 1 - ((x - 80) ** 2 + (y - 56) ** 2) / 1_000);
          const y0 = 105 + (on ? 90 * near : 0);
          canvas.dot(x, y, { y: y0, u: on ? 126 - 60 * near : 118, v: on ? 130 + 40 * near : 136 });
        }
      for (const [k, rate] of [2.9, 3.7].entries())
        somebody(70 + 18 * k + 6 * Math.sin(rate * s + k), 86, k % 2 ? dark : white)(canvas, s, chance);
    },
  ],
  [
    'headlights that pass',
    (canvas, s) => {
      for (let k = 0; k < 3; k++) canvas.disc(((60 * s + 70 * k) % 210) - 25, 60, 5, headlight);
    },
    { bright: 0.15 },
  ],
  [
    'somebody in orange who walks',
    (canvas, s, chance) => somebody(10 + 22 * s, 80, orange)(canvas, s, chance),
  ],
  [
    'somebody in orange who dances on the spot',
    (canvas, s, chance) =>
      somebody(80 + 7 * Math.sin(6.283 * 0.9 * s), 80 + 3 * Math.sin(6.283 * 1.8 * s), orange)(
        canvas,
        s,
        chance,
      ),
  ],
  [
    'children in red who run',
    (canvas, s, chance) => {
      for (let k = 0; k < 4; k++)
        somebody((50 * s + 40 * k) % 200, 70 + 4 * k, { ...red, y: 112 })(canvas, s, chance);
    },
  ],
  [
    'bags on a belt',
    (canvas, s) => {
      canvas.box(0, 60, 160, 80, dark);
      for (let k = 0; k < 8; k++)
        canvas.box(
          ((20 * s + 26 * k) % 208) - 24,
          62,
          ((20 * s + 26 * k) % 208) - 8,
          76,
          k % 2 ? orange : white,
        );
    },
  ],
  [
    'a train with a red livery and windows',
    (canvas, s) => {
      const from = 260 - 90 * s;
      canvas.box(from, 30, from + 400, 70, { ...red, y: 112 });
      for (let k = 0; k < 12; k++) canvas.box(from + 10 + 32 * k, 36, from + 26 + 32 * k, 48, white);
    },
  ],
  [
    'shadows of leaves on a wall in low sun',
    (canvas, s) => {
      canvas.box(0, 0, 160, 90, { y: 225, u: 116, v: 142 });
      for (let k = 0; k < 24; k++) {
        const place = (Math.floor(7 * s + 0.37 * k) * 7919 + 104_729 * k) % 9_973;
        canvas.box(20 + (place % 90), 20 + (place % 41), 28 + (place % 90), 28 + (place % 41), dark);
      }
    },
  ],
  ['a sunset', (canvas, s) => canvas.box(0, 0, 160, 30, flame, 0.3 + 0.05 * s)],
  [
    'a poster that the wind shakes a little',
    (canvas, s) => canvas.box(60.5 + 0.6 * Math.sin(20 * s), 30, 90.5 + 0.6 * Math.sin(20 * s), 60, orange),
  ],
  [
    'a flag of red and white in the wind',
    (canvas, s) => {
      for (let x = 50; x < 110; x++) {
        const folds = [7.1, 11.3, 16.9, 23.7].map((rate, k) => Math.sin(rate * s + (x * (k + 2)) / 23));
        const fold = 1.6 * folds.reduce((sum, one) => sum + one, 0);
        for (let y = 20; y < 60; y++) {
          const red = Math.floor((y + fold + 60) / 6) % 2 === 0;
          canvas.dot(x, y, red ? { y: 116, u: 104, v: 202 } : { ...white, y: 180 });
        }
      }
    },
  ],
  [
    'a sign whose letters run',
    (canvas, s) => {
      canvas.box(40, 20, 120, 28, dark);
      for (let x = 40; x < 120; x++)
        if (((x + Math.floor(30 * s)) * 7919) % 5 < 2) canvas.box(x, 21, x + 1, 27, amber);
    },
  ],
  [
    'a shop whose lamps flicker in the mains',
    (canvas, s) =>
      canvas.box(30, 20, 130, 50, { y: 150, u: 110, v: 150 }, 0.6 + 0.2 * Math.sin(6.283 * 5 * s)),
  ],
  ['flames without colour: a camera at night', flamesAt(80, 80, 30, 30), { grey: true }],
  ['flames seen five times a second', flamesAt(80, 80, 30, 30), { fps: 5, every: 1 }],
];

describe.each(SENSITIVITIES)('is no fire, %s sensitivity', (sensitivity) => {
  test.each(LOOK_ALIKES.map(whole))('%s', (_, drawing, watching) => {
    const { claimedS, frames } = watch(drawing, { sensitivity, ...watching });
    expect(frames).toBe(50);
    expect(claimedS).toBeUndefined();
  });
});
