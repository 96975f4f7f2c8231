/** Which of the records on `rail.rejected` are meant. */
import { DecodeError, decodeRejected } from '../../../proto/messages.ts';
import type { Log } from '../../log/port.ts';
import type { Rejected } from '../../model.ts';
import { TOPICS } from '../../topics.ts';

export interface Selection {
  /** Empty: every one. */
  readonly codes: readonly string[];
  /** `camera`, or `site/camera`; empty: every one, also those that name no camera. */
  readonly cameras: readonly string[];
  /** Put aside at this time or later, ms since the Unix epoch. */
  readonly sinceMs?: number;
}

const AT = { topic: TOPICS.rejected, partition: 0 } as const;
const BATCH_MAX = 1_024;
const WAIT_MS = 1_000;

/** Oldest first, up to where the topic ended when it was asked. A record that cannot be read is passed over. */
export async function* selected(log: Log, selection: Selection): AsyncGenerator<Rejected> {
  const { sinceMs } = selection;
  const end = await log.endOffset(AT);
  // Whatever was put aside since then was appended since then.
  let next = sinceMs === undefined ? await log.firstOffset(AT) : await log.offsetAt(AT, sinceMs);
  if (next >= end) return;
  const reader = await log.reader([{ ...AT, offset: next }]);
  try {
    while (next < end) {
      for (const { offset, value } of await reader.read(BATCH_MAX, WAIT_MS)) {
        next = offset + 1;
        const one = offset < end ? orUndefined(() => decodeRejected(value)) : undefined;
        if (one !== undefined && fits(one, selection)) yield one;
      }
    }
  } finally {
    await reader.close();
  }
}

function fits({ code, site, camera }: Rejected, { codes, cameras }: Selection): boolean {
  if (codes.length > 0 && !codes.includes(code)) return false;
  if (cameras.length === 0) return true;
  return camera !== undefined && (cameras.includes(camera) || cameras.includes(`${site}/${camera}`));
}

function orUndefined<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return undefined;
  }
}
