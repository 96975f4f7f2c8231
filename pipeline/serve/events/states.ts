/**
 * How well each camera sees: read from the observations, once for all who ask, and only while somebody does.
 *
 * States are no events: the newest one counts, so nothing of them is in the resume token, and a slow subscriber gets
 * the last state of a camera and not every one before it. What is known is bounded by the cameras there are.
 */
import {
  type CameraState,
  DecodeError,
  decodeObservation,
  encodeSubscribeResponse,
} from '../../../proto/messages.ts';
import type { Log } from '../../log/port.ts';
import { cameraKey, type ViewState } from '../../model.ts';
import { everyPartition, positions, turn, unlessAborted } from './cursor.ts';

export interface CameraStatesOptions {
  readonly log: Log;
  readonly topic: string;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}

type Show = (camera: string, response: Uint8Array) => void;
type Wants = (site: string, camera: string) => boolean;

interface Known {
  state: CameraState;
  response: Uint8Array;
  heardAtMs: number;
}

/** Observations come every second; so far back, all cameras that are well are found at once. */
const BEGIN_MS_BEFORE = 10_000;
/** A camera that says nothing for so long is not looking, whatever it said last. */
const SILENT_MS = 30_000;
const LOOK_MS = 1_000;
const BATCH_RECORDS = 256;
const RETRY_MS = 1_000;
/** Beyond any network of ours; a forged topic must not make us remember for ever. */
const CAMERAS_MAX = 100_000;

export class CameraStates {
  readonly #options: CameraStatesOptions;
  readonly #known = new Map<string, Known>();
  readonly #watchers = new Map<Show, Wants>();
  #stop: AbortController | undefined;

  constructor(options: CameraStatesOptions) {
    this.#options = options;
  }

  /** Shows what is known now, then every change. Returns the way out. */
  watch(wants: Wants, show: Show): () => void {
    this.#watchers.set(show, wants);
    for (const [camera, { state, response }] of this.#known) {
      if (wants(state.site, state.camera)) show(camera, response);
    }
    if (this.#stop === undefined) {
      this.#stop = new AbortController();
      void this.#run(this.#stop.signal);
    }
    return () => {
      this.#watchers.delete(show);
      if (this.#watchers.size > 0) return;
      this.#stop?.abort();
      this.#stop = undefined;
      this.#known.clear();
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        this.#options.onFailure(error);
        await unlessAborted(new Promise((resolve) => setTimeout(resolve, RETRY_MS)), signal);
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { log, topic, now } = this.#options;
    const count = (await log.partitionCount(topic)) ?? 0;
    const sinceMs = now() - BEGIN_MS_BEFORE;
    const offsets = await everyPartition(topic, count, (at) => log.offsetAt(at, sinceMs));
    const reader = await log.reader(positions(topic, offsets));
    try {
      let lookedAtMs = now();
      while (!signal.aborted) {
        const records = await unlessAborted(reader.read(BATCH_RECORDS, LOOK_MS), signal);
        for (const { value } of records ?? []) this.#hear(value);
        // The clock may be set back: then a look too many.
        if (Math.abs(now() - lookedAtMs) >= LOOK_MS) {
          this.#missSilent();
          lookedAtMs = now();
        }
        await turn();
      }
    } finally {
      await reader.close();
    }
  }

  #hear(value: Uint8Array): void {
    let heard: ReturnType<typeof decodeObservation>;
    try {
      heard = decodeObservation(value);
    } catch (error) {
      // Whoever measures reports it; here it only says nothing.
      if (error instanceof DecodeError) return;
      throw error;
    }
    const { site, camera, view, atMs } = heard;
    const key = cameraKey(site, camera);
    const known = this.#known.get(key);
    if (known !== undefined) known.heardAtMs = this.#options.now();
    if (known?.state.view === view) return;
    if (known === undefined && this.#known.size >= CAMERAS_MAX) return;
    this.#become(key, { site, camera, view, sinceMs: atMs });
  }

  #missSilent(): void {
    const nowMs = this.#options.now();
    for (const [key, { state, heardAtMs }] of this.#known) {
      if (nowMs < heardAtMs + SILENT_MS || state.view === LOST) continue;
      this.#become(key, { ...state, view: LOST, sinceMs: heardAtMs }, heardAtMs);
    }
  }

  #become(key: string, state: CameraState, heardAtMs = this.#options.now()): void {
    const response = encodeSubscribeResponse({ kind: 'camera_state', state });
    this.#known.set(key, { state, response, heardAtMs });
    for (const [show, wants] of this.#watchers) {
      if (wants(state.site, state.camera)) show(key, response);
    }
  }
}

const LOST: ViewState = 'lost';
