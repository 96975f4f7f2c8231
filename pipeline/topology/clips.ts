/**
 * Clips where cameras are watched: [rail.candidates] -> cut, and the way out to whoever decides.
 *
 * A process cuts for the cameras that it watches. Servers in other processes are dialled, because the edge may be where
 * nobody can reach it.
 */
import { DecodeError, decodeCandidate } from '../../proto/messages.ts';
import type { ClipHolder } from '../clip.ts';
import { Clips } from '../clips/clips.ts';
import { clipsInMemory, clipsOnDisk } from '../clips/files.ts';
import type { LogRecord } from '../log/port.ts';
import { pause } from '../patience.ts';
import { type ClientAccess, openClient, RpcError } from '../serve/client/client.ts';
import { tail } from '../serve/tail.ts';
import { TOPICS } from '../topics.ts';
import { type Common, patienceOf } from './common.ts';

export interface ClipSpace {
  /** Of nobody else. Absent: in memory. */
  readonly directory?: string;
  readonly bytesMax: number;
  /** From the cut. */
  readonly keptMs: number;
}

export const CLIP_SPACE: ClipSpace = { bytesMax: 256_000_000, keptMs: 86_400_000 };

export interface OpenClipsOptions extends Pick<Common, 'site' | 'tally' | 'nowMs'> {
  /** Ids of the cameras that are watched here. Default: all that have a source. */
  readonly cameras?: ReadonlySet<string>;
  readonly space?: ClipSpace;
}

export function openClips({ site, cameras, tally, nowMs, space = CLIP_SPACE }: OpenClipsOptions): Clips {
  const { directory, ...bounds } = space;
  const watched = site.cameras.filter(({ id, source }) => source !== undefined && (cameras?.has(id) ?? true));
  return new Clips({
    ...bounds,
    site: site.id,
    cameras: new Map(watched.map(({ id, clips = 'plane' }) => [id, clips])),
    files: directory === undefined ? clipsInMemory() : clipsOnDisk(directory),
    nowMs,
    isHeld: (camera) => tally.outages.has('ingest') || (tally.cameras.get(camera)?.spooled ?? 0) > 0,
    onFailure: (error) => tally.fail(error),
  });
}

const TICK_MS = 1_000;
const OUTAGE = 'clips';

/** Until the stop. */
export async function cutClips(options: Common & { readonly clips: Clips }): Promise<void> {
  const { log, clips, tally } = options;
  const ticking = setInterval(() => {
    clips.tick();
    tally.clipsDropped = clips.dropped;
  }, TICK_MS);
  ticking.unref();
  try {
    await tail({
      log,
      topic: TOPICS.candidates,
      // What was claimed before has no picture in the ring.
      from: 'end',
      patience: patienceOf(options, OUTAGE),
      onRecord: (record) => hear(clips, record),
      onWell: () => tally.outages.delete(OUTAGE),
    });
  } catch (error) {
    tally.fail(error);
  } finally {
    clearInterval(ticking);
  }
}

/** What cannot be read is put aside by the review. */
function hear(clips: Clips, { value }: LogRecord): void {
  try {
    clips.hear(decodeCandidate(value));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

export interface ClipServer extends ClientAccess {
  /** host:port */
  readonly address: string;
}

const BACKOFF_MS = 1_000;
const BACKOFF_MS_MAX = 30_000;

/** Holds a line to the server for as long as the signal lets it. `tell`: what changed, once. */
export async function deliverClips(
  { address, ...access }: ClipServer,
  clips: ClipHolder,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const client = openClient(address, access);
  let failures = 0;
  let told = '';
  const say = (line: string) => {
    if (line !== told) tell(`clips: ${address}: ${line}`);
    told = line;
  };
  try {
    while (!signal.aborted) {
      const onTaken = () => {
        failures = 0;
        say('connected');
      };
      try {
        await client.deliverClips(clips, signal, onTaken);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        say(`${error.message}; tried again`);
      }
      await pause(Math.min(BACKOFF_MS * 2 ** failures++, BACKOFF_MS_MAX), signal);
    }
  } finally {
    client.close();
  }
}
