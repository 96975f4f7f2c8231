/**
 * A clip as it comes: parts one after the other, each u32 length of JSON, JSON, u32 length of picture, picture (little
 * endian). A part is handed on as soon as its last byte is there, so that playing begins before all has come.
 */
import type { ClipPart } from '../../api.ts';

export interface ReadPart {
  readonly part: ClipPart;
  /** Empty but for pictures. */
  readonly picture: Uint8Array<ArrayBuffer>;
}

/** Far above what a clip's parts are: a length beyond is no length. */
export const PART_BYTES_MAX = 16 * 2 ** 20;
export const CUT_SHORT = 'cut_short';
const LENGTH_BYTES = 4;

/** Ends after the part `end`; where the bytes end before it, with one of our own that says so. */
export async function* readClip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ReadPart> {
  const pending = new Pending();
  for await (const chunk of chunks) {
    pending.add(chunk);
    for (let read = pending.take(); read !== undefined; read = pending.take()) {
      yield read;
      if (read.part.part === 'end') return;
    }
    if (pending.isBroken) break;
  }
  const message = pending.isBroken ? 'the clip is not in the form expected' : 'the clip broke off';
  yield { part: { part: 'end', code: CUT_SHORT, message }, picture: new Uint8Array() };
}

class Pending {
  #bytes = new Uint8Array(64 * 1024);
  #from = 0;
  #until = 0;
  isBroken = false;

  add(chunk: Uint8Array): void {
    const held = this.#until - this.#from;
    if (this.#until + chunk.length > this.#bytes.length) {
      const room = new Uint8Array(Math.max(this.#bytes.length, 2 * (held + chunk.length)));
      room.set(this.#bytes.subarray(this.#from, this.#until));
      this.#bytes = room;
      this.#from = 0;
      this.#until = held;
    }
    this.#bytes.set(chunk, this.#until);
    this.#until += chunk.length;
  }

  take(): ReadPart | undefined {
    const jsonLength = this.#length(0);
    if (jsonLength === undefined) return undefined;
    const pictureLength = this.#length(LENGTH_BYTES + jsonLength);
    if (pictureLength === undefined) return undefined;
    const size = 2 * LENGTH_BYTES + jsonLength + pictureLength;
    if (this.#until - this.#from < size) return undefined;
    const jsonFrom = this.#from + LENGTH_BYTES;
    const json = new TextDecoder().decode(this.#bytes.subarray(jsonFrom, jsonFrom + jsonLength));
    const pictureFrom = jsonFrom + jsonLength + LENGTH_BYTES;
    const picture = this.#bytes.slice(pictureFrom, pictureFrom + pictureLength);
    this.#from += size;
    try {
      return { part: JSON.parse(json) as ClipPart, picture };
    } catch {
      this.isBroken = true;
      return undefined;
    }
  }

  #length(at: number): number | undefined {
    const from = this.#from + at;
    if (from + LENGTH_BYTES > this.#until) return undefined;
    const length = new DataView(this.#bytes.buffer).getUint32(from, true);
    if (length <= PART_BYTES_MAX) return length;
    this.isBroken = true;
    return undefined;
  }
}
