/**
 * ClipService: pictures for whoever decides about a candidate, from the edges that hold them.
 *
 *   GetClip, GetPicture --> scope --> who holds the camera --> its header --> audit, awaited --> header, pictures
 *
 * Nothing is shown before it is in the audit that it is shown, and nothing after its time, whatever an edge still has.
 * A reader who does not take what is sent is ended, so that it holds up nobody else's pictures.
 */
import {
  decodeGetClipRequest,
  decodeGetPictureRequest,
  encodeClipPart,
  encodeGetPictureResponse,
  type GetPictureRequest,
  type GetPictureResponse,
} from '../../proto/messages.ts';
import { type ClipHeader, type ClipHolder, type ClipPart, ClipRefusal } from '../clip.ts';
import { scopeOf, sees, within } from '../identity/identity.ts';
import { type Agent, type AuditEntry, type Candidate, cameraKey } from '../model.ts';
import type { AuditTrail } from './audit.ts';
import { readRequest, unary } from './calls.ts';
import { ClipEdges } from './clip-edges.ts';
import { CallError, type StreamCall, status, toStatus, type UnaryCall } from './grpc.ts';
import { callerOf, requireScope } from './identity/caller.ts';
import { viewOf } from './identity/view.ts';
import type { ReviewPort } from './port.ts';
import { Window } from './window.ts';

export interface ClipDeskOptions {
  readonly review: Pick<ReviewPort, 'find'>;
  readonly audit: AuditTrail;
  /** Held in this process. */
  readonly clips?: ClipHolder;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
  /** Clips and pictures that are being sent at a time. Default 64: each holds a window of 128 KB and a picture. */
  readonly viewsMax?: number;
  /** Default 1000. */
  readonly edgesMax?: number;
  /** How long a reader may leave what was sent to it. Default 30 s. */
  readonly readMsMax?: number;
}

interface Asked {
  readonly site: string;
  readonly camera: string;
  readonly candidate?: string;
  /** As the audit has it. */
  readonly object: string;
  readonly why: string;
  readonly by?: Agent | undefined;
}

const AUDIT_MS_MAX = 1_500;

export class ClipDesk {
  readonly #options: ClipDeskOptions;
  readonly #edges: ClipEdges;
  readonly #views = new Set<AbortController>();

  constructor(options: ClipDeskOptions) {
    this.#options = options;
    this.#edges = new ClipEdges({ edgesMax: 1_000, ...options });
    if (options.clips !== undefined) this.#edges.hold(options.clips);
  }

  get handlers() {
    return {
      getClip: (call: StreamCall) => this.#getClip(call),
      getPicture: unary(
        decodeGetPictureRequest,
        (request, call) => this.#getPicture(request, call),
        encodeGetPictureResponse,
        this.#options.onFailure,
      ),
      deliver: this.#edges.deliver,
    };
  }

  close(): void {
    for (const view of this.#views) view.abort();
    this.#edges.close();
  }

  async #getClip(call: StreamCall): Promise<void> {
    const stop = new AbortController();
    const gone = () => stop.abort();
    call.on('cancelled', gone).on('close', gone).on('error', gone);
    try {
      this.#enter(stop);
      const { candidate, why, by } = readRequest(decodeGetClipRequest, call.request);
      const { site, camera } = this.#visible(candidate, call);
      const holder = this.#edges.at(site, camera);
      const of = { site, camera, object: candidate, candidate, why, by };
      const parts = () => holder.clip(candidate, stop.signal);
      await this.#send(this.#shown(call, parts, of), call, stop.signal);
      call.end();
    } catch (error) {
      if (!(error instanceof CallError)) this.#options.onFailure(error);
      if (!call.cancelled) call.emit('error', toStatus(error));
    } finally {
      stop.abort();
      this.#views.delete(stop);
    }
  }

  async #getPicture(request: GetPictureRequest, call: UnaryCall): Promise<GetPictureResponse> {
    const { site, camera, why, by } = request;
    requireScope(callerOf(call), { sites: [site] });
    if (why.trim() === '') {
      const message = 'no candidate stands for it here, so `why` must say what the picture is for';
      throw new CallError(status.INVALID_ARGUMENT, 'no_reason', message);
    }
    const stop = new AbortController();
    call.on('cancelled', () => stop.abort());
    try {
      this.#enter(stop);
      const holder = this.#edges.at(site, camera);
      const parts = () => holder.picture(camera, stop.signal);
      let header: ClipHeader | undefined;
      const of = { site, camera, object: cameraKey(site, camera), why, by };
      for await (const part of this.#shown(call, parts, of)) {
        if (part.kind === 'header') header = part.header;
        else if (header !== undefined) return { header, picture: part.picture };
      }
      throw refused(new ClipRefusal('picture_none', 'the camera gives no picture now'));
    } finally {
      stop.abort();
      this.#views.delete(stop);
    }
  }

  #enter(stop: AbortController): void {
    const { viewsMax = 64 } = this.#options;
    if (this.#views.size >= viewsMax) {
      const message = `this server sends ${viewsMax} clips, its limit; try again`;
      throw new CallError(status.RESOURCE_EXHAUSTED, 'too_many_views', message);
    }
    this.#views.add(stop);
  }

  /** Whoever may not see the candidate does not learn whether there is one. */
  #visible(id: string, call: StreamCall): Candidate {
    const caller = callerOf(call);
    const known = within(scopeOf(caller).sites, id.split('/')[0]!)
      ? this.#options.review.find(id)
      : 'outside';
    if (known === undefined)
      throw new CallError(status.NOT_FOUND, 'unknown_candidate', `no candidate has the id '${id}'`);
    if (known === 'outside' || !sees(caller, known.candidate)) {
      const message = `candidate '${id}' is outside the scope of whoever calls`;
      throw new CallError(status.PERMISSION_DENIED, 'outside_scope', message);
    }
    return known.candidate;
  }

  /** The parts, once it is in the audit who sees them. */
  async *#shown(
    call: StreamCall | UnaryCall,
    parts: () => AsyncIterable<ClipPart>,
    of: Asked,
  ): AsyncGenerator<ClipPart> {
    const { object, why, by } = of;
    const entry = viewOf(call, { atMs: this.#options.now(), object, why }, by);
    let isAudited = false;
    try {
      for await (const part of parts()) {
        if (!isAudited) {
          requireFitting(part, of, this.#options.now());
          await this.#record({ ...entry, result: 'ok' });
          isAudited = true;
        }
        yield part;
      }
    } catch (error) {
      const found = error instanceof ClipRefusal ? refused(error) : error;
      // What was shown stands in the audit; of what was not, that somebody asked.
      if (!isAudited && found instanceof CallError && found.code !== 'not_audited')
        await this.#record({ ...entry, result: found.code }).catch(() => {});
      throw found;
    }
  }

  async #record(entry: AuditEntry): Promise<void> {
    try {
      await inTime(AUDIT_MS_MAX, this.#options.audit.write(entry));
    } catch (error) {
      this.#options.onFailure(error);
      const message = 'the audit does not take it that this is seen, so it is not shown; ask again';
      throw new CallError(status.UNAVAILABLE, 'not_audited', message);
    }
  }

  async #send(parts: AsyncIterable<ClipPart>, call: StreamCall, signal: AbortSignal): Promise<void> {
    const window = new Window(call);
    const { readMsMax = 30_000 } = this.#options;
    for await (const part of parts) {
      if (signal.aborted) break;
      if (window.send(encodeClipPart(part))) continue;
      await inTime(readMsMax, window.room(signal)).catch(() => {
        const message = `nothing was taken of what was sent for ${readMsMax} ms; ask again`;
        throw new CallError(status.RESOURCE_EXHAUSTED, 'reader_too_slow', message);
      });
    }
    if (signal.aborted && !call.cancelled)
      throw new CallError(status.UNAVAILABLE, 'shutting_down', 'this server is shutting down');
  }
}

/** An edge answers what it was asked, and shows nothing whose time is over. */
function requireFitting(part: ClipPart, of: Asked, nowMs: number): void {
  const fits =
    part.kind === 'header' &&
    part.header.site === of.site &&
    part.header.candidate === of.candidate &&
    part.header.camera === of.camera;
  if (!fits) throw new ClipRefusal('clip_unfit', 'the edge answered with something else than was asked for');
  if (part.header.keptUntilMs <= nowMs) throw new ClipRefusal('clip_gone', 'its time is over');
}

function refused({ code, message }: ClipRefusal): CallError {
  return new CallError(REFUSALS[code] ?? status.UNAVAILABLE, code, message);
}

const REFUSALS: Readonly<Record<string, number>> = {
  clip_gone: status.NOT_FOUND,
  picture_none: status.FAILED_PRECONDITION,
  edge_busy: status.RESOURCE_EXHAUSTED,
};

function inTime<T>(ms: number, promised: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`took longer than ${ms} ms`)), ms);
    promised.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
