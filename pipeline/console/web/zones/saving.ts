/** Saving, and what may come of it. */
import { type CameraSetup, PATHS, type SaveAnswer, type SaveBody, type SetupFault } from '../../api.ts';
import { CallFailed, get, post } from '../calls.ts';

export type Outcome =
  | { readonly kind: 'saved'; readonly saved: CameraSetup; readonly versions: readonly CameraSetup[] }
  | { readonly kind: 'faulty'; readonly faults: readonly SetupFault[] }
  /** Somebody saved in the meantime. */
  | { readonly kind: 'overtaken'; readonly versions: readonly CameraSetup[] };

/** Throws CallFailed. */
export async function save(body: SaveBody): Promise<Outcome> {
  try {
    const { faults, saved } = await post<SaveAnswer>(PATHS.setupSave, body);
    if (saved === undefined) return { kind: 'faulty', faults };
    return { kind: 'saved', saved, versions: await versionsOf(body) };
  } catch (error) {
    if (!(error instanceof CallFailed) || error.code !== 'setup_overtaken') throw error;
    return { kind: 'overtaken', versions: await versionsOf(body) };
  }
}

function versionsOf({ site, camera }: SaveBody): Promise<readonly CameraSetup[]> {
  return get(PATHS.setupVersions, { site, camera });
}
