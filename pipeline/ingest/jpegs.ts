/**
 * JPEG pictures back to back, as ffmpeg writes them to a pipe, told apart and measured.
 *
 *   FFD8, segments (FF, marker, u16 length, ...), FFDA and the coded picture, in which FF is followed by 00 or a restart
 *   marker, FFD9      (ITU-T T.81, B.1 and B.2)
 *
 * Read as they come, because ffmpeg stops decoding while any of its pipes is full. At most WAITING_MAX wait to be taken:
 * ffmpeg runs ahead by the pictures that its other pipe and ours hold, some ten of 160x90.
 */
import type { Readable } from 'node:stream';

export interface Jpeg {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const WAITING_MAX = 64;
/** A picture beyond is none: what comes is not what was asked for. */
const BYTES_MAX = 4_000_000;

export class Jpegs {
  readonly #waiting = new Map<number, Jpeg>();
  readonly #splitter = new Splitter();
  #count = 0;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(from: Readable) {
    from.on('data', (bytes: Buffer) => {
      for (const jpeg of this.#splitter.add(bytes)) this.#waiting.set(this.#count++, jpeg);
      for (const index of this.#waiting.keys()) {
        if (this.#waiting.size <= WAITING_MAX) break;
        this.#waiting.delete(index);
      }
      this.#wake();
    });
    const over = () => {
      this.#isOver = true;
      this.#wake();
    };
    from.once('close', over).once('error', over).once('end', over);
  }

  /** The `index`th; undefined when it does not come within `ms`, which holds up nothing but itself. In order. */
  async take(index: number, ms: number): Promise<Jpeg | undefined> {
    if (this.#count <= index && !this.#isOver) await this.#came(index, ms);
    const found = this.#waiting.get(index);
    for (const before of this.#waiting.keys()) if (before <= index) this.#waiting.delete(before);
    return found;
  }

  #came(index: number, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = () => (this.#count > index || this.#isOver) && done();
    });
  }
}

const [SOI, EOI, SOS] = [0xd8, 0xd9, 0xda];

/** Cuts a stream into pictures. What is no JPEG is passed over to where one begins. */
export class Splitter {
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the picture at hand: where to read on, whether in the coded part, and the size that its frame header says. */
  #at = 0;
  #isCoded = false;
  #size = { width: 0, height: 0 };

  add(chunk: Uint8Array): Jpeg[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const found: Jpeg[] = [];
    for (let jpeg = this.#next(); jpeg !== undefined; jpeg = this.#next()) found.push(jpeg);
    if (this.#bytes.length > BYTES_MAX) this.#begin(this.#bytes.length);
    return found;
  }

  #next(): Jpeg | undefined {
    while (this.#at + 2 <= this.#bytes.length) {
      const bytes = this.#bytes;
      if (this.#at === 0) {
        if (bytes[0] === 0xff && bytes[1] === SOI) this.#at = 2;
        else {
          const start = bytes.indexOf(Buffer.of(0xff, SOI));
          // The last byte may be the first half of a beginning.
          this.#begin(start < 0 ? bytes.length - 1 : start);
        }
      } else if (this.#isCoded) {
        const marker = bytes.indexOf(0xff, this.#at);
        this.#at = marker < 0 ? bytes.length : marker;
        if (marker < 0 || marker + 1 >= bytes.length) return undefined;
        if (bytes[marker + 1] === EOI) return this.#whole(marker + 2);
        const isPart = bytes[marker + 1] === 0 || (bytes[marker + 1]! & 0xf8) === 0xd0;
        this.#isCoded = isPart;
        this.#at = isPart ? marker + 2 : marker;
      } else if (bytes[this.#at] !== 0xff) {
        this.#begin(this.#at);
      } else if (bytes[this.#at + 1] === EOI) {
        return this.#whole(this.#at + 2);
      } else {
        if (this.#at + 9 > bytes.length) return undefined;
        this.#segment(bytes);
      }
    }
    return undefined;
  }

  #segment(bytes: Buffer): void {
    const marker = bytes[this.#at + 1]!;
    // Frame headers are C0 to CF, but for the tables C4 and CC and for C8.
    if ((marker & 0xf0) === 0xc0 && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      this.#size = { height: bytes.readUInt16BE(this.#at + 5), width: bytes.readUInt16BE(this.#at + 7) };
    }
    this.#isCoded = marker === SOS;
    this.#at += 2 + bytes.readUInt16BE(this.#at + 2);
  }

  #whole(end: number): Jpeg {
    const jpeg = { ...this.#size, data: new Uint8Array(this.#bytes.subarray(0, end)) };
    this.#begin(end);
    return jpeg;
  }

  #begin(at: number): void {
    this.#bytes = this.#bytes.subarray(at);
    this.#at = 0;
    this.#isCoded = false;
    this.#size = { width: 0, height: 0 };
  }
}
