/** What is kept beside the flow: what was put aside, who did what, what was counted. Words: model.ts. */
import type { EventType, Role } from './kinds.ts';

/** A record of `rail.rejected`: never the bytes, they could be a picture. */
export interface Rejected {
  readonly code: string;
  readonly detail: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly length: number;
  /** SHA-256 of the record's value, hex. */
  readonly sha256: string;
  readonly atMs: number;
  readonly site?: string;
  readonly camera?: string;
}

/** A record of `rail.audit`: who did what, or was kept from it, and why. Never a secret. */
export interface AuditEntry {
  readonly atMs: number;
  /** Empty when nobody could be named. */
  readonly who: string;
  readonly role?: Role;
  /** What the name was proved with, in a form that proves nothing: `token 9f0c...`, `development`. */
  readonly proof: string;
  /** `call`, `verdict`, ... */
  readonly act: string;
  /** What it was done to: the call, the candidate. */
  readonly object: string;
  /** `ok`, or the code of a refusal. */
  readonly result: string;
  readonly why: string;
  /** Address and port. */
  readonly peer: string;
  /** The same from the same, since the entry before, that were counted and not written. */
  readonly repeats: number;
}

/** Upper ends of how long a decision took, s; what took longer counts behind the last. */
export const DECIDED_WITHIN_S = [5, 10, 20, 30, 60, 120, 300, 600] as const;

/** What became of the candidates that one rule of one camera raised on one day. */
export interface StatisticsRow {
  readonly site: string;
  readonly camera: string;
  readonly type: EventType;
  readonly rule: string;
  /** Midnight (UTC) at which the day of their first records began, by the log's time. */
  readonly dayMs: number;
  readonly raised: number;
  readonly confirmed: number;
  readonly rejectedFalse: number;
  readonly rejectedIrrelevant: number;
  readonly rejectedTest: number;
  readonly lapsed: number;
  /** Decisions taken back. */
  readonly reversed: number;
  /** Confirmed and rejected ones by how long that took: DECIDED_WITHIN_S, and more. */
  readonly decidedWithin: readonly number[];
}
