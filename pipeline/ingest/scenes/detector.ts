/**
 * What a detector of objects would have said of a picture: boxes around people and what they hold, with the errors of
 * one: misses that last a while, boxes and confidences that tremble, and things seen for a picture or two that are not
 * there. Closed form: the same for picture n whenever it is asked for.
 */
import type { Box, DetectedObject } from '../../model.ts';
import { hash01, mix, smoothNoise } from './chance.ts';
import type { Foot } from './foot.ts';

/** Knobs, with what a detector of small boxes on a low picture makes of people. */
export interface DetectorNoise {
  /** Share of people that it misses, for a second or so at a time. */
  readonly misses: number;
  /** Share of pictures in which it sees a weapon that is there. */
  readonly weaponSeen: number;
  /** Trembling of boxes, share of their size. */
  readonly jitter: number;
  /** Weapons that are none, for one picture, a minute. */
  readonly singles: number;
  /** Phones and umbrellas taken for a weapon now and then over some seconds, a minute. */
  readonly doubles: number;
}

export const DETECTOR: DetectorNoise = {
  misses: 0.15,
  weaponSeen: 0.7,
  jitter: 0.05,
  singles: 1,
  doubles: 0.3,
};

/** Somebody on the picture, what they hold, and how they hold themselves. */
export interface Seen extends Foot {
  readonly weapon?: 'knife' | 'firearm';
  readonly posed?: Posed;
}

/** Who neither walks nor stands: the box around them, 0..1 of the view, and how far they have tipped, radians. */
export interface Posed {
  readonly box: Box;
  readonly tip: number;
}

/** Detectors learn from people who stand: of somebody who lies they are less sure by this. */
const LYING_UNSURE = 0.15;

export function objectsAt(
  seed: number,
  t: number,
  fps: number,
  people: readonly Seen[],
  view: { readonly width: number; readonly height: number },
  noise: DetectorNoise,
): DetectedObject[] {
  const n = Math.round(t * fps);
  const key = mix(seed, n);
  const aspect = view.height / view.width;
  const found: DetectedObject[] = [];
  const tremble = (salt: number, size: number) => (hash01(key, salt) - 0.5) * 2 * noise.jitter * size;
  const add = (
    kind: DetectedObject['class'],
    x: number,
    y: number,
    w: number,
    h: number,
    salt: number,
    sure: number,
  ) => {
    const dx = tremble(salt + 1, w);
    const dy = tremble(salt + 2, h);
    const grow = 1 + tremble(salt + 3, 1);
    found.push({
      class: kind,
      box: inView({
        x0: x - (w * grow) / 2 + dx,
        y0: y - h * grow + dy,
        x1: x + (w * grow) / 2 + dx,
        y1: y + dy,
      }),
      confidence: Math.min(0.99, Math.max(0.05, sure)),
    });
  };
  for (const one of people) {
    const salt = 100 * (one.who + 1);
    const w = one.height * 0.42 * aspect;
    // Misses come and go with about a second's memory; small people are missed more.
    const hidden = smoothNoise(t * 1.1, one.who + 0.5, seed) < noise.misses * (one.height < 0.16 ? 2 : 1);
    if (one.kind === 'person' && !hidden) {
      const sure = 0.72 + 0.5 * (hash01(key, salt) - 0.5);
      if (one.posed === undefined) add('person', one.x, one.y, w, one.height, salt, sure);
      else {
        const { x0, y0, x1, y1 } = one.posed.box;
        const unsure = LYING_UNSURE * Math.sin(one.posed.tip);
        add('person', (x0 + x1) / 2, y1, x1 - x0, y1 - y0, salt, sure - unsure);
      }
    }
    if (one.kind === 'vehicle' && hash01(key, salt) > 0.2)
      add(
        'vehicle',
        one.x,
        one.y,
        one.height * 1.2 * aspect,
        one.height,
        salt,
        0.6 + 0.3 * hash01(key, salt + 9),
      );
    if (one.weapon && hash01(key, salt + 20) < noise.weaponSeen) {
      const side = one.headingX >= 0 ? 1 : -1;
      const size = one.height * 0.16;
      const sure = 0.6 + 0.55 * (hash01(key, salt + 21) - 0.5);
      add(
        one.weapon,
        one.x + 0.55 * side * w,
        one.y - 0.46 * one.height,
        size * aspect,
        size,
        salt + 30,
        sure,
      );
    }
  }
  const single = noise.singles / 60 / fps;
  if (hash01(key, 41) < single) {
    const kind = hash01(key, 42) < 0.6 ? 'knife' : 'firearm';
    // Half of them at somebody's hand, half anywhere.
    const at =
      people.length > 0 && hash01(key, 43) < 0.5
        ? people[Math.floor(hash01(key, 44) * people.length)]!
        : undefined;
    const x = at ? at.x : hash01(key, 45);
    const y = at ? at.y - 0.45 * at.height : 0.2 + 0.75 * hash01(key, 46);
    const size = (at?.height ?? 0.25) * (0.1 + 0.15 * hash01(key, 47));
    add(kind, x, y, size * aspect, size, 50, 0.3 + 0.5 * hash01(key, 48));
  }
  // A phone: seen as a knife in one picture of six, for four seconds.
  const slot = Math.floor(t / 4);
  const slotKey = mix(seed, slot + 7_000_000);
  const holder = people[Math.floor(hash01(slotKey, 2) * people.length)];
  if (hash01(slotKey, 1) < (noise.doubles * 4) / 60 && holder && hash01(key, 60) < 1 / 6) {
    const size = 0.1 * holder.height;
    const y = holder.y - 0.6 * holder.height;
    add('knife', holder.x, y, size * aspect, size, 70, 0.28 + 0.25 * hash01(key, 61));
  }
  return found;
}

function inView({ x0, y0, x1, y1 }: Box): Box {
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return { x0: clamp(x0), y0: clamp(y0), x1: clamp(x1), y1: clamp(y1) };
}
