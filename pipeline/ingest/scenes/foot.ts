/** Where somebody's feet are on the view: what the truth and the detector of objects begin with. */
export interface Foot {
  readonly who: number;
  readonly kind: 'person' | 'vehicle';
  /** On the view, 0..1. */
  readonly x: number;
  readonly y: number;
  /** Height on the view, share of its height. */
  readonly height: number;
  /** On the floor, metres, and metres per second along the permitted way. */
  readonly atX: number;
  readonly atY: number;
  readonly speed: number;
  readonly headingX: number;
  readonly headingY: number;
  /** Getting on or off: beyond the edge, and no trespasser. */
  readonly aboard: boolean;
}
