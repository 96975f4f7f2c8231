import { sharedArea } from '../box.ts';
import type { Blob, Track } from '../model.ts';

/** The region that has most of a track's box; undefined when none has any of it. */
export function regionOf({ box }: Track, blobs: readonly Blob[]): Blob | undefined {
  let most = 0;
  let region: Blob | undefined;
  for (const blob of blobs) {
    const shared = sharedArea(box, blob.box);
    if (shared <= most) continue;
    most = shared;
    region = blob;
  }
  return region;
}
