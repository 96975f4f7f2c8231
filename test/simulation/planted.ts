/** Faults planted on purpose, each between production parts: the simulation has to find them. */
import type { Work } from '../../pipeline/drive.ts';
import type { Log } from '../../pipeline/log/port.ts';
import type { Link } from './link.ts';

export interface Planted {
  /** What a worker takes for its log. */
  readonly workerLog?: (link: Link, process: { readonly isUp: boolean }) => Log;
  /** What a worker takes for its work. */
  readonly work?: (work: Work, nowMs: () => number) => Work;
  /** The token with which a subscriber comes back. */
  readonly token?: (token: Uint8Array) => Uint8Array;
}

export const NOTHING: Planted = {};
