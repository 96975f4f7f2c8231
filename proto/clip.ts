/**
 * Clips: pictures with what was seen in them, from the edge to whoever decides. The one place on the wire where a
 * picture may be, and no record of the log can hold it (test/proto/clip.test.ts).
 */
import type { ClipHeader, ClipPart, ClipPicture } from '../pipeline/clip.ts';
import type { Agent, Frame } from '../pipeline/model.ts';
import { countOut, idIn, listIn, presentIn, refuse, textIn, wideIn, wideOut } from './check.ts';
import { decodeOne, type FrameFault, frameOut } from './frame.ts';
import { agentIn, agentOut } from './verdict.ts';
import { read, v1, write } from './wire.ts';
import { clipKinds } from './words.ts';

export interface GetClipRequest {
  readonly candidate: string;
  readonly why: string;
  /** Who looks; only in development is it believed. */
  readonly by?: Agent;
}

export interface GetPictureRequest {
  readonly site: string;
  readonly camera: string;
  readonly why: string;
  readonly by?: Agent;
}

export interface GetPictureResponse {
  readonly header: ClipHeader;
  readonly picture: ClipPicture;
}

/** The cameras whose clips are held where it comes from. */
export interface ClipOffer {
  readonly site: string;
  readonly cameras: readonly string[];
}

export type ClipAnswer = ClipPart | { readonly kind: 'end'; readonly code: string; readonly detail: string };

export type DeliverRequest =
  | { readonly kind: 'offer'; readonly offer: ClipOffer }
  | { readonly kind: 'answer'; readonly question: number; readonly answer: ClipAnswer };

export interface ClipQuestion {
  readonly question: number;
  readonly what:
    | { readonly kind: 'candidate'; readonly candidate: string }
    | { readonly kind: 'camera'; readonly camera: string }
    /** Nobody waits for the answer any more. */
    | { readonly kind: 'enough' };
}

/**
 * Of one picture: a 4:2:0 plane of 320x180 is 86,400 bytes, a JPEG of 640x360 some 50,000. With its frame (some 500
 * bytes, 16,000 in a crowd) it stays below the 256 KB that a server reads of one message.
 */
export const CLIP_DATA_BYTES_MAX = 192 * 1024;
const CAMERAS_MAX = 4096;
const SIDE_MAX = 8192;

export function encodeGetClipRequest({ candidate, why, by }: GetClipRequest): Uint8Array {
  return write(v1.GetClipRequest, { candidate, why, by: by === undefined ? null : agentOut(by) });
}

/** Throws DecodeError, as all of these do. */
export function decodeGetClipRequest(bytes: Uint8Array): GetClipRequest {
  const { candidate, why, by } = read(v1.GetClipRequest, bytes);
  return {
    candidate: idIn(candidate, 'candidate'),
    why: textIn(why, 'why'),
    ...(by && { by: agentIn(by) }),
  };
}

/** A part of a clip as GetClip answers it, and as it lies on the edge's disk. */
export function encodeClipPart(part: ClipPart): Uint8Array {
  return write(v1.GetClipResponse, partOut(part));
}

export function decodeClipPart(bytes: Uint8Array): ClipPart {
  const { header, picture } = read(v1.GetClipResponse, bytes);
  return partIn(header, picture) ?? refuse('missing_field', 'part is absent');
}

export function encodeGetPictureRequest({ site, camera, why, by }: GetPictureRequest): Uint8Array {
  return write(v1.GetPictureRequest, { site, camera, why, by: by === undefined ? null : agentOut(by) });
}

export function decodeGetPictureRequest(bytes: Uint8Array): GetPictureRequest {
  const { site, camera, why, by } = read(v1.GetPictureRequest, bytes);
  return {
    site: idIn(site, 'site'),
    camera: idIn(camera, 'camera'),
    why: textIn(why, 'why'),
    ...(by && { by: agentIn(by) }),
  };
}

export function encodeGetPictureResponse({ header, picture }: GetPictureResponse): Uint8Array {
  return write(v1.GetPictureResponse, { header: headerOut(header), picture: pictureOut(picture) });
}

export function decodeGetPictureResponse(bytes: Uint8Array): GetPictureResponse {
  const { header, picture } = read(v1.GetPictureResponse, bytes);
  return {
    header: headerIn(presentIn(header, 'header')),
    picture: pictureIn(presentIn(picture, 'picture')),
  };
}

export function encodeDeliverRequest(request: DeliverRequest): Uint8Array {
  if (request.kind === 'offer') {
    const { site, cameras } = request.offer;
    return write(v1.DeliverRequest, { offer: { site, cameras: [...cameras] } });
  }
  const { question, answer } = request;
  const part =
    answer.kind === 'end' ? { end: { code: answer.code, detail: answer.detail } } : partOut(answer);
  return write(v1.DeliverRequest, { answer: { question: countOut(question, 'question'), ...part } });
}

export function decodeDeliverRequest(bytes: Uint8Array): DeliverRequest {
  const { offer, answer } = read(v1.DeliverRequest, bytes);
  if (offer) {
    const cameras = listIn(offer.cameras, CAMERAS_MAX, 'cameras').map((camera) => idIn(camera, 'camera'));
    return { kind: 'offer', offer: { site: idIn(offer.site, 'site'), cameras } };
  }
  const { question, header, picture, end } = presentIn(answer, 'part');
  return {
    kind: 'answer',
    question: question ?? 0,
    answer: end
      ? { kind: 'end', code: idIn(end.code, 'code'), detail: textIn(end.detail, 'detail') }
      : (partIn(header, picture) ?? refuse('missing_field', 'part of the answer is absent')),
  };
}

export function encodeDeliverResponse({ question, what }: ClipQuestion): Uint8Array {
  return write(v1.DeliverResponse, {
    question: countOut(question, 'question'),
    ...(what.kind === 'enough' ? { enough: true } : {}),
    ...(what.kind === 'candidate' ? { candidate: what.candidate } : {}),
    ...(what.kind === 'camera' ? { camera: what.camera } : {}),
  });
}

export function decodeDeliverResponse(bytes: Uint8Array): ClipQuestion {
  const wire = read(v1.DeliverResponse, bytes);
  return { question: wire.question, what: questionIn(wire) };
}

function questionIn({ candidate, camera, enough }: WireQuestion): ClipQuestion['what'] {
  if (candidate) return { kind: 'candidate', candidate: idIn(candidate, 'candidate') };
  if (camera) return { kind: 'camera', camera: idIn(camera, 'camera') };
  if (enough) return { kind: 'enough' };
  return refuse('missing_field', 'what is asked for is absent');
}

type WireQuestion = NonNullable<Parameters<typeof v1.DeliverResponse.encode>[0]>;
type WireHeader = NonNullable<Parameters<typeof v1.ClipHeader.encode>[0]>;
type WirePicture = NonNullable<Parameters<typeof v1.ClipPicture.encode>[0]>;
type Maybe<T> = T | null | undefined;

function partOut(part: ClipPart) {
  return part.kind === 'header' ? { header: headerOut(part.header) } : { picture: pictureOut(part.picture) };
}

function partIn(header: Maybe<WireHeader>, picture: Maybe<WirePicture>): ClipPart | undefined {
  if (header) return { kind: 'header', header: headerIn(header) };
  return picture ? { kind: 'picture', picture: pictureIn(picture) } : undefined;
}

function headerOut(header: ClipHeader) {
  const { site, camera, candidate, mediaType, growing } = header;
  return {
    site,
    camera,
    epoch: wideOut(header.epoch, 'epoch'),
    candidate: candidate ?? null,
    kind: clipKinds.out(header.kind),
    width: countOut(header.width, 'width'),
    height: countOut(header.height, 'height'),
    mediaType,
    fromMs: wideOut(header.fromMs, 'from_ms'),
    untilMs: wideOut(header.untilMs, 'until_ms'),
    keptUntilMs: wideOut(header.keptUntilMs, 'kept_until_ms'),
    growing,
    pictures: countOut(header.pictures, 'pictures'),
  };
}

function headerIn(wire: WireHeader): ClipHeader {
  return {
    site: idIn(wire.site, 'site'),
    camera: idIn(wire.camera, 'camera'),
    epoch: wideIn(wire.epoch, 'epoch'),
    ...(wire.candidate ? { candidate: idIn(wire.candidate, 'candidate') } : {}),
    kind: clipKinds.in(wire.kind, 'kind'),
    width: sideIn(wire.width, 'width'),
    height: sideIn(wire.height, 'height'),
    mediaType: textIn(wire.mediaType, 'media_type'),
    fromMs: wideIn(wire.fromMs, 'from_ms'),
    untilMs: wideIn(wire.untilMs, 'until_ms'),
    keptUntilMs: wideIn(wire.keptUntilMs, 'kept_until_ms'),
    growing: wire.growing ?? false,
    pictures: wire.pictures ?? 0,
  };
}

function sideIn(value: Maybe<number>, field: string): number {
  const side = value ?? 0;
  if (side > SIDE_MAX) refuse('bad_number', `${field} is ${side}, expected at most ${SIDE_MAX}`);
  return side;
}

function pictureOut({ number, capturedAtMs, data, frame }: ClipPicture) {
  if (data.length > CLIP_DATA_BYTES_MAX)
    throw new RangeError(`data has ${data.length} bytes, expected at most ${CLIP_DATA_BYTES_MAX}`);
  return {
    number: countOut(number, 'number'),
    capturedAtMs: wideOut(capturedAtMs, 'captured_at_ms'),
    data,
    frame: frameOut(frame),
  };
}

function pictureIn(wire: WirePicture): ClipPicture {
  // What is absent is an empty list to the reader, and not bytes.
  const data = wire.data?.length ? wire.data : new Uint8Array(0);
  if (data.length > CLIP_DATA_BYTES_MAX)
    refuse('too_large', `data has ${data.length} bytes, at most ${CLIP_DATA_BYTES_MAX}`);
  return {
    number: wire.number ?? 0,
    capturedAtMs: wideIn(wire.capturedAtMs, 'captured_at_ms'),
    data,
    frame: frameIn(presentIn(wire.frame, 'frame')),
  };
}

/** Through the one reader of frames, which walks bytes: a clip is asked for now and then, so this may cost twice. */
function frameIn(wire: NonNullable<Parameters<typeof v1.Frame.encode>[0]>): Frame {
  const frames: Frame[] = [];
  const faults: FrameFault[] = [];
  decodeOne(write(v1.Frame, wire), 0, frames, faults);
  const [fault] = faults;
  if (fault) refuse(fault.code, `frame: ${fault.detail}`);
  return frames[0]!;
}
