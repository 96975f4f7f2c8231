/**
 * What every camera of a site watches for, by event time: a fold of the site file and the records of `rail.rules`, in
 * the order of the log.
 *
 *   version 0 (site file) <- 1 <- 2 <- 3 ...      at(camera, t): the newest that holds at t and can be used
 *
 * | a record                                          | becomes of it                                             |
 * |---------------------------------------------------|-----------------------------------------------------------|
 * | the next version of its camera                    | taken                                                     |
 * | any other version: two were saved at once         | void, `setup_overtaken`: the log's order decides          |
 * | the one before once more                          | nothing: an append was repeated                           |
 * | nobody's, or not a supervisor's                   | void, `setup_unsigned`                                    |
 * | of a camera that the site file does not have      | void, `setup_unknown_camera`                              |
 * | taken, and `vigie check` would refuse its text    | keeps its number and is passed over, `setup_unfit`        |
 *
 * So the count of versions rests on the log alone and never on what this release can read or the site file says today:
 * otherwise one that is passed over would make all that came after it void. Whether events are authorised is asked when
 * a setup is saved, and by `detect` at every frame; a rule that is authorised no more raises nothing.
 *
 * A site file that changes later is version 0 as it now reads. It does not undo what somebody saved: saved versions go
 * on, on the file's new analysis plane and ground. Bringing version 0 back takes the file up.
 */
import type { CameraSetup } from '../model.ts';
import { parseStoredSetup, setupText } from '../site/setup.ts';
import type { Camera, Site } from '../site/site.ts';

/**
 * Saved versions that are kept of a camera; older ones are on the log. A text of some 1 KB and what was read from it,
 * 3 KB: 100 KB a camera that is edited all day, and a camera that never was edited has none.
 */
export const VERSIONS_KEPT = 32;

export type VoidCode = 'setup_overtaken' | 'setup_unsigned' | 'setup_unknown_camera';

export type Taken =
  | { readonly kind: 'taken' }
  /** Taken, and passed over: the version before stays in force. */
  | { readonly kind: 'unfit'; readonly detail: string }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'void'; readonly code: VoidCode; readonly detail: string };

/** A camera as one version has it. */
export interface InForce {
  readonly version: number;
  /** By event time; of the site file: always. */
  readonly fromMs: number;
  readonly camera: Camera;
}

interface Saved {
  readonly setup: CameraSetup;
  /** Absent: it cannot be used. */
  readonly inForce?: InForce;
}

interface Versions {
  readonly file: InForce;
  /** Oldest first. */
  saved: readonly Saved[];
}

export class Setups {
  readonly #site: string;
  readonly #cameras: ReadonlyMap<string, Versions>;

  constructor(site: Site) {
    this.#site = site.id;
    this.#cameras = new Map(
      site.cameras.map((camera) => [camera.id, { file: { version: 0, fromMs: 0, camera }, saved: [] }]),
    );
  }

  take(setup: CameraSetup): Taken {
    if (setup.site !== this.#site) return { kind: 'foreign' };
    const versions = this.#cameras.get(setup.camera);
    if (versions === undefined) {
      const detail = `'${setup.camera}' is not declared in site '${setup.site}'`;
      return { kind: 'void', code: 'setup_unknown_camera', detail };
    }
    const { author } = setup;
    if (author === undefined || author.name.trim() === '' || author.role !== 'supervisor') {
      const detail = `is by ${author === undefined ? 'nobody' : `a ${author.role} '${author.name}'`}, expected a supervisor`;
      return { kind: 'void', code: 'setup_unsigned', detail };
    }
    const last = versions.saved.at(-1)?.setup;
    if (last !== undefined && isSame(last, setup)) return { kind: 'repeat' };
    const next = (last?.version ?? 0) + 1;
    if (setup.version !== next) {
      const detail = `is version ${setup.version} of '${setup.camera}', expected ${next}`;
      return { kind: 'void', code: 'setup_overtaken', detail };
    }
    const read = parseStoredSetup(setup.text, versions.file.camera);
    const saved: Saved =
      read.kind === 'sound'
        ? {
            setup,
            inForce: {
              version: next,
              fromMs: setup.holdsFromMs,
              camera: { ...versions.file.camera, ...read.setup },
            },
          }
        : { setup };
    versions.saved = [...versions.saved, saved].slice(-VERSIONS_KEPT);
    if (read.kind === 'sound') return { kind: 'taken' };
    const [first] = read.faults;
    return { kind: 'unfit', detail: `${first?.at ?? ''} ${first?.message ?? ''}`.trim() };
  }

  /** What holds for a frame of this event time; undefined for a camera that the site file does not have. */
  at(camera: string, atMs: number): InForce | undefined {
    const versions = this.#cameras.get(camera);
    if (versions === undefined) return undefined;
    const { saved, file } = versions;
    for (let i = saved.length - 1; i >= 0; i--) {
      const { setup, inForce } = saved[i]!;
      if (inForce !== undefined && setup.holdsFromMs <= atMs) return inForce;
    }
    // Before the oldest that is kept, that one is nearer than the file unless nothing was dropped.
    return saved[0] === undefined || saved[0].setup.version === 1 ? file : (saved[0].inForce ?? file);
  }

  /** A camera as a version has it, or, where that is not kept or cannot be used, as the nearest before it. */
  version(camera: string, version: number): InForce | undefined {
    const versions = this.#cameras.get(camera);
    const fits = ({ setup, inForce }: Saved) => inForce !== undefined && setup.version <= version;
    return versions && (versions.saved.findLast(fits)?.inForce ?? versions.file);
  }

  /** A camera as the newest version that can be used has it, whether it holds yet or not. */
  newest(camera: string): InForce | undefined {
    return this.version(camera, Number.POSITIVE_INFINITY);
  }

  /** The newest, whether it holds yet or not; undefined for an unknown camera. */
  last(camera: string): CameraSetup | undefined {
    const versions = this.#cameras.get(camera);
    return versions && (versions.saved.at(-1)?.setup ?? this.ofFile(camera));
  }

  /** Version 0: what the site file says. */
  ofFile(camera: string): CameraSetup | undefined {
    const file = this.#cameras.get(camera)?.file.camera;
    return (
      file && {
        ...{ site: this.#site, camera, version: 0, text: setupText(file) },
        ...{ savedAtMs: 0, holdsFromMs: 0 },
      }
    );
  }

  /** Those that are kept, oldest first. */
  saved(camera: string): readonly CameraSetup[] {
    return this.#cameras.get(camera)?.saved.map(({ setup }) => setup) ?? [];
  }

  /** The saved one under this number, or the site file's. */
  setup(camera: string, version: number): CameraSetup | undefined {
    if (version === 0) return this.ofFile(camera);
    return this.#cameras.get(camera)?.saved.find(({ setup }) => setup.version === version)?.setup;
  }
}

/** The same act, whether it was read once or twice. */
export function isSame(a: CameraSetup, b: CameraSetup): boolean {
  return (
    a.version === b.version &&
    a.savedAtMs === b.savedAtMs &&
    a.holdsFromMs === b.holdsFromMs &&
    a.text === b.text &&
    a.author?.name === b.author?.name
  );
}
