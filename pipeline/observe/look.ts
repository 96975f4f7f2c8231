/** One picture as those see it who judge the whole view. */
export interface Look {
  readonly luma: Uint8Array;
  readonly previous: Uint8Array;
  /** Of the plane, pixels. */
  readonly width: number;
  readonly height: number;
  /** Share of the plane that is foreground, 0..1. */
  readonly foregroundShare: number;
  readonly atMs: number;
  readonly first: boolean;
  /** The background is being learned: what differs from it says little. */
  readonly warming: boolean;
}
