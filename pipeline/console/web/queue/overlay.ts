/**
 * What was seen, drawn over the picture: the rule's place, the claim's region, what moves, and how. Every line has a
 * dark one under it, so that it is seen on snow as well as at night.
 */
import type { Candidate } from '../../../model.ts';
import type { CameraSetup, Pair, SeenFrame } from '../../api.ts';

/** Where the view lies on the canvas, canvas pixels. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Canvas pixels of a CSS pixel. */
  readonly dot: number;
}

export const INKS = {
  place: '#ffd34d',
  region: '#ff6b8b',
  blob: '#5fd0ff',
  flow: '#8af58a',
  flame: '#ff9a3d',
  other: 'rgb(255 255 255 / 75%)',
} as const;
const UNDER = 'rgb(0 0 0 / 60%)';
/** Flow is sent in 1/8 plane pixels; slower is noise. */
const FLOW_MIN = 4;
const ARROWS_LONG = 2.2;
const FLAME_MIN = 64;

interface Overlay {
  readonly candidate: Candidate;
  readonly setup?: CameraSetup | undefined;
  readonly seen?: SeenFrame | undefined;
}

type Pen = CanvasRenderingContext2D;

export function drawOverlay(pen: Pen, on: Frame, { candidate, setup, seen }: Overlay): void {
  pen.save();
  pen.lineJoin = 'round';
  if (seen?.cells) drawCells(pen, on, seen, seen.cells);
  if (setup) drawPlaces(pen, on, setup, candidate.place);
  for (const { box } of seen?.blobs ?? []) strokeBox(pen, on, box, INKS.blob, 1.5);
  const { x0, y0, x1, y1 } = candidate.region;
  strokeBox(pen, on, [x0, y0, x1, y1], INKS.region, 2.5);
  pen.restore();
}

function drawPlaces(pen: Pen, on: Frame, { setup }: CameraSetup, place: string | undefined): void {
  const all = [
    ...setup.zones.map(({ id, polygon }) => ({ id, points: polygon, closed: true })),
    ...setup.lines.map(({ id, points }) => ({ id, points, closed: false })),
  ];
  for (const { id, points, closed } of all.filter((one) => one.id !== place))
    strokePath(pen, on, points, closed, INKS.other, 1, id);
  for (const { id, points, closed } of all.filter((one) => one.id === place))
    strokePath(pen, on, points, closed, INKS.place, 2.5, id);
}

function strokePath(
  pen: Pen,
  on: Frame,
  points: readonly Pair[],
  closed: boolean,
  ink: string,
  width: number,
  name: string,
): void {
  pen.beginPath();
  points.forEach(([x, y], index) => {
    const [left, top] = [on.x + x * on.width, on.y + y * on.height];
    if (index === 0) pen.moveTo(left, top);
    else pen.lineTo(left, top);
  });
  if (closed) pen.closePath();
  stroke(pen, on, ink, width);
  if (ink === INKS.place && points.length > 0) label(pen, on, name, points);
}

function label(pen: Pen, on: Frame, text: string, points: readonly Pair[]): void {
  const x = on.x + Math.min(...points.map(([left]) => left)) * on.width + 6 * on.dot;
  const y = on.y + Math.min(...points.map(([, top]) => top)) * on.height + 16 * on.dot;
  pen.font = `600 ${12 * on.dot}px system-ui, sans-serif`;
  pen.lineWidth = 3 * on.dot;
  pen.strokeStyle = UNDER;
  pen.strokeText(text, x, y, on.width / 2);
  pen.fillStyle = INKS.place;
  pen.fillText(text, x, y, on.width / 2);
}

function strokeBox(pen: Pen, on: Frame, box: readonly number[], ink: string, width: number): void {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = box;
  pen.beginPath();
  pen.rect(on.x + x0 * on.width, on.y + y0 * on.height, (x1 - x0) * on.width, (y1 - y0) * on.height);
  stroke(pen, on, ink, width);
}

function stroke(pen: Pen, on: Frame, ink: string, width: number): void {
  pen.lineWidth = (width + 1.5) * on.dot;
  pen.strokeStyle = UNDER;
  pen.stroke();
  pen.lineWidth = width * on.dot;
  pen.strokeStyle = ink;
  pen.stroke();
}

function drawCells(pen: Pen, on: Frame, seen: SeenFrame, cells: NonNullable<SeenFrame['cells']>): void {
  const wide = (on.width * 4) / seen.planeWidth;
  const high = (on.height * 4) / seen.planeHeight;
  cells.index.forEach((index, at) => {
    const x = on.x + (index % cells.columns) * wide;
    const y = on.y + Math.floor(index / cells.columns) * high;
    const flame = cells.flame?.[at] ?? 0;
    if (flame >= FLAME_MIN) {
      pen.fillStyle = INKS.flame;
      pen.globalAlpha = 0.25 + (0.5 * flame) / 255;
      pen.fillRect(x, y, wide, high);
      pen.globalAlpha = 1;
    }
  });
  pen.beginPath();
  cells.index.forEach((index, at) => {
    const [flowX, flowY] = [cells.flowX[at] ?? 0, cells.flowY[at] ?? 0];
    if (Math.hypot(flowX, flowY) < FLOW_MIN) return;
    const x = on.x + ((index % cells.columns) + 0.5) * wide;
    const y = on.y + (Math.floor(index / cells.columns) + 0.5) * high;
    arrow(pen, x, y, (flowX / 8) * (wide / 4) * ARROWS_LONG, (flowY / 8) * (high / 4) * ARROWS_LONG);
  });
  stroke(pen, { ...on, dot: on.dot * 0.7 }, INKS.flow, 1.4);
}

function arrow(pen: Pen, x: number, y: number, dx: number, dy: number): void {
  const [toX, toY] = [x + dx, y + dy];
  pen.moveTo(x, y);
  pen.lineTo(toX, toY);
  pen.moveTo(toX - 0.35 * (dx + dy), toY - 0.35 * (dy - dx));
  pen.lineTo(toX, toY);
  pen.lineTo(toX - 0.35 * (dx - dy), toY - 0.35 * (dy + dx));
}
