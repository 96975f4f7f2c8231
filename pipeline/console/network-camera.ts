/** What the network page says of one camera, from what its server's status and its observations say. */
import type { CameraStatus } from '../../proto/messages.ts';
import type { Observation, ViewState } from '../model.ts';
import type { NetworkCamera } from './api.ts';

/** Nothing measured for longer: whatever was seen is not now. */
export const LATE_MS = 5_000;

export class CameraWatched {
  #status: CameraStatus;
  #view: ViewState | undefined;
  #zones: NetworkCamera['zones'];
  #observedAtMs: number | undefined;
  /** By our clock: when something new was last heard of it. */
  #heardAtMs = Number.NEGATIVE_INFINITY;

  constructor(status: CameraStatus, nowMs: number) {
    this.#status = status;
    this.#zones = status.zones;
    this.told(status, nowMs);
  }

  /** By the status, which comes every 2 s. */
  told(status: CameraStatus, nowMs: number): void {
    this.#status = status;
    const { observedAtMs, view, zones } = status;
    if (observedAtMs === undefined || observedAtMs === this.#observedAtMs) return;
    if (this.#observedAtMs !== undefined && observedAtMs < this.#observedAtMs) return;
    this.#observedAtMs = observedAtMs;
    // Without a view nothing was heard of it for a while.
    if (view === undefined) return;
    this.#view = view;
    this.#zones = zones;
    this.#heardAtMs = nowMs;
  }

  /** By an observation, which comes every second. */
  observed({ atMs, view, zones }: Observation, nowMs: number): void {
    this.#observedAtMs = atMs;
    this.#view = view;
    this.#zones = zones.map(({ zone, people }) => ({ zone, ...(people !== undefined && { people }) }));
    this.#heardAtMs = nowMs;
  }

  at(nowMs: number): Omit<NetworkCamera, 'candidates'> {
    const { camera, framesPerSecond } = this.#status;
    const isLate = nowMs - this.#heardAtMs > LATE_MS;
    const { state, why } = this.#stateAt(isLate);
    return {
      camera,
      state,
      ...(why !== undefined && { why }),
      ...(framesPerSecond !== undefined && !isLate && { framesPerSecond: tenth(framesPerSecond) }),
      ...(this.#observedAtMs !== undefined && { observedAtMs: this.#observedAtMs }),
      // Unknown is absent: what was counted before is not what is there.
      zones: this.#zones.map(({ zone, people }) => ({
        zone,
        ...(people !== undefined && !isLate && { people: tenth(people) }),
      })),
    };
  }

  #stateAt(isLate: boolean): { readonly state: NetworkCamera['state']; readonly why?: string } {
    const { source, why } = this.#status;
    if (source === 'failed') return { state: 'stopped', ...(why !== undefined && { why }) };
    if (source === 'ended') return { state: 'stopped', why: 'ended' };
    if (this.#observedAtMs === undefined) return { state: source === 'external' ? 'unknown' : 'starting' };
    if (isLate) return { state: 'late' };
    switch (this.#view) {
      case undefined:
        return { state: 'unknown' };
      case 'ok':
        return { state: 'live' };
      case 'warming':
        return { state: 'starting', why: 'warming' };
      case 'moved':
        return { state: 'moved', why: 'moved' };
      default:
        return { state: 'blind', why: this.#view };
    }
  }
}

/** What a change is: all but the time of what was measured last, which changes by itself. */
export function faceOf({ observedAtMs: _, ...rest }: NetworkCamera): string {
  return JSON.stringify(rest);
}

/** Nobody reads more of it, and what is not read must not count as a change. */
function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
