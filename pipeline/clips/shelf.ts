/**
 * Clips that were cut, until their time is over: at most bytesMax of them, the oldest cut goes first.
 *
 * A file opens with the clip's header as of the cut, whose end of time never changes; every later header replaces the one
 * before, so the last is in force.
 */
import { decodeClipPart, encodeClipPart } from '../../proto/messages.ts';
import { type ClipHeader, type ClipPart, type ClipPicture, ClipRefusal } from '../clip.ts';
import { type ClipFiles, fileName } from './files.ts';

interface Kept {
  readonly keptUntilMs: number;
  bytes: number;
}

export interface ShelfOptions {
  readonly files: ClipFiles;
  readonly bytesMax: number;
  readonly onFailure: (error: unknown) => void;
}

export class Shelf {
  readonly #options: ShelfOptions;
  /** By file name; the oldest cut first. */
  readonly #kept = new Map<string, Kept>();
  dropped = 0;
  bytes = 0;

  /** Takes over what an earlier process has left. */
  constructor(options: ShelfOptions) {
    this.#options = options;
    const found = options.files
      .list()
      .map(({ name, first, bytes }) => ({ name, bytes, until: untilOf(first) }));
    for (const { name, bytes, until } of found.sort((a, b) => a.until - b.until)) {
      this.#kept.set(name, { keptUntilMs: until, bytes });
      this.bytes += bytes;
    }
    this.#makeRoom();
  }

  has(candidate: string): boolean {
    return this.#kept.has(fileName(candidate));
  }

  /** Pictures that came, and the header as it is now. */
  put(header: ClipHeader, pictures: readonly ClipPicture[]): void {
    const name = fileName(header.candidate!);
    const parts = pictures.map((picture) => ({ kind: 'picture', picture }) as const);
    const records = [{ kind: 'header', header } as const, ...parts].map(encodeClipPart);
    const bytes = records.reduce((sum, { length }) => sum + length + 4, 0);
    const kept = this.#kept.get(name) ?? { keptUntilMs: header.keptUntilMs, bytes: 0 };
    kept.bytes += bytes;
    this.bytes += bytes;
    this.#kept.set(name, kept);
    this.#options.files.append(name, records);
    this.#makeRoom();
  }

  /** The header as it is now, then the pictures. Throws ClipRefusal `clip_gone`. */
  *read(candidate: string, nowMs: number): Generator<ClipPart> {
    const name = fileName(candidate);
    const kept = this.#kept.get(name);
    // Whatever the timer that deletes it has been doing.
    if (kept === undefined || kept.keptUntilMs <= nowMs) throw gone(candidate);
    const parts = this.#options.files.read(name).map(decodeClipPart);
    const header = parts.findLast((part) => part.kind === 'header');
    const pictures = parts.filter((part) => part.kind === 'picture');
    if (header === undefined || header.header.candidate !== candidate) throw gone(candidate);
    yield { kind: 'header', header: { ...header.header, pictures: pictures.length } };
    yield* pictures;
  }

  expire(nowMs: number): void {
    for (const [name, { keptUntilMs }] of this.#kept) if (keptUntilMs <= nowMs) this.#remove(name);
  }

  #makeRoom(): void {
    for (const name of this.#kept.keys()) {
      if (this.bytes <= this.#options.bytesMax) return;
      this.#remove(name);
      this.dropped += 1;
    }
  }

  #remove(name: string): void {
    try {
      this.#options.files.remove(name);
    } catch (error) {
      // It stays listed and out of reach, and is tried again.
      this.#options.onFailure(error);
      return;
    }
    this.bytes -= this.#kept.get(name)?.bytes ?? 0;
    this.#kept.delete(name);
  }
}

/** A file that cannot be read has no time left. */
function untilOf(first: Uint8Array | undefined): number {
  try {
    const part = first && decodeClipPart(first);
    return part?.kind === 'header' ? part.header.keptUntilMs : 0;
  } catch {
    return 0;
  }
}

function gone(candidate: string): ClipRefusal {
  return new ClipRefusal('clip_gone', `no clip of '${candidate}' is kept: its time is over, or none was cut`);
}
