/**
 * What comes between the scene and the sensor: rain and snow, an insect on the lens, a mast that is knocked or sways,
 * lightning, gain that jumps, infrared by night, and the faults of a view. When each happens is drawn once from a seed;
 * after that every second is a closed form.
 */
import { type Chance, hash01, mix } from '../chance.ts';

export const FAULTS = ['covered', 'blurred', 'moved', 'frozen', 'dark', 'bright'] as const;

/** Something wrong with the view, from second `atS` for `forS`. */
export interface ViewFault {
  readonly state: (typeof FAULTS)[number];
  readonly atS: number;
  readonly forS: number;
}

/** Knobs; each is off when it is absent or 0. */
export interface LensSpec {
  /** 0..1 */
  readonly rain?: number;
  readonly snow?: number;
  /** Visits of an insect to the lens, a minute. */
  readonly insects?: number;
  /** Strokes, a minute. */
  readonly lightning?: number;
  /** Jumps of the automatic gain, a minute. */
  readonly gainSteps?: number;
  /** Changes between day and infrared, in ten minutes. */
  readonly infrared?: number;
  /** Knocks to the mast, a minute. */
  readonly knocks?: number;
  /** Sway of the mast, pixels of a plane 160 wide. */
  readonly sway?: number;
  /** Trembling of a vehicle under way, pixels of a plane 160 wide. */
  readonly vibration?: number;
}

export interface LensEvents {
  readonly salt: number;
  readonly insects: readonly { readonly atS: number; readonly forS: number; readonly salt: number }[];
  readonly strokes: readonly { readonly atS: number; readonly strength: number }[];
  readonly steps: readonly { readonly atS: number; readonly forS: number; readonly factor: number }[];
  readonly nights: readonly { readonly atS: number; readonly untilS: number }[];
  readonly knocks: readonly {
    readonly atS: number;
    readonly px: number;
    readonly hz: number;
    readonly turn: number;
  }[];
}

export function drawLens(of: LensSpec, durationS: number, chance: Chance): LensEvents {
  const times = (perMinute: number | undefined, salt: number): number[] => {
    const own = chance.fork(salt);
    const found: number[] = [];
    if (!perMinute) return found;
    const wait = () => (-60 / perMinute) * Math.log(1 - 0.98 * own.next());
    for (let t = 4 + wait(); t < durationS; t += 2 + wait()) found.push(t);
    return found;
  };
  const nights: { atS: number; untilS: number }[] = [];
  const changes = times((of.infrared ?? 0) / 10, 5);
  for (let k = 0; k < changes.length; k += 2)
    nights.push({ atS: changes[k]!, untilS: changes[k + 1] ?? durationS + 60 });
  return {
    salt: chance.whole(1, 1 << 28),
    insects: times(of.insects, 1).map((atS) => ({
      atS,
      forS: chance.between(1.5, 12),
      salt: chance.whole(1, 1 << 28),
    })),
    strokes: times(of.lightning, 2).map((atS) => ({ atS, strength: chance.between(0.25, 1.1) })),
    steps: times(of.gainSteps, 3).map((atS) => ({
      atS,
      forS: chance.between(5, 40),
      factor: chance.yes(0.5) ? chance.between(0.68, 0.88) : chance.between(1.12, 1.4),
    })),
    nights,
    knocks: times(of.knocks, 4).map((atS) => ({
      atS,
      px: chance.between(1.5, 4.5),
      hz: chance.between(2.5, 7),
      turn: chance.between(0, 6.28),
    })),
  };
}

/** Light that lightning and the camera's gain add, as a factor. */
export function lensGain(events: LensEvents, t: number): number {
  let gain = 1;
  for (const { atS, strength } of events.strokes) {
    const s = t - atS;
    if (s < 0 || s > 0.9) continue;
    // A stroke and its return strokes, each gone within a tenth of a second or two.
    const pulse = Math.exp(-s / 0.07) + 0.7 * bump(s, 0.18) + 0.5 * bump(s, 0.42);
    gain *= 1 + strength * pulse;
  }
  for (const { atS, forS, factor } of events.steps) {
    const level = Math.min(1, (t - atS) / 0.3, (atS + forS - t) / 1.5);
    if (level > 0) gain *= 1 + (factor - 1) * level;
  }
  return gain;
}

function bump(s: number, at: number): number {
  return s < at ? 0 : Math.exp(-(s - at) / 0.08);
}

/** 0 by day, 1 in infrared; the picture is dark or dazzled for a moment while the filter swings. */
export function nightAt(events: LensEvents, t: number): { readonly night: boolean; readonly swing: number } {
  for (const { atS, untilS } of events.nights) {
    if (t < atS - 0.5 || t > untilS + 0.5) continue;
    const swing = Math.max(0, 1 - 2 * Math.min(Math.abs(t - atS), Math.abs(t - untilS)));
    return { night: t >= atS && t < untilS, swing };
  }
  return { night: false, swing: 0 };
}

/** How far the picture is displaced at t, pixels of a plane 160 wide. */
export function shiftAt(
  of: LensSpec,
  events: LensEvents,
  t: number,
  moving: number,
  out: [number, number],
): void {
  out[0] = 0;
  out[1] = 0;
  for (const { atS, px, hz, turn } of events.knocks) {
    const s = t - atS;
    if (s < 0 || s > 3) continue;
    const a = px * Math.exp(-s / 0.6) * Math.sin(6.283 * hz * s);
    out[0] += a * Math.cos(turn);
    out[1] += a * Math.sin(turn);
  }
  if (of.sway) {
    const phase = hash01(events.salt, 3) * 6.28;
    out[0] += of.sway * (0.7 * Math.sin(1.9 * t + phase) + 0.3 * Math.sin(4.7 * t + 2 * phase));
    out[1] += 0.4 * of.sway * Math.sin(2.6 * t + 3 * phase);
  }
  if (of.vibration) {
    const k = Math.round(t * 1000);
    out[0] += of.vibration * moving * 1.2 * (hash01(mix(events.salt, k), 31) - 0.5);
    out[1] += of.vibration * moving * 2 * (hash01(mix(events.salt, k), 32) - 0.5);
  }
}

/** Streaks of rain: short, fast, other ones in every picture. */
export function drawRain(luma: Uint8Array, width: number, height: number, amount: number, key: number): void {
  const scale = width / 160;
  const count = Math.round(70 * amount * scale);
  const slant = 0.12;
  for (let k = 0; k < count; k++) {
    const seed = mix(key, k);
    let x = hash01(seed, 1) * width;
    let y = hash01(seed, 2) * height * 1.1 - 4;
    const near = hash01(seed, 3);
    const long = (3 + 9 * near * near) * scale;
    const bright = 14 + 30 * near;
    for (let s = 0; s < long; s++) {
      if (x >= 0 && x < width && y >= 0 && y < height) {
        const i = Math.floor(y) * width + Math.floor(x);
        luma[i] = Math.min(255, luma[i]! + bright);
      }
      x += slant;
      y += 1;
    }
  }
}

/** Flakes: each falls in a line of its own, so that they are the same ones from picture to picture. */
export function drawSnow(
  luma: Uint8Array,
  width: number,
  height: number,
  amount: number,
  salt: number,
  t: number,
): void {
  const scale = width / 160;
  const count = Math.round(110 * amount * scale);
  for (let k = 0; k < count; k++) {
    const near = hash01(salt + k, 1) ** 2;
    const speed = (9 + 46 * near) * scale;
    const fall = (hash01(salt + k, 2) * 1.2 * height + speed * t) % (1.2 * height);
    const drift = 6 * scale * Math.sin(0.7 * t + k) + (hash01(salt + k, 4) - 0.3) * speed * 0.3 * t;
    const x = (((hash01(salt + k, 3) * width + drift) % width) + width) % width;
    dot(luma, width, height, x, fall - 0.1 * height, (0.45 + 1.5 * near) * scale, 225, 0.85 - 0.5 * near);
  }
}

/** An insect: large, out of focus, walking over the glass or fluttering. */
export function drawInsect(
  luma: Uint8Array,
  width: number,
  height: number,
  of: LensEvents['insects'][number],
  t: number,
): void {
  const s = t - of.atS;
  const turn = hash01(of.salt, 1) * 6.28;
  const flies = hash01(of.salt, 2) > 0.5;
  const speed = (flies ? 0.34 : 0.05) * width;
  const wobble = flies ? 0.11 * width : 0.02 * width;
  const x =
    hash01(of.salt, 3) * width + Math.cos(turn) * speed * (s - of.forS / 2) + wobble * Math.sin(3.1 * s);
  const y =
    hash01(of.salt, 4) * height + Math.sin(turn) * speed * (s - of.forS / 2) + wobble * Math.cos(2.3 * s);
  const radius = (4 + 6 * hash01(of.salt, 5)) * (width / 160);
  dot(luma, width, height, x, y, radius, hash01(of.salt, 6) > 0.6 ? 235 : 22, 0.8);
  if (!flies)
    for (const side of [-1, 1])
      dot(
        luma,
        width,
        height,
        x + 0.9 * side * radius,
        y + 0.5 * radius * Math.sin(4 * s),
        0.5 * radius,
        30,
        0.5,
      );
}

function dot(
  luma: Uint8Array,
  width: number,
  height: number,
  cx: number,
  cy: number,
  radius: number,
  tone: number,
  strength: number,
): void {
  const reach = radius + 1;
  for (let y = Math.max(0, Math.floor(cy - reach)); y <= Math.min(height - 1, cy + reach); y++)
    for (let x = Math.max(0, Math.floor(cx - reach)); x <= Math.min(width - 1, cx + reach); x++) {
      const q = 1 - ((x + 0.5 - cx) ** 2 + (y + 0.5 - cy) ** 2) / (reach * reach);
      if (q <= 0) continue;
      const i = y * width + x;
      luma[i] = luma[i]! + (tone - luma[i]!) * Math.min(strength, 1.6 * q * strength);
    }
}
