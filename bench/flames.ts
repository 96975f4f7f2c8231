/** What it costs to watch for flames: one glance at a picture, and judging two seconds of them, beside the naive twins. */
import { buildScene, type SceneEvent, sceneSpec } from '../pipeline/ingest/scenes/index.ts';
import { instantiate } from '../pipeline/kernels.ts';
import * as twin from '../test/support/twins/flame.ts';
import type { Case } from './harness.ts';

const [W, H, FPS, PICTURES] = [160, 90, 15, 48];
/** Looks at the last SAMPLES pictures, as often as is analysed. */
const [SAMPLES, EVERY] = [32, 3];

export function flameCases(): readonly Case[] {
  return [
    ...cases('people on a platform', []),
    ...cases('a fire on a platform', [{ type: 'fire', atS: 1, durationS: 20 }]),
  ];
}

function cases(what: string, events: readonly SceneEvent[]): readonly Case[] {
  const { exports: wasm, memory, base } = instantiate(PICTURES * 2 * W * H + (1 << 20));
  let next = base;
  const take = (bytes: number) => {
    const at = next;
    next += (bytes + 63) & ~63;
    return new Uint8Array(memory.buffer, at, bytes);
  };
  const cells = Math.ceil(W / 4) * Math.ceil(H / 4);
  const [state, scratch] = [take(wasm.flameBytes(W, H)), take(wasm.flameScratchBytes(W, H))];
  const out = take(cells + 16);
  const spec = {
    scene: 'platform',
    seed: 90_211,
    width: W,
    height: H,
    fps: FPS,
    durationS: 30,
    events,
  } as const;
  const scene = buildScene(sceneSpec(spec));
  const pictures = Array.from({ length: PICTURES }, (_, k) => {
    const planes = { luma: take(W * H), u: take((W * H) / 4), v: take((W * H) / 4) };
    scene.render(4 * FPS + k, planes);
    return planes;
  });
  const glance = (k: number) => {
    const { luma, u, v } = pictures[k]!;
    wasm.glance(state.byteOffset, k & 31, luma.byteOffset, u.byteOffset, v.byteOffset, W, H);
  };
  const flame = (k: number) =>
    wasm.flame(out.byteOffset, state.byteOffset, k & 31, SAMPLES, scratch.byteOffset, W, H);
  const each = (call: (k: number) => unknown) => () => {
    for (let k = 0; k < PICTURES; k++) call(k);
  };
  const looks = Array.from(
    { length: Math.floor((PICTURES - SAMPLES) / EVERY) },
    (_, k) => SAMPLES + EVERY * k,
  );
  const group = `kernels, ${what} ${FPS} times a second, ${W}x${H}, one thread`;
  const check = () => {
    state.fill(0);
    const known = twin.glances(W, H);
    each((k) => {
      glance(k);
      twin.glance(known, pictures[k]!, W, H);
      if (!looks.includes(k)) return;
      flame(k);
      const wanted = twin.flame(known, SAMPLES);
      for (let i = 0; i < cells; i++)
        if (out[i] !== wanted[i])
          throw new Error(`picture ${k}: cell ${i} is ${out[i]}, expected ${wanted[i]}`);
      if (wanted.some((score) => score > 0) !== events.length > 0)
        throw new Error(`picture ${k}: burns or not`);
    })();
  };
  return [
    {
      group,
      name: 'glance',
      items: [PICTURES, 'pictures'],
      check,
      run: each(glance),
      twin: () => each((k) => twin.glance(twin.glances(W, H), pictures[k]!, W, H))(),
    },
    {
      group,
      name: 'flame, once an analysed picture',
      items: [looks.length, 'frames'],
      check,
      // The slots hold the last pictures; which of them counts as the newest does not change the work.
      run: () => {
        for (const k of looks) flame(k);
      },
    },
  ];
}
