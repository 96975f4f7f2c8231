/** IngestService.Push: frames from producers beside Vigie's own. */
import type { Frame } from '../pipeline/model.ts';
import { countOut, idIn, listIn, refuse, textIn, wideIn, wideOut } from './check.ts';
import { decodeOne, type FrameFault, faultOf, frameOut, framesOf, type LenientBatch } from './frame.ts';
import { read, v1, wideOf, write } from './wire.ts';

export interface PushRequest {
  /** Chosen by the producer; the answer names it. */
  readonly sequence: number;
  readonly frames: readonly Frame[];
}

/** A request as a server reads it: every good frame at its place, and what was wrong with the others. */
export interface Pushed extends LenientBatch {
  readonly sequence: number;
  /** Place in the request of each of `frames`. */
  readonly indices: readonly number[];
}

export interface FrameRejection {
  /** Place of the frame in its request. */
  readonly index: number;
  readonly code: string;
  readonly detail: string;
}

export interface PushResponse {
  /** 0 when the request could not be read. */
  readonly sequence: number;
  readonly accepted: number;
  readonly rejections: readonly FrameRejection[];
}

/** Of one request. */
export const PUSH_FRAMES_MAX = 256;

const SEQUENCE_TAG = (1 << 3) | 0;
const FRAMES_TAG = (2 << 3) | 2;

export function encodePushRequest({ sequence, frames }: PushRequest): Uint8Array {
  return write(v1.PushRequest, { sequence: wideOut(sequence, 'sequence'), frames: frames.map(frameOut) });
}

/** Never throws: what breaks off is a fault at the place where it does. */
export function decodePushRequestLenient(bytes: Uint8Array): Pushed {
  const frames: Frame[] = [];
  const indices: number[] = [];
  const faults: FrameFault[] = [];
  let sequence = 0;
  let index = 0;
  const parts = framesOf(bytes, FRAMES_TAG, (tag, reader) => {
    if (tag !== SEQUENCE_TAG) return false;
    sequence = wideIn(wideOf(reader), 'sequence');
    return true;
  });
  try {
    for (const part of parts) {
      if (index === PUSH_FRAMES_MAX) refuse('too_long', `more than ${PUSH_FRAMES_MAX} frames`);
      decodeOne(part, index, frames, faults);
      if (frames.length > indices.length) indices.push(index);
      index += 1;
    }
  } catch (error) {
    faults.push(faultOf(error, index));
  }
  return { sequence, frames, indices, faults };
}

export function encodePushResponse({ sequence, accepted, rejections }: PushResponse): Uint8Array {
  return write(v1.PushResponse, {
    sequence: wideOut(sequence, 'sequence'),
    accepted: countOut(accepted, 'accepted'),
    rejections: [...rejections],
  });
}

/** Throws DecodeError. */
export function decodePushResponse(bytes: Uint8Array): PushResponse {
  const wire = read(v1.PushResponse, bytes);
  return {
    sequence: wideIn(wire.sequence, 'sequence'),
    accepted: wire.accepted,
    rejections: listIn(wire.rejections, PUSH_FRAMES_MAX + 1, 'rejections').map(({ index, code, detail }) => ({
      index: index ?? 0,
      code: idIn(code, 'code'),
      detail: textIn(detail, 'detail'),
    })),
  };
}
