/** What the parts of a running station count and last saw, for the status. Says nothing that the log does not. */
import type { ViewState } from '../model.ts';
import type { Outage } from '../patience.ts';
import type { Site } from '../site/site.ts';

export type SourceState =
  /** Frames arrive by the log or over the network. */
  | { readonly kind: 'external' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'live' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly code: string; readonly why: string };

export interface CameraTally {
  source: SourceState;
  /** Frames measured. */
  frames: number;
  view: ViewState | undefined;
  /** People per zone; absent while unknown. */
  readonly people: Map<string, number | undefined>;
  repeats: number;
  /** Frames whose clock ran ahead and was held. */
  clamped: number;
}

export class Tally {
  readonly cameras: ReadonlyMap<string, CameraTally>;
  /** Records and frames put aside, by code. */
  readonly rejected = new Map<string, number>();
  /** Frames of sites that other workers watch. */
  foreign = 0;
  /** Verified events on the log, by partition that is reviewed here. */
  readonly events = new Map<number, number>();
  /** What the log is away for, by who noticed; empty when all is well. */
  readonly outages = new Map<string, Outage>();

  constructor(site: Site) {
    this.cameras = new Map(
      site.cameras.map((camera) => [
        camera.id,
        {
          source: camera.source === undefined ? { kind: 'external' } : { kind: 'opening' },
          frames: 0,
          view: undefined,
          people: new Map(camera.zones.map((zone) => [zone.id, undefined])),
          repeats: 0,
          clamped: 0,
        },
      ]),
    );
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
