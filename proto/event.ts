/** Event and Rejected: what leaves Vigie, and what was put aside. */
import type { Rejected, VerifiedEvent } from '../pipeline/model.ts';
import { candidateIn, candidateOut } from './candidate.ts';
import {
  countOut,
  idIn,
  presentIn,
  rangeIn,
  refuse,
  TEXT_LENGTH_MAX,
  textIn,
  wideIn,
  wideOut,
} from './check.ts';
import { verdictIn, verdictOut } from './verdict.ts';
import { carriedBy, carry, read, v1, write } from './wire.ts';
import { eventChanges } from './words.ts';

export type WireEvent = NonNullable<Parameters<typeof v1.Event.encode>[0]>;

export function encodeEvent(event: VerifiedEvent): Uint8Array {
  return write(v1.Event, eventOut(event));
}

/** Throws DecodeError. */
export function decodeEvent(bytes: Uint8Array): VerifiedEvent {
  return eventIn(read(v1.Event, bytes, { keepUnknown: true }));
}

export function eventOut(event: VerifiedEvent): WireEvent {
  return {
    id: event.id,
    changeId: event.changeId,
    change: eventChanges.out(event.change),
    candidate: candidateOut(event.candidate),
    verdict: verdictOut(event.verdict),
    firstConfirmation: event.firstConfirmation === undefined ? null : verdictOut(event.firstConfirmation),
    ...carriedBy(event),
  };
}

export function eventIn(wire: WireEvent | null | undefined): VerifiedEvent {
  const found = presentIn(wire, 'event');
  return carry(found, {
    id: idIn(found.id, 'id'),
    // Joins two ids, so it may be longer than one.
    changeId: textIn(found.changeId, 'change_id') || refuse('missing_field', 'change_id is empty'),
    change: eventChanges.in(found.change, 'change'),
    candidate: candidateIn(found.candidate),
    verdict: verdictIn(found.verdict),
    ...(found.firstConfirmation && { firstConfirmation: verdictIn(found.firstConfirmation) }),
  });
}

const SHA256_HEX = /^[0-9a-f]{64}$/;

export function encodeRejected(rejected: Rejected): Uint8Array {
  return write(v1.Rejected, {
    code: rejected.code,
    // What was found wrong may quote what was found; the report must stay readable by decodeRejected.
    detail: rejected.detail.slice(0, TEXT_LENGTH_MAX),
    topic: rejected.topic,
    partition: countOut(rejected.partition, 'partition'),
    offset: wideOut(rejected.offset, 'offset'),
    length: countOut(rejected.length, 'length'),
    sha256: rejected.sha256,
    atMs: wideOut(rejected.atMs, 'at_ms'),
    site: rejected.site ?? null,
    camera: rejected.camera ?? null,
  });
}

/** Throws DecodeError. */
export function decodeRejected(bytes: Uint8Array): Rejected {
  const wire = read(v1.Rejected, bytes);
  const { site, camera, sha256 } = wire;
  if (!SHA256_HEX.test(sha256)) refuse('bad_number', 'sha256 is not 64 hexadecimal digits');
  return {
    code: idIn(wire.code, 'code'),
    detail: textIn(wire.detail, 'detail'),
    topic: idIn(wire.topic, 'topic'),
    partition: rangeIn(wire.partition, 0, 2_147_483_647, 'partition'),
    offset: wideIn(wire.offset, 'offset'),
    length: wire.length,
    sha256,
    atMs: wideIn(wire.atMs, 'at_ms'),
    ...(site !== null && site !== undefined && { site: idIn(site, 'site') }),
    ...(camera !== null && camera !== undefined && { camera: idIn(camera, 'camera') }),
  };
}
