/**
 * SetupService: what cameras watch for, tried on the frames that are kept, and saved as a new version.
 *
 * A save is answered OK only once it was read back from the log and who saved it stands in the audit. Nothing is saved
 * over what somebody else saved meanwhile.
 */
import {
  decodeGetSetupsRequest,
  decodeListSetupsRequest,
  decodePreviewSetupRequest,
  decodeSaveSetupRequest,
  encodeGetSetupsResponse,
  encodeListSetupsResponse,
  encodePreviewSetupResponse,
  encodeSaveSetupResponse,
  MESSAGE_BYTES_MAX,
  type PreviewSetupRequest,
  type PreviewSetupResponse,
  type SaveSetupRequest,
  type SaveSetupResponse,
} from '../../proto/messages.ts';
import { actsAs, type Identity, proofOf } from '../identity/identity.ts';
import type { CameraSetup } from '../model.ts';
import type { AuditTrail } from './audit.ts';
import { UNARY_MS_MAX, unary } from './calls.ts';
import { CallError, status, type UnaryCall } from './grpc.ts';
import { callerOf, requireScope } from './identity/caller.ts';
import { RefusedError, type SetupPort } from './port.ts';

export interface SetupDeskOptions {
  readonly setups: SetupPort;
  readonly audit: AuditTrail;
  /** How long a setup may take to come back from the log, ms. */
  readonly saveMsMax: number;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}

/** As long as an editor asks about. */
const BACK_MS_MAX = 3_600_000;
/** Below the bound on a call, so that what was tried by then is what comes back. */
const PREVIEW_MS_MAX = UNARY_MS_MAX - 2_000;
/** Each gives way every 20 ms, so that what else is served waits for 80 ms at most. */
const PREVIEWS_MAX = 4;
/** Room for the rest of a message. */
const TEXT_BYTES_MAX = MESSAGE_BYTES_MAX - 256 * 1024;

export class SetupDesk {
  readonly #options: SetupDeskOptions;
  /** Who is having something tried: one at a time each. */
  readonly #trying = new Set<string>();
  readonly #stop = new AbortController();

  constructor(options: SetupDeskOptions) {
    this.#options = options;
  }

  get handlers() {
    const { setups, onFailure } = this.#options;
    return {
      getSetups: unary(
        decodeGetSetupsRequest,
        async ({ site, cameras }, call) => {
          requireScope(callerOf(call), { sites: [site] });
          return { setups: fitting(await answered(setups.inForce(site, cameras))) };
        },
        encodeGetSetupsResponse,
        onFailure,
      ),
      listSetups: unary(
        decodeListSetupsRequest,
        async ({ site, camera }, call) => {
          requireScope(callerOf(call), { sites: [site] });
          return { setups: newest(await answered(setups.versions(site, camera))) };
        },
        encodeListSetupsResponse,
        onFailure,
      ),
      previewSetup: unary(
        decodePreviewSetupRequest,
        (request, call) => this.#preview(request, call),
        encodePreviewSetupResponse,
        onFailure,
      ),
      saveSetup: unary(
        decodeSaveSetupRequest,
        (request, call) => this.#save(request, call),
        encodeSaveSetupResponse,
        onFailure,
      ),
    };
  }

  close(): void {
    this.#stop.abort();
  }

  async #preview(request: PreviewSetupRequest, call: UnaryCall): Promise<PreviewSetupResponse> {
    const caller = callerOf(call);
    requireScope(caller, { sites: [request.site] });
    if (request.backMs <= 0 || request.backMs > BACK_MS_MAX) throw badBack(request.backMs);
    const who = keyOf(caller, call);
    if (this.#trying.has(who)) {
      const words = 'a preview of the same caller runs already; it ends when its call does';
      throw new CallError(status.RESOURCE_EXHAUSTED, 'preview_running', words);
    }
    if (this.#trying.size >= PREVIEWS_MAX) {
      const words = `${PREVIEWS_MAX} previews run on this server, its limit; ask again in some seconds`;
      throw new CallError(status.RESOURCE_EXHAUSTED, 'too_many_previews', words);
    }
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    this.#trying.add(who);
    try {
      const signal = AbortSignal.any([gone.signal, this.#stop.signal]);
      return await answered(this.#options.setups.preview(request, { signal, msMax: PREVIEW_MS_MAX }));
    } finally {
      this.#trying.delete(who);
    }
  }

  async #save(asked: SaveSetupRequest, call: UnaryCall): Promise<SaveSetupResponse> {
    const { setups, saveMsMax, now } = this.#options;
    const caller = callerOf(call);
    requireScope(caller, { sites: [asked.site] });
    const request = { ...asked, author: actsAs(caller, asked.author) };
    requireSupervisor(request);
    const { note } = request;
    const entry = {
      atMs: now(),
      who: request.author.name,
      role: request.author.role,
      proof: proofOf(caller),
      act: 'setup',
      object: `${request.site}/${request.camera}`,
      peer: call.getPeer(),
      repeats: 0,
    };
    const because = note === undefined ? '' : `: ${note}`;
    let response: SaveSetupResponse;
    try {
      response = await within(
        saveMsMax,
        answered(setups.save(request)),
        'not_read_back',
        'come back from the log',
      );
    } catch (error) {
      const refused = error instanceof CallError ? error : undefined;
      const why = `based on version ${request.basedOn}${because}`;
      // A refusal stands, whether the audit takes it or not.
      await this.#record({
        ...entry,
        result: refused?.code ?? 'failed',
        why: refused === undefined ? why : `${why} (${refused.message})`,
      }).catch(() => {});
      throw error;
    }
    if (response.setup === undefined) return response;
    const { version, revertsTo } = response.setup;
    const back = revertsTo === undefined ? '' : `, brings back ${revertsTo}`;
    await this.#record({ ...entry, result: 'ok', why: `version ${version}${back}${because}` });
    return response;
  }

  async #record(entry: Parameters<AuditTrail['write']>[0]): Promise<void> {
    const { audit, onFailure } = this.#options;
    try {
      await within(AUDIT_MS_MAX, audit.write(entry), 'not_audited', 'get into the audit');
    } catch (error) {
      if (error instanceof CallError) throw error;
      onFailure(error);
      const words = 'the audit does not take it now; the setup stands, look before saving again';
      throw new CallError(status.UNAVAILABLE, 'not_audited', words);
    }
  }
}

/** On top of what the setup took: the log has just taken that, so it is there. */
const AUDIT_MS_MAX = 1_500;

/** Whoever is known has their name; in development a connection is a caller. */
function keyOf(caller: Identity, call: UnaryCall): string {
  return caller.kind === 'known' ? `name ${caller.name}` : `peer ${call.getPeer()}`;
}

/** The development identity believes the name; that somebody is named, and in the role that may, is insisted on. */
function requireSupervisor({ author }: SaveSetupRequest): void {
  if (author.name.trim() === '') {
    throw new CallError(status.INVALID_ARGUMENT, 'no_author_name', 'the setup names no author');
  }
  if (author.role === 'supervisor') return;
  throw new CallError(
    status.PERMISSION_DENIED,
    'wrong_role',
    `'${author.name}' is of role ${author.role}; a setup is saved by a supervisor`,
  );
}

/** More than one message holds is asked for camera by camera. */
function fitting(setups: readonly CameraSetup[]): readonly CameraSetup[] {
  const bytes = setups.reduce((sum, setup) => sum + bytesOf(setup), 0);
  if (bytes <= TEXT_BYTES_MAX) return setups;
  throw new CallError(
    status.RESOURCE_EXHAUSTED,
    'too_many_setups',
    `${setups.length} setups have ${bytes} bytes, at most ${TEXT_BYTES_MAX} fit into one answer; name fewer cameras`,
  );
}

/** As many of the newest as one message holds, and the site file's; a gap in the numbers shows what was left out. */
function newest(setups: readonly CameraSetup[]): readonly CameraSetup[] {
  const file = setups.at(-1);
  if (file === undefined) return [];
  let bytes = bytesOf(file);
  const saved = setups.slice(0, -1);
  const tooMany = saved.findIndex((setup) => {
    bytes += bytesOf(setup);
    return bytes > TEXT_BYTES_MAX;
  });
  return [...(tooMany === -1 ? saved : saved.slice(0, tooMany)), file];
}

function bytesOf({ text, note = '' }: CameraSetup): number {
  return Buffer.byteLength(text) + Buffer.byteLength(note) + 2_048;
}

async function answered<T>(promised: Promise<T>): Promise<T> {
  try {
    return await promised;
  } catch (error) {
    if (error instanceof RefusedError) {
      throw new CallError(STATUS[error.code] ?? status.FAILED_PRECONDITION, error.code, error.message);
    }
    throw error;
  }
}

const STATUS: Readonly<Record<string, number>> = {
  unknown_site: status.NOT_FOUND,
  unknown_camera: status.NOT_FOUND,
  unknown_version: status.INVALID_ARGUMENT,
  preview_given_up: status.CANCELLED,
};

function badBack(backMs: number): CallError {
  return new CallError(
    status.INVALID_ARGUMENT,
    'bad_back_ms',
    `back_ms is ${backMs}, expected 1 to ${BACK_MS_MAX}`,
  );
}

function within<T>(ms: number, promised: Promise<T>, code: string, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => {
      const words = `the setup did not ${what} within ${ms} ms; look before saving again`;
      reject(new CallError(status.DEADLINE_EXCEEDED, code, words));
    };
    const timer = setTimeout(late, ms);
    promised.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
