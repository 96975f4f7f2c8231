/**
 * What observing costs a machine that has 2,000 cameras: they take turns, so that what a camera remembers (some 300 KB
 * of each) has left the caches when its next picture comes. Each starts at another moment of one rendered platform.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Picture } from '../pipeline/ingest/picture.ts';
import { buildScene, type SceneSpec, sceneSpec } from '../pipeline/ingest/scenes/index.ts';
import type { Frame } from '../pipeline/model.ts';
import { Observer } from '../pipeline/observe/observer.ts';
import type { Case } from './harness.ts';

const [WIDTH, HEIGHT, FPS] = [160, 90, 5];
const CAMERAS = 2_000;
/** Pictures a second that a camera with a rule for fire shows: what lies between the analysed ones is glanced at. */
const GLANCES = 3;
/** Moments at which cameras start, and analysed pictures between two of them. */
const [STARTS, APART] = [20, 3];
const PICTURES = STARTS * APART;
/** Analysed pictures of each before the clock starts: the background has been learned and flicker can be told. */
const WARMING = 16;
const GROUP = `the whole observe chain, ${CAMERAS} cameras in turn, ${WIDTH}x${HEIGHT}, one thread`;

export function cameraCases(): readonly Case[] {
  // Half a gigabyte: made when asked for, and by one case at a time.
  let fleet: Fleet | undefined;
  const one = (name: string, flames: boolean, events: SceneSpec['events']): Case => {
    let own: Fleet | undefined;
    return {
      group: GROUP,
      name,
      items: [CAMERAS, 'frames'],
      check: () => {
        fleet?.close();
        fleet = new Fleet(picturesOf(events), flames);
        own = fleet;
        fleet.check();
      },
      run: () => {
        if (own === undefined || own !== fleet) throw new Error('a fleet is checked before it is timed');
        own.turn();
      },
    };
  };
  return [
    one('without flames', false, []),
    one('with flames, 3 pictures a frame, nothing burns', true, []),
    one('with flames, 3 pictures a frame, a fire', true, [{ type: 'fire', atS: 1, durationS: 20 }]),
  ];
}

class Fleet {
  readonly #pictures: readonly Picture[];
  readonly #observers: readonly Observer[];
  readonly #flames: boolean;
  #turns = 0;

  constructor(pictures: readonly Picture[], flames: boolean) {
    this.#pictures = pictures;
    this.#flames = flames;
    this.#observers = Array.from({ length: CAMERAS }, () => observerOf(flames));
  }

  /** A frame of every camera, handed on and forgotten as to a log. */
  turn(take: (frame: Frame, camera: number) => void = () => undefined): void {
    const turn = this.#turns++;
    this.#observers.forEach((observer, camera) => {
      take(this.#next(observer, camera % STARTS, turn), camera);
    });
  }

  /** Warms up; every camera must then see what one sees that is alone. */
  check(): void {
    for (let turn = 1; turn < WARMING; turn++) this.turn();
    const alone = Array.from({ length: STARTS }, (_, start) => {
      const observer = observerOf(this.#flames);
      for (let turn = 1; turn < WARMING; turn++) this.#next(observer, start, turn - 1);
      const frame = this.#next(observer, start, WARMING - 1);
      observer.close();
      return frame;
    });
    if (!alone.some(({ view, blobs }) => view === 'ok' && blobs.length > 0)) throw new Error('saw nobody');
    this.turn((frame, camera) => {
      if (!isDeepStrictEqual(frame, alone[camera % STARTS])) throw new Error(`camera ${camera} differs`);
    });
  }

  close(): void {
    for (const observer of this.#observers) observer.close();
  }

  #next(observer: Observer, start: number, turn: number): Frame {
    const analysed = GLANCES * (start * APART + turn);
    for (let k = this.#flames ? GLANCES - 1 : 0; k > 0; k--) observer.glance(this.#at(analysed - k, turn, k));
    return observer.observe(this.#at(analysed, turn, 0), 0);
  }

  /** Time goes on where the pictures begin again. */
  #at(index: number, turn: number, before: number): Picture {
    const count = this.#pictures.length;
    const picture = this.#pictures[(index + count) % count]!;
    return { ...picture, number: turn, capturedAtMs: 1000 + (turn - before / GLANCES) * (1000 / FPS) };
  }
}

function observerOf(flames: boolean): Observer {
  return new Observer({ site: 'bench', camera: 'one', epoch: 0, width: WIDTH, height: HEIGHT, flames });
}

function picturesOf(events: SceneSpec['events']): readonly Picture[] {
  const fps = GLANCES * FPS;
  const scene = buildScene(
    sceneSpec({
      scene: 'platform',
      seed: 90_212,
      width: WIDTH,
      height: HEIGHT,
      fps,
      durationS: PICTURES / FPS,
      events,
    }),
  );
  return Array.from({ length: GLANCES * PICTURES }, (_, number): Picture => {
    const chroma = (WIDTH * HEIGHT) / 4;
    const planes = {
      luma: new Uint8Array(WIDTH * HEIGHT),
      u: new Uint8Array(chroma),
      v: new Uint8Array(chroma),
    };
    scene.render(number, planes);
    return { number, capturedAtMs: 0, ...planes };
  });
}
