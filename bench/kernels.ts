/**
 * What the kernels cost on one core, each beside its naive twin. Pictures are seeded and drawn before the clock starts.
 */
import { buildScene, sceneSpec } from '../pipeline/ingest/scenes/index.ts';
import { instantiate } from '../pipeline/kernels.ts';
import { draw, waves, withNoise } from '../test/support/textures.ts';
import { type FlowCells, flowTwin } from '../test/support/twins/flow.ts';
import { pyramidTwin, pyramidTwinBytes } from '../test/support/twins/pyramid.ts';
import { foregroundCases } from './foreground.ts';
import type { Case } from './harness.ts';
import { measuringCases } from './measures.ts';

const [W, H, PICTURES] = [160, 90, 40];
const CELLS = Math.ceil(W / 4) * Math.ceil(H / 4);

export function kernelCases(): readonly Case[] {
  return [
    ...motionCases('people on a platform at 5 a second', platform()),
    ...motionCases('everything moves', drifting()),
    ...foregroundCases(
      `kernels, people on a platform at 5 a second, ${W}x${H}, one thread`,
      platform(),
      W,
      H,
    ),
    ...measuringCases(),
  ];
}

/** Pyramid and flow, taking turns through the pictures as a camera gives them. */
function motionCases(what: string, pictures: readonly Uint8Array[]): readonly Case[] {
  const { exports: wasm, memory, base } = instantiate(16 << 20);
  const bytes = new Uint8Array(memory.buffer);
  let next = base;
  const take = (size: number) => {
    const at = next;
    next += (size + 63) & ~63;
    return at;
  };
  const luma = pictures.map((picture) => {
    const at = take(picture.length);
    bytes.set(picture, at);
    return at;
  });
  const pyramids = pictures.map(() => take(wasm.pyramidBytes(W, H)));
  const scratch = take(wasm.flowScratchBytes(W, H));
  const [outX, outY, outQ] = [take(CELLS), take(CELLS), take(CELLS)];
  const pyramid = (k: number) => wasm.pyramid(pyramids[k]!, luma[k]!, W, H);
  const flow = (k: number) => wasm.flow(outX, outY, outQ, pyramids[k - 1]!, pyramids[k]!, scratch, W, H);
  pictures.forEach((_, k) => {
    pyramid(k);
  });
  const twins = pictures.map((picture) => pyramidTwin(picture, W, H));
  const each = (first: number, call: (k: number) => unknown) => () => {
    for (let k = first; k < pictures.length; k++) call(k);
  };
  const check = (k: number, found: FlowCells) => {
    flow(k);
    same(
      new Uint8Array(memory.buffer, outX, CELLS),
      new Uint8Array(found.x.buffer),
      `flow x of picture ${k}`,
    );
    same(
      new Uint8Array(memory.buffer, outY, CELLS),
      new Uint8Array(found.y.buffer),
      `flow y of picture ${k}`,
    );
    same(new Uint8Array(memory.buffer, outQ, CELLS), found.q, `flow quality of picture ${k}`);
  };
  const group = `kernels, ${what}, ${W}x${H}, one thread`;
  return [
    {
      group,
      name: 'pyramid',
      items: [PICTURES, 'frames'],
      check: each(0, (k) => {
        const expected = pyramidTwinBytes(twins[k]!);
        same(
          bytes.subarray(pyramids[k]!, pyramids[k]! + expected.length),
          expected,
          `pyramid of picture ${k}`,
        );
      }),
      run: each(0, pyramid),
      twin: each(0, (k) => pyramidTwin(pictures[k]!, W, H)),
    },
    {
      group,
      name: 'flow',
      items: [PICTURES - 1, 'frames'],
      check: each(1, (k) => check(k, flowTwin(twins[k - 1]!, twins[k]!))),
      run: each(1, flow),
      twin: each(1, (k) => flowTwin(twins[k - 1]!, twins[k]!)),
    },
    {
      group,
      name: 'pyramid + flow',
      items: [PICTURES - 1, 'frames'],
      check: each(1, (k) => check(k, flowTwin(twins[k - 1]!, twins[k]!))),
      run: each(1, (k) => {
        pyramid(k);
        flow(k);
      }),
    },
  ];
}

function platform(): readonly Uint8Array[] {
  const spec = {
    scene: 'platform',
    seed: 90_210,
    width: W,
    height: H,
    fps: 5,
    durationS: PICTURES / 5,
  } as const;
  const scene = buildScene(sceneSpec(spec));
  return Array.from({ length: PICTURES }, (_, number) => {
    const chroma = Math.ceil(W / 2) * Math.ceil(H / 2);
    const planes = { luma: new Uint8Array(W * H), u: new Uint8Array(chroma), v: new Uint8Array(chroma) };
    scene.render(number, planes);
    return planes.luma;
  });
}

/** A texture that drifts one and a half pixels a picture: nothing can be skipped. */
function drifting(): readonly Uint8Array[] {
  const look = waves(90_210);
  return Array.from({ length: PICTURES }, (_, k) =>
    withNoise(
      draw(W, H, (x, y) => look(x - 1.4 * k, y + 0.6 * k)),
      1,
      k,
    ),
  );
}

function same(found: Uint8Array, expected: Uint8Array, what: string): void {
  for (let i = 0; i < expected.length; i++) {
    if (found[i] !== expected[i])
      throw new Error(`${what}: byte ${i} is ${found[i]}, expected ${expected[i]}`);
  }
}
