/**
 * A railway platform under a roof, seen along its length from a camera near its edge:
 *
 *     far wall | tracks, 1.1 m lower | edge, yellow strip | platform: pillars, benches | back wall with doors
 *                                    x = edge                                           x = edge + width
 */
import { type Chance, hash01, smoothNoise } from '../chance.ts';
import { viewOf } from '../view.ts';
import { ballast, ceiling, machine, plain, posterWall, skylight } from './materials.ts';
import {
  areaOf,
  farthest,
  type Lamp,
  type Material,
  type Obstacle,
  outline,
  type SceneRule,
  type Solid,
  tooFull,
  type World,
} from './world.ts';

const BED_Z = -1.1;
const BED_WIDTH = 3.7;

export interface PlaceOptions {
  /** Draw the zones' limits as people per square metre instead of people. */
  readonly perM2: boolean;
}

export function platformWorld(chance: Chance, width: number, height: number, options: PlaceOptions): World {
  const floorWidth = chance.between(4.6, 7.5);
  const edge = -chance.between(1.3, Math.min(3.6, floorWidth - 1.6));
  const view = viewOf(
    {
      focal: chance.between(0.92, 1.15),
      x: 0,
      z: chance.between(3.3, 4.6),
      tilt: chance.between(0.26, 0.37),
      yaw: chance.between(-0.2, -0.02),
      mirrored: chance.yes(0.5),
    },
    width,
    height,
  );
  const roof = view.z + chance.between(0.5, 1.4);
  const wallX = edge + floorWidth;
  const floorLuma = chance.between(75, 150);
  const wallLuma = chance.between(80, 175);
  const bedLuma = chance.between(55, 95);
  const salt = chance.whole(1, 1e6);
  const lamps: Lamp[] = [];
  const spacing = chance.between(5, 8);
  for (let y = 2 + chance.between(0, 2); y < 52; y += spacing)
    lamps.push({
      x: edge + floorWidth * 0.45,
      y,
      z: roof - 0.1,
      power: chance.between(0.42, 0.62),
      reachM: 4.5,
    });

  const obstacles: Obstacle[] = [];
  const solids: Solid[] = [
    {
      x0: edge,
      x1: wallX + 4,
      y0: -10,
      y1: 60,
      z0: BED_Z - 1,
      z1: 0,
      paint: platformFloor(edge, floorLuma, salt, chance),
    },
    {
      x0: edge - BED_WIDTH - 1,
      x1: edge,
      y0: -10,
      y1: 60,
      z0: -3,
      z1: BED_Z,
      paint: ballast(edge - BED_WIDTH / 2, bedLuma, salt),
    },
    {
      x0: edge - BED_WIDTH - 1.5,
      x1: edge - BED_WIDTH,
      y0: -10,
      y1: 60,
      z0: -3,
      z1: roof + 1,
      paint: posterWall(chance, wallLuma, salt + 3),
    },
    // The far end: a wall, and the tunnel's mouth above the tracks.
    {
      x0: edge,
      x1: wallX + 4,
      y0: 50,
      y1: 51,
      z0: -1,
      z1: roof + 1,
      paint: plain(wallLuma * 0.7, 128, 128, 0.1, salt),
    },
    { x0: edge - 8, x1: edge, y0: 52, y1: 53, z0: -3, z1: roof + 1, paint: plain(10) },
    {
      x0: edge - 8,
      x1: wallX + 5,
      y0: -10,
      y1: 60,
      z0: roof,
      z1: roof + 1,
      paint: ceiling(lamps, chance.between(45, 110)),
    },
  ];
  const rail = { y0: -10, y1: 60, z0: BED_Z, z1: BED_Z + 0.16 };
  const track = edge - BED_WIDTH / 2;
  for (const side of [-0.75, 0.75])
    solids.push({
      x0: track + side - 0.05,
      x1: track + side + 0.05,
      ...rail,
      paint: plain(chance.between(120, 180), 126, 130),
    });

  // The back wall has doorways; behind them it is dark.
  const doors: World['doors'][number][] = [];
  const doorYs = [chance.between(6.5, 9), chance.between(13, 17), chance.between(24, 30)];
  let from = -10;
  const wallPaint = posterWall(chance, wallLuma, salt + 9);
  for (const y of doorYs) {
    solids.push({ x0: wallX, x1: wallX + 0.4, y0: from, y1: y - 0.9, z0: 0, z1: roof + 1, paint: wallPaint });
    solids.push({
      x0: wallX,
      x1: wallX + 0.4,
      y0: y - 0.9,
      y1: y + 0.9,
      z0: 2.3,
      z1: roof + 1,
      paint: plain(170, 118, 130),
    });
    doors.push({ out: [wallX + 1.6, y], inside: [wallX - 0.5, y] });
    from = y + 0.9;
  }
  solids.push({ x0: wallX, x1: wallX + 0.4, y0: from, y1: 60, z0: 0, z1: roof + 1, paint: wallPaint });
  solids.push({ x0: wallX + 2.2, x1: wallX + 3, y0: -10, y1: 60, z0: 0, z1: roof + 1, paint: plain(40) });
  const middle = (edge + wallX) / 2;
  doors.push({ out: [middle + 0.3, -1.5], inside: [middle + 0.3, 1.5] });
  doors.push({ out: [middle + 0.6, 49.5], inside: [middle + 0.6, 42] });

  const pillarX = Math.min(wallX - 1.6, edge + chance.between(2.2, 3));
  const pillarLuma = chance.between(60, 200);
  if (chance.yes(0.75)) {
    const size = chance.between(0.2, 0.3);
    for (let y = chance.between(6.5, 9); y < 48; y += chance.between(6, 7.5))
      furnish(
        pillarX - size,
        pillarX + size,
        y - size,
        y + size,
        roof,
        plain(pillarLuma, 126, 131, 0.1, salt + 4),
      );
  }
  for (let y = chance.between(8, 10); y < 40; y += chance.between(5, 9)) {
    if (doorYs.some((door) => Math.abs(door - y) < 2.2)) continue;
    const kind = chance.next();
    const back = wallX - 0.08;
    if (kind < 0.5)
      furnish(back - 0.5, back, y - 0.9, y + 0.9, 0.46, plain(chance.between(50, 150), 124, 134, 0.15, salt));
    else if (kind < 0.75) furnish(back - 0.8, back, y - 0.55, y + 0.55, 1.9, machine(chance));
    else furnish(back - 0.45, back - 0.05, y - 0.22, y + 0.22, 0.9, plain(chance.between(40, 90), 120, 120));
  }
  // A sign that hangs across the platform.
  const signY = chance.between(10, 16);
  solids.push({
    x0: middle - 1.2,
    x1: middle + 1.2,
    y0: signY,
    y1: signY + 0.15,
    z0: 2.6,
    z1: 3.05,
    paint: machine(chance),
    bright: true,
  });

  function furnish(x0: number, x1: number, y0: number, y1: number, z1: number, paint: Material): void {
    solids.push({ x0, x1, y0, y1, z0: 0, z1, paint });
    obstacles.push({ x0, x1, y0, y1 });
  }

  const farY = Math.min(26, farthest(view, middle, 0, 0.125));
  const tracks = outline(view, [
    [edge - 0.1, 1, 0],
    [edge - 0.1, farY, 0],
    [edge - BED_WIDTH + 0.2, farY, BED_Z],
    [edge - BED_WIDTH + 0.2, 1, BED_Z],
  ]);
  const zoneFar = Math.min(farY, chance.between(11, 15));
  const platform = outline(view, [
    [edge + 0.85, 1, 0],
    [wallX - 0.1, 1, 0],
    [wallX - 0.1, zoneFar, 0],
    [edge + 0.85, zoneFar, 0],
  ]);
  const floor = { x0: edge, x1: wallX, y0: 0.5, y1: 49 };
  const area = areaOf(view, platform, floor);
  const perM2 = Math.round(chance.between(0.7, 1.3) * 20) / 20;
  const rules: SceneRule[] = [
    { id: 'no-tracks', event: 'forbidden_zone', zone: 'tracks' },
    tooFull('platform', area, perM2, 6, options),
  ];
  return {
    name: 'platform',
    view,
    solids,
    lamps,
    ambient: chance.between(0.42, 0.62),
    darkness: 1,
    patch: skylight(chance, edge + floorWidth * 0.5),
    weakLamp: chance.whole(0, Math.min(2, lamps.length - 1)),
    floorLuma,
    bedLuma,
    obstacles,
    rails: [{ x: track, z: BED_Z, sense: chance.yes(0.7) ? -1 : 1 }],
    zones: [
      { id: 'tracks', polygon: tracks },
      { id: 'platform', polygon: platform, area_m2: area },
    ],
    lines: [],
    rules,
    floor,
    edgeX: edge,
    doors,
    way: 1,
    farY,
  };
}

/** Slabs, dirt, a white edge and a yellow strip with studs. */
function platformFloor(edge: number, luma: number, salt: number, chance: Chance): Material {
  const tile = chance.between(0.4, 1.1);
  const joint = chance.between(0.04, 0.2);
  const dirt = chance.between(0.06, 0.22);
  const strip = edge + chance.between(0.45, 0.75);
  const bold = chance.between(0.9, 1.5);
  return (x, y, z, face, out) => {
    out[1] = 127;
    out[2] = 129;
    const grime =
      1 + dirt * (smoothNoise(x * 1.3, y * 0.9, salt) + 0.5 * smoothNoise(x * 6, y * 5, salt + 1) - 0.75) * 2;
    let tone = luma * grime;
    if (face === 0) tone = luma * 0.55 * (1 + 0.2 * smoothNoise(y * 2, z * 6, salt));
    else if (x < edge + 0.14) tone = Math.min(225, luma * 1.5);
    else if (x > strip && x < strip + 0.32) {
      const stud = (x * 14) % 1 > 0.5 && (y * 14) % 1 > 0.5 ? 0.88 : 1;
      tone = Math.min(215, luma * bold + 25) * stud;
      out[1] = 84;
      out[2] = 146;
    } else {
      tone *= 1 + 0.14 * (hash01(Math.floor(x / tile) * 31 + salt, Math.floor(y / tile)) - 0.5);
      const fx = Math.abs((x / tile) % 1);
      const fy = Math.abs((y / tile) % 1);
      if (fx < 0.05 || fy < 0.05) tone *= 1 - joint;
    }
    out[0] = tone;
  };
}
