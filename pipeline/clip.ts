/**
 * The words for clips. Apart from the model because they hold pictures, which nothing in the model does: whoever wants
 * one imports this file, and no stage does.
 */
import type { Frame } from './model.ts';

export const CLIP_KINDS = ['none', 'plane', 'full'] as const;
/** What a camera lets be shown of a candidate: no picture, the analysis plane, pictures of the camera's own. */
export type ClipKind = (typeof CLIP_KINDS)[number];

/** The seconds around a candidate (or one picture of now), held at the edge. Never on the log. */
export interface ClipHeader {
  readonly site: string;
  readonly camera: string;
  readonly epoch: number;
  /** Absent for what the camera sees now. */
  readonly candidate?: string;
  readonly kind: ClipKind;
  /** Pixels; 0 without pictures. */
  readonly width: number;
  readonly height: number;
  /** `image/jpeg`, `video/raw` (4:2:0 planes back to back, limited range BT.601), or empty. */
  readonly mediaType: string;
  /** By the camera's clock: what was asked for, whether or not all of it is there. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** By the edge's clock: not shown to anybody from then on. */
  readonly keptUntilMs: number;
  readonly growing: boolean;
  /** How many follow. */
  readonly pictures: number;
}

export interface ClipPicture {
  readonly number: number;
  readonly capturedAtMs: number;
  /** Empty where the kind is `none`, or where this one was not had. */
  readonly data: Uint8Array;
  readonly frame: Frame;
}

/** A clip is its header, then its pictures, oldest first. */
export type ClipPart =
  | { readonly kind: 'header'; readonly header: ClipHeader }
  | { readonly kind: 'picture'; readonly picture: ClipPicture };

/** Where the clips of some cameras of one site are held. */
export interface ClipHolder {
  readonly site: string;
  readonly cameras: readonly string[];
  /** A header, then pictures. Throws ClipRefusal: `clip_gone`. */
  clip(candidate: string, signal: AbortSignal): AsyncIterable<ClipPart>;
  /** A header, then one picture. Throws ClipRefusal: `picture_none`. */
  picture(camera: string, signal: AbortSignal): AsyncIterable<ClipPart>;
}

/** There is nothing (more) to show: why, as a code and in words. */
export class ClipRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ClipRefusal';
    this.code = code;
  }
}
