/** Checkpoint: what a worker knows, on its way to the next one. Read and written by workers only. */
import type { Candidate, Frame } from '../pipeline/model.ts';
import { candidateIn, candidateOut } from './candidate.ts';
import { countOut, idIn, listIn, presentIn, refuse, wideIn, wideOut } from './check.ts';
import { frameIn, frameOut, type WireFrame } from './frame.ts';
import { MESSAGE_BYTES_MAX, read, v1, write } from './wire.ts';

export interface CameraCheckpoint {
  readonly kind: 'camera';
  /** The checkpoint's. */
  readonly id: string;
  readonly site: string;
  readonly camera: string;
  readonly admit?: Uint8Array;
  readonly measure?: Uint8Array;
  readonly detect?: Uint8Array;
  readonly observations?: Uint8Array;
  readonly held: readonly Frame[];
  readonly open: readonly Candidate[];
  readonly orphaned: readonly Candidate[];
  /** Version of the setup under which its last frame was measured; absent: the site file's. */
  readonly setup?: number;
}

export interface CheckpointSeal {
  readonly kind: 'seal';
  readonly id: string;
  readonly layout: number;
  readonly build: string;
  readonly framesOffset: number;
  readonly candidatesOffset: number;
  readonly cameras: number;
}

export type Checkpoint = CameraCheckpoint | CheckpointSeal;

/** More than a camera has rules. */
const CLAIMS_MAX = 4_096;
/** More than a camera's frames are held back. */
const HELD_MAX = 4_096;

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { id } = checkpoint;
  if (checkpoint.kind === 'camera') {
    const { site, camera, admit, measure, detect, observations, held, open, orphaned, setup } = checkpoint;
    return write(v1.Checkpoint, {
      id,
      camera: {
        site,
        camera,
        admit: admit ?? null,
        measure: measure ?? null,
        detect: detect ?? null,
        observations: observations ?? null,
        held: held.map(frameOut),
        open: open.map(candidateOut),
        orphaned: orphaned.map(candidateOut),
        setup: setup === undefined ? null : countOut(setup, 'setup'),
      },
    });
  }
  return write(v1.Checkpoint, {
    id,
    seal: {
      layout: countOut(checkpoint.layout, 'layout'),
      build: checkpoint.build,
      framesOffset: wideOut(checkpoint.framesOffset, 'frames_offset'),
      candidatesOffset: wideOut(checkpoint.candidatesOffset, 'candidates_offset'),
      cameras: countOut(checkpoint.cameras, 'cameras'),
    },
  });
}

/** Throws DecodeError. Bytes are views of the record. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const wire = read(v1.Checkpoint, bytes, { bytesMax: MESSAGE_BYTES_MAX, keepUnknown: true });
  const id = idIn(wire.id, 'id');
  const { camera, seal } = wire;
  if (camera !== null && camera !== undefined) return cameraIn(id, camera);
  if (seal === null || seal === undefined) refuse('missing_field', 'part is absent');
  return {
    kind: 'seal',
    id,
    layout: seal.layout ?? 0,
    build: seal.build ?? '',
    framesOffset: wideIn(seal.framesOffset, 'frames_offset'),
    candidatesOffset: wideIn(seal.candidatesOffset, 'candidates_offset'),
    cameras: seal.cameras ?? 0,
  };
}

/** As decoded: whole messages, though the generated types of nested ones say less. */
type WireCamera = NonNullable<Parameters<typeof v1.CameraCheckpoint.encode>[0]>;

function cameraIn(id: string, wire: WireCamera): CameraCheckpoint {
  const { admit, measure, detect, observations, setup } = wire;
  return {
    kind: 'camera',
    id,
    site: idIn(wire.site, 'site'),
    camera: idIn(wire.camera, 'camera'),
    ...(present(admit) && { admit }),
    ...(present(measure) && { measure }),
    ...(present(detect) && { detect }),
    ...(present(observations) && { observations }),
    held: listIn(wire.held, HELD_MAX, 'held').map((frame) => frameIn(presentIn(frame, 'held') as WireFrame)),
    open: listIn(wire.open, CLAIMS_MAX, 'open').map(candidateIn),
    orphaned: listIn(wire.orphaned, CLAIMS_MAX, 'orphaned').map(candidateIn),
    ...(setup !== null && setup !== undefined && { setup }),
  };
}

function present(bytes: Uint8Array | null | undefined): bytes is Uint8Array {
  return bytes !== null && bytes !== undefined;
}
