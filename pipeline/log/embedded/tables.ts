/**
 * What the embedded log keeps on the disk. The only file that knows lmdb.
 *
 * In the directory lies one LMDB environment of three tables:
 *
 *   records   topic id u16 | partition u16 | offset u48, big-endian     the record (record.ts draws it)
 *   bounds    topic id u16 | partition u16 as u32                       first, end, last append time: 3 x f64
 *   meta      ['format'] ['topics'] ['group', g] ['commit', g, t, p]    JSON
 */
import { mkdirSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import { assertUsable, opening } from './disk.ts';

export interface EmbeddedLogOptions {
  /** Made when missing. */
  readonly directory: string;
  /** Append time and leases, ms since the Unix epoch. */
  readonly now?: () => number;
  /** false: do not wait for the disk. A crash of the machine may then lose or damage the log; for benchmarks. */
  readonly sync?: boolean;
  /** A member silent for so long is taken for dead. A process that ended is noticed at once. Default 10,000. */
  readonly leaseMs?: number;
}

export type Tables = ReturnType<typeof openTables>;

/** Throws LogFailure, in words, where the directory is none that can be used. */
export function openTables(options: EmbeddedLogOptions) {
  return opening(options.directory, () => environment(options));
}

function environment(options: EmbeddedLogOptions) {
  mkdirSync(options.directory, { recursive: true });
  assertUsable(options.directory);
  const root: RootDatabase = open({
    path: options.directory,
    // Otherwise a dot in the directory's name would make lmdb take it for a file.
    noSubdir: false,
    overlappingSync: false,
    noSync: options.sync === false,
    maxDbs: 4,
  });
  return {
    root,
    records: root.openDB<Buffer, Buffer>('records', { encoding: 'binary', keyEncoding: 'binary' }),
    bounds: root.openDB<Buffer, number>('bounds', { encoding: 'binary', keyEncoding: 'uint32' }),
    meta: root.openDB<unknown, (string | number)[]>('meta', { encoding: 'json' }),
  };
}
