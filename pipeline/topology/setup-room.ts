/** What serve asks of the setups: those of one site, as the log has them, tried and saved. */
import {
  decodeCameraSetup,
  type PreviewSetupRequest,
  type PreviewSetupResponse,
  type SaveSetupRequest,
  type SaveSetupResponse,
  SETUP_TEXT_MAX,
  type SetupFault,
} from '../../proto/messages.ts';
import type { Fault } from '../errors.ts';
import type { CameraSetup } from '../model.ts';
import { RefusedError, type SetupPort } from '../serve/port.ts';
import { Setups } from '../setup/setups.ts';
import { isSameSetup, parseSetup, parseStoredSetup, setupToSave } from '../site/setup.ts';
import type { Camera } from '../site/site.ts';
import { TOPICS } from '../topics.ts';
import type { Common } from './common.ts';
import { readThrough } from './history.ts';
import { tryOut } from './preview.ts';
import type { SetupLog } from './setups.ts';

export interface SetupRoomOptions extends Omit<Common, 'signal'> {
  readonly setups: SetupLog;
}

export class SetupRoom implements SetupPort {
  readonly #options: SetupRoomOptions;

  constructor(options: SetupRoomOptions) {
    this.#options = options;
  }

  async inForce(site: string, cameras: readonly string[]): Promise<readonly CameraSetup[]> {
    const { setups, nowMs } = this.#options;
    const nowAtMs = nowMs();
    const all = this.#options.site.cameras.map(({ id }) => id);
    for (const camera of cameras) this.#camera(site, camera);
    this.#requireSite(site);
    return all
      .filter((camera) => cameras.length === 0 || cameras.includes(camera))
      .flatMap((camera) => {
        const { version } = setups.setups.at(camera, nowAtMs)!;
        return setups.setups.setup(camera, version) ?? [];
      });
  }

  async versions(site: string, camera: string): Promise<readonly CameraSetup[]> {
    this.#camera(site, camera);
    const { setups } = this.#options.setups;
    const kept = setups.saved(camera);
    const saved = kept[0] === undefined || kept[0].version === 1 ? kept : await this.#fromLog(camera);
    return [...saved.toReversed(), setups.ofFile(camera)!];
  }

  async preview(
    request: PreviewSetupRequest,
    bounds: { readonly signal: AbortSignal; readonly msMax: number },
  ): Promise<PreviewSetupResponse> {
    const { log, site, partitions, nowMs } = this.#options;
    const camera = this.#camera(request.site, request.camera);
    const read = parseSetup(request.text, camera, site.authorisation?.events);
    if (read.kind === 'faulty') return { faults: read.faults.map(told), candidates: [], frames: 0 };
    const fromMs = Math.max(0, nowMs() - request.backMs);
    const trial = { log, site, partitions, camera: { ...camera, ...read.setup }, fromMs, ...bounds };
    const tried = await tryOut(trial);
    if (tried === undefined)
      throw new RefusedError('preview_given_up', 'nobody waits for the preview any more');
    return { faults: [], ...tried };
  }

  async save(request: SaveSetupRequest): Promise<SaveSetupResponse> {
    const { site, setups: ofLog, nowMs } = this.#options;
    const { setups } = ofLog;
    const camera = this.#camera(request.site, request.camera);
    const last = setups.last(request.camera)!;
    const usable = setups.newest(request.camera)!;
    // Whoever looks at what is in force has not seen a later one that cannot be used.
    if (request.basedOn !== last.version && request.basedOn !== usable.version)
      throw overtaken(last, request.basedOn);
    const read = parseSetup(request.text, camera, site.authorisation?.events);
    if (read.kind === 'faulty') return { faults: read.faults.map(told) };
    if (request.revertsTo !== undefined) await this.#requireRevert(request, request.revertsTo, camera);
    const version = last.version + 1;
    const text = setupToSave(read.setup, usable.camera, version);
    if (text.length > SETUP_TEXT_MAX) return { faults: [tooLarge(text.length)] };
    const savedAtMs = nowMs();
    const setup: CameraSetup = {
      site: site.id,
      camera: request.camera,
      version,
      text,
      author: request.author,
      savedAtMs,
      holdsFromMs: ofLog.holdsFromMs(request.camera, savedAtMs),
      ...(request.note !== undefined && { note: request.note }),
      ...(request.revertsTo !== undefined && { revertsTo: request.revertsTo }),
    };
    if (await ofLog.append(setup)) return { faults: [], setup };
    throw overtaken(setups.last(request.camera)!, request.basedOn);
  }

  /** What is said to bring a version back does so: the audit must not say what is not true. */
  async #requireRevert({ site, camera, text }: SaveSetupRequest, to: number, of: Camera): Promise<void> {
    const old = (await this.versions(site, camera)).find(({ version }) => version === to);
    if (old === undefined) throw new RefusedError('unknown_version', `'${camera}' has no version ${to}`);
    const [then, now] = [old.text, text].map((one) => parseStoredSetup(one, of));
    if (then?.kind === 'sound' && now?.kind === 'sound' && isSameSetup(then.setup, now.setup)) return;
    throw new RefusedError('revert_differs', `the text is not that of version ${to} of '${camera}'`);
  }

  /** Oldest first. */
  async #fromLog(camera: string): Promise<readonly CameraSetup[]> {
    const { log, site } = this.#options;
    const fold = new Setups(site);
    const taken: CameraSetup[] = [];
    await readThrough(log, [{ topic: TOPICS.rules, partition: 0 }], (record) => {
      try {
        const setup = decodeCameraSetup(record.value);
        if (setup.camera !== camera) return;
        const { kind } = fold.take(setup);
        if (kind === 'taken' || kind === 'unfit') taken.push(setup);
      } catch {
        // Counted by whoever folds the whole.
      }
    });
    return taken;
  }

  #requireSite(site: string): void {
    const { id } = this.#options.site;
    if (site !== id) throw new RefusedError('unknown_site', `this server serves site '${id}', not '${site}'`);
  }

  #camera(site: string, camera: string): Camera {
    this.#requireSite(site);
    const found = this.#options.site.cameras.find(({ id }) => id === camera);
    if (found !== undefined) return found;
    throw new RefusedError('unknown_camera', `'${camera}' is not declared in site '${site}'`);
  }
}

function told({ code, at, message, hint }: Fault): SetupFault {
  return { code, at, message, ...(hint !== undefined && { hint }) };
}

/** With what it leaves to defaults written out. */
function tooLarge(length: number): SetupFault {
  return { code: 'setup_too_large', at: '', message: `has ${length} characters, at most ${SETUP_TEXT_MAX}` };
}

function overtaken({ version, author, savedAtMs, camera }: CameraSetup, basedOn: number): RefusedError {
  const who = author === undefined ? 'the site file' : author.name;
  const when = version === 0 ? '' : ` on ${new Date(savedAtMs).toISOString()}`;
  return new RefusedError(
    'setup_overtaken',
    `version ${version} of '${camera}' was saved by ${who}${when}; this one is based on version ${basedOn}`,
  );
}
