/** Pictures of a camera, and claims about it, without a camera. */
import type { ClipKind, ClipPart } from '../../pipeline/clip.ts';
import { Clips, type ClipsOptions } from '../../pipeline/clips/clips.ts';
import { type ClipFiles, clipsInMemory } from '../../pipeline/clips/files.ts';
import type { Candidate, Frame } from '../../pipeline/model.ts';
import { candidate } from '../serve/world.ts';
import { frameOf } from '../support/frames.ts';

export const T0 = 1_790_000_000_000;
export const SIZE = { width: 16, height: 8 };
/** 16 x 8 luma and two quarters. */
export const PLANE_BYTES = 192;

export const NEVER = new AbortController().signal;

export function claim(beganAtMs: number, wish: Partial<Candidate> = {}): Candidate {
  const id = `gare/quai/${wish.epoch ?? T0}/no-tracks/${beganAtMs - T0}`;
  const base = {
    site: 'gare',
    camera: 'quai',
    epoch: T0,
    phase: 'begin',
    beganAtMs,
    atMs: beganAtMs,
  } as const;
  return { ...candidate(1), ...base, id, ...wish };
}

export function openClips(
  more: Partial<ClipsOptions> & { readonly kind?: ClipKind; files?: ClipFiles } = {},
) {
  const clock = { nowMs: T0 };
  const failures: unknown[] = [];
  const { kind = 'plane', files = clipsInMemory(), ...rest } = more;
  const clips = new Clips({
    site: 'gare',
    cameras: new Map([['quai', kind]]),
    files,
    keptMs: 3_600_000,
    bytesMax: 10_000_000,
    nowMs: () => clock.nowMs,
    onFailure: (error) => failures.push(error),
    ...rest,
  });
  return {
    clips,
    clock,
    files,
    failures,
    /** Pictures from one time to another, five a second; each plane is filled with the tenth of its second. */
    film(fromMs: number, untilMs: number, of: Partial<Frame> = {}) {
      for (let atMs = fromMs; atMs <= untilMs; atMs += 200) {
        clock.nowMs = Math.max(clock.nowMs, atMs);
        const frame = frameOf('quai', (atMs - T0) / 200, { epoch: T0, capturedAtMs: atMs, ...of });
        clips.take(SIZE, takenAt(atMs), frame);
      }
    },
  };
}

/** The same buffers for every picture, as a source has them. */
const [luma, u, v] = [new Uint8Array(128), new Uint8Array(32), new Uint8Array(32)];
function takenAt(atMs: number) {
  const value = valueAt(atMs);
  for (const plane of [luma, u, v]) plane.fill(value);
  return { luma, u, v };
}
export const valueAt = (atMs: number) => Math.floor(atMs / 200) % 251;

export async function all(parts: AsyncIterable<ClipPart>) {
  const found: ClipPart[] = [];
  for await (const part of parts) found.push(part);
  const [first] = found;
  if (first?.kind !== 'header') throw new Error('a clip begins with its header');
  return {
    header: first.header,
    pictures: found.flatMap((part) => (part.kind === 'picture' ? [part.picture] : [])),
  };
}
