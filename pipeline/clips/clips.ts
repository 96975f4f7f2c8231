/**
 * The clips of the cameras that one process watches: rings, what candidates have asked to be cut from them, and its end.
 *
 *   picture --> ring --------+--> clip [began - 10 s, began + 10 s], longer while the claim is updated, at most + 30 s
 *   candidate --------------/        kept for its stated time from the cut, then deleted; also by a later start
 *
 * Only what a candidate asked for is ever kept beyond the ring. The cut goes by capture time, so that a claim that comes
 * minutes late finds its pictures (ring.ts). Clips that find no room push out the oldest, which is counted.
 */
import {
  type ClipHeader,
  type ClipHolder,
  type ClipKind,
  type ClipPart,
  type ClipPicture,
  ClipRefusal,
} from '../clip.ts';
import type { Candidate, Frame } from '../model.ts';
import type { ClipFiles } from './files.ts';
import { type CameraSession, pictureOf, type Taken } from './picture.ts';
import { Ring } from './ring.ts';
import { Shelf } from './shelf.ts';

export interface ClipsOptions {
  readonly site: string;
  /** What may be shown of each. */
  readonly cameras: ReadonlyMap<string, ClipKind>;
  readonly files: ClipFiles;
  readonly keptMs: number;
  readonly bytesMax: number;
  readonly nowMs: () => number;
  /** Frames of this camera do not reach the log now. */
  readonly isHeld?: (camera: string) => boolean;
  readonly onFailure: (error: unknown) => void;
}

export const BEFORE_MS = 10_000;
export const AFTER_MS = 10_000;
const AFTER_MS_MAX = 30_000;
/** How long a question waits for a candidate that others have read and this process has not yet. */
const YOUNG_MS = 2_000;
const WRITE_MS = 1_000;
/** How much later than what it speaks of a word of the claim may come. */
const LATE_MS = 5_000;
const GROWING_MS_MAX = 60_000;

interface Growing {
  header: ClipHeader;
  /** Of the last picture that is in it. */
  lastMs: number;
  readonly cutAtMs: number;
}

export class Clips implements ClipHolder {
  readonly site: string;
  readonly cameras: readonly string[];
  readonly #options: ClipsOptions;
  readonly #rings: ReadonlyMap<string, Ring>;
  readonly #shelf: Shelf;
  /** By candidate, of each camera: claims that may still change are few. */
  readonly #growing = new Map<string, Growing>();
  readonly #waiting = new Set<() => void>();

  constructor(options: ClipsOptions) {
    this.#options = options;
    this.site = options.site;
    this.cameras = [...options.cameras.keys()];
    this.#rings = new Map(this.cameras.map((camera) => [camera, new Ring()]));
    this.#shelf = new Shelf(options);
    this.#shelf.expire(options.nowMs());
  }

  /** Clips that were deleted before their time, for want of room. */
  get dropped(): number {
    return this.#shelf.dropped;
  }

  get bytes(): number {
    return this.#shelf.bytes;
  }

  /** A picture as it was analysed, and what was seen in it. Copied: it is the source's until the next. */
  take(session: CameraSession, taken: Taken, frame: Frame): void {
    const ring = this.#rings.get(frame.camera);
    const kind = this.#options.cameras.get(frame.camera);
    if (ring === undefined || kind === undefined) return;
    const picture = pictureOf(kind, session, taken, frame);
    ring.add(picture, this.#options.isHeld?.(frame.camera) ?? false);
    for (const [candidate, growing] of this.#growing) {
      const { camera, epoch, untilMs } = growing.header;
      if (camera !== frame.camera) continue;
      const isBeyond = epoch !== frame.epoch || picture.capturedAtMs >= untilMs;
      // A disk is written to once a second and clip, not with every picture.
      if (isBeyond || picture.capturedAtMs >= growing.lastMs + WRITE_MS) this.#grow(candidate, growing);
      // Until here the claim may lengthen it, from the ring.
      const isSpent =
        epoch !== frame.epoch ||
        picture.capturedAtMs > growing.header.fromMs + BEFORE_MS + AFTER_MS_MAX + LATE_MS;
      if (isSpent) this.#growing.delete(candidate);
    }
  }

  /** A record of a claim. */
  hear(candidate: Candidate): void {
    const { site, camera, id, phase } = candidate;
    const kind = this.#options.cameras.get(camera);
    if (site !== this.site || kind === undefined) return;
    const untilMs = untilOf(candidate);
    const before = this.#growing.get(id);
    // Only its beginning asks for a clip: one whose time is over does not come back with a later word of the claim.
    if (before === undefined && (phase !== 'begin' || this.#shelf.has(id))) return;
    const growing = before ?? this.#cut(candidate, kind, untilMs);
    if (untilMs > growing.header.untilMs) growing.header = { ...growing.header, untilMs, growing: true };
    this.#grow(id, growing);
    for (const wake of this.#waiting) wake();
  }

  /** To be called now and then: deletes what has had its time. */
  tick(): void {
    const nowMs = this.#options.nowMs();
    this.#shelf.expire(nowMs);
    // Of a camera that gives no pictures any more, nothing is to come either.
    for (const [candidate, { cutAtMs }] of this.#growing)
      if (nowMs > cutAtMs + GROWING_MS_MAX) this.#growing.delete(candidate);
  }

  async *clip(candidate: string, signal: AbortSignal): AsyncGenerator<ClipPart> {
    if (!this.#shelf.has(candidate)) await this.#heard(candidate, signal);
    const growing = this.#growing.get(candidate);
    if (growing !== undefined) this.#grow(candidate, growing);
    const isYoung = growing !== undefined && this.#options.nowMs() <= growing.cutAtMs + GROWING_MS_MAX;
    for (const part of this.#shelf.read(candidate, this.#options.nowMs())) {
      if (part.kind === 'picture') yield part;
      else yield { kind: 'header', header: { ...part.header, growing: part.header.growing && isYoung } };
    }
  }

  async *picture(camera: string): AsyncGenerator<ClipPart> {
    const newest = this.#rings.get(camera)?.newest;
    if (newest === undefined) throw new ClipRefusal('picture_none', `'${camera}' gives no picture now`);
    const { kind, width, height, epoch, capturedAtMs: atMs } = newest;
    const header: ClipHeader = {
      site: this.site,
      camera,
      epoch,
      kind,
      width,
      height,
      mediaType: mediaTypeOf(kind),
      fromMs: atMs,
      untilMs: atMs,
      keptUntilMs: this.#options.nowMs() + NOW_MS,
      growing: false,
      pictures: 1,
    };
    yield { kind: 'header', header };
    yield { kind: 'picture', picture: newest };
  }

  #cut({ id, camera, epoch, beganAtMs }: Candidate, kind: ClipKind, untilMs: number): Growing {
    const cutAtMs = this.#options.nowMs();
    const header: ClipHeader = {
      site: this.site,
      camera,
      epoch,
      candidate: id,
      kind,
      width: 0,
      height: 0,
      mediaType: mediaTypeOf(kind),
      fromMs: Math.max(0, beganAtMs - BEFORE_MS),
      untilMs,
      keptUntilMs: cutAtMs + this.#options.keptMs,
      growing: true,
      pictures: 0,
    };
    const growing = { header, lastMs: header.fromMs - 1, cutAtMs };
    this.#growing.set(id, growing);
    return growing;
  }

  /** Takes over what the ring has and the clip has not. */
  #grow(candidate: string, growing: Growing): void {
    const { header, lastMs } = growing;
    const ring = this.#rings.get(header.camera)!;
    const { newest } = ring;
    const found = ring.between(lastMs + 1, header.untilMs, header.epoch);
    const isOver =
      newest !== undefined && (newest.epoch !== header.epoch || newest.capturedAtMs >= header.untilMs);
    const isNew = header.pictures === 0 && lastMs < header.fromMs;
    if (found.length === 0 && header.growing === !isOver && !isNew) return;
    const sized = found.find(({ width }) => width > 0);
    growing.header = {
      ...header,
      ...(header.width === 0 && sized && { width: sized.width, height: sized.height }),
      pictures: header.pictures + found.length,
      growing: !isOver,
    };
    growing.lastMs = found.at(-1)?.capturedAtMs ?? Math.max(lastMs, header.fromMs);
    this.#put(candidate, growing.header, found);
  }

  #put(candidate: string, header: ClipHeader, pictures: readonly ClipPicture[]): void {
    if (header.keptUntilMs <= this.#options.nowMs()) {
      this.#growing.delete(candidate);
      return;
    }
    try {
      this.#shelf.put(header, pictures);
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  #heard(candidate: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const look = () => this.#shelf.has(candidate) && done();
      const timer = setTimeout(done, YOUNG_MS);
      this.#waiting.add(look);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }
}

/** Of a picture that is not kept: as long as it takes to arrive. */
const NOW_MS = 60_000;

function untilOf({ beganAtMs, atMs }: Candidate): number {
  return Math.min(Math.max(beganAtMs + AFTER_MS, atMs), beganAtMs + AFTER_MS_MAX);
}

function mediaTypeOf(kind: ClipKind): string {
  return { none: '', plane: 'video/raw', full: 'image/jpeg' }[kind];
}
