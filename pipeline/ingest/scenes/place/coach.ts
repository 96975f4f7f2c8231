/**
 * The inside of a coach under way, seen along its length from under the ceiling: benches along both sides, poles,
 * windows behind which the world moves (outside.ts), a door at the far end.
 *
 *     window | bench | floor with poles | bench | window
 *          -1.35   -0.85              0.85    1.35
 */
import { type Chance, hash01, smoothNoise } from '../chance.ts';
import { viewOf } from '../view.ts';
import { ceiling, plain } from './materials.ts';
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

export const COACH_WALL_X = 1.35;
const FLOOR_X = 0.85;
/** Side doors every so many metres: no bench there. */
const DOOR_EVERY = 6;

/** Whether the wall is glass there. */
export function isWindow(y: number, z: number): boolean {
  const along = ((y % DOOR_EVERY) + DOOR_EVERY) % DOOR_EVERY;
  if (along < 1.4) return z > 0.9 && z < 1.85 && along > 0.12 && along < 1.28 && Math.abs(along - 0.7) > 0.05;
  return z > 0.95 && z < 1.75 && (along - 1.4) % 1.55 > 0.14;
}

export function coachWorld(chance: Chance, width: number, height: number, options: PlaceOptions): World {
  const view = viewOf(
    {
      focal: chance.between(0.8, 0.95),
      x: chance.between(-0.35, 0.35),
      z: chance.between(2.12, 2.3),
      tilt: chance.between(0.27, 0.38),
      yaw: chance.between(-0.06, 0.06),
      mirrored: chance.yes(0.5),
    },
    width,
    height,
  );
  const top = 2.42;
  const endY = chance.between(14, 19);
  const floorLuma = chance.between(70, 140);
  const wallLuma = chance.between(120, 190);
  const seatLuma = chance.between(45, 130);
  const seatU = chance.between(112, 150);
  const seatV = chance.between(104, 140);
  const salt = chance.whole(1, 1e6);
  const lamps: Lamp[] = [];
  for (let y = chance.between(0.5, 2); y < endY; y += 2.6)
    lamps.push({ x: 0, y, z: top - 0.05, power: chance.between(0.34, 0.46), reachM: 2.2 });
  const long = { y0: -4, y1: endY + 3 };
  const solids: Solid[] = [
    {
      ...{ x0: -2, x1: 2, ...long, z0: -1, z1: 0 },
      paint: (x, y, _z, _face, out) => {
        out[1] = 128;
        out[2] = 128;
        const fleck = 0.9 + 0.2 * hash01(Math.floor(x * 22), Math.floor(y * 22));
        out[0] = floorLuma * fleck * (0.95 + 0.1 * smoothNoise(x * 1.4, y * 0.9, salt));
        if (Math.abs(Math.abs(x) - 0.62) < 0.03) out[0] = Math.min(225, floorLuma * 1.5);
      },
    },
    { ...{ x0: -2, x1: 2, ...long, z0: top, z1: top + 1 }, paint: ceiling(lamps, chance.between(130, 200)) },
    { ...{ x0: -2, x1: 2, y0: endY + 2, y1: endY + 3, z0: 0, z1: top }, paint: plain(30) },
    { ...{ x0: -2, x1: -0.42, y0: endY, y1: endY + 0.1, z0: 0, z1: top }, paint: plain(wallLuma * 0.85) },
    { ...{ x0: 0.42, x1: 2, y0: endY, y1: endY + 0.1, z0: 0, z1: top }, paint: plain(wallLuma * 0.85) },
    { ...{ x0: -0.42, x1: 0.42, y0: endY, y1: endY + 0.1, z0: 2, z1: top }, paint: plain(wallLuma) },
  ];
  const obstacles: Obstacle[] = [];
  for (const side of [-1, 1]) {
    const [x0, x1] = side < 0 ? [-COACH_WALL_X - 0.3, -COACH_WALL_X] : [COACH_WALL_X, COACH_WALL_X + 0.3];
    solids.push({
      ...{ x0, x1, ...long, z0: 0, z1: top },
      paint: (_x, y, z, _face, out) => {
        out[1] = 128;
        out[2] = 128;
        // Glass is filled in picture by picture; here it is as dark as at night.
        out[0] = isWindow(y, z) ? 16 : wallLuma * (z < 0.8 ? 0.8 : 1);
        const along = ((y % DOOR_EVERY) + DOOR_EVERY) % DOOR_EVERY;
        if (along < 1.4 && !isWindow(y, z)) {
          out[0] = wallLuma * 0.7;
          out[1] = 112;
          out[2] = 140;
        }
      },
    });
    for (let y = -DOOR_EVERY; y < endY; y += DOOR_EVERY) {
      const bench = { y0: y + 1.5, y1: Math.min(endY, y + DOOR_EVERY - 0.1) };
      const [low, high] = side < 0 ? [-COACH_WALL_X, -FLOOR_X] : [FLOOR_X, COACH_WALL_X];
      solids.push({
        ...{ x0: low, x1: high, ...bench, z0: 0.12, z1: 0.45 },
        paint: (_x, at, _z, face, out) => {
          out[0] = seatLuma * (face === 2 ? 1.1 : 0.8) * (at % 0.5 < 0.04 ? 0.7 : 1);
          out[1] = seatU;
          out[2] = seatV;
        },
      });
      obstacles.push({ x0: low, x1: high, ...bench });
    }
  }
  for (let y = 4.2; y < endY; y += chance.between(2.4, 3.4)) {
    const x = chance.pick([-0.78, 0.78]);
    const half = 0.025;
    solids.push({
      x0: x - half,
      x1: x + half,
      y0: y - half,
      y1: y + half,
      z0: 0,
      z1: top,
      paint: plain(190, 112, 140),
    });
  }
  const farY = Math.min(endY - 1, farthest(view, 0, 0, 0.13));
  const floor = { x0: -FLOOR_X, x1: FLOOR_X, y0: 0.5, y1: endY - 0.2 };
  const aisle = outline(view, [
    [-FLOOR_X, 1, 0],
    [FLOOR_X, 1, 0],
    [FLOOR_X, farY, 0],
    [-FLOOR_X, farY, 0],
  ]);
  const area = areaOf(view, aisle, floor);
  const perM2 = Math.round(chance.between(0.9, 1.4) * 20) / 20;
  const rules: SceneRule[] = [tooFull('aisle', area, perM2, 8, options)];
  return {
    name: 'coach',
    view,
    solids,
    lamps,
    ambient: chance.between(0.4, 0.55),
    darkness: 1,
    patch: (x, y, z) =>
      isWindow(y, 1.3)
        ? Math.max(0, 1 - Math.abs(z - 0.6) / 1.4) * Math.min(1, 0.3 + 0.6 * Math.abs(x))
        : 0.2,
    weakLamp: 1,
    floorLuma,
    bedLuma: floorLuma,
    obstacles,
    rails: [],
    zones: [{ id: 'aisle', polygon: aisle, area_m2: area }],
    lines: [],
    rules,
    floor,
    edgeX: floor.x0 - 1,
    doors: [
      { out: [0, -1.5], inside: [0, 1] },
      { out: [0, endY + 1.6], inside: [0, endY - 0.8] },
    ],
    way: 1,
    farY,
  };
}
