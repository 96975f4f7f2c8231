/**
 * The edges that hold clips: this process's own, and those that dialled in (ClipService.Deliver).
 *
 * Of two that claim a camera the newest has it: the older is one that was cut off and has not noticed. Bounds of an
 * edge's stream: QUESTIONS_MAX open questions, and BYTES_MAX of answers that were read and not taken, beyond which
 * HTTP/2 stops the edge; whoever does not take them is ended by the desk.
 */
import {
  type ClipAnswer,
  type ClipQuestion,
  decodeDeliverRequest,
  encodeDeliverResponse,
} from '../../proto/messages.ts';
import { type ClipHolder, type ClipPart, ClipRefusal } from '../clip.ts';
import { cameraKey } from '../model.ts';
import { readRequest } from './calls.ts';
import { CallError, type DuplexCall, Metadata, status, toStatus } from './grpc.ts';
import { callerOf, requireScope } from './identity/caller.ts';

export interface ClipEdgesOptions {
  readonly edgesMax: number;
  readonly onFailure: (error: unknown) => void;
}

export const QUESTIONS_MAX = 32;
/** Some 20 of the largest pictures. */
const BYTES_MAX = 4_000_000;
/** Shorter than a unary call may take, so that this answer is seen. */
const ANSWER_MS_MAX = 8_000;

export class ClipEdges {
  readonly #options: ClipEdgesOptions;
  readonly #holders = new Map<string, ClipHolder>();
  readonly #streams = new Set<Edge>();

  constructor(options: ClipEdgesOptions) {
    this.#options = options;
  }

  /** Who has the camera. */
  at(site: string, camera: string): ClipHolder {
    const key = cameraKey(site, camera);
    const found = this.#holders.get(key);
    if (found !== undefined) return found;
    const message = `no edge that holds pictures of '${key}' is connected now`;
    throw new CallError(status.UNAVAILABLE, 'clip_not_here', message);
  }

  hold(holder: ClipHolder): void {
    for (const camera of holder.cameras) {
      const key = cameraKey(holder.site, camera);
      const before = this.#holders.get(key);
      if (before !== undefined && before !== holder)
        this.#options.onFailure(new Error(`clips of '${key}' are claimed by two edges; the newest has them`));
      this.#holders.set(key, holder);
    }
  }

  close(): void {
    for (const edge of this.#streams) edge.end(shuttingDown());
  }

  readonly deliver = (call: DuplexCall): void => {
    if (this.#streams.size >= this.#options.edgesMax) {
      const message = `this server has ${this.#options.edgesMax} edges, its limit`;
      call.emit('error', toStatus(new CallError(status.RESOURCE_EXHAUSTED, 'too_many_edges', message)));
      return;
    }
    const edge = new Edge(call, (holder) => this.hold(holder), this.#options.onFailure);
    this.#streams.add(edge);
    edge.onOver = () => {
      this.#streams.delete(edge);
      for (const [key, holder] of this.#holders) if (holder === edge.holder) this.#holders.delete(key);
    };
  };
}

interface Asked {
  readonly parts: ClipAnswer[];
  wake: () => void;
}

/** One edge that dialled in. */
class Edge {
  onOver: () => void = () => {};
  holder: ClipHolder | undefined;
  readonly #call: DuplexCall;
  readonly #asked = new Map<number, Asked>();
  readonly #sizes = new WeakMap<ClipAnswer, number>();
  #last = 0;
  #bytes = 0;
  #isOver = false;

  constructor(call: DuplexCall, hold: (holder: ClipHolder) => void, onFailure: (error: unknown) => void) {
    this.#call = call;
    const gone = () => this.#leave();
    call.on('cancelled', gone).on('close', gone).on('error', gone);
    call.on('end', () => {
      if (!this.#isOver) call.end();
      this.#leave();
    });
    call.on('data', (bytes: Uint8Array) => {
      if (this.#isOver) return;
      try {
        this.#take(bytes, hold);
      } catch (error) {
        if (!(error instanceof CallError)) onFailure(error);
        this.end(error);
      }
    });
  }

  end(error: unknown): void {
    if (this.#isOver) return;
    this.#leave();
    if (!this.#call.cancelled) this.#call.emit('error', toStatus(error));
  }

  #take(bytes: Uint8Array, hold: (holder: ClipHolder) => void): void {
    const request = readRequest(decodeDeliverRequest, bytes);
    if (request.kind === 'offer') {
      const { site, cameras } = request.offer;
      requireScope(callerOf(this.#call), { sites: [site] });
      if (this.holder !== undefined)
        throw new CallError(
          status.INVALID_ARGUMENT,
          'offered_twice',
          'expected one offer, the first message',
        );
      this.holder = {
        site,
        cameras,
        clip: (candidate, signal) => this.#ask({ kind: 'candidate', candidate }, signal),
        picture: (camera, signal) => this.#ask({ kind: 'camera', camera }, signal),
      };
      hold(this.holder);
      this.#call.sendMetadata(new Metadata());
      return;
    }
    const asked = this.#asked.get(request.question);
    // Nobody waits for it any more; the edge hears of that soon.
    if (asked === undefined) return;
    asked.parts.push(request.answer);
    this.#sizes.set(request.answer, bytes.length);
    this.#bytes += bytes.length;
    if (this.#bytes >= BYTES_MAX) this.#call.pause();
    asked.wake();
  }

  async *#ask(what: ClipQuestion['what'], signal: AbortSignal): AsyncGenerator<ClipPart> {
    if (this.#isOver) throw lost();
    if (this.#asked.size >= QUESTIONS_MAX)
      throw new ClipRefusal('edge_busy', `the edge is asked ${QUESTIONS_MAX} things, its limit; try again`);
    this.#last += 1;
    const question = this.#last;
    const asked: Asked = { parts: [], wake: () => {} };
    this.#asked.set(question, asked);
    let isAnswered = false;
    try {
      this.#call.write(encodeDeliverResponse({ question, what }));
      while (!signal.aborted) {
        const answer = await this.#next(asked, signal);
        if (answer === undefined) return;
        if (answer.kind !== 'end') {
          yield answer;
          continue;
        }
        isAnswered = true;
        if (answer.code === 'ok') return;
        throw new ClipRefusal(answer.code, answer.detail);
      }
    } finally {
      this.#asked.delete(question);
      for (const part of asked.parts) this.#release(part);
      if (!isAnswered && !this.#isOver)
        this.#call.write(encodeDeliverResponse({ question, what: { kind: 'enough' } }));
    }
  }

  /** Undefined when nobody waits for it any more. */
  async #next(asked: Asked, signal: AbortSignal): Promise<ClipAnswer | undefined> {
    const until = Date.now() + ANSWER_MS_MAX;
    for (;;) {
      const part = asked.parts.shift();
      if (part !== undefined) {
        this.#release(part);
        return part;
      }
      if (this.#isOver) throw lost();
      if (signal.aborted) return undefined;
      const leftMs = until - Date.now();
      if (leftMs <= 0) throw new ClipRefusal('clip_not_here', 'the edge does not answer; try again');
      await woken(asked, signal, leftMs);
    }
  }

  #release(part: ClipAnswer): void {
    this.#bytes -= this.#sizes.get(part) ?? 0;
    if (this.#bytes < BYTES_MAX && this.#call.isPaused()) this.#call.resume();
  }

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const asked of this.#asked.values()) asked.wake();
    this.onOver();
  }
}

function woken(asked: Asked, signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      asked.wake = () => {};
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    asked.wake = done;
  });
}

function lost(): ClipRefusal {
  return new ClipRefusal('clip_not_here', 'the edge that holds it was lost; try again');
}

function shuttingDown(): CallError {
  return new CallError(
    status.UNAVAILABLE,
    'shutting_down',
    'this server is shutting down; dial in elsewhere',
  );
}
