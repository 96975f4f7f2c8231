/**
 * One camera's memory in a kernel instance, and the pool that hands it out.
 *
 * A slab, every part aligned to 64 bytes:
 *
 *   head | background | statics | luma A | luma B | pyramid A | pyramid B | still | occupancy | flow x | flow y | flow q
 *    16    5 a pixel    2 a px    1 a px   1 a px                           u16      u8 ... a cell each
 *
 *   flames     | edges
 *    65 a cell   4 a sample of kernels/shift.ts, and 4
 *
 * head: i32 layout version, width, height, and which of A and B holds the latest picture. There is no pointer in a
 * slab: copying its bytes moves or checkpoints a camera. What only lives within one picture (foreground, runs, the blob
 * table, flow's scratch) is shared by the cameras of a pool, which take turns.
 */
import { instantiate, type Kernels } from '../kernels.ts';

export const SLAB_LAYOUT = 5;
export const BLOBS_MAX = 64;
/** Static regions of one picture that are looked at; specks among them are dropped after that. */
export const STATICS_TABLE_MAX = 256;
/** Cameras per instance: at 160x90 a slab is about 270 KB, so a pool is about 4 MB. */
const SLABS_PER_POOL = 16;

export interface SlabParts {
  readonly head: number;
  readonly background: number;
  readonly statics: number;
  readonly luma: readonly [number, number];
  readonly pyramid: readonly [number, number];
  readonly still: number;
  readonly occupancy: number;
  readonly flowX: number;
  readonly flowY: number;
  readonly flowQ: number;
  readonly flames: number;
  readonly edges: number;
}

export interface ScratchParts {
  readonly shift: number;
  readonly lit: number;
  readonly seen: number;
  readonly bits: number;
  readonly runs: number;
  readonly table: number;
  readonly spread: number;
  readonly texture: number;
  readonly through: number;
  readonly fate: number;
  readonly ages: number;
  readonly gathered: number;
  /** Of a picture of which nothing else is kept. */
  readonly glance: number;
  readonly chroma: readonly [number, number];
  readonly flame: number;
  /** As `flame` where nothing burns: always zero. */
  readonly unlit: number;
  readonly flameScratch: number;
  readonly staticBits: number;
  readonly staticRuns: number;
  readonly staticTable: number;
  readonly flow: number;
}

export interface Slab {
  readonly kernels: Kernels;
  readonly parts: SlabParts;
  readonly scratch: ScratchParts;
  /** All bytes of this camera, for a checkpoint. */
  readonly bytes: Uint8Array;
  release(): void;
}

/** Takes a free slab for a `width` x `height` plane; a new pool is made when all are in use. */
export function takeSlab(width: number, height: number): Slab {
  const key = `${width}x${height}`;
  const pools = POOLS.get(key) ?? [];
  POOLS.set(key, pools);
  let pool = pools.find((candidate) => candidate.free.length > 0);
  if (pool === undefined) {
    pool = makePool(width, height);
    pools.push(pool);
  }
  return slabOf(pool, pool.free.pop()!, width, height);
}

interface Pool {
  readonly kernels: Kernels;
  readonly scratch: ScratchParts;
  readonly first: number;
  readonly slabBytes: number;
  readonly free: number[];
}

const POOLS = new Map<string, Pool[]>();

function makePool(width: number, height: number): Pool {
  // Sizes come from the module, so one throw-away instance is asked first.
  const measure = instantiate(0);
  const slabBytes = partsAt(measure, 0, width, height).end;
  const scratchBytes = scratchAt(measure, 0, width, height).end;
  const kernels = instantiate(scratchBytes + SLABS_PER_POOL * slabBytes);
  const { end: first, ...scratch } = scratchAt(kernels, kernels.base, width, height);
  return {
    kernels,
    scratch,
    first,
    slabBytes,
    free: Array.from({ length: SLABS_PER_POOL }, (_, i) => SLABS_PER_POOL - 1 - i),
  };
}

function slabOf(pool: Pool, index: number, width: number, height: number): Slab {
  const start = pool.first + index * pool.slabBytes;
  const { end, ...parts } = partsAt(pool.kernels, start, width, height);
  const bytes = new Uint8Array(pool.kernels.memory.buffer, start, end - start);
  bytes.fill(0);
  new Int32Array(pool.kernels.memory.buffer, parts.head, 4).set([SLAB_LAYOUT, width, height, 0]);
  let released = false;
  const release = () => {
    if (!released) pool.free.push(index);
    released = true;
  };
  return { kernels: pool.kernels, parts, scratch: pool.scratch, bytes, release };
}

function partsAt({ exports }: Kernels, start: number, width: number, height: number) {
  const pixels = width * height;
  const cells = ((width + 3) >> 2) * ((height + 3) >> 2);
  const take = taker(start);
  return {
    head: take(16),
    background: take(exports.backgroundBytes(pixels)),
    statics: take(exports.staticsBytes(pixels)),
    luma: [take(pixels), take(pixels)] as const,
    pyramid: [take(exports.pyramidBytes(width, height)), take(exports.pyramidBytes(width, height))] as const,
    still: take(2 * cells),
    occupancy: take(cells),
    flowX: take(cells),
    flowY: take(cells),
    flowQ: take(cells),
    flames: take(exports.flameBytes(width, height)),
    edges: take(exports.edgesBytes(width, height)),
    end: take(0),
  };
}

function scratchAt({ exports }: Kernels, start: number, width: number, height: number) {
  const pixels = width * height;
  const cells = ((width + 3) >> 2) * ((height + 3) >> 2);
  const chroma = ((width + 1) >> 1) * ((height + 1) >> 1);
  const take = taker(start);
  return {
    shift: take(16),
    lit: take(2 * pixels),
    seen: take(exports.bitsBytes(width, height)),
    bits: take(exports.bitsBytes(width, height)),
    runs: take(exports.runsBytes(width, height)),
    table: take(BLOBS_MAX * 64),
    spread: take(exports.spreadBytes(BLOBS_MAX)),
    texture: take(20),
    through: take(exports.throughBytes(width, height)),
    fate: take(BLOBS_MAX + 1),
    ages: take(2 * cells + 16),
    gathered: take(5 * cells + 16),
    glance: take(pixels),
    chroma: [take(chroma), take(chroma)] as const,
    flame: take(cells + 16),
    unlit: take(cells + 16),
    flameScratch: take(exports.flameScratchBytes(width, height)),
    staticBits: take(exports.bitsBytes(width, height)),
    staticRuns: take(exports.runsBytes(width, height)),
    staticTable: take(STATICS_TABLE_MAX * 64),
    flow: take(exports.flowScratchBytes(width, height)),
    end: take(0),
  };
}

/** Hands out addresses one after another, each a multiple of 64. */
function taker(start: number): (bytes: number) => number {
  let next = start;
  return (bytes) => {
    const at = next;
    next = at + ((bytes + 63) & ~63);
    return at;
  };
}
