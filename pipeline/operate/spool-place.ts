/**
 * Where an ingest process keeps frames that the log does not take: `DATA/spool/SITE/SHARE`, one process at a time.
 *
 * The lock of that directory is also what keeps two processes of one machine from watching the same share of a site.
 * What processes that are gone have left under other names (the shares were cut anew) is taken over, so that it is
 * sent and not forgotten.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../errors.ts';
import { openSpool } from '../topology/spool.ts';
import { lockDirectory } from './lock.ts';
import { type Share, shareName } from './share.ts';

export interface SpoolPlace {
  readonly directory: string;
  /** Beside it, for clips: gone with it when another share takes it over. */
  readonly clips: string;
  /** Lets go of it. */
  close(): void;
}

export interface SpoolPlaceOptions {
  /** Data directory. */
  readonly data: string;
  readonly site: string;
  readonly share: Share;
  readonly bytesMax: number;
}

const STORE = 'store';

/** Throws InputError `data_in_use` or `data_unwritable`. */
export async function openSpoolPlace(options: SpoolPlaceOptions): Promise<SpoolPlace> {
  const ofSite = path.join(options.data, 'spool', options.site);
  const mine = path.join(ofSite, fileName(shareName(options.share)));
  const unlock = lockDirectory(mine);
  try {
    for (const name of readdirSync(ofSite)) {
      const other = path.join(ofSite, name);
      if (other !== mine) await takeOver(other, mine, options.bytesMax);
    }
  } catch (error) {
    unlock();
    throw error;
  }
  return { directory: path.join(mine, STORE), clips: path.join(mine, 'clips'), close: unlock };
}

/** Killed in between, it does a part of it again: what is sent twice is dropped by its number. */
async function takeOver(from: string, to: string, bytesMax: number): Promise<void> {
  const unlock = unlessInUse(from);
  if (unlock === undefined) return;
  try {
    if (existsSync(path.join(from, STORE)))
      await move(path.join(from, STORE), path.join(to, STORE), bytesMax);
    rmSync(from, { recursive: true, force: true });
  } finally {
    unlock();
  }
}

async function move(from: string, to: string, bytesMax: number): Promise<void> {
  const left = await openSpool({ directory: from, bytesMax: Number.POSITIVE_INFINITY });
  const mine = await openSpool({ directory: to, bytesMax });
  try {
    for (;;) {
      const { records, upTo } = await left.oldest();
      if (records.length === 0) return;
      await mine.add(records);
      await left.remove(upTo);
    }
  } finally {
    await left.close();
    await mine.close();
  }
}

function unlessInUse(directory: string): (() => void) | undefined {
  try {
    return lockDirectory(directory);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function fileName(name: string): string {
  if (name.length <= 64) return name;
  return `cameras-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}
