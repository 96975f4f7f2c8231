/** What is true about a scene, as it is written down: frames, places and ids of actors. How it is computed: truth.ts. */
import type { ViewFault } from '../draw/lens.ts';
import type { SceneEventType } from '../spec.ts';

export interface TruthEvent {
  readonly type: SceneEventType;
  readonly zone?: string;
  readonly line?: string;
  /** Frames, both inclusive, 0-based. */
  readonly start_frame: number;
  readonly end_frame: number;
  /** Polygon in 0..1 around those who caused it; absent for density. */
  readonly region?: readonly (readonly [number, number])[];
  /** Ids of the actors. */
  readonly who: readonly number[];
}

export interface TruthCrossing {
  readonly line: string;
  readonly frame: number;
  readonly direction: 'left_to_right' | 'right_to_left';
  /** Travel on the view, as `vigie evaluate` names it. */
  readonly travel: 'left' | 'right' | 'up' | 'down';
  readonly who: number;
}

export interface SceneTruth {
  readonly fps: number;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly events: readonly TruthEvent[];
  /** People (not vehicles) per zone and frame. */
  readonly counts_per_zone: Readonly<Record<string, readonly number[]>>;
  readonly line_crossings: readonly TruthCrossing[];
  /** When the view is at fault, and how. */
  readonly views: readonly {
    readonly state: ViewFault['state'];
    readonly start_frame: number;
    readonly end_frame: number;
  }[];
  /** What is there and is no event: a train on the view (its headlights included), a change of light, a look-alike. */
  readonly nuisances: readonly {
    /** `train`, `light`, what the lens does (`knock`, `lightning` ...), or the kind of a look-alike. */
    readonly kind: string;
    readonly zone?: string;
    readonly start_frame: number;
    readonly end_frame: number;
  }[];
}
