/**
 * What serve asks of review, of whoever stores frames and of whoever knows how the installation does. The wiring
 * implements it, because stages do not import each other.
 */
import type {
  PreviewSetupRequest,
  PreviewSetupResponse,
  Pushed,
  PushResponse,
  SaveSetupRequest,
  SaveSetupResponse,
  ServedSite,
  StatusResponse,
} from '../../proto/messages.ts';
import type { CameraSetup, CandidateReview, ReviewStatus, StatisticsRow, Verdict } from '../model.ts';
import type { CameraSeen } from './observations.ts';

export interface ReviewFilter {
  /** Empty: waiting and claimed. */
  readonly statuses: readonly ReviewStatus[];
  /** Empty or absent: all. */
  readonly sites: readonly string[];
  readonly cameras?: readonly string[];
  readonly rules?: readonly string[];
}

export interface ReviewPort {
  /** Most severe first, then oldest first. */
  list(filter: ReviewFilter): readonly CandidateReview[];
  /** Called with every change of any review from now on, in order. Returns the way out. */
  watch(listener: (review: CandidateReview) => void): () => void;
  find(candidate: string): CandidateReview | undefined;
  /**
   * Resolves once the ledger has read the verdict back from the log: what it then holds. The same verdict id again
   * is the same act and answers the same. Throws RefusedError when the ledger does not accept it.
   */
  decide(verdict: Verdict): Promise<CandidateReview>;
}

/** The ledger does not accept a verdict: why, as a code and in words. */
export class RefusedError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'RefusedError';
    this.code = code;
  }
}

/** A request of a producer, and the bytes that it came as. */
export interface PushedRequest extends Pushed {
  readonly message: Uint8Array;
}

export interface IngestPort {
  /**
   * Resolves with one answer a request, in order, once every frame that may be taken is on the log and every other is
   * listed among the refused. `mayPush`: whether whoever calls may send frames of a site.
   */
  take(
    requests: readonly PushedRequest[],
    mayPush: (site: string) => boolean,
  ): Promise<readonly PushResponse[]>;
}

/** What the server itself knows of how the installation does. */
export interface Served {
  readonly subscribers: number;
  /** Events of a site that stand verified. */
  verified(site: string): number;
  /** What was last said of each camera, by `cameraKey`; undefined while the log does not answer. */
  readonly cameras: ReadonlyMap<string, { readonly seen: CameraSeen }> | undefined;
}

export interface StatisticsPort {
  /** By the days of the candidates' first records: at or after, and before. */
  rows(span: { readonly fromMs?: number; readonly untilMs?: number }): readonly StatisticsRow[];
}

export interface StatusPort {
  /** What is served here. */
  readonly place?: ServedSite;
  status(served: Served): Promise<StatusResponse>;
}

/** Each throws RefusedError: `unknown_site`, `unknown_camera`. */
export interface SetupPort {
  /** In force now, in the order of the site file; of all cameras when none is named. */
  inForce(site: string, cameras: readonly string[]): Promise<readonly CameraSetup[]>;
  /** Every version, newest first; that of the site file is the last. */
  versions(site: string, camera: string): Promise<readonly CameraSetup[]>;
  /** Goes on until the time is over, and answers for what was tried by then. Throws RefusedError `preview_given_up`. */
  preview(
    request: PreviewSetupRequest,
    bounds: { readonly signal: AbortSignal; readonly msMax: number },
  ): Promise<PreviewSetupResponse>;
  /** Resolves once it was read back. Throws RefusedError `setup_overtaken`, `unknown_version`. */
  save(request: SaveSetupRequest): Promise<SaveSetupResponse>;
}
