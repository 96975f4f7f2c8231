/**
 * The same clips seen otherwise: mirrored, darker, blurred, at another rate or size. What holds on a clip and not on its
 * mirror image was fitted to it; clips are few, and this is as near to new ones as those at hand can bring.
 *
 * A variation changes pictures, what is drawn on the view, and the truth alike; event and frame numbers stay.
 */
import type { Picture, PictureSource } from '../../ingest/picture.ts';
import type { Box, Point } from '../../model.ts';
import { analysisPlane, type Camera, type Rule } from '../../site/site.ts';
import type { Travel, Truth } from './result.ts';

export interface Variation {
  readonly name: string;
  /** For the table. */
  readonly says: string;
  readonly camera?: (camera: Camera, truth: Truth) => Camera;
  readonly truth?: (truth: Truth) => Truth;
  readonly picture?: (picture: Picture, size: PlaneSize) => Picture;
  /** The clip begins this much later. */
  readonly fromS?: number;
}

export interface PlaneSize {
  readonly width: number;
  readonly height: number;
}

/** Grey of no colour. */
const GREY = 128;
/** Black and white of video in its limited range. */
const BLACK = 16;
const WHITE = 235;

export const VARIATIONS: readonly Variation[] = [
  {
    name: 'mirrored',
    says: 'left is right',
    camera: (camera) => mirroredCamera(camera),
    truth: mirroredTruth,
    picture: mirroredPicture,
  },
  { name: 'dark', says: 'middle grey at .6 of its light, white stays', picture: toned(gamma(1.7)) },
  { name: 'bright', says: 'middle grey at 1.3 times its light', picture: toned(gamma(0.6)) },
  { name: 'flat', says: '.75 of the contrast, as in haze', picture: toned(hazed(0.75), 0.75) },
  { name: 'tinted', says: 'white balance towards orange', picture: tinted(-8, 8) },
  { name: 'noisy', says: 'noise of 4 levels', picture: noisy(4) },
  { name: 'soft', says: 'out of focus by a pixel', picture: soft },
  { name: 'coarse', says: ".8 of the plane's sides", camera: scaled(0.8) },
  { name: 'fine', says: "1.25 of the plane's sides", camera: scaled(1.25) },
  { name: 'slow', says: '4 pictures a second', camera: atRate(4) },
  { name: 'fast', says: '7 pictures a second', camera: atRate(7) },
  { name: 'late', says: 'begins .7 s later', fromS: 0.7 },
];

/** The same source, varied. Closes with it. */
export function varied(source: PictureSource, { picture, fromS = 0 }: Variation): PictureSource {
  const first = Math.round(fromS * source.sourceFps);
  return {
    width: source.width,
    height: source.height,
    fps: source.fps,
    sourceFps: source.sourceFps,
    async *pictures() {
      for await (const one of source.pictures())
        if (one.number >= first) yield picture === undefined ? one : picture(one, source);
    },
    close: () => source.close(),
  };
}

function mirroredCamera(camera: Camera): Camera {
  return {
    ...camera,
    ground: camera.ground.map((sample) => ({ ...sample, foot: mirroredPoint(sample.foot) })),
    zones: camera.zones.map((zone) => ({ ...zone, polygon: zone.polygon.map(mirroredPoint) })),
    lines: camera.lines.map((line) => ({ ...line, points: line.points.map(mirroredPoint) })),
    rules: camera.rules.map(mirroredRule),
  };
}

/** In a mirror the sides of a line change places: who went from left to right goes from right to left. */
function mirroredRule(rule: Rule): Rule {
  if (rule.event !== 'wrong_way') return rule;
  if ('line' in rule)
    return { ...rule, allowed: rule.allowed === 'left_to_right' ? 'right_to_left' : 'left_to_right' };
  return { ...rule, direction: { x: -rule.direction.x, y: rule.direction.y } };
}

const MIRRORED: Readonly<Record<Travel, Travel>> = { left: 'right', right: 'left', up: 'up', down: 'down' };

function mirroredTruth(truth: Truth): Truth {
  const { line_crossings: crossings } = truth;
  return {
    ...truth,
    events: truth.events.map((event) =>
      event.region === undefined
        ? event
        : { ...event, region: event.region.map(([x, y]) => [1 - x, y] as const) },
    ),
    ...(crossings === undefined
      ? {}
      : { line_crossings: crossings.map((one) => ({ ...one, direction: MIRRORED[one.direction] })) }),
  };
}

function mirroredPoint({ x, y }: Point): Point {
  return { x: 1 - x, y };
}

function mirroredPicture(picture: Picture, { width, height }: PlaneSize): Picture {
  const half = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  return {
    ...picture,
    luma: mirroredPlane(picture.luma, { width, height }),
    u: mirroredPlane(picture.u, half),
    v: mirroredPlane(picture.v, half),
    ...(picture.objects === undefined
      ? {}
      : { objects: picture.objects.map((one) => ({ ...one, box: mirroredBox(one.box) })) }),
  };
}

function mirroredBox({ x0, y0, x1, y1 }: Box): Box {
  return { x0: 1 - x1, y0, x1: 1 - x0, y1 };
}

function mirroredPlane(plane: Uint8Array, { width, height }: PlaneSize): Uint8Array {
  const mirrored = new Uint8Array(plane.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) mirrored[y * width + x] = plane[y * width + width - 1 - x]!;
  return mirrored;
}

function gamma(exponent: number) {
  return (luma: number) =>
    BLACK + (WHITE - BLACK) * (Math.max(0, luma - BLACK) / (WHITE - BLACK)) ** exponent;
}

/** Towards a light grey, as what stands between scatters it. */
function hazed(contrast: number) {
  const haze = 150;
  return (luma: number) => haze + contrast * (luma - haze);
}

/** `luma` by a curve, colour by a factor. */
function toned(curve: (luma: number) => number, colour = 1) {
  const lumas = Uint8ClampedArray.from({ length: 256 }, (_, luma) => curve(luma));
  const chromas = Uint8ClampedArray.from({ length: 256 }, (_, chroma) => GREY + colour * (chroma - GREY));
  return (picture: Picture): Picture => ({
    ...picture,
    luma: picture.luma.map((value) => lumas[value]!),
    u: picture.u.map((value) => chromas[value]!),
    v: picture.v.map((value) => chromas[value]!),
  });
}

function tinted(u: number, v: number) {
  const within = (value: number) => Math.max(0, Math.min(255, value));
  return (picture: Picture): Picture => ({
    ...picture,
    u: picture.u.map((value) => within(value + u)),
    v: picture.v.map((value) => within(value + v)),
  });
}

/** Triangular, of that standard deviation, the same in every run. */
function noisy(levels: number) {
  return (picture: Picture): Picture => {
    let state = picture.number + 1;
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const spread = levels * Math.sqrt(6);
    const luma = Uint8ClampedArray.from(picture.luma, (value) => value + spread * (next() - next()));
    return { ...picture, luma: new Uint8Array(luma.buffer) };
  };
}

/** Mean of 3x3. */
function soft(picture: Picture, { width, height }: PlaneSize): Picture {
  const luma = new Uint8Array(picture.luma.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) luma[y * width + x] = around(picture.luma, x, y, width, height);
  return { ...picture, luma };
}

function around(plane: Uint8Array, x: number, y: number, width: number, height: number): number {
  let sum = 0;
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++) {
      const row = Math.max(0, Math.min(height - 1, y + dy));
      sum += plane[row * width + Math.max(0, Math.min(width - 1, x + dx))]!;
    }
  return Math.round(sum / 9);
}

function scaled(factor: number) {
  return (camera: Camera, { width, height }: Truth): Camera => {
    const plane = analysisPlane(width, height);
    const even = (side: number) => 2 * Math.round((side * factor) / 2);
    const analysis = { ...camera.analysis, width: even(plane.width), height: even(plane.height) };
    return { ...camera, analysis };
  };
}

function atRate(fps: number) {
  return (camera: Camera): Camera => ({ ...camera, analysis: { ...camera.analysis, fps } });
}
