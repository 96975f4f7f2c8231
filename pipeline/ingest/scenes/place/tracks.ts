/**
 * Open line in daylight or under lamps: two tracks on ballast, a service path on the camera's side, a fence and
 * buildings behind, sky.
 */
import { type Chance, hash01, smoothNoise } from '../chance.ts';
import { viewOf } from '../view.ts';
import { ballast, plain } from './materials.ts';
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

export function tracksWorld(chance: Chance, width: number, height: number, options: PlaceOptions): World {
  const night = chance.yes(0.3);
  const view = viewOf(
    {
      focal: chance.between(0.92, 1.15),
      x: 0,
      z: chance.between(4.2, 5.6),
      tilt: chance.between(0.28, 0.4),
      yaw: chance.between(-0.26, -0.1),
      mirrored: chance.yes(0.5),
    },
    width,
    height,
  );
  const edge = -chance.between(1.2, 2.2);
  const nearTrack = edge - 2.1;
  const farTrack = nearTrack - chance.between(3.7, 4.3);
  const fenceX = farTrack - chance.between(2.6, 3.4);
  const pathX1 = chance.between(3, 4.5);
  const salt = chance.whole(1, 1e6);
  const pathLuma = night ? chance.between(75, 120) : chance.between(95, 170);
  const stone = night ? chance.between(65, 100) : chance.between(80, 125);
  const lamps: Lamp[] = [];
  if (night)
    for (let y = chance.between(3, 6); y < 60; y += chance.between(9, 13))
      lamps.push({ x: 0, y, z: 6.5, power: chance.between(0.6, 0.9), reachM: 7 });
  const nearBed = ballast(nearTrack, stone, salt);
  const farBed = ballast(farTrack, stone, salt);
  const solids: Solid[] = [
    {
      x0: fenceX,
      x1: edge + 0.4,
      y0: -10,
      y1: 90,
      z0: -2,
      z1: 0,
      paint: (x, y, z, face, out) => (x > (nearTrack + farTrack) / 2 ? nearBed : farBed)(x, y, z, face, out),
    },
    {
      x0: edge + 0.4,
      x1: 14,
      y0: -10,
      y1: 90,
      z0: -2,
      z1: 0,
      paint: (x, y, _z, _face, out) => {
        const grass = x > pathX1;
        const grain = smoothNoise(x * (grass ? 6 : 3), y * (grass ? 6 : 2), salt + 2) - 0.5;
        out[0] =
          pathLuma *
          (grass ? 0.62 + 0.4 * grain : 1 + 0.16 * grain + 0.1 * (smoothNoise(x * 0.6, y * 0.4, salt) - 0.5));
        out[1] = grass ? 116 : 127;
        out[2] = grass ? 122 : 130;
        if (!grass && (x < edge + 0.55 || x > pathX1 - 0.12)) out[0] *= 1.3;
      },
    },
    {
      x0: fenceX - 14,
      x1: fenceX,
      y0: -10,
      y1: 90,
      z0: -2,
      z1: 0,
      paint: (x, y, _z, _face, out) => {
        out[0] = stone * (0.6 + 0.5 * smoothNoise(x * 3, y * 3, salt + 7));
        out[1] = 115;
        out[2] = 122;
      },
    },
    // The fence: posts and a rail; then bushes and buildings.
    {
      x0: fenceX - 0.06,
      x1: fenceX,
      y0: -10,
      y1: 90,
      z0: 0,
      z1: 1.5,
      paint: (_x, y, z, _face, out) => {
        const post = Math.abs(y % 2.2) < 0.12;
        out[0] =
          (post || z > 1.4 ? 1.1 : 0.65 + 0.12 * hash01(Math.floor(y * 4), Math.floor(z * 5))) *
          (night ? 60 : 105);
        out[1] = 124;
        out[2] = 127;
      },
    },
    { x0: -60, x1: 40, y0: 88, y1: 90, z0: -2, z1: 5, paint: plain(night ? 22 : 85, 120, 126, 0.25, salt) },
    {
      x0: -80,
      x1: 80,
      y0: 120,
      y1: 121,
      z0: -5,
      z1: 80,
      paint: plain(night ? 14 : chance.between(165, 225), 132, 125, 0.05, salt),
      bright: true,
    },
  ];
  for (let k = 0; k < 4; k++) {
    const y0 = k * 20 + chance.between(-4, 6);
    const high = chance.between(3, 9);
    const luma = chance.between(55, 160) * (night ? 0.45 : 1);
    const lit = chance.whole(1, 1e6);
    solids.push({
      x0: fenceX - 12,
      x1: fenceX - 4 - chance.between(0, 3),
      y0,
      y1: y0 + chance.between(9, 16),
      z0: 0,
      z1: high,
      paint: (x, y, z, _face, out) => {
        const pane = Math.abs((x + y) % 2.4) < 0.9 && z % 2.8 > 1 && z % 2.8 < 2.2;
        out[0] = pane
          ? hash01(Math.floor((x + y) / 2.4) + lit, Math.floor(z / 2.8)) > 0.6 && night
            ? 190
            : luma * 0.45
          : luma;
        out[1] = 126;
        out[2] = 131;
      },
    });
  }
  for (const x of [nearTrack, farTrack])
    for (const side of [-0.75, 0.75])
      solids.push({
        x0: x + side - 0.05,
        x1: x + side + 0.05,
        y0: -10,
        y1: 88,
        z0: 0,
        z1: 0.15,
        paint: plain(night ? 110 : 165, 126, 130),
      });
  const obstacles: Obstacle[] = [];
  const post = (x: number, y: number, half: number, z1: number, luma: number) => {
    solids.push({
      x0: x - half,
      x1: x + half,
      y0: y - half,
      y1: y + half,
      z0: 0,
      z1,
      paint: plain(luma, 126, 130, 0.12, salt),
    });
    obstacles.push({ x0: x - half, x1: x + half, y0: y - half, y1: y + half });
  };
  for (let y = chance.between(12, 17); y < 60; y += 16) post(pathX1 + 0.5, y, 0.14, 7.5, night ? 60 : 110);
  if (chance.yes(0.7)) post(pathX1 - 0.4, chance.between(9, 13), 0.35, 1.3, chance.between(70, 150));

  const middle = (edge + pathX1) / 2 + 0.3;
  const farY = Math.min(24, farthest(view, nearTrack, 0, 0.12));
  const floor = { x0: edge + 0.5, x1: pathX1, y0: 0.5, y1: 60 };
  const tracks = outline(view, [
    [edge, 1, 0],
    [edge, farY, 0],
    [fenceX + 0.6, farY, 0],
    [fenceX + 0.6, 1, 0],
  ]);
  const path = outline(view, [
    [edge + 0.6, 1, 0],
    [pathX1, 1, 0],
    [pathX1, Math.min(farY, 14), 0],
    [edge + 0.6, Math.min(farY, 14), 0],
  ]);
  const area = areaOf(view, path, floor);
  const perM2 = Math.round(chance.between(0.7, 1.1) * 20) / 20;
  const rules: SceneRule[] = [
    { id: 'no-tracks', event: 'forbidden_zone', zone: 'tracks' },
    tooFull('path', area, perM2, 6, options),
  ];
  const azimuth = chance.between(0, 2 * Math.PI);
  const long = chance.between(0.5, 1.1);
  const cloudFrom = chance.between(3, 8);
  return {
    name: 'tracks',
    view,
    solids,
    lamps,
    ambient: night ? 0.62 : 1,
    darkness: night ? 0.45 : 0.16,
    ...(night || chance.yes(0.4)
      ? {}
      : { sun: [long * Math.cos(azimuth) * 0.5, long * Math.sin(azimuth)] as const }),
    // A cloud's shadow has a soft edge and covers most of the view.
    patch: (_x, y, z) => (z > 4 ? 0.2 : Math.max(0, Math.min(1, (y - cloudFrom) / 4)) * 0.8 + 0.2),
    weakLamp: night ? 0 : -1,
    floorLuma: pathLuma,
    bedLuma: stone,
    obstacles,
    rails: [
      { x: nearTrack, z: 0, sense: -1 },
      { x: farTrack, z: 0, sense: 1 },
    ],
    zones: [
      { id: 'tracks', polygon: tracks },
      { id: 'path', polygon: path, area_m2: area },
    ],
    lines: [],
    rules,
    floor,
    edgeX: edge,
    doors: [
      { out: [middle, -1.5], inside: [middle, 1] },
      { out: [middle, 58], inside: [middle, 45] },
    ],
    way: 1,
    farY,
  };
}
