/**
 * Where clips lie: records of one clip after the other in a file of its own, which only ever grows until it is deleted.
 *
 *   file: u32 length, bytes, u32 length, bytes ...   little endian; a record that is cut off is as if it were not there
 *
 * Names are hashes of the candidates' ids, so that a listing says nothing. Only the owner of the process can read them.
 */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';

export interface ClipFiles {
  append(name: string, records: readonly Uint8Array[]): void;
  /** Empty when there is no such file. */
  read(name: string): readonly Uint8Array[];
  /** The first record of every file, and how large the file is. */
  list(): readonly {
    readonly name: string;
    readonly first: Uint8Array | undefined;
    readonly bytes: number;
  }[];
  remove(name: string): void;
}

export function fileName(candidate: string): string {
  return `${createHash('sha256').update(candidate).digest('hex').slice(0, 32)}.clip`;
}

/** The directory is of nobody else. */
export function clipsOnDisk(directory: string): ClipFiles {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(directory, name);
  return {
    append: (name, records) => appendFileSync(path(name), framed(records), { mode: 0o600 }),
    read(name) {
      try {
        return unframed(readFileSync(path(name)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
    list: () =>
      readdirSync(directory)
        .filter((name) => /^[0-9a-f]{32}\.clip$/.test(name))
        .map((name) => ({ name, ...head(path(name)) })),
    remove: (name) => rmSync(path(name), { force: true }),
  };
}

/** Where there is no directory: gone with the process. */
export function clipsInMemory(): ClipFiles {
  const files = new Map<string, Uint8Array[]>();
  const bytesOf = (records: readonly Uint8Array[]) =>
    records.reduce((sum, { length }) => sum + length + 4, 0);
  return {
    append: (name, records) => files.set(name, [...(files.get(name) ?? []), ...records]),
    read: (name) => files.get(name) ?? [],
    list: () => [...files].map(([name, records]) => ({ name, first: records[0], bytes: bytesOf(records) })),
    remove: (name) => files.delete(name),
  };
}

function framed(records: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    records.flatMap((record) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(record.length);
      return [length, record];
    }),
  );
}

function unframed(bytes: Buffer): Uint8Array[] {
  const records = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    if (end > bytes.length) break;
    records.push(new Uint8Array(bytes.subarray(at + 4, end)));
    at = end;
  }
  return records;
}

/** A header is some 200 bytes. */
const HEAD_BYTES = 8_192;

function head(path: string): { readonly first: Uint8Array | undefined; readonly bytes: number } {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    const length = readSync(file, bytes, 0, HEAD_BYTES, 0);
    return { first: unframed(bytes.subarray(0, length))[0], bytes: fstatSync(file).size };
  } finally {
    closeSync(file);
  }
}
