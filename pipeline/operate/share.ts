/** Which cameras of a site one of several `vigie ingest` processes watches. */
import { fault, InputError } from '../errors.ts';
import { partitionFor } from '../log/partition.ts';
import { cameraKey } from '../model.ts';
import type { Site } from '../site/site.ts';

export type Share =
  | { readonly kind: 'all' }
  | { readonly kind: 'named'; readonly cameras: readonly string[] }
  /** The `part`-th of `of`, from 1. */
  | { readonly kind: 'part'; readonly part: number; readonly of: number };

/**
 * Ids of the cameras that fall to `share`. The parts of one whole never overlap and leave nothing out: a camera's part
 * follows from its key alone, so a camera that is added moves no other. Throws InputError: cameras that are not
 * declared or have no source, a part without cameras.
 */
export function camerasOf(site: Site, share: Share): ReadonlySet<string> {
  const sources = site.cameras.filter(({ source }) => source !== undefined).map(({ id }) => id);
  const here =
    share.kind === 'named' ? named(site, sources, share.cameras) : sources.filter(falls(site, share));
  if (here.length > 0) return new Set(here);
  throw new InputError([
    fault(
      'no_cameras',
      share.kind === 'part' ? `--share ${share.part}/${share.of}` : site.id,
      `none of the ${sources.length} cameras with a source falls to this process`,
      'name cameras with --cameras, or choose a smaller number of shares',
    ),
  ]);
}

function falls(site: Site, share: Share): (id: string) => boolean {
  if (share.kind !== 'part') return () => true;
  return (id) => partitionFor(cameraKey(site.id, id), share.of) === share.part - 1;
}

function named(site: Site, sources: readonly string[], asked: readonly string[]): readonly string[] {
  const faults = asked
    .filter((id) => !sources.includes(id))
    .map((id) =>
      site.cameras.some((camera) => camera.id === id)
        ? fault('no_source', '--cameras', `'${id}' has no source to watch`)
        : fault(
            'unknown_camera',
            '--cameras',
            `'${id}' is not declared in site '${site.id}', expected some of ${sources.join(', ')}`,
          ),
    );
  if (faults.length > 0) throw new InputError(faults);
  return asked;
}

/** For names of files and for people: `all`, `1-of-3`, `quai-a+quai-b`. */
export function shareName(share: Share): string {
  if (share.kind === 'all') return 'all';
  return share.kind === 'part' ? `${share.part}-of-${share.of}` : [...share.cameras].sort().join('+');
}
