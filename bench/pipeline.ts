/**
 * What the stages cost on one rendered platform at 160x90: each by itself, and the whole chain. Pictures are rendered
 * before the clock starts.
 */

import { detect } from '../pipeline/detect/detect.ts';
import type { Picture, PictureSource } from '../pipeline/ingest/picture.ts';
import { buildScene, sceneSite, sceneSpec } from '../pipeline/ingest/scenes/index.ts';
import { measure } from '../pipeline/measure/measure.ts';
import type { Frame, Measured } from '../pipeline/model.ts';
import { Observer } from '../pipeline/observe/observer.ts';
import { runChain } from '../pipeline/operate/evaluate/chain.ts';
import { parseSite } from '../pipeline/site/parse.ts';
import { decodeFrameBatch, encodeFrameBatch } from '../proto/messages.ts';
import type { Case } from './harness.ts';

const [WIDTH, HEIGHT, FPS, PICTURES] = [160, 90, 5, 300];
const GROUP = `stages, rendered platform ${WIDTH}x${HEIGHT}, one thread`;

export function pipelineCases(): readonly Case[] {
  const scene = buildScene(
    sceneSpec({
      scene: 'platform',
      seed: 90_210,
      width: WIDTH,
      height: HEIGHT,
      fps: FPS,
      durationS: PICTURES / FPS,
    }),
  );
  const site = parseSite(sceneSite(scene, 'bench'), { file: 'bench', dev: true });
  const pictures = Array.from({ length: PICTURES }, (_, number): Picture => {
    const chroma = Math.ceil(WIDTH / 2) * Math.ceil(HEIGHT / 2);
    const planes = {
      luma: new Uint8Array(WIDTH * HEIGHT),
      u: new Uint8Array(chroma),
      v: new Uint8Array(chroma),
    };
    scene.render(number, planes);
    return { number, capturedAtMs: number * (1000 / FPS), ...planes };
  });
  const observeAll = (): Frame[] => {
    const observer = new Observer({ site: site.id, camera: 'bench', epoch: 0, width: WIDTH, height: HEIGHT });
    try {
      return pictures.map((picture) => observer.observe(picture, picture.capturedAtMs));
    } finally {
      observer.close();
    }
  };
  const frames = observeAll();
  const encoded = frames.map((frame) => encodeFrameBatch({ frames: [frame] }));
  const measureAll = (): Measured[] => {
    const stage = measure(site);
    return frames.flatMap((frame) => stage.step(frame));
  };
  const measured = measureAll();
  const detectAll = () => {
    const stage = detect(site, 'bench');
    return measured.flatMap((one) => stage.step(one));
  };
  const per = (name: string, check: () => void | Promise<void>, run: () => unknown): Case => ({
    group: GROUP,
    name,
    items: [PICTURES, 'frames'],
    check,
    run: () => void run(),
  });
  return [
    per('observe', () => same(observeAll(), frames), observeAll),
    per(
      `encode (mean ${Math.round(mean(encoded.map((bytes) => bytes.length)))} bytes)`,
      () =>
        same(
          encoded.map((bytes) => decodeFrameBatch(bytes).frames.length),
          frames.map(() => 1),
        ),
      () => frames.map((frame) => encodeFrameBatch({ frames: [frame] })),
    ),
    per(
      'decode',
      () =>
        same(
          encoded.map((bytes) => encodeFrameBatch(decodeFrameBatch(bytes))),
          encoded,
        ),
      () => encoded.map((bytes) => decodeFrameBatch(bytes)),
    ),
    per('measure', () => same(measureAll(), measured), measureAll),
    per('detect', () => same(detectAll(), detectAll()), detectAll),
    {
      group: GROUP,
      name: 'whole chain over a memory log',
      items: [PICTURES, 'frames'],
      check: async () => {
        const seen: number[] = [];
        await runChain(
          listed(pictures),
          site,
          site.cameras[0]!,
          (one) => seen.push(one.frame.number),
          () => undefined,
        );
        // One more: at the end the view is lost.
        same(seen, [...pictures.map((picture) => picture.number), PICTURES]);
      },
      run: async () => {
        const nothing = () => undefined;
        await runChain(listed(pictures), site, site.cameras[0]!, nothing, nothing);
      },
    },
  ];
}

function listed(pictures: readonly Picture[]): PictureSource {
  return {
    width: WIDTH,
    height: HEIGHT,
    fps: FPS,
    sourceFps: FPS,
    async *pictures() {
      yield* pictures;
    },
    close: async () => undefined,
  };
}

function same(found: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`found ${a?.slice(0, 200)}, expected ${b?.slice(0, 200)}`);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
