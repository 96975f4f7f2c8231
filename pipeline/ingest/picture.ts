/**
 * A source of pictures on the analysis plane: what `ingest` hands to `observe`. Sources are video files (ffmpeg)
 * and rendered scenes; later RTSP.
 */

import type { DetectedObject } from '../model.ts';

/** One picture. The planes belong to the source and are valid until the next picture is asked for. */
export interface Picture {
  /** Index in the decoded stream of this epoch, from 0. Decimation leaves gaps. */
  readonly number: number;
  /** ms since the Unix epoch. */
  readonly capturedAtMs: number;
  /** width x height bytes, BT.601 limited or full range as decoded. */
  readonly luma: Uint8Array;
  /** Chroma, (width/2) x (height/2) bytes each, 128 is grey. */
  readonly u: Uint8Array;
  readonly v: Uint8Array;
  /** The camera's own picture at low resolution, a JPEG, where it was asked for and came in time. */
  readonly full?: { readonly width: number; readonly height: number; readonly data: Uint8Array };
  /** What a detector beside the camera saw in it; absent without one. */
  readonly objects?: readonly DetectedObject[];
  /** Taken between two analysed pictures, for what flickers: to be glanced at. Absent for those that are analysed. */
  readonly between?: true;
}

export interface PictureSource {
  readonly width: number;
  readonly height: number;
  /** Analysed pictures per second. */
  readonly fps: number;
  /** Pictures per second of the stream before decimation; `number` counts these. */
  readonly sourceFps: number;
  /**
   * In order; with pictures between the analysed ones only where they were asked for.
   * Ends at the honest end of the stream. Throws InputError (codes `source_unreadable`, `source_truncated`,
   * `source_not_video`, `source_empty`, `decoder_missing`) when the stream is broken; pictures decoded before
   * the fault have been given.
   */
  pictures(): AsyncIterable<Picture>;
  close(): Promise<void>;
}
