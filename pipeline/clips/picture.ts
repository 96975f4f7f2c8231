/** A picture as the ring holds it, by what its camera lets be shown. */
import { CLIP_DATA_BYTES_MAX } from '../../proto/messages.ts';
import type { ClipKind } from '../clip.ts';
import type { Frame } from '../model.ts';
import type { RingPicture } from './ring.ts';

/** Of one session of a camera: the size of its planes. */
export interface CameraSession {
  readonly width: number;
  readonly height: number;
}

export interface Taken {
  readonly luma: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  /** The camera's own picture, where it was asked for. */
  readonly full?: { readonly width: number; readonly height: number; readonly data: Uint8Array };
}

const NOTHING = { width: 0, height: 0, data: new Uint8Array(0) };

export function pictureOf(kind: ClipKind, session: CameraSession, taken: Taken, frame: Frame): RingPicture {
  const { number, capturedAtMs, epoch } = frame;
  return { number, capturedAtMs, epoch, kind, frame, ...shown(kind, session, taken) };
}

function shown(kind: ClipKind, { width, height }: CameraSession, { luma, u, v, full }: Taken) {
  if (kind === 'plane') return { width, height, data: planesOf(luma, u, v) };
  if (kind === 'full' && full !== undefined && full.data.length <= CLIP_DATA_BYTES_MAX) return full;
  return NOTHING;
}

function planesOf(luma: Uint8Array, u: Uint8Array, v: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(luma.length + u.length + v.length);
  bytes.set(luma);
  bytes.set(u, luma.length);
  bytes.set(v, luma.length + u.length);
  return bytes;
}
