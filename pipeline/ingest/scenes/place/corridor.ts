/**
 * A passage between platforms, one way only: walls left and right with side doors, a low ceiling with tubes, and a
 * painted gate line across.
 */
import { type Chance, hash01, smoothNoise } from '../chance.ts';
import { toView, viewOf } from '../view.ts';
import { ceiling, machine, plain, posterWall, skylight } from './materials.ts';
import type { PlaceOptions } from './platform.ts';
import {
  areaOf,
  farthest,
  type Lamp,
  type Obstacle,
  outline,
  type SceneRule,
  type Solid,
  tooFull,
  type World,
} from './world.ts';

export function corridorWorld(chance: Chance, width: number, height: number, options: PlaceOptions): World {
  const floorWidth = chance.between(3.6, 6);
  const left = -floorWidth * chance.between(0.3, 0.7);
  const right = left + floorWidth;
  const view = viewOf(
    {
      focal: chance.between(0.88, 1.1),
      x: 0,
      z: chance.between(2.9, 3.7),
      tilt: chance.between(0.3, 0.44),
      yaw: ((left + right) / 2) * 0.07 + chance.between(-0.06, 0.06),
      mirrored: chance.yes(0.5),
    },
    width,
    height,
  );
  const top = view.z + chance.between(0.15, 0.5);
  const endY = chance.between(24, 34);
  const floorLuma = chance.between(80, 165);
  const wallLuma = chance.between(95, 185);
  const salt = chance.whole(1, 1e6);
  const lamps: Lamp[] = [];
  const spacing = chance.between(3.5, 5.5);
  for (let y = chance.between(1, 3); y < endY; y += spacing)
    lamps.push({ x: (left + right) / 2, y, z: top - 0.05, power: chance.between(0.36, 0.5), reachM: 3.4 });

  const gateY = chance.between(7.5, 9.5);
  const tile = chance.between(0.3, 0.9);
  const joint = chance.between(0.05, 0.18);
  const dirt = chance.between(0.05, 0.18);
  const band = chance.yes(0.5) ? chance.between(0.6, 0.85) : 1;
  const solids: Solid[] = [
    {
      x0: left - 3,
      x1: right + 3,
      y0: -6,
      y1: endY + 4,
      z0: -1,
      z1: 0,
      paint: (x, y, _z, _face, out) => {
        out[1] = 127;
        out[2] = 129;
        let tone =
          floorLuma *
          (1 +
            dirt * (smoothNoise(x * 1.1, y * 0.8, salt) + 0.5 * smoothNoise(x * 5, y * 5, salt) - 0.75) * 2);
        tone *= 1 + 0.1 * (hash01(Math.floor(x / tile) * 17 + salt, Math.floor(y / tile)) - 0.5);
        if (Math.abs((x / tile) % 1) < 0.05 || Math.abs((y / tile) % 1) < 0.05) tone *= 1 - joint;
        if (x < left + 0.5 || x > right - 0.5) tone *= band;
        if (Math.abs(y - gateY) < 0.07) {
          tone = Math.min(225, floorLuma * 1.5 + 20);
          out[1] = 100;
          out[2] = 140;
        }
        out[0] = tone;
      },
    },
    {
      x0: left - 1,
      x1: right + 1,
      y0: -6,
      y1: endY + 4,
      z0: top,
      z1: top + 1,
      paint: ceiling(lamps, chance.between(90, 190)),
    },
    { x0: left - 3, x1: right + 3, y0: endY + 2.5, y1: endY + 3, z0: 0, z1: top + 1, paint: plain(35) },
    {
      x0: left - 1,
      x1: left + floorWidth * 0.3,
      y0: endY,
      y1: endY + 0.4,
      z0: 0,
      z1: top,
      paint: plain(wallLuma * 0.8),
    },
    {
      x0: left + floorWidth * 0.7,
      x1: right + 1,
      y0: endY,
      y1: endY + 0.4,
      z0: 0,
      z1: top,
      paint: plain(wallLuma * 0.8),
    },
    { x0: left, x1: right, y0: endY, y1: endY + 0.4, z0: 2.3, z1: top, paint: machine(chance), bright: true },
  ];
  const middle = (left + right) / 2;
  const doors: World['doors'][number][] = [
    { out: [middle, -1.2], inside: [middle, 1] },
    { out: [middle, endY + 1.8], inside: [middle, endY - 1] },
  ];
  for (const side of [-1, 1]) {
    const wallX = side < 0 ? left : right;
    const paint = posterWall(chance, wallLuma, salt + side);
    const [x0, x1] = side < 0 ? [wallX - 0.4, wallX] : [wallX, wallX + 0.4];
    let from = -6;
    // Side doors lie beyond the gate, so that who comes out of one still has a way to go.
    for (const y of chance.yes(0.6) ? [chance.between(12.5, 15)] : []) {
      solids.push({ x0, x1, y0: from, y1: y - 0.8, z0: 0, z1: top, paint });
      solids.push({ x0, x1, y0: y - 0.8, y1: y + 0.8, z0: 2.2, z1: top, paint });
      doors.push({ out: [wallX + side * 1.4, y], inside: [wallX - side * 0.6, y] });
      from = y + 0.8;
    }
    solids.push({ x0, x1, y0: from, y1: endY + 2, z0: 0, z1: top, paint });
    solids.push({
      x0: side < 0 ? wallX - 2.5 : wallX + 2,
      x1: side < 0 ? wallX - 2 : wallX + 2.5,
      y0: -6,
      y1: endY,
      z0: 0,
      z1: top,
      paint: plain(45),
    });
  }
  const obstacles: Obstacle[] = [];
  for (let k = 0; k < 2; k++) {
    if (!chance.yes(0.6)) continue;
    const x0 = chance.yes(0.5) ? left + 0.05 : right - 0.5;
    const y0 = chance.between(5, 13);
    if (doors.some((door) => Math.abs(door.inside[1] - y0) < 1.8) || Math.abs(y0 - gateY) < 1.2) continue;
    solids.push({
      x0,
      x1: x0 + 0.45,
      y0,
      y1: y0 + 0.6,
      z0: 0,
      z1: chance.between(0.7, 1.9),
      paint: machine(chance),
    });
    obstacles.push({ x0, x1: x0 + 0.45, y0, y1: y0 + 0.6 });
  }

  const farY = Math.min(endY - 2, farthest(view, middle, 0, 0.13));
  const floor = { x0: left, x1: right, y0: 0.5, y1: endY };
  const hall = outline(view, [
    [left + 0.1, 1, 0],
    [right - 0.1, 1, 0],
    [right - 0.1, farY, 0],
    [left + 0.1, farY, 0],
  ]);
  const way = chance.yes(0.5) ? 1 : -1;
  const centre = Math.min(8, farY * 0.65);
  const a = toView(view, middle, centre, 0)!;
  const b = toView(view, middle, centre + 1, 0)!;
  const aspect = width / height;
  const length = Math.hypot((b.x - a.x) * aspect, b.y - a.y);
  const round = (value: number) => Math.round(value * 100) / 100;
  const direction = [
    round((way * (b.x - a.x) * aspect) / length),
    round((way * (b.y - a.y)) / length),
  ] as const;
  const g0 = toView(view, left + 0.05, gateY, 0)!;
  const g1 = toView(view, right - 0.05, gateY, 0)!;
  const clamp = (p: { x: number; y: number }) =>
    [Math.round(1000 * Math.min(1, Math.max(0, p.x))) / 1000, Math.round(1000 * p.y) / 1000] as const;
  const ends = (g0.x < g1.x ? [g0, g1] : [g1, g0]).map(clamp);
  const area = areaOf(view, hall, floor);
  const perM2 = Math.round(chance.between(0.4, 0.7) * 20) / 20;
  const rules: SceneRule[] = [
    { id: 'one-way', event: 'wrong_way', zone: 'hall', direction },
    // The gate runs left to right on the view, so its right-hand side is the nearer one.
    { id: 'gate-in', event: 'wrong_way', line: 'gate', allowed: way > 0 ? 'right_to_left' : 'left_to_right' },
    tooFull('hall', area, perM2, 6, options),
  ];
  return {
    name: 'corridor',
    view,
    solids,
    lamps,
    ambient: chance.between(0.42, 0.6),
    darkness: 1,
    patch: skylight(chance, middle),
    weakLamp: chance.whole(1, Math.min(3, lamps.length - 1)),
    floorLuma,
    bedLuma: floorLuma,
    obstacles,
    rails: [],
    zones: [{ id: 'hall', polygon: hall, area_m2: area }],
    lines: [{ id: 'gate', points: ends }],
    rules,
    floor,
    edgeX: left,
    doors,
    way,
    gateY,
    farY,
  };
}
