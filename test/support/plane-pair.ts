/** Two pictures through the pyramid and flow kernels, in memory of exactly the size that the kernels ask for. */
import { instantiate } from '../../pipeline/kernels.ts';
import { random } from './random.ts';

export interface FoundFlow {
  readonly across: number;
  readonly down: number;
  readonly x: Int8Array;
  readonly y: Int8Array;
  readonly q: Uint8Array;
  /** The second picture's pyramid. */
  readonly pyramid: Uint8Array;
}

const GUARD = 64;

/** Throws when a byte outside the outputs' own is written, or memory grows. Scratch starts as noise. */
export function findFlow(first: Uint8Array, second: Uint8Array, w: number, h: number): FoundFlow {
  const kernels = instantiate(64 * w * h + 65_536);
  const { exports: wasm, memory } = kernels;
  const across = (w + 3) >> 2;
  const down = (h + 3) >> 2;
  const bytes = new Uint8Array(memory.buffer);
  const chance = random(w * 1000 + h);
  for (let i = kernels.base; i < bytes.length; i++) bytes[i] = chance.below(256);
  let next = kernels.base;
  const guards: number[] = [];
  const take = (size: number) => {
    const at = next;
    guards.push(at + size);
    next = (at + size + GUARD + 63) & ~63;
    return at;
  };
  const luma = take(w * h);
  const prev = take(wasm.pyramidBytes(w, h));
  const cur = take(wasm.pyramidBytes(w, h));
  const scratch = take(wasm.flowScratchBytes(w, h));
  const [outX, outY, outQ] = [take(across * down), take(across * down), take(across * down)];
  const guarded = () => guards.map((at) => bytes.slice(at, at + GUARD).join()).join(';');
  const before = guarded();
  bytes.set(first, luma);
  wasm.pyramid(prev, luma, w, h);
  bytes.set(second, luma);
  wasm.pyramid(cur, luma, w, h);
  wasm.flow(outX, outY, outQ, prev, cur, scratch, w, h);
  if (guarded() !== before) throw new Error(`${w}x${h}: a kernel wrote beside its memory`);
  if (memory.buffer !== bytes.buffer) throw new Error(`${w}x${h}: memory grew`);
  return {
    across,
    down,
    x: new Int8Array(bytes.slice(outX, outX + across * down).buffer),
    y: new Int8Array(bytes.slice(outY, outY + across * down).buffer),
    q: bytes.slice(outQ, outQ + across * down),
    pyramid: bytes.slice(cur, cur + wasm.pyramidBytes(w, h)),
  };
}
