/** The source of a camera, by how the site file names it. */
import { fault, InputError } from '../errors.ts';
import type { Camera } from '../site/site.ts';
import { openVideoFile } from './file.ts';
import type { PictureSource } from './picture.ts';
import { openSceneSource } from './scenes/index.ts';

export interface SourceOptions {
  /** Time of the first picture, ms since the Unix epoch. */
  readonly startMs: number;
  /** Decoding threads of a file; 1 unless given. */
  readonly threads?: number;
  /** Pictures between the analysed ones as well. */
  readonly between?: boolean;
  /** A JPEG of the view with every analysed one. */
  readonly full?: boolean;
}

export type SourceKind = 'file' | 'scene' | 'network';

/** `scene:NAME?...`, an address with `//`, or else a path (a drive letter is no address). */
export function sourceKind(source: string): SourceKind {
  if (source.startsWith('scene:')) return 'scene';
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(source) ? 'network' : 'file';
}

/**
 * Opens what a camera's source names. Throws InputError with the codes of openVideoFile and of the scenes,
 * `source_unsupported` for a network camera, `source_missing` for a camera whose frames arrive from elsewhere.
 */
export async function openSource(
  { id, source, analysis }: Pick<Camera, 'id' | 'source' | 'analysis'>,
  { startMs, threads, between = false, full = false }: SourceOptions,
): Promise<PictureSource> {
  if (source === undefined) {
    throw new InputError([
      fault('source_missing', id, 'has no source: its frames arrive by the log or by gRPC'),
    ]);
  }
  switch (sourceKind(source)) {
    case 'file':
      return openVideoFile(source, {
        analysis,
        startMs,
        between,
        full,
        ...(threads === undefined ? {} : { threads }),
      });
    case 'scene':
      return openSceneSource(source, { analysis, startMs, between });
    case 'network':
      throw new InputError([
        fault(
          'source_unsupported',
          withoutPassword(source),
          'network cameras (RTSP) arrive with a later release; this one reads video files and rendered scenes',
          'for now, record to a file, or push frames from beside the camera',
        ),
      ]);
  }
}

/** Addresses of cameras hold passwords; messages end up in logs and on screens. */
export function withoutPassword(source: string): string {
  return source.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/@]*@/, '$1');
}
