/** What the parts of a running station count and last saw, for the status. Says nothing that the log does not. */
import type { ViewState } from '../model.ts';
import type { Outage } from '../patience.ts';
import type { Camera, Site } from '../site/site.ts';

export type SourceState =
  /** Frames arrive by the log or over the network. */
  | { readonly kind: 'external' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'live' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly code: string; readonly why: string };

/** How a partition was taken over. */
export interface Restored {
  readonly kind: 'restored' | 'fresh';
  /** Why there was a checkpoint and it could not be used. */
  readonly why?: string;
  /** Cameras in the checkpoint, and how many of them did not fit whole. */
  readonly cameras: number;
  readonly unfit: number;
  /** Records of frames that are gone between the checkpoint and what is read next. */
  readonly missed: number;
}

export interface CameraTally {
  source: SourceState;
  /** Frames taken from the source here. */
  taken: number;
  /** Frames measured here. */
  frames: number;
  /** As last measured here, or else as last taken. */
  view: ViewState | undefined;
  /** People per zone; absent while unknown. */
  readonly people: Map<string, number | undefined>;
  repeats: number;
  /** Frames whose clock ran ahead and was held. */
  clamped: number;
  /** Times its clock jumped and event time did not. */
  stepped: number;
  /** Frames that are read and wait for their turn to be measured. */
  waiting: number;
  /** Frames that came after their time and were refused. */
  late: number;
  /** Frames passed over under `keep_fresh`. */
  skipped: number;
  /** Frames that wait on this disk because the log is away. */
  spooled: number;
  /** Frames that found no room there. */
  dropped: number;
}

export class Tally {
  readonly cameras: ReadonlyMap<string, CameraTally>;
  /** Records and frames put aside, by code. */
  readonly rejected = new Map<string, number>();
  /** Frames of sites that other workers watch. */
  foreign = 0;
  /** Next offset of `rail.frames` that is not measured here yet, by partition; what is committed is older. */
  readonly stepped = new Map<number, number>();
  /** How the partitions that are measured here were taken over. */
  readonly restored = new Map<number, Restored>();
  /** Verified events on the log, by partition that is reviewed here. */
  readonly events = new Map<number, number>();
  /** What the log is away for, by who noticed; empty when all is well. */
  readonly outages = new Map<string, Outage>();
  /** Clips that were deleted before their time because the space for them was full. */
  clipsDropped = 0;

  /** `watched`: ids of the cameras whose sources this process opens; default all that have one. */
  constructor(site: Site, watched: ReadonlySet<string> = withSource(site)) {
    this.cameras = new Map(
      site.cameras.map((camera) => [
        camera.id,
        {
          source: watched.has(camera.id) ? { kind: 'opening' } : { kind: 'external' },
          taken: 0,
          frames: 0,
          view: undefined,
          people: new Map(camera.zones.map((zone) => [zone.id, undefined])),
          repeats: 0,
          clamped: 0,
          stepped: 0,
          waiting: 0,
          late: 0,
          skipped: 0,
          spooled: 0,
          dropped: 0,
        },
      ]),
    );
  }

  /** A camera has other zones from now on: of those that stay what was counted stays. */
  setUp({ id, zones }: Pick<Camera, 'id' | 'zones'>): void {
    const people = this.cameras.get(id)?.people;
    if (people === undefined) return;
    const before = new Map(people);
    people.clear();
    for (const zone of zones) people.set(zone.id, before.get(zone.id));
  }

  /** What went wrong last where callers are told less. */
  failure: Error | undefined;

  fail(error: unknown): void {
    this.failure = error instanceof Error ? error : new Error(String(error));
  }

  refuse(code: string, count = 1): void {
    this.rejected.set(code, (this.rejected.get(code) ?? 0) + count);
  }
}

function withSource(site: Site): ReadonlySet<string> {
  return new Set(site.cameras.filter(({ source }) => source !== undefined).map(({ id }) => id));
}
