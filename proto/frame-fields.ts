/**
 * The fields of a frame as they stand on the wire, unchecked. Every picture of every camera passes here, so they are
 * read into objects of fixed shape, which costs half of what the generated code takes for its own. It takes and refuses
 * exactly what the generated code does (test/proto/frame-fields.test.ts).
 */
import { type WireReader, wideOf } from './wire.ts';

class BoxFields {
  x0 = 0;
  y0 = 0;
  x1 = 0;
  y1 = 0;
}

class PointFields {
  x = 0;
  y = 0;
}

class CellsFields {
  columns = 0;
  rows = 0;
  bitmap: Uint8Array | null = null;
  occupancy: Uint8Array | null = null;
  flowX: Uint8Array | null = null;
  flowY: Uint8Array | null = null;
  flame: Uint8Array | null = null;
}

class SpreadFields {
  x = 0;
  y = 0;
  slant = 0;
}

class BlobFields {
  box: BoxFields | null = null;
  foot: PointFields | null = null;
  areaPx = 0;
  flowX = 0;
  flowY = 0;
  stillMs = 0;
  spread: SpreadFields | null = null;
}

class ObjectFields {
  class = 0;
  box: BoxFields | null = null;
  confidence = 0;
}

class StaticFields {
  box: BoxFields | null = null;
  foot: PointFields | null = null;
  areaPx = 0;
  sinceMs = 0;
  steady = 0;
  rim = 0;
}

class PositionFields {
  latitude = 0;
  longitude = 0;
}

class VehicleFields {
  id = '';
  trip: string | null = null;
  position: PositionFields | null = null;
}

/** Names as in the generated code. */
export class FrameFields {
  site = '';
  camera = '';
  epoch = 0;
  number = 0;
  capturedAtMs = 0;
  receivedAtMs = 0;
  intervalMs = 0;
  planeWidth = 0;
  planeHeight = 0;
  view = 0;
  cells: CellsFields | null = null;
  blobs: BlobFields[] = [];
  objects: ObjectFields[] = [];
  statics: StaticFields[] = [];
  vehicle: VehicleFields | null = null;
}

/** A tag is a field's number and its wire type; a known number with another type is an unknown field. */
const VARINT = 0;
const BYTES = 2;
const FOUR = 5;
const EIGHT = 1;

type Take<Into> = (reader: WireReader, tag: number, into: Into) => boolean;

/** All that is left of the reader. Throws what the reader throws. */
export function readFrameFields(reader: WireReader): FrameFields {
  const fields = new FrameFields();
  all(reader, fields, frameField, 0);
  return fields;
}

function all<Into>(reader: WireReader, into: Into, take: Take<Into>, depth: number): void {
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (!take(reader, tag, into)) reader.skipType(tag & 7, depth, tag >>> 3);
  }
}

/** A message in a message. */
function nested<Into>(reader: WireReader, into: Into, take: Take<Into>, depth: number): Into {
  const length = reader.size();
  const end = reader.pos + length;
  const outer = reader.len;
  if (end > outer) throw new RangeError('index out of range');
  reader.len = end;
  all(reader, into, take, depth);
  if (reader.pos !== end) throw new RangeError('index out of range');
  reader.len = outer;
  return into;
}

function frameField(reader: WireReader, tag: number, into: FrameFields): boolean {
  switch (tag) {
    case (1 << 3) | BYTES:
      into.site = reader.stringVerify();
      return true;
    case (2 << 3) | BYTES:
      into.camera = reader.stringVerify();
      return true;
    case (3 << 3) | VARINT:
      into.epoch = wideOf(reader);
      return true;
    case (4 << 3) | VARINT:
      into.number = reader.uint32();
      return true;
    case (5 << 3) | VARINT:
      into.capturedAtMs = wideOf(reader);
      return true;
    case (6 << 3) | VARINT:
      into.receivedAtMs = wideOf(reader);
      return true;
    case (7 << 3) | VARINT:
      into.intervalMs = reader.uint32();
      return true;
    case (8 << 3) | VARINT:
      into.planeWidth = reader.uint32();
      return true;
    case (9 << 3) | VARINT:
      into.planeHeight = reader.uint32();
      return true;
    case (10 << 3) | VARINT:
      into.view = reader.int32();
      return true;
    case (11 << 3) | BYTES:
      into.cells = nested(reader, into.cells ?? new CellsFields(), cellsField, 1);
      return true;
    case (12 << 3) | BYTES:
      into.blobs.push(nested(reader, new BlobFields(), blobField, 1));
      return true;
    case (13 << 3) | BYTES:
      into.objects.push(nested(reader, new ObjectFields(), objectField, 1));
      return true;
    case (14 << 3) | BYTES:
      into.statics.push(nested(reader, new StaticFields(), staticField, 1));
      return true;
    case (15 << 3) | BYTES:
      into.vehicle = nested(reader, into.vehicle ?? new VehicleFields(), vehicleField, 1);
      return true;
  }
  return false;
}

function cellsField(reader: WireReader, tag: number, into: CellsFields): boolean {
  switch (tag) {
    case (1 << 3) | VARINT:
      into.columns = reader.uint32();
      return true;
    case (2 << 3) | VARINT:
      into.rows = reader.uint32();
      return true;
    case (3 << 3) | BYTES:
      into.bitmap = reader.bytes();
      return true;
    case (4 << 3) | BYTES:
      into.occupancy = reader.bytes();
      return true;
    case (5 << 3) | BYTES:
      into.flowX = reader.bytes();
      return true;
    case (6 << 3) | BYTES:
      into.flowY = reader.bytes();
      return true;
    case (7 << 3) | BYTES:
      into.flame = reader.bytes();
      return true;
  }
  return false;
}

function blobField(reader: WireReader, tag: number, into: BlobFields): boolean {
  switch (tag) {
    case (1 << 3) | BYTES:
      into.box = nested(reader, into.box ?? new BoxFields(), boxField, 2);
      return true;
    case (2 << 3) | BYTES:
      into.foot = nested(reader, into.foot ?? new PointFields(), pointField, 2);
      return true;
    case (3 << 3) | VARINT:
      into.areaPx = reader.uint32();
      return true;
    case (4 << 3) | VARINT:
      into.flowX = reader.sint32();
      return true;
    case (5 << 3) | VARINT:
      into.flowY = reader.sint32();
      return true;
    case (6 << 3) | VARINT:
      into.stillMs = reader.uint32();
      return true;
    case (7 << 3) | BYTES:
      into.spread = nested(reader, into.spread ?? new SpreadFields(), spreadField, 2);
      return true;
  }
  return false;
}

function spreadField(reader: WireReader, tag: number, into: SpreadFields): boolean {
  switch (tag) {
    case (1 << 3) | VARINT:
      into.x = reader.uint32();
      return true;
    case (2 << 3) | VARINT:
      into.y = reader.uint32();
      return true;
    case (3 << 3) | VARINT:
      into.slant = reader.sint32();
      return true;
  }
  return false;
}

function staticField(reader: WireReader, tag: number, into: StaticFields): boolean {
  switch (tag) {
    case (1 << 3) | BYTES:
      into.box = nested(reader, into.box ?? new BoxFields(), boxField, 2);
      return true;
    case (2 << 3) | BYTES:
      into.foot = nested(reader, into.foot ?? new PointFields(), pointField, 2);
      return true;
    case (3 << 3) | VARINT:
      into.areaPx = reader.uint32();
      return true;
    case (4 << 3) | VARINT:
      into.sinceMs = reader.uint32();
      return true;
    case (5 << 3) | VARINT:
      into.steady = reader.uint32();
      return true;
    case (6 << 3) | VARINT:
      into.rim = reader.sint32();
      return true;
  }
  return false;
}

function objectField(reader: WireReader, tag: number, into: ObjectFields): boolean {
  switch (tag) {
    case (1 << 3) | VARINT:
      into.class = reader.int32();
      return true;
    case (2 << 3) | BYTES:
      into.box = nested(reader, into.box ?? new BoxFields(), boxField, 2);
      return true;
    case (3 << 3) | FOUR:
      into.confidence = reader.float();
      return true;
  }
  return false;
}

function boxField(reader: WireReader, tag: number, into: BoxFields): boolean {
  switch (tag) {
    case (1 << 3) | VARINT:
      into.x0 = reader.uint32();
      return true;
    case (2 << 3) | VARINT:
      into.y0 = reader.uint32();
      return true;
    case (3 << 3) | VARINT:
      into.x1 = reader.uint32();
      return true;
    case (4 << 3) | VARINT:
      into.y1 = reader.uint32();
      return true;
  }
  return false;
}

function pointField(reader: WireReader, tag: number, into: PointFields): boolean {
  switch (tag) {
    case (1 << 3) | VARINT:
      into.x = reader.uint32();
      return true;
    case (2 << 3) | VARINT:
      into.y = reader.uint32();
      return true;
  }
  return false;
}

function vehicleField(reader: WireReader, tag: number, into: VehicleFields): boolean {
  switch (tag) {
    case (1 << 3) | BYTES:
      into.id = reader.stringVerify();
      return true;
    case (2 << 3) | BYTES:
      into.trip = reader.stringVerify();
      return true;
    case (3 << 3) | BYTES:
      into.position = nested(reader, into.position ?? new PositionFields(), positionField, 2);
      return true;
  }
  return false;
}

function positionField(reader: WireReader, tag: number, into: PositionFields): boolean {
  switch (tag) {
    case (1 << 3) | EIGHT:
      into.latitude = reader.double();
      return true;
    case (2 << 3) | EIGHT:
      into.longitude = reader.double();
      return true;
  }
  return false;
}
