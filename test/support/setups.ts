/** Setups as somebody saved them, for cameras of walker.ts. */
import type { CameraSetup } from '../../pipeline/model.ts';

/** The zone and the rule of a walked camera. */
export const TRACKS = {
  id: 'tracks',
  polygon: [
    [0, 0],
    [0.45, 0],
    [0.45, 1],
    [0, 1],
  ],
};
export const NO_TRACKS = { id: 'no-tracks', event: 'forbidden_zone', zone: 'tracks', for: '1s' };

export const text = (parts: { zones?: unknown; lines?: unknown; rules?: unknown }): string =>
  JSON.stringify(parts);

export function savedSetup(
  camera: string,
  version: number,
  holdsFromMs: number,
  parts: Parameters<typeof text>[0],
): CameraSetup {
  return {
    ...{ site: 'gare', camera, version, text: text(parts) },
    author: { name: 'C. Lefèvre', role: 'supervisor' },
    ...{ savedAtMs: holdsFromMs - 2_000, holdsFromMs },
  };
}
