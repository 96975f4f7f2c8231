/** What the log says about how the kills were lived through: when frames were measured again, and which never came. */
import type { Log } from '../../pipeline/log/port.ts';
import { TOPICS } from '../../pipeline/topics.ts';
import { partitionsOf, readThrough } from '../../pipeline/topology/history.ts';
import { decodeFrameBatch, decodeObservation } from '../../proto/messages.ts';
import type { Kill } from './killer.ts';

export interface TakeOver {
  readonly name: string;
  readonly cameras: number;
  /** From the kill to the first observation of a frame that nobody had measured; null: there was none. */
  readonly firstMs: number | null;
  /** The same, the median and the largest over the cameras that were measured again. */
  readonly medianMs: number | null;
  readonly lastMs: number | null;
}

interface Seen {
  readonly atMs: number;
  readonly epoch: number;
  readonly frame: number;
}

/** An observation is appended once a second and on every change: that fine these times are, and no finer. */
export async function takeOvers(
  log: Log,
  partitions: number,
  kills: readonly Kill[],
): Promise<readonly TakeOver[]> {
  const byCamera = new Map<string, Seen[]>();
  await readThrough(log, partitionsOf(TOPICS.observations, partitions), ({ value, timestampMs }) => {
    const { camera, epoch, frame } = decodeObservation(value);
    const seen = byCamera.get(camera) ?? [];
    byCamera.set(camera, seen);
    seen.push({ atMs: timestampMs, epoch, frame });
  });
  return kills
    .filter(({ kind }) => kind === 'worker')
    .map(({ name, cameras, atMs }) => {
      const waits = cameras
        .flatMap((camera) => newAfter(byCamera.get(camera) ?? [], atMs) ?? [])
        .map((seen) => seen.atMs - atMs)
        .sort((a, b) => a - b);
      return {
        ...{ name, cameras: cameras.length, firstMs: waits[0] ?? null },
        ...{ medianMs: waits[waits.length >> 1] ?? null, lastMs: waits.at(-1) ?? null },
      };
    });
}

/** The first that was appended after `atMs` and is newer than all before. */
function newAfter(seen: readonly Seen[], atMs: number): Seen | undefined {
  let newest: Seen | undefined;
  for (const one of seen) {
    const isNew = newest === undefined || isAfter(one, newest);
    if (one.atMs > atMs && isNew) return one;
    if (isNew) newest = one;
  }
  return undefined;
}

function isAfter(a: Seen, b: Seen): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.frame > b.frame);
}

export interface FrameLoss {
  readonly kills: number;
  /** Frames that were due before the kill and are not on the log: they were in memory. */
  readonly frames: number;
  /** Longest time between the last frame on the log and the kill, ms. */
  readonly longestMs: number;
  /** Sessions that were broken off. */
  readonly sessions: number;
}

/** What the kills of ingest processes cost, by the time of the last frame of the session that each broke off. */
export async function frameLoss(
  log: Log,
  partitions: number,
  kills: readonly Kill[],
  fps: number,
): Promise<FrameLoss> {
  /** Of every session: when its last frame was received. */
  const lastMs = new Map<string, Map<number, number>>();
  await readThrough(log, partitionsOf(TOPICS.frames, partitions), ({ value }) => {
    for (const { camera, epoch, receivedAtMs } of decodeFrameBatch(value).frames) {
      const sessions = lastMs.get(camera) ?? new Map<number, number>();
      lastMs.set(camera, sessions);
      sessions.set(epoch, Math.max(sessions.get(epoch) ?? 0, receivedAtMs));
    }
  });
  const ingests = kills.filter(({ kind }) => kind === 'ingest');
  let frames = 0;
  let longestMs = 0;
  let sessions = 0;
  for (const { cameras, atMs, sinceMs } of ingests) {
    for (const camera of cameras) {
      // A process that was killed before it saw anything had nothing to lose.
      const broken = [...(lastMs.get(camera) ?? [])].filter(([epoch]) => epoch >= sinceMs && epoch <= atMs);
      const last = broken.sort(([a], [b]) => a - b).at(-1)?.[1];
      if (last === undefined) continue;
      sessions += 1;
      const gapMs = Math.max(0, atMs - last);
      longestMs = Math.max(longestMs, gapMs);
      frames += Math.floor((gapMs * fps) / 1_000);
    }
  }
  return { kills: ingests.length, sessions, frames, longestMs };
}
