/**
 * What light, lens and camera do to the drawn picture: slow drift, steps, failing lamps, automatic gain, noise,
 * the blocks of compression, a mast that trembles.
 */
import { Chance, hash01, mix } from '../chance.ts';

/** What disturbs the picture; amounts are drawn per scene, each can be switched off. */
export interface SensorSpec {
  readonly seed: number;
  /** Standard deviation of the noise at middle grey, levels. */
  readonly noise: number;
  /** Offsets of 8x8 blocks, levels. */
  readonly blocks: number;
  /** Share by which brightness drifts over minutes. */
  readonly drift: number;
  /** Share by which mains flicker beats with the shutter. */
  readonly flicker: number;
  /** Pixels of trembling, at a plane of 160x90. */
  readonly shake: number;
  readonly gain: number;
  readonly lift: number;
}

/** A change of light: a lamp or the sun, from `atS` over `overS` seconds, back after `forS`. */
export interface LightChange {
  readonly what: 'all' | 'lamp' | 'patch';
  readonly atS: number;
  readonly overS: number;
  readonly forS: number;
  /** Share of the affected light that is added (or, negative, taken). */
  readonly amount: number;
  /** Blinks like a failing tube while it lasts. */
  readonly blinks: boolean;
}

/** Sum of the changes of one kind at a time. */
export function changeAt(changes: readonly LightChange[], what: LightChange['what'], t: number): number {
  let sum = 0;
  for (let k = 0; k < changes.length; k++) {
    const c = changes[k]!;
    if (c.what !== what || t < c.atS || t > c.atS + c.forS + c.overS) continue;
    const level = Math.min(1, (t - c.atS) / c.overS, (c.atS + c.forS + c.overS - t) / c.overS);
    // A failing tube is on or off for tenths of a second, at random.
    const on = !c.blinks || hash01(Math.floor(t * 7), Math.floor(c.atS * 10)) > 0.4;
    if (on) sum += c.amount * Math.max(0, level);
  }
  return sum;
}

const TABLE = 1 << 16;

/** Bell-shaped noise in 1/16 of its deviation, the same for every scene: only the offset into it changes. */
const noiseTable: Int8Array = (() => {
  const chance = new Chance(0x6e6f6973);
  // Longer than its offsets by the widest row, so that a row never wraps.
  return Int8Array.from({ length: TABLE + 8192 }, () => Math.max(-127, Math.min(127, 32 * chance.bell())));
})();

export class Sensor {
  readonly #spec: SensorSpec;
  readonly #curve = new Float32Array(256);
  /** In 1/32 level. */
  readonly #sigma = new Int32Array(256);
  /** In 1/16 level, with the half that rounds. */
  readonly #tone = new Int32Array(256);
  readonly #rowBlocks = new Int32Array(1024);
  #shifted: Uint8Array | undefined;

  constructor(spec: SensorSpec) {
    this.#spec = spec;
    for (let v = 0; v < 256; v++) {
      this.#curve[v] = spec.lift + v * spec.gain;
      // Photon noise grows with the root of the light, on a floor of read noise.
      this.#sigma[v] = 32 * spec.noise * Math.sqrt(0.45 + (0.55 * v) / 110);
    }
  }

  /** Light on the whole view at `t`, as a factor: drift and mains. */
  level(t: number, n: number): number {
    const s = this.#spec;
    const a = hash01(s.seed, 11) * 6.28;
    const drift =
      s.drift *
      (0.6 * Math.sin(t * 0.021 + a) +
        0.4 * Math.sin(t * 0.0071 + 2 * a) +
        0.15 * Math.sin(t * 0.13 + 3 * a));
    const flicker = s.flicker * (hash01(mix(s.seed, n), 12) - 0.5) * 2;
    return 1 + drift + flicker;
  }

  /** Drawn luma to sensed luma, out of place. `gain` is level x automatic gain. */
  sense(from: Uint8Array, into: Uint8Array, width: number, height: number, n: number, gain: number): void {
    const s = this.#spec;
    const source = this.#shake(from, width, height, n);
    const tone = this.#tone;
    const sigma = this.#sigma;
    for (let v = 0; v < 256; v++) tone[v] = Math.round(16 * (this.#curve[v]! * gain)) + 8;
    const key = mix(s.seed, n);
    const offset = key & (TABLE - 1);
    const blockOffset = mix(s.seed, Math.floor(n / 3)) & (TABLE - 1);
    const columns = (width + 7) >> 3;
    const rowBlocks = this.#rowBlocks;
    const blockScale = (16 * s.blocks) / 32;
    for (let y = 0; y < height; y++) {
      if ((y & 7) === 0) {
        for (let c = 0; c < columns && c < 1024; c++)
          rowBlocks[c] = noiseTable[(blockOffset + (y >> 3) * 173 + c * 7) & (TABLE - 1)]! * blockScale;
      }
      // Each row starts elsewhere in the table, so that the noise has no pattern that moves as a whole.
      let k = (offset + y * 7919) & (TABLE - 1);
      const row = y * width;
      for (let c = 0; c < columns; c++) {
        const block = rowBlocks[c & 1023]!;
        const end = row + Math.min(width, (c + 1) << 3);
        for (let i = row + (c << 3); i < end; i++) {
          const v = source[i]!;
          const value = (tone[v]! + ((noiseTable[k++]! * sigma[v]!) >> 6) + block) >> 4;
          into[i] = value < 0 ? 0 : Math.min(value, 255);
        }
      }
    }
  }

  /** Chroma carries a third of the noise. */
  senseChroma(from: Uint8Array, into: Uint8Array, n: number, salt: number): void {
    let k = mix(mix(this.#spec.seed, n), salt) & (TABLE - 1);
    // In 1/64: the table's 32 are one deviation.
    const amount = Math.round((64 * this.#spec.noise) / 3 / 32);
    for (let i = 0; i < from.length; i++) {
      const value = from[i]! + ((noiseTable[k++]! * amount + 32) >> 6);
      into[i] = value < 0 ? 0 : Math.min(value, 255);
      if (k === TABLE) k = 0;
    }
  }

  #shake(from: Uint8Array, width: number, height: number, n: number): Uint8Array {
    if (this.#spec.shake === 0) return from;
    const size = (this.#spec.shake * width) / 160;
    const fx = hash01(mix(this.#spec.seed, n), 21) * size;
    const fy = hash01(mix(this.#spec.seed, n), 22) * size;
    this.#shifted ??= new Uint8Array(width * height);
    const to = this.#shifted;
    for (let y = 0; y < height; y++) {
      const row = y * width;
      const below = y + 1 < height ? row + width : row;
      for (let x = 0; x < width; x++) {
        const right = x + 1 < width ? x + 1 : x;
        const top = from[row + x]! * (1 - fx) + from[row + right]! * fx;
        const low = from[below + x]! * (1 - fx) + from[below + right]! * fx;
        to[row + x] = top * (1 - fy) + low * fy + 0.5;
      }
    }
    return to;
  }
}
