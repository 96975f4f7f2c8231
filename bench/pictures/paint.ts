/** Puts a recording on a sheet of four panels. */
import type { Box, Point } from '../../pipeline/model.ts';
import type { Recording } from './record.ts';
import { type Colour, Sheet } from './sheet.ts';

const GROUND: Colour = [250, 250, 248];
const INK: Colour = [40, 44, 52];
const PALE: Colour = [206, 208, 212];
const BLUE: Colour = [58, 134, 255];
const GREEN: Colour = [44, 178, 96];
const ORANGE: Colour = [255, 140, 0];
const RED: Colour = [222, 52, 52];
const YELLOW: Colour = [250, 206, 60];
const VIOLET: Colour = [156, 92, 220];

const SIZE = 3;
const GAP = 14;
const TITLE = 24;

export function paint(recording: Recording): Sheet {
  const { frame } = recording.at.measured;
  const [width, height] = [frame.planeWidth * SIZE, frame.planeHeight * SIZE];
  const sheet = new Sheet(2 * width + 3 * GAP, 2 * (height + TITLE) + 3 * GAP + 26, GROUND);
  const left = GAP;
  const right = 2 * GAP + width;
  const top = GAP + TITLE;
  const low = 2 * GAP + 2 * TITLE + height;
  const title = (x: number, y: number, words: string) => sheet.text(x, y - 19, words, INK);
  const plane = { width: frame.planeWidth, height: frame.planeHeight, ...recording.at.planes };

  title(
    left,
    top,
    `${recording.type}: plane ${frame.planeWidth}x${frame.planeHeight}, ${recording.at.s.toFixed(1)} s`,
  );
  sheet.planes(left, top, plane, SIZE);
  places(sheet, recording, left, top, width, height);

  title(right, top, 'cells: occupancy, flow');
  if (frame.cells?.flame)
    sheet.text(right + Sheet.wide('cells: occupancy, flow'), top - 19, ', flame', ORANGE);
  sheet.planes(right, top, plane, SIZE, 0.85);
  cells(sheet, recording, right, top);

  legend(sheet, left, low - 19, [
    ['regions', BLUE],
    ['still', VIOLET],
    ['tracks', GREEN],
    ['objects', YELLOW],
  ]);
  sheet.planes(left, low, plane, SIZE, 0.6);
  regions(sheet, recording, left, low, width, height);

  title(right, low, recording.name);
  chart(sheet, recording, right, low, width, height);
  explain(sheet, recording.at.explanation, left, low + height + 9);
  return sheet;
}

function legend(sheet: Sheet, x: number, y: number, entries: readonly (readonly [string, Colour])[]): void {
  let at = x;
  for (const [words, colour] of entries) {
    sheet.fill(at, y + 1, 12, 12, colour);
    sheet.text(at + 17, y, words, INK);
    at += 17 + Sheet.wide(words) + 16;
  }
}

/** Zones and lines that the rule is about. */
function places(
  sheet: Sheet,
  { camera, type }: Recording,
  x0: number,
  y0: number,
  width: number,
  height: number,
): void {
  const rule = camera.rules.find((one) => one.event === type);
  const zone = camera.zones.find((one) => rule && 'zone' in rule && one.id === rule.zone);
  const line = camera.lines.find((one) => rule && 'line' in rule && one.id === rule.line);
  const points = zone?.polygon ?? line?.points ?? [];
  const on = ({ x, y }: Point): [number, number] => [
    x0 + Math.min(0.998, x) * width,
    y0 + Math.min(0.998, y) * height,
  ];
  points.forEach((point, k) => {
    const next = points[k + 1] ?? (zone ? points[0] : undefined);
    if (next) sheet.line(...on(point), ...on(next), ORANGE, 2);
  });
}

function cells(sheet: Sheet, { at }: Recording, x0: number, y0: number): void {
  const { cells } = at.measured.frame;
  if (!cells) return;
  const step = 4 * SIZE;
  let k = -1;
  for (let cell = 0; cell < cells.columns * cells.rows; cell++) {
    if (!(cells.bitmap[cell >> 3]! & (1 << (cell & 7)))) continue;
    k++;
    const x = x0 + (cell % cells.columns) * step;
    const y = y0 + Math.floor(cell / cells.columns) * step;
    sheet.fill(x, y, step - 1, step - 1, BLUE, (0.75 * cells.occupancy[k]!) / 255);
    const flame = cells.flame?.[k] ?? 0;
    if (flame > 0) sheet.fill(x, y, step - 1, step - 1, ORANGE, 0.25 + (0.75 * flame) / 255);
    // i8 in eighths of a plane pixel.
    const dx = ((cells.flowX[k]! << 24) >> 24) / 8;
    const dy = ((cells.flowY[k]! << 24) >> 24) / 8;
    if (Math.hypot(dx, dy) < 0.4) continue;
    const [cx, cy] = [x + step / 2, y + step / 2];
    sheet.line(cx, cy, cx + dx * SIZE * 1.6, cy + dy * SIZE * 1.6, INK, 2);
    sheet.fill(cx + dx * SIZE * 1.6 - 2, cy + dy * SIZE * 1.6 - 2, 4, 4, INK);
  }
}

function regions(
  sheet: Sheet,
  { at }: Recording,
  x0: number,
  y0: number,
  width: number,
  height: number,
): void {
  const { frame, tracks } = at.measured;
  const box = (of: Box, colour: Colour, thick: number) =>
    sheet.frame(
      x0 + of.x0 * width,
      y0 + of.y0 * height,
      x0 + of.x1 * width,
      y0 + of.y1 * height,
      colour,
      thick,
    );
  for (const blob of frame.blobs) box(blob.box, BLUE, 2);
  for (const still of frame.statics) box(still.box, VIOLET, 3);
  for (const track of tracks) {
    const [x, y] = [x0 + track.foot.x * width, y0 + track.foot.y * height];
    sheet.fill(x - 4, y - 4, 8, 8, GREEN);
    if (track.seen)
      sheet.line(x, y, x + track.velocity.x * width * 0.8, y + track.velocity.y * height * 0.8, GREEN, 2);
  }
  for (const object of frame.objects) {
    const isWeapon = object.class === 'knife' || object.class === 'firearm';
    box(object.box, isWeapon ? RED : YELLOW, 2);
    if (isWeapon)
      sheet.text(x0 + object.box.x1 * width + 4, y0 + object.box.y0 * height - 4, object.class, RED);
  }
}

/** Value over time; bands below it for the truth and the claim. */
function chart(
  sheet: Sheet,
  recording: Recording,
  x0: number,
  y0: number,
  width: number,
  height: number,
): void {
  const { samples, truths } = recording;
  const bands = 46;
  const axis = 22;
  const plot = height - bands - axis;
  const left = 70;
  const endS = samples[samples.length - 1]!.s;
  const known = samples.flatMap(({ value, limit }) => [value ?? 0, limit ?? 0]);
  const most = Math.max(1e-6, ...known) * 1.12;
  const x = (s: number) => x0 + left + ((width - left) * s) / endS;
  const y = (value: number) => y0 + plot - (plot * Math.max(0, Math.min(most, value))) / most;
  for (const part of [0, 0.5, 1]) {
    const value = part * most;
    sheet.fill(x0 + left, y(value), width - left, 1, PALE);
    const words = value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(0) : value.toFixed(1);
    if (part < 1) sheet.text(x0, y(value) - (part === 0 ? 14 : 7), words, INK);
  }
  const every = endS > 90 ? 20 : 10;
  for (let s = 0; s < endS; s += every) {
    sheet.fill(x(s), y0, 1, plot, PALE);
    sheet.text(x(s) + 2, y0 + height - 16, s === 0 ? '0 s' : `${s}`, INK);
  }
  samples.forEach(({ s, value, limit }, k) => {
    const before = samples[k - 1];
    if (limit !== undefined) sheet.fill(x(s), y(limit) - 1, 2, 2, RED);
    if (value === undefined || before?.value === undefined) return;
    sheet.line(x(before.s), y(before.value), x(s), y(value), BLUE, 2);
  });
  const band = (
    row: number,
    words: string,
    colour: Colour,
    spans: readonly (readonly [number, number])[],
  ) => {
    const at = y0 + plot + 6 + row * 20;
    for (const [from, until] of spans) sheet.fill(x(from), at, Math.max(2, x(until) - x(from)), 14, colour);
    sheet.text(x0, at, words, INK);
  };
  band(
    0,
    'truth',
    GREEN,
    truths.map(({ fromS, untilS }) => [fromS, untilS] as const),
  );
  band(
    1,
    'claim',
    RED,
    samples.flatMap(({ s, claimed }, k) => (claimed ? [[s, samples[k + 1]?.s ?? s] as const] : [])),
  );
  sheet.fill(x(recording.at.s), y0, 1, plot + bands, INK);
}

function explain(sheet: Sheet, words: string, x: number, y: number): void {
  const room = Math.floor((sheet.width - 2 * GAP) / Sheet.wide('x'));
  sheet.text(x, y, words.length > room ? `${words.slice(0, room - 3)}...` : words, INK);
}
