/** The directory of the embedded log: whether it can be used, and in words what the disk refused. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { LogFailure } from '../port.ts';

export function opening<T>(directory: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const why = isFile(directory) ? 'it is a file, not a directory' : messageOf(error);
    throw new LogFailure('log_directory_unusable', `cannot open the log in ${directory}: ${why}`, {
      transient: false,
      cause: error,
    });
  }
}

/** lmdb ends the process on a file it cannot read or that is not its own, so both are looked at first. */
export function assertUsable(directory: string): void {
  accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  for (const name of ['data.mdb', 'lock.mdb']) {
    const file = join(directory, name);
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
  }
  const file = join(directory, 'data.mdb');
  if (!existsSync(file) || statSync(file).size === 0) return;
  // Both of its first two pages say what they are: magic and version behind a page head of 24 bytes.
  const head = Buffer.alloc(32);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  const magic = head.readUInt32LE(24);
  if (magic !== 0xbeefc0de) {
    throw new Error(`data.mdb is not a log: it begins with 0x${magic.toString(16)}, expected 0xbeefc0de`);
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Our own refusals pass; what LMDB or the disk said becomes a coded failure. */
export async function failureOf(error: unknown, directory: string): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  // lmdb tells the reason in a promise of its own, which must be taken up or it ends the process.
  const reason = await Promise.resolve(error.commitError).catch((inner: unknown) => inner);
  const words = messageOf(reason);
  if (/no space left|quota|MDB_MAP_FULL/i.test(words) || hasNoRoom(directory)) {
    return new LogFailure('disk_full', `no room to append to the log in ${directory}: ${words}`, {
      transient: true,
      cause: error,
    });
  }
  return new LogFailure('disk_failed', `the log in ${directory} could not be written: ${words}`, {
    transient: true,
    cause: error,
  });
}

/** LMDB calls a write that was cut short for want of room an input/output error, so the disk is asked. */
function hasNoRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize < 4 * 1024 * 1024;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
