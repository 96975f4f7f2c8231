/** The pure stages of one partition in a row, and what they know of a camera taken out and put back in. */
import type { CameraCheckpoint } from '../../proto/messages.ts';
import { Admit } from '../admit/admit.ts';
import { detect } from '../detect/detect.ts';
import { measure } from '../measure/measure.ts';
import { observations } from '../measure/observations.ts';
import { type Candidate, cameraKey } from '../model.ts';
import type { InForce } from '../setup/setups.ts';
import type { Site } from '../site/site.ts';
import type { KeptStage } from '../stage.ts';

type Part = 'measure' | 'detect' | 'observations';
type Saved = Pick<CameraCheckpoint, 'admit' | 'held' | 'setup' | Part>;

export class Chain {
  readonly admit: Admit;
  readonly measure;
  readonly detect;
  readonly observations;
  /** Ids of the cameras that live in the partition. */
  readonly cameras: readonly string[];
  readonly #site: Site;
  /** Version of the setup under which each camera is measured; absent: the site file's. */
  readonly #versions = new Map<string, number>();

  /** `part`: the site with the cameras that live in the partition. */
  constructor(part: Site, build: string) {
    this.#site = part;
    this.cameras = part.cameras.map(({ id }) => id);
    this.admit = new Admit(part);
    this.measure = measure(part);
    this.detect = detect(part, build);
    this.observations = observations();
  }

  /**
   * Measures a camera under another setup from the next frame on; the others are not touched. Returns the ends of what
   * vanished rules had claimed.
   */
  use({ version, camera }: InForce): readonly Candidate[] {
    if (this.version(camera.id) === version) return [];
    const key = cameraKey(this.#site.id, camera.id);
    this.#versions.set(camera.id, version);
    this.measure.replace(key, camera);
    return this.detect.replace(key, camera);
  }

  /** Of the setup under which a camera is measured. */
  version(camera: string): number {
    return this.#versions.get(camera) ?? 0;
  }

  /** Undefined for a camera of which nothing is known yet. */
  save(camera: string): Saved | undefined {
    const admitted = this.admit.save(camera);
    if (admitted === undefined) return undefined;
    const key = cameraKey(this.#site.id, camera);
    const saved: { -readonly [Name in keyof Saved]: Saved[Name] } = {
      admit: admitted.bytes,
      held: admitted.held,
      ...(this.#versions.has(camera) && { setup: this.version(camera) }),
    };
    for (const [name, stage] of this.#stages()) {
      const bytes = stage.save(key);
      if (bytes !== undefined) saved[name] = bytes;
    }
    return saved;
  }

  /** Returns what did not fit and starts afresh. Nothing fits a camera that the site file no longer has. */
  restore(saved: CameraCheckpoint): readonly (Part | 'admit')[] {
    const { admit, held } = saved;
    // Claims of a camera that its owner had not seen yet: there is no state, and none is missed.
    if (
      admit === undefined &&
      held.length === 0 &&
      this.#stages().every(([name]) => saved[name] === undefined)
    ) {
      return [];
    }
    // Without it frames that the stages have had would be stepped once more.
    if (admit === undefined || !this.admit.restore(saved.camera, { bytes: admit, held })) return ['admit'];
    const unfit: Part[] = [];
    for (const [name, stage] of this.#stages()) {
      const bytes = saved[name];
      if (bytes !== undefined && !stage.restore(cameraKey(saved.site, saved.camera), bytes)) unfit.push(name);
    }
    return unfit;
  }

  #stages(): readonly (readonly [Part, Pick<KeptStage<never, unknown>, 'save' | 'restore'>])[] {
    return [
      ['measure', this.measure],
      ['detect', this.detect],
      ['observations', this.observations],
    ];
  }
}
