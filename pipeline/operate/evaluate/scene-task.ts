/** What is asked of a rendered scene, and what came of it. Plain data, so that it can cross threads. */
import type { SceneSpec, SceneTruth } from '../../ingest/scenes/index.ts';
import type { EventType, Sensitivity, ViewState } from '../../model.ts';
import type { Alert, Truth } from './result.ts';

export type AlertsAtSteps = Readonly<Record<Sensitivity, readonly Alert[]>>;

export interface SceneTask {
  readonly spec: SceneSpec;
  /** Types whose rules are on. */
  readonly types: readonly EventType[];
  /** Of every rule; what the rules say when absent. */
  readonly sensitivity?: Sensitivity;
  /** Also at the other steps of sensitivity. */
  readonly everyStep?: boolean;
}

export interface SceneRun {
  readonly spec: SceneSpec;
  readonly truth: Truth;
  readonly alerts: readonly Alert[];
  /** When every step was asked for; `alerts` are those of the default then. */
  readonly steps?: AlertsAtSteps;
  readonly counts: Readonly<Record<string, readonly (number | null)[]>>;
  /** Of the site's density rule, in people. */
  readonly limit: number;
  readonly nuisances: SceneTruth['nuisances'];
  readonly views: readonly FaultSeen[];
  /** Frames that were called unusable though nothing was wrong with the view, nor had been for half a minute. */
  readonly wronglyBlind: number;
}

/** A fault of the view, and what it was called while it lasted. */
export interface FaultSeen {
  readonly state: string;
  readonly said: readonly ViewState[];
}
