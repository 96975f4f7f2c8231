/**
 * FrameBatch: the one hot message. A batch is walked frame by frame, so that one bad frame costs that frame and not
 * its neighbours, and the arrays of cells stay views of the record's bytes.
 */
import type {
  Blob,
  Cells,
  DetectedObject,
  Frame,
  FrameBatch,
  Spread,
  StaticRegion,
} from '../pipeline/model.ts';
import {
  boxIn,
  boxOut,
  countOut,
  DecodeError,
  durationOut,
  idIn,
  listIn,
  pointIn,
  pointOut,
  presentIn,
  rangeIn,
  refuse,
  shareOut,
  signedOut,
  wideIn,
  wideOut,
} from './check.ts';
import { type FrameFields, readFrameFields } from './frame-fields.ts';
import { vehicleIn, vehicleOut } from './vehicle.ts';
import {
  MESSAGE_BYTES_MAX,
  orGarbage,
  RECORD_BYTES_MAX,
  readerOf,
  v1,
  type WireReader,
  write,
} from './wire.ts';
import { objectClasses, viewStates } from './words.ts';

/** Pixels of the largest analysis plane (320x180), side of a cell: as in pipeline/site/site.ts. */
export const PLANE_PIXELS_MAX = 57_600;
const CELL_PX = 4;
/** More than connected components of a largest plane's 3,600 cells can make. */
const REGIONS_MAX = 4096;
export const BATCH_FRAMES_MAX = 4096;

const FLOW_STEPS_PER_PX = 8;
/** FrameBatch.frames: field 1, wire type 2. */
const FRAMES_TAG = (1 << 3) | 2;

export function encodeFrameBatch(batch: FrameBatch): Uint8Array {
  return write(v1.FrameBatch, { frames: batch.frames.map(frameOut) });
}

/** Throws DecodeError on the first bad frame. */
export function decodeFrameBatch(bytes: Uint8Array): FrameBatch {
  const { frames, faults } = decodeFrameBatchLenient(bytes);
  const [first] = faults;
  if (first) throw new DecodeError(first.code, `frames[${first.index}]: ${first.detail}`);
  return { frames };
}

export interface FrameFault {
  /** Place of the bad frame in the batch; where the batch itself breaks off, the number of frames before that. */
  readonly index: number;
  readonly code: DecodeError['code'];
  readonly detail: string;
  /** Whose frame it was, where that much could be read. */
  readonly site?: string;
  readonly camera?: string;
}

export interface LenientBatch {
  readonly frames: readonly Frame[];
  /** In order of index. Empty when the batch is sound. */
  readonly faults: readonly FrameFault[];
}

/** Every good frame and every fault; never throws. A batch without frames is a fault: it would vanish untraced. */
export function decodeFrameBatchLenient(bytes: Uint8Array): LenientBatch {
  const frames: Frame[] = [];
  const faults: FrameFault[] = [];
  let index = 0;
  try {
    for (const part of framesOf(bytes)) {
      if (index === BATCH_FRAMES_MAX) refuse('too_long', `more than ${BATCH_FRAMES_MAX} frames`);
      decodeOne(part, index++, frames, faults);
    }
    if (index === 0) refuse('missing_field', 'the batch has no frames');
  } catch (error) {
    faults.push(faultOf(error, index));
  }
  return { frames, faults };
}

/** The good frames of one camera; those of others are passed over unread, which is most of the cost of a batch. */
export function decodeFramesOf(bytes: Uint8Array, site: string, camera: string): readonly Frame[] {
  const name = Buffer.from(camera);
  // Wherever a frame says whose it is, these bytes are; where they are by chance, reading the frame tells.
  const holds = (part: Uint8Array) =>
    Buffer.from(part.buffer, part.byteOffset, part.length).indexOf(name) !== -1;
  if (!holds(bytes)) return [];
  const frames: Frame[] = [];
  try {
    let index = 0;
    for (const part of framesOf(bytes)) if (holds(part)) decodeOne(part, index++, frames, []);
  } catch {
    // Whoever measures puts the batch aside.
  }
  return frames.filter((frame) => frame.camera === camera && frame.site === site);
}

/** The bytes of each frame of a message whose field `tag` they are; `other` reads what else it knows. */
export function* framesOf(
  bytes: Uint8Array,
  frames = FRAMES_TAG,
  other: (tag: number, reader: WireReader) => boolean = () => false,
): Generator<Uint8Array> {
  if (bytes.length > MESSAGE_BYTES_MAX)
    refuse('too_large', `${bytes.length} bytes, at most ${MESSAGE_BYTES_MAX}`);
  const reader = readerOf(bytes);
  while (reader.pos < reader.len) {
    const part = orGarbage(() => {
      const tag = reader.tag();
      if (tag === frames) return reader.bytes();
      if (!other(tag, reader)) reader.skipType(tag & 7, 0, tag >>> 3);
      return undefined;
    });
    if (part) yield part;
  }
}

/** Adds the frame, or what is wrong with it. */
export function decodeOne(bytes: Uint8Array, index: number, frames: Frame[], faults: FrameFault[]): void {
  let fields: FrameFields | undefined;
  try {
    if (bytes.length > RECORD_BYTES_MAX)
      refuse('too_large', `${bytes.length} bytes, at most ${RECORD_BYTES_MAX}`);
    fields = orGarbage(() => readFrameFields(readerOf(bytes)));
    frames.push(frameIn(fields));
  } catch (error) {
    faults.push(faultOf(error, index, fields));
  }
}

export function faultOf(error: unknown, index: number, fields?: FrameFields): FrameFault {
  if (!(error instanceof DecodeError)) throw error;
  const site = nameOf(fields?.site);
  const camera = nameOf(fields?.camera);
  return {
    index,
    code: error.code,
    detail: error.detail,
    ...(site !== undefined && { site }),
    ...(camera !== undefined && { camera }),
  };
}

/** Hostile names do not travel on into reports. */
function nameOf(text: string | undefined): string | undefined {
  return text && text.length <= 128 ? text : undefined;
}

export type WireFrame = InstanceType<typeof v1.Frame>;

export function frameOut(frame: Frame) {
  return {
    site: frame.site,
    camera: frame.camera,
    epoch: wideOut(frame.epoch, 'epoch'),
    number: countOut(frame.number, 'number'),
    capturedAtMs: wideOut(frame.capturedAtMs, 'captured_at_ms'),
    receivedAtMs: wideOut(frame.receivedAtMs, 'received_at_ms'),
    intervalMs: durationOut(frame.intervalMs, 'interval_ms'),
    planeWidth: countOut(frame.planeWidth, 'plane_width'),
    planeHeight: countOut(frame.planeHeight, 'plane_height'),
    view: viewStates.out(frame.view),
    cells: frame.cells ?? null,
    blobs: frame.blobs.map(blobOut),
    objects: frame.objects.map(objectOut),
    statics: frame.statics.map(staticOut),
    vehicle: frame.vehicle === undefined ? null : vehicleOut(frame.vehicle),
  };
}

export function frameIn(wire: WireFrame | FrameFields): Frame {
  const planeWidth = wire.planeWidth;
  const planeHeight = wire.planeHeight;
  if (planeWidth < 1 || planeHeight < 1 || planeWidth * planeHeight > PLANE_PIXELS_MAX) {
    refuse('bad_grid', `the plane is ${planeWidth}x${planeHeight}, expected 1 to ${PLANE_PIXELS_MAX} pixels`);
  }
  const frame: { -readonly [Name in keyof Frame]: Frame[Name] } = {
    site: idIn(wire.site, 'site'),
    camera: idIn(wire.camera, 'camera'),
    epoch: wideIn(wire.epoch, 'epoch'),
    number: wire.number,
    capturedAtMs: wideIn(wire.capturedAtMs, 'captured_at_ms'),
    receivedAtMs: wideIn(wire.receivedAtMs, 'received_at_ms'),
    intervalMs: wire.intervalMs,
    planeWidth,
    planeHeight,
    view: viewStates.in(wire.view, 'view'),
    blobs: listIn(wire.blobs, REGIONS_MAX, 'blobs').map((blob) => blobIn(blob, planeWidth, planeHeight)),
    objects: listIn(wire.objects, REGIONS_MAX, 'objects').map(objectIn),
    statics: listIn(wire.statics, REGIONS_MAX, 'statics').map((wire) =>
      staticIn(wire, planeWidth, planeHeight),
    ),
  };
  if (wire.cells) frame.cells = cellsIn(wire.cells, planeWidth, planeHeight);
  if (wire.vehicle) frame.vehicle = vehicleIn(wire.vehicle);
  return frame;
}

interface WireCells {
  readonly columns?: number | null;
  readonly rows?: number | null;
  readonly bitmap?: Uint8Array | null;
  readonly occupancy?: Uint8Array | null;
  readonly flowX?: Uint8Array | null;
  readonly flowY?: Uint8Array | null;
  readonly flame?: Uint8Array | null;
}

const NO_BYTES = new Uint8Array(0);

/** columns = ceil(width / 4), rows = ceil(height / 4); one bit per cell; one byte per set bit in each array. */
function cellsIn(wire: WireCells, planeWidth: number, planeHeight: number): Cells {
  const columns = Math.ceil(planeWidth / CELL_PX);
  const rows = Math.ceil(planeHeight / CELL_PX);
  if (wire.columns !== columns || wire.rows !== rows) {
    refuse(
      'bad_grid',
      `the grid is ${wire.columns ?? 0}x${wire.rows ?? 0}, expected ${columns}x${rows} for a plane of ${planeWidth}x${planeHeight}`,
    );
  }
  const bitmap = bytesIn(wire.bitmap, Math.ceil((columns * rows) / 8), 'bitmap');
  const set = bitsIn(bitmap);
  const beyond = (columns * rows) % 8;
  if (beyond !== 0 && bitmap[bitmap.length - 1]! >> beyond !== 0) {
    refuse('bad_grid', `the bitmap has bits beyond its ${columns * rows} cells`);
  }
  const cells = {
    columns,
    rows,
    bitmap,
    occupancy: bytesIn(wire.occupancy, set, 'occupancy'),
    flowX: bytesIn(wire.flowX, set, 'flow_x'),
    flowY: bytesIn(wire.flowY, set, 'flow_y'),
  };
  return wire.flame?.length ? { ...cells, flame: bytesIn(wire.flame, set, 'flame') } : cells;
}

function bytesIn(bytes: Uint8Array | null | undefined, length: number, field: string): Uint8Array {
  // An absent bytes field comes as an empty array of another type.
  const found = bytes?.length ? bytes : NO_BYTES;
  if (found.length !== length) refuse('bad_grid', `${field} has ${found.length} bytes, expected ${length}`);
  return found;
}

const BITS = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) bits++;
  return bits;
});

function bitsIn(bitmap: Uint8Array): number {
  let bits = 0;
  for (let at = 0; at < bitmap.length; at++) bits += BITS[bitmap[at]!]!;
  return bits;
}

function blobOut(blob: Blob) {
  return {
    box: boxOut(blob.box, 'blob box'),
    foot: pointOut(blob.foot, 'blob foot'),
    areaPx: countOut(blob.areaPx, 'blob area_px'),
    flowX: signedOut(blob.flowX * FLOW_STEPS_PER_PX, 'blob flow_x'),
    flowY: signedOut(blob.flowY * FLOW_STEPS_PER_PX, 'blob flow_y'),
    stillMs: durationOut(blob.stillMs, 'blob still_ms'),
    spread: blob.spread === undefined ? null : spreadOut(blob.spread),
  };
}

/** Standard deviations travel in eighths of a pixel, correlations in 1/127. */
const SPREAD_STEPS_PER_PX = 8;
const SIGNED_STEPS = 127;

function spreadOut({ x, y, slant }: Spread) {
  return {
    x: countOut(Math.round(x * SPREAD_STEPS_PER_PX), 'spread x'),
    y: countOut(Math.round(y * SPREAD_STEPS_PER_PX), 'spread y'),
    slant: signedOut(slant * SIGNED_STEPS, 'spread slant'),
  };
}

type WireSpread = NonNullable<Parameters<typeof v1.Spread.encode>[0]>;

function spreadIn(wire: WireSpread, planeWidth: number, planeHeight: number): Spread {
  return {
    x: rangeIn(wire.x, 0, planeWidth * SPREAD_STEPS_PER_PX, 'spread x') / SPREAD_STEPS_PER_PX,
    y: rangeIn(wire.y, 0, planeHeight * SPREAD_STEPS_PER_PX, 'spread y') / SPREAD_STEPS_PER_PX,
    slant: rangeIn(wire.slant, -SIGNED_STEPS, SIGNED_STEPS, 'spread slant') / SIGNED_STEPS,
  };
}

function staticOut(region: StaticRegion) {
  return {
    box: boxOut(region.box, 'static box'),
    foot: pointOut(region.foot, 'static foot'),
    areaPx: countOut(region.areaPx, 'static area_px'),
    sinceMs: durationOut(region.sinceMs, 'static since_ms'),
    steady: countOut(Math.round(region.steady * 255), 'static steady'),
    rim: signedOut(region.rim * SIGNED_STEPS, 'static rim'),
  };
}

type WireStatic = NonNullable<Parameters<typeof v1.StaticRegion.encode>[0]>;

function staticIn(wire: WireStatic, planeWidth: number, planeHeight: number): StaticRegion {
  return {
    box: boxIn(wire.box, 'static box'),
    foot: pointIn(wire.foot, 'static foot'),
    areaPx: rangeIn(wire.areaPx, 0, planeWidth * planeHeight, 'static area_px'),
    sinceMs: wire.sinceMs ?? 0,
    steady: rangeIn(wire.steady, 0, 255, 'static steady') / 255,
    rim: rangeIn(wire.rim, -SIGNED_STEPS, SIGNED_STEPS, 'static rim') / SIGNED_STEPS,
  };
}

type WireBlob = NonNullable<Parameters<typeof v1.Blob.encode>[0]>;

/** Nothing moves by more than the plane between two pictures, or covers more than it. */
function blobIn(wire: WireBlob, planeWidth: number, planeHeight: number): Blob {
  const stepsX = planeWidth * FLOW_STEPS_PER_PX;
  const stepsY = planeHeight * FLOW_STEPS_PER_PX;
  const blob: { -readonly [Name in keyof Blob]: Blob[Name] } = {
    box: boxIn(wire.box, 'blob box'),
    foot: pointIn(wire.foot, 'blob foot'),
    areaPx: rangeIn(wire.areaPx, 0, planeWidth * planeHeight, 'blob area_px'),
    flowX: rangeIn(wire.flowX, -stepsX, stepsX, 'blob flow_x') / FLOW_STEPS_PER_PX,
    flowY: rangeIn(wire.flowY, -stepsY, stepsY, 'blob flow_y') / FLOW_STEPS_PER_PX,
    stillMs: wire.stillMs ?? 0,
  };
  if (wire.spread != null) blob.spread = spreadIn(wire.spread, planeWidth, planeHeight);
  return blob;
}

function objectOut(object: DetectedObject) {
  return {
    class: objectClasses.out(object.class),
    box: boxOut(object.box, 'object box'),
    confidence: shareOut(object.confidence, 'object confidence'),
  };
}

type WireObject = NonNullable<Parameters<typeof v1.DetectedObject.encode>[0]>;

function objectIn(wire: WireObject): DetectedObject {
  return {
    class: objectClasses.in(presentIn(wire.class, 'object class'), 'object class'),
    box: boxIn(wire.box, 'object box'),
    confidence: rangeIn(wire.confidence, 0, 1, 'object confidence'),
  };
}
