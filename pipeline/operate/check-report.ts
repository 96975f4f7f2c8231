/** What a check found. */
import type { Fault } from '../errors.ts';
import type { EventType, Severity } from '../model.ts';

/** What a check finds; printed as it stands with --json. */
export interface CheckReport {
  readonly file: string;
  readonly ok: boolean;
  readonly faults: readonly Fault[];
  /** Not wrong, but hardly meant. */
  readonly warnings: readonly string[];
  readonly site?: string;
  readonly kind?: string;
  readonly authorisation?: {
    readonly from: string;
    readonly to: string;
    readonly basis: string;
    readonly events: readonly string[];
  };
  readonly cameras: readonly CheckedCamera[];
}

export interface CheckedCamera {
  readonly id: string;
  /** Without user and password. */
  readonly source?: string;
  readonly zones: number;
  readonly lines: number;
  readonly rules: readonly CheckedRule[];
  /** Absent where there is no source or it could not be opened. */
  readonly stream?: Stream;
}

export interface CheckedRule {
  readonly id: string;
  readonly event: EventType;
  /** Zone or line; absent for the whole view. */
  readonly place?: string;
  readonly severity: Severity;
}

export interface Stream {
  /** Of the view; absent for scenes, which are drawn on the plane. */
  readonly width?: number;
  readonly height?: number;
  readonly codec?: string;
  readonly sourceFps: number;
  readonly plane: { readonly width: number; readonly height: number };
  /** Every how many pictures one is analysed, and how many that is in a second. */
  readonly every: number;
  readonly fps: number;
}
