/**
 * What the kernels that tell things from the background cost, each beside its naive twin. Every picture's input is
 * prepared before the clock starts, so that each kernel is timed by itself.
 */
import { instantiate } from '../pipeline/kernels.ts';
import { painted, unpacked } from '../test/support/planes.ts';
import * as twinBackground from '../test/support/twins/background.ts';
import * as twinBlobs from '../test/support/twins/blobs.ts';
import * as twinCells from '../test/support/twins/cells.ts';
import * as twinLight from '../test/support/twins/light.ts';
import { through } from '../test/support/twins/through.ts';
import type { Case } from './harness.ts';

const BLOBS_MAX = 64;
/** Pictures from which the background is learned; not timed. */
const WARMING = 14;
const SHIFT = 7;

interface Step {
  readonly luma: number;
  readonly previous: number;
  readonly state: number;
  readonly seen: number;
  readonly bits: number;
  readonly runs: number;
  readonly count: number;
  /** What the twins work on. */
  readonly planes: { readonly mask: Uint8Array; readonly cleaned: Uint8Array; readonly labels: Uint16Array };
}

export function foregroundCases(
  group: string,
  pictures: readonly Uint8Array[],
  width: number,
  height: number,
): readonly Case[] {
  const pixels = width * height;
  const cells = Math.ceil(width / 4) * Math.ceil(height / 4);
  const { exports: wasm, memory, base } = instantiate(pixels * (pictures.length * 14 + 40) + 65_536);
  let next = base;
  const take = (size: number) => {
    const at = next;
    next += (size + 63) & ~63;
    return at;
  };
  const u8 = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
  const u16 = (at: number, length: number) => new Uint16Array(memory.buffer, at, length);
  const live = take(wasm.backgroundBytes(pixels));
  const [bitsBytes, runsBytes] = [wasm.bitsBytes(width, height), wasm.runsBytes(width, height)];
  const [lit, seen, cleaned, runs] = [take(2 * pixels), take(bitsBytes), take(bitsBytes), take(runsBytes)];
  const shown = take(wasm.throughBytes(width, height));
  const [tableAt, occupancy, still] = [take(BLOBS_MAX * 64), take(cells), take(2 * cells)];
  const lumas = pictures.map((picture) => {
    const at = take(pixels);
    u8(at, pixels).set(picture);
    return at;
  });
  wasm.backgroundReset(live, lumas[0]!, pixels);
  const steps: Step[] = lumas.map((luma, n) => {
    const state = take(5 * pixels);
    u8(state, 5 * pixels).set(u8(live, 5 * pixels));
    const own = { seen: take(bitsBytes), bits: take(bitsBytes), runs: take(runsBytes) };
    const warming = n < WARMING;
    wasm.background(own.seen, live, luma, live, width, height, warming ? 3 : SHIFT, warming ? 1 : 0);
    wasm.clean(own.bits, own.seen, width, height);
    const mask = unpacked(memory, own.seen, width, height);
    const clean = unpacked(memory, own.bits, width, height);
    const count = wasm.label(own.runs, own.bits, width, height, BLOBS_MAX);
    const planes = { mask, cleaned: clean, labels: painted(memory, own.runs, width, height) };
    return { luma, previous: lumas[Math.max(0, n - 1)]!, state, ...own, count, planes };
  });
  const timed = steps.slice(WARMING);
  const planes = {
    mask: new Uint8Array(pixels),
    lit: new Uint16Array(pixels),
    labels: new Uint16Array(pixels),
  };
  const table = new Int32Array(BLOBS_MAX * twinBlobs.BLOB_FIELDS);
  const sparse = { occupancy: new Uint8Array(cells), still: new Uint16Array(cells) };
  const stateOf = (at: number) => ({
    mean: u16(at, pixels),
    dev: u16(at + 2 * pixels, pixels),
    weight: u8(at + 4 * pixels, pixels),
  });
  const byTwin = timed.map((step) => ({
    luma: u8(step.luma, pixels),
    previous: u8(step.previous, pixels),
    mean: u16(step.state, pixels),
    ...step.planes,
    /** Its own, which the twin moves on. */
    state: stateOf(step.state),
  }));
  const one = (
    name: string,
    run: (step: Step) => unknown,
    twin: (k: number) => unknown,
    found: () => ArrayLike<number>,
    wanted: () => ArrayLike<number>,
  ): Case => ({
    group,
    name,
    items: [timed.length, 'frames'],
    check: () =>
      timed.forEach((step, k) => {
        run(step);
        const answer = Array.from(found());
        twin(k);
        same(answer, wanted(), `${name}, picture ${WARMING + k}`);
      }),
    run: () => timed.forEach(run),
    twin: () => timed.forEach((_, k) => void twin(k)),
  });
  let rows = 0;
  return [
    one(
      'clean',
      (step) => wasm.clean(cleaned, step.seen, width, height),
      (k) => twinBlobs.clean(planes.mask, byTwin[k]!.mask, width, height),
      () => unpacked(memory, cleaned, width, height),
      () => planes.mask,
    ),
    one(
      'label',
      (step) => wasm.label(runs, step.bits, width, height, BLOBS_MAX),
      (k) => twinBlobs.label(planes.labels, byTwin[k]!.cleaned, width, height, BLOBS_MAX),
      () => painted(memory, runs, width, height),
      () => planes.labels,
    ),
    one(
      'blobTable',
      ({ runs: of, count, bits, luma, state }) => {
        rows = count * twinBlobs.BLOB_FIELDS;
        wasm.blobTable(tableAt, of, count, bits, luma, state, width, height);
      },
      (k) => {
        const { labels: of, luma, mean } = byTwin[k]!;
        twinBlobs.blobTable(table, of, timed[k]!.count, luma, mean, width, height);
      },
      () => new Int32Array(memory.buffer, tableAt, rows),
      () => table.subarray(0, rows),
    ),
    one(
      'cells',
      (step) => wasm.cells(occupancy, still, step.bits, step.luma, step.previous, width, height),
      (k) => {
        const { labels: of, luma, previous } = byTwin[k]!;
        twinCells.cells(sparse.occupancy, sparse.still, of, luma, previous, width, height);
      },
      () => u8(occupancy, cells),
      () => sparse.occupancy,
    ),
    one(
      'light',
      (step) => wasm.light(lit, step.state, step.luma, width, height),
      (k) => twinLight.light(planes.lit, byTwin[k]!.mean, byTwin[k]!.luma, width, height),
      () => u16(lit, pixels),
      () => planes.lit,
    ),
    one(
      'background, with a copy of its state',
      (step) => {
        u8(live, 5 * pixels).set(u8(step.state, 5 * pixels));
        wasm.background(seen, live, step.luma, live, width, height, SHIFT, 0);
      },
      (k) => {
        const from = byTwin[k]!.state;
        const moved = {
          mean: from.mean.slice(),
          dev: from.dev.slice(),
          weight: from.weight.slice(),
        };
        twinBackground.background(planes.mask, moved, byTwin[k]!.luma, moved.mean, SHIFT, false);
      },
      () => unpacked(memory, seen, width, height),
      () => planes.mask,
    ),
    one(
      'through, with a copy of what it changes',
      (step) => {
        u8(live, 4 * pixels).set(u8(step.state, 4 * pixels));
        u8(seen, bitsBytes).set(u8(step.seen, bitsBytes));
        wasm.through(seen, live, step.luma, live, shown, width, height, SHIFT);
      },
      (k) => {
        const from = byTwin[k]!.state;
        const moved = { mean: from.mean.slice(), dev: from.dev, weight: from.weight };
        planes.mask.set(byTwin[k]!.mask);
        through(planes.mask, moved, byTwin[k]!.luma, moved.mean, width, height, SHIFT);
      },
      () => unpacked(memory, seen, width, height),
      () => planes.mask,
    ),
  ];
}

function same(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  for (let i = 0; i < expected.length; i++) {
    if (found[i] !== expected[i])
      throw new Error(`${what}: entry ${i} is ${found[i]}, expected ${expected[i]}`);
  }
}
