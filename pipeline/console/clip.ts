/** A clip on its way to a browser: parts with their pictures' bytes, and at the end whether that was all. */
import type { ClipPart } from './api.ts';

const NOTHING = new Uint8Array(0);

/** u32 length of the JSON, the JSON, u32 length of the picture, the picture; little endian. */
export function framed(part: ClipPart, picture: Uint8Array = NOTHING): Uint8Array<ArrayBuffer> {
  const json = Buffer.from(JSON.stringify(part), 'utf8');
  const out = Buffer.alloc(8 + json.length + picture.length);
  out.writeUInt32LE(json.length, 0);
  json.copy(out, 4);
  out.writeUInt32LE(picture.length, 4 + json.length);
  out.set(picture, 8 + json.length);
  return out;
}
